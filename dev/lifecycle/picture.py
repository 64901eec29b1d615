"""Everything a database holds, as plain values that can be compared."""

import json

from databases import MODULE, connect

# What there is besides rows, as (name, definition).
STRUCTURE = {
    "column": """
        SELECT class.relname || '.' || attname, format_type(atttypid, atttypmod)
            || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END
            || COALESCE(' DEFAULT ' || pg_get_expr(adbin, adrelid), '')
        FROM pg_attribute JOIN pg_class class ON class.oid = attrelid AND class.relkind IN ('r', 'v', 'm')
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attnum > 0 AND NOT attisdropped AND class.relnamespace = 'public'::regnamespace""",
    "index": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "constraint": """
        SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "view": "SELECT viewname, definition FROM pg_views WHERE schemaname = 'public'",
    "sequence": "SELECT sequencename, '' FROM pg_sequences WHERE schemaname = 'public'",
    "function": """
        SELECT oid::regprocedure::text, prosrc FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace""",
    "trigger": "SELECT tgrelid::regclass || '.' || tgname, '' FROM pg_trigger WHERE NOT tgisinternal",
}
TABLES = """
    SELECT relname FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname"""


def take_structure(database):
    """Return ``{(kind, name): definition}`` of what holds the rows."""
    return {
        (kind, name): definition
        for kind, query in STRUCTURE.items()
        for name, definition in database.query(query)
    }


def take_rows(database):
    """Return ``{table: {key: {column: value}}}`` of all rows of all tables; the key is the id, or the whole
    row where there is none.
    """
    picture = {}
    with connect(database.name) as cursor:
        cursor.execute(TABLES)
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT to_jsonb(one) FROM "{table}" one')
            picture[table] = {
                row.get("id") or json.dumps(row, sort_keys=True, ensure_ascii=False): row
                for (row,) in cursor.fetchall()
            }
    return picture


def narrow(picture, columns):
    """Return a picture of those tables and columns that another one has.

    :param dict columns: ``{table: set of columns}``, see :func:`get_columns`
    """
    narrowed = {}
    for table, rows in picture.items():
        if table in columns:
            narrowed[table] = {
                key: {name: row[name] for name in row if name in columns[table]} for key, row in rows.items()
            }
    return narrowed


def get_columns(database):
    """Return ``{table: set of columns}``."""
    found = {}
    for table, column in database.query(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    ):
        found.setdefault(table, set()).add(column)
    return found


def compare(before, after):
    """Return what differs between two pictures of rows, as ``[(table, key, column, before, after), …]``; the
    column is None for a row that is there only once, and then the other side is None.
    """
    found = []
    for table in sorted(before.keys() | after.keys()):
        old, new = before.get(table, {}), after.get(table, {})
        for key in old.keys() | new.keys():
            if key not in old or key not in new:
                found.append((table, key, None, old.get(key), new.get(key)))
                continue
            for name in old[key].keys() | new[key].keys():
                values = old[key].get(name), new[key].get(name)
                if values[0] != values[1]:
                    found.append((table, key, name, *values))
    return found


def describe(differences):
    """Return differences as text, a line each."""
    return "\n".join(
        f"{table} {key} {column or 'row'}: {str(old)[:300]} → {str(new)[:300]}"
        for table, key, column, old, new in sorted(differences, key=str)
    )


def get_own_tables(database):
    """Return the tables of the module's own models, dialogs left out."""
    return [
        table
        for (table,) in database.query(
            f"""SELECT relname FROM ir_model model
                JOIN ir_model_data name ON name.model = 'ir.model' AND name.res_id = model.id
                JOIN pg_class ON relname = replace(model.model, '.', '_') AND relkind = 'r'
                WHERE NOT transient GROUP BY relname HAVING array_agg(module::text) = ARRAY['{MODULE}']"""
        )
    ]


def get_empty_tables(database):
    """Return the module's own tables that have no row."""
    return [
        table for table in get_own_tables(database) if not database.query(f'SELECT 1 FROM "{table}" LIMIT 1')
    ]
