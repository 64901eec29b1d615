"""Filling tables quickly."""

import contextlib

from odoo.tools import SQL

OTHER_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = %s::regclass AND indexrelid NOT IN (SELECT conindid FROM pg_constraint)
"""


@contextlib.contextmanager
def filling(env, *tables):
    """Does without the indexes of ``tables`` and without checks: the rows are right as they are."""
    env.flush_all()
    env.cr.execute("SET LOCAL session_replication_role TO replica")
    env.cr.execute("SET LOCAL maintenance_work_mem TO '1GB'")
    env.cr.execute("SET LOCAL work_mem TO '256MB'")
    indexes = [row for table in tables for row in env.execute_query(SQL(OTHER_INDEXES, table))]
    for name, _definition in indexes:
        env.cr.execute(f"DROP INDEX {name}")
    yield
    for _name, definition in indexes:
        env.cr.execute(definition)
    env.cr.execute("SET LOCAL session_replication_role TO origin")
    env.invalidate_all()


def vacuum(env, *tables):
    """Commits, and does what PostgreSQL does by itself in the night and leaves to the bench from now on."""
    env.cr.commit()
    with env.registry.cursor() as cr:
        cr.connection.rollback()
        cr.connection.autocommit = True
        for table in tables:
            cr.execute(SQL("VACUUM ANALYZE %s", SQL.identifier(table)))
            cr.execute(SQL("ALTER TABLE %s SET (autovacuum_enabled = off)", SQL.identifier(table)))
        cr.connection.autocommit = False
