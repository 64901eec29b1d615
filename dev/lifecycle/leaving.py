"""Foresees what a database holds when the module has gone, from what the database says of itself."""

import json

from databases import MODULE

# Where a row names the model that it is about.
MODEL_COLUMNS = ("model", "res_model")
# Odoo's registry, and what the module adds to other tables without a name of its own: all there is as before.
REGISTRY = ("ir_", "base_import_mapping")
USERS_OWN = ("ir_attachment", "ir_config_parameter")
FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, attname, confrelid::regclass::text, confdeltype::text
    FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
    WHERE contype = 'f' AND confdeltype IN ('c', 'n') AND connamespace = 'public'::regnamespace"""


def get_own_models(plain, used):
    """Return the names of the models that came with the module."""
    before, after = ({row["model"] for row in rows["ir_model"].values()} for rows in (plain, used))
    return after - before


def foresee(plain, used, keys):
    """Return the rows of ``used`` that stay, as they are once the others have gone: what the module brought,
    what is about records of its models, and what hangs on either.

    :param dict plain: the rows before the module came, see :func:`picture.take_rows`
    :param dict used: those with the module, in the tables and columns of ``plain``
    :param list keys: the rows of ``FOREIGN_KEYS``
    """
    gone = _get_first_to_go(plain, used)
    links = [key for key in keys if key[0] in used and key[2] in used]
    going = gone
    while going:
        going = {
            (table, key)
            for table, column, target, rule in links
            if rule == "c"
            for key, row in used[table].items()
            if (target, row[column]) in going and (table, key) not in gone
        }
        gone = gone | going
    stay = {
        table: plain[table]
        if _is_registry(table)
        else {key: dict(row) for key, row in rows.items() if (table, key) not in gone}
        for table, rows in used.items()
    }
    for table, column, target, rule in links:
        for row in stay[table].values() if rule == "n" and not _is_registry(table) else ():
            if (target, row[column]) in gone:
                row[column] = None
    return stay


def _get_first_to_go(plain, used):
    """Return ``{(table, key), …}`` of what goes whatever else does."""
    models = get_own_models(plain, used)
    gone = {
        (row["model"].replace(".", "_"), row["res_id"])
        for row in used["ir_model_data"].values()
        if row["module"] == MODULE
    }
    gone -= {(table, key) for table, rows in plain.items() for key in rows}  # what it shares with others
    for table, rows in used.items():
        gone |= {
            (table, key)
            for key, row in rows.items()
            if key not in plain[table]
            and (_is_registry(table) or any(_is_leaving(row.get(column), models) for column in MODEL_COLUMNS))
        }
    return gone | set(_get_health(used))


def _get_health(used):
    """Yield what the module notes of its own health, and the activity that asks an administrator."""
    for key, row in used["ir_config_parameter"].items():
        if row["key"] == f"{MODULE}.health":
            yield "ir_config_parameter", key
            yield "mail_activity", json.loads(row["value"])["activity"]


def _is_registry(table):
    return table.startswith(REGISTRY) and table not in USERS_OWN


def _is_leaving(model, models):
    """Tell whether what is new and about a record of ``model`` goes: jobs and the like have messages, too."""
    return isinstance(model, str) and (model in models or model.startswith("ir."))
