"""The life of the module in a database: installed, updated, uninstalled. Run by ``dev/env test``."""

import os

import pytest

import processes
from databases import Database

collect_ignore = ["stories"]  # they are scripts for Odoo's shell


@pytest.fixture(scope="session")
def plain():
    """A company that sells with crm alone."""
    template = Database(os.environ["LIFECYCLE_TEMPLATE"])
    addons = template.query("SELECT name FROM ir_module_module WHERE state = 'installed' ORDER BY id")
    processes.load(name for (name,) in addons)
    database = template.copy("plain")
    database.tell("plain_sales")
    return database


@pytest.fixture(scope="session")
def installed(plain):
    """The same, with the module."""
    database = plain.copy("installed")
    database.load("-i")
    return database
