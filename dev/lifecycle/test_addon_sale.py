"""The addon for orders and invoices fills in what is there, and goes without a trace."""

import configparser

import pytest

import picture
from databases import CONFIG, MODULE, REPO

ADDON = f"{MODULE}_sale"
OWN = "SELECT name FROM ir_module_module WHERE state = 'installed' AND name = '{}'"
UNKNOWN = "UPDATE ir_module_module SET state = 'uninstallable' WHERE name = '{}' RETURNING id"


@pytest.fixture(scope="module")
def alone(installed, tmp_path_factory):
    """A database with the module and Odoo's orders, whose Odoo does not know the addon."""
    folder = tmp_path_factory.mktemp("alone")
    for addon in {*REPO.glob(f"{MODULE}*")} - {REPO / ADDON}:  # some of which come with the module
        (folder / addon.name).symlink_to(addon)
    config = configparser.ConfigParser()
    config.read(CONFIG)
    paths = config["options"]["addons_path"].split(",")
    database = installed.copy("alone")
    database.addons = ",".join(str(folder) if path.strip() == str(REPO) else path for path in paths)
    database.query(UNKNOWN.format(ADDON))
    database.load("-i", "sale_crm")
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
