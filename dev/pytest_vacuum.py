"""A pytest plugin: what a file of tests has filled and taken back is cleared away at its end.

Nothing else does so where autovacuum is kept away (see ``keep_autovacuum_away`` in dev/lib/database.sh), and
each statement that reads a table reads all that was ever taken back. Only space is cleared: no values are
counted, and of a table that is empty PostgreSQL keeps no number, so that it plans by what it then holds.
"""

from contextlib import closing

import psycopg2
import pytest
from psycopg2 import sql

FULL = "SELECT relid::regclass::text FROM pg_stat_user_tables WHERE n_dead_tup > 500"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_teardown(item, nextitem):
    yield
    if not nextitem or nextitem.path != item.path:
        clear_away()


def clear_away():
    """Vacuum the tables of the tests' database with many rows that are gone."""
    from odoo.sql_db import connection_info_for
    from odoo.tests.common import get_db_name

    _name, arguments = connection_info_for(get_db_name())
    with closing(psycopg2.connect(**arguments)) as connection:
        connection.autocommit = True  # a VACUUM stands in no transaction
        with connection.cursor() as cursor:
            cursor.execute(FULL)
            for (table,) in cursor.fetchall():
                cursor.execute(sql.SQL("VACUUM (SKIP_LOCKED) {}").format(sql.SQL(table)))
