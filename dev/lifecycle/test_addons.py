"""Each addon beside the module comes and goes by itself, and with the others, and CRM goes on working."""

import pytest

import picture
from databases import MODULE

ADDONS = ("event", "website", "project", "forecast", "sale")
PRIVACY = f"{MODULE}_privacy"  # comes by itself: its app is there wherever there is mail
NAMES = ", ".join(f"'{name}'" for name in (MODULE, PRIVACY, *(f"{MODULE}_{name}" for name in ADDONS)))
INSTALLED = f"SELECT name FROM ir_module_module WHERE state = 'installed' AND name IN ({NAMES}) ORDER BY name"
LEFT = "SELECT model, name FROM ir_model_data WHERE module = '{}'"
# Where Odoo notes what happened, and keeps names: of foreign keys whose columns went, and of what models that
# are gone inherited from its own. What has a name is counted itself.
PASSING = (
    *("ir_attachment", "ir_cron_", "ir_logging", "ir_model_constraint", "ir_model_data", "ir_module"),
    "ir_profile",
)


@pytest.fixture(scope="module")
def before(apps):
    """What the database holds without any of them."""
    return picture.take_structure(apps), count_rows(apps)


def count_rows(database):
    """Return ``{table: number of rows}`` of Odoo's registry: views, menus, jobs, rights, fields, settings."""
    tables = [table for (table,) in database.query(picture.TABLES) if table.startswith("ir_")]
    counts = " UNION ALL ".join(f"SELECT '{table}', COUNT(*) FROM \"{table}\"" for table in tables)
    return {table: count for table, count in database.query(counts) if not table.startswith(PASSING)}


def join(apps, suffix, names):
    """Return a copy with these addons."""
    database = apps.copy(suffix)
    database.addons = None
    database.load("-i", ",".join(f"{MODULE}_{name}" for name in names))
    return database


def get_installed(database):
    """Return the names of the module and of its addons that are installed, without the module's in them."""
    return {name.removeprefix(f"{MODULE}_") for (name,) in database.query(INSTALLED)}


@pytest.mark.parametrize("name", ADDONS[:-1])  # the last one has a file of its own
def test_one_comes_and_goes(apps, before, name):
    database = join(apps, name, [name])
    assert get_installed(database) == {MODULE, "privacy", name}
    database.tell("deal_is_worked", "addons_leave")
    check_gone(database, before)


def test_all_come_and_go(apps, before):
    database = join(apps, "all", ADDONS)
    assert get_installed(database) == {MODULE, "privacy", *ADDONS}
    database.tell("privacy_leaves")
    assert get_installed(database) == {MODULE, *ADDONS}
    database.tell("deal_is_worked")
    database.load("-i", PRIVACY)
    database.tell("deal_is_worked", "addons_leave")
    check_gone(database, before)


def test_what_comes_by_itself_goes_and_comes_again(apps, before):
    database = apps.copy("privacy")
    database.tell("privacy_leaves")
    assert get_installed(database) == {MODULE}
    assert database.query(LEFT.format(PRIVACY)) == []
    database.tell("deal_is_worked")
    database.load("-i", PRIVACY)
    check_gone(database, before)


def check_gone(database, before):
    """Assert that the addons have left nothing, and that a deal is worked as before."""
    structure, counts = before
    assert get_installed(database) == {MODULE, "privacy"}
    assert [row for name in ADDONS for row in database.query(LEFT.format(f"{MODULE}_{name}"))] == []
    assert picture.take_structure(database) == structure
    assert count_rows(database) == counts
    database.tell("deal_is_worked")
