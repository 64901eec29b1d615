"""Room for the module's columns in other modules' tables, where others may have used the same names."""

import logging
from itertools import count

from odoo.tools import SQL
from odoo.tools.sql import drop_not_null, table_columns, table_exists

MODULE = "sales_funnel_playbook"
NUMBERS = {"int2", "int4", "int8", "float4", "float8", "numeric"}
# The types of columns that fit a type of field: Odoo makes them the field's own without losing anything.
FITTING = {
    "boolean": {"bool"},
    "integer": {"int2", "int4"},
    "float": NUMBERS,
    "monetary": NUMBERS,
    "char": {"varchar", "text"},
    "text": {"varchar", "text"},
    "selection": {"varchar", "text"},
    "date": {"date"},
    "datetime": {"timestamp", "date"},
    "many2one": {"int4"},
}

_logger = logging.getLogger(__name__)


def is_being_installed(env):
    """Tell whether the module is new in this database, rather than updated."""
    query = SQL("SELECT 1 FROM ir_module_module WHERE name = %s AND state = 'to install'", MODULE)
    return bool(env.execute_query(query))


def make_room(model):
    """Rename the columns that are in the way of the module's fields of ``model`` and do not fit them: Odoo
    would fail at them, or change their values. To be called before Odoo adds the fields' columns.
    """
    columns = table_columns(model.env.cr, model._table)
    for name, column in columns.items():
        field = model._fields.get(name)
        if field and MODULE in field._modules and not _fits(model, field, column):
            _move_aside(model, name, columns)


def _fits(model, field, column):
    """Tell whether a column as :func:`table_columns` describes it can be the field's, with all its values."""
    if column["udt_name"] not in FITTING.get(field.type, {field.column_type[0]}):
        return False
    if column["character_maximum_length"] and field.type != "char":
        return False
    return field.type != "many2one" or not _names_nothing(model, field)


def _names_nothing(model, field):
    """Tell whether a value of the column is no id of what the field refers to."""
    target = model.env[field.comodel_name]._table
    query = SQL(
        "SELECT 1 FROM %s AS own WHERE own.%s IS NOT NULL",
        SQL.identifier(model._table),
        SQL.identifier(field.name),
    )
    if table_exists(model.env.cr, target):
        known = SQL(
            "SELECT 1 FROM %s AS target WHERE target.id = own.%s", *map(SQL.identifier, (target, field.name))
        )
        query = SQL("%s AND NOT EXISTS (%s)", query, known)
    return bool(model.env.execute_query(SQL("%s LIMIT 1", query)))


def _move_aside(model, name, columns):
    cr, table = model.env.cr, model._table
    new_name = next(new for number in count() if (new := f"{name}_moved{number}") not in columns)
    identifiers = (SQL.identifier(part) for part in (table, name, new_name))
    cr.execute(SQL("ALTER TABLE %s RENAME COLUMN %s TO %s", *identifiers))
    drop_not_null(cr, table, new_name)
    _logger.warning(
        "The column %s of %s holds what is not this module's: it keeps its values and is called %s now.",
        *(name, table, new_name),
    )
