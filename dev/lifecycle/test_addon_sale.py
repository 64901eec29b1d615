"""The addon for orders and invoices fills in what is there, and goes without a trace."""

import pytest

import picture
from databases import MODULE

ADDON = f"{MODULE}_sale"
OWN = "SELECT name FROM ir_module_module WHERE state = 'installed' AND name = '{}'"


@pytest.fixture(scope="module")
def alone(apps):
    """A database with the module and orders, whose Odoo does not know the addon."""
    database = apps.copy("alone")
    database.tell("sale_before")
    return database


@pytest.fixture(scope="module")
def joined(alone):
    """The same, with the addon."""
    database = alone.copy("joined")
    database.addons = None
    database.load("-i", ADDON)
    return database


def test_it_knows_the_orders_that_are_there(alone, joined):
    assert not alone.query(OWN.format(ADDON))
    assert joined.query(OWN.format(ADDON))
    joined.tell("sale_used")


def test_it_goes_and_leaves_the_module_whole(alone, joined):
    database = joined.copy("parted")
    database.tell("sale_uninstall")
    assert not database.query(OWN.format(ADDON))
    assert database.query(OWN.format(MODULE))
    assert picture.take_structure(database) == picture.take_structure(alone)
    database.tell("sale_left")
