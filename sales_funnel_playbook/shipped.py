"""Bring shipped records up to date that nobody has changed: an update leaves them as they are, so that an
administrator's changes stay. Used by migrations, before tables and data are brought up to date.
"""

import csv

from psycopg2.extras import Json

from odoo.tools import SQL

MODULE = "sales_funnel_playbook"
LANGUAGES = ("en_US", "zh_CN", "zh_TW")


def update_shipped(cr, changes):
    """Give shipped records their present values where they still have the old ones.

    :param changes: ``(name, table, old, new)`` of each record: its external id without the module, and values
        by column. Of a text ``old`` has what was shipped in each language and ``new`` the English; its
        translations are loaded after this.
    """
    for name, table, old, new in changes:
        record_id = find_shipped(cr, name)
        if record_id and _is_as_shipped(cr, table, record_id, old):
            texts = {column for column, value in old.items() if isinstance(value, dict)}
            # without the old translations: they are of another text
            values = {key: {"en_US": value} if key in texts else value for key, value in new.items()}
            write_shipped(cr, table, record_id, values)


def update_shipped_texts(cr, path):
    """Give shipped records their present texts where they still have the old ones, in each language.

    :param path: a table of what earlier versions have shipped and what is shipped now, written by
        dev/old_texts.py
    """
    with path.open(encoding="utf-8", newline="") as file:
        update_shipped(cr, map(_prepare_text, csv.DictReader(file)))


def _prepare_text(row):
    old = {language: row[language] for language in LANGUAGES}
    return row["name"], row["table"], {row["column"]: old}, {row["column"]: row["now"]}


def find_shipped(cr, name):
    """Return the id of a shipped record, or None."""
    cr.execute(SQL("SELECT res_id FROM ir_model_data WHERE module = %s AND name = %s", MODULE, name))
    return (cr.fetchone() or [None])[0]


def _is_as_shipped(cr, table, record_id, old):
    """Tell whether a record still has the values ``old``, in each language that it has."""
    columns = SQL(", ").join(map(SQL.identifier, old))
    cr.execute(SQL("SELECT %s FROM %s WHERE id = %s", columns, SQL.identifier(table), record_id))
    row = cr.dictfetchone()
    return row is not None and all(
        row[column] is not None and row[column].items() <= value.items()
        if isinstance(value, dict)
        else row[column] == value
        for column, value in old.items()
    )


def write_shipped(cr, table, record_id, values):
    """Write values by column; a dict is a text by language."""
    settings = [
        SQL(
            "%s = %s",
            SQL.identifier(column),
            SQL("%s::jsonb", Json(value)) if isinstance(value, dict) else value,
        )
        for column, value in values.items()
    ]
    cr.execute(
        SQL("UPDATE %s SET %s WHERE id = %s", SQL.identifier(table), SQL(", ").join(settings), record_id)
    )
