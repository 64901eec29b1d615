"""A pytest plugin: which time zones PostgreSQL knows is asked once for a process.

PostgreSQL looks through hundreds of files for them, and Odoo forgets what it has read after each test.
"""

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session):
    """Keep what was read first: no test changes them."""
    from odoo.addons.sales_funnel_playbook.models.core.days import CrmPlaybook

    read, known = CrmPlaybook._get_sql_zones, []

    def read_once(playbooks):
        known[:] = known or [read(playbooks)]
        return known[0]

    CrmPlaybook._get_sql_zones = read_once
