"""The life of the module in a database: installed, updated, uninstalled. Run by ``dev/env test``."""

import os

import pytest

import processes
from databases import Database

collect_ignore = ["stories"]  # they are scripts for Odoo's shell


def begin(template, suffix):
    """Return a copy of a template where a company sells with what is installed there."""
    template = Database(template)
    addons = template.query("SELECT name FROM ir_module_module WHERE state = 'installed' ORDER BY id")
    processes.load(name for (name,) in addons)
    database = template.copy(suffix)
    database.tell("plain_sales")
    return database


@pytest.fixture(scope="session")
def plain():
    """A company that sells with crm alone."""
    return begin(os.environ["LIFECYCLE_TEMPLATE"], "plain")


@pytest.fixture(scope="session")
def installed(plain):
    """The same, with the module."""
    database = plain.copy("installed")
    database.load("-i")
    return database


@pytest.fixture(scope="session")
def apps(tmp_path_factory):
    """A company with the module and the apps that addons join to it, whose Odoo does not know the addons."""
    database = begin(os.environ["LIFECYCLE_APPS"], "apps")
    database.know_no_addons(tmp_path_factory.mktemp("apps"))
    database.load("-i")
    return database
