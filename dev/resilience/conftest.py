"""The module on several machines and under faults. Run by ``dev/env test``.

Each run has PostgreSQL servers of its own; ``company`` is a database there, which tests copy.
"""

import os

import pytest

import jobs
import postgres
from servers import Odoo

TEAMS = 2
PEOPLE = int(os.environ.get("RESILIENCE_PEOPLE", "50"))  # with a leader of each team, and two managers
SIZE = {"TEAMS": TEAMS, "REPS": (PEOPLE - TEAMS - 2) // TEAMS, "DEALS": 4 * PEOPLE}

collect_ignore = ["company.py"]  # a script for Odoo's shell


@pytest.fixture(scope="session")
def primary():
    """A PostgreSQL server of this run, with the database ``company`` of :func:`company`."""
    with postgres.temporary_folder() as folder:
        server = postgres.Postgres(folder, "primary")
        try:
            server.make()
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """The folder of Odoo's files, which all servers share."""
    return tmp_path_factory.mktemp("odoo")


@pytest.fixture(scope="session")
def company(primary, data):
    """A company that sells by a playbook; nothing is connected to its database."""
    source = os.environ["RESILIENCE_DATABASE"]
    primary.restore(source, "company")
    odoo = Odoo(primary, "company", data)
    odoo.give_files(source)
    odoo.tell("company", KEYS=odoo.keys_path, **SIZE)
    return odoo


@pytest.fixture(scope="session")
def make_company(company, primary, data):
    """A function that returns a copy of :func:`company` as a database of that name."""

    def make(name):
        primary.copy("company", name)
        odoo = Odoo(primary, name, data)
        odoo.share_files("company")
        return odoo

    return make


@pytest.fixture(scope="session")
def make_worked(make_company, primary, data):
    """The same, for tests that work on the database in this process."""
    jobs.set_up(primary, data)
    return make_company
