"""Each addon beside the module comes and goes by itself, and with the others, and CRM goes on working."""

import configparser

import pytest

import picture
from databases import CONFIG, MODULE, REPO

# The app of Odoo that each of them joins to the module.
APPS = {"event": "event_crm", "website": "website_crm", "project": "project", "forecast": ""}
ADDONS = [f"{MODULE}_{name}" for name in APPS]
NAMES = ", ".join(f"'{name}'" for name in (MODULE, *ADDONS))
INSTALLED = f"SELECT name FROM ir_module_module WHERE state = 'installed' AND name IN ({NAMES}) ORDER BY name"
UNKNOWN = (
    f"UPDATE ir_module_module SET state = 'uninstallable' WHERE name IN ({NAMES})"
    f" AND name <> '{MODULE}' RETURNING id"
)
LEFT = "SELECT model, name FROM ir_model_data WHERE module = '{}'"
# Where Odoo notes what happened, and keeps names: of foreign keys whose columns went, and of what models that
# are gone inherited from its own. What has a name is counted itself.
PASSING = (
    *("ir_attachment", "ir_cron_", "ir_logging", "ir_model_constraint", "ir_model_data", "ir_module"),
    "ir_profile",
)


@pytest.fixture(scope="module")
def apps(installed, tmp_path_factory):
    """A database with the module and the apps, whose Odoo does not know the addons."""
    folder = tmp_path_factory.mktemp("apps")
    for addon in {*REPO.glob(f"{MODULE}*")} - {REPO / name for name in ADDONS}:  # some come with the module
        (folder / addon.name).symlink_to(addon)
    config = configparser.ConfigParser()
    config.read(CONFIG)
    paths = config["options"]["addons_path"].split(",")
    database = installed.copy("apps")
    database.addons = ",".join(str(folder) if path.strip() == str(REPO) else path for path in paths)
    database.query(UNKNOWN)
    database.load("-i", ",".join(filter(None, APPS.values())))
    return database


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


@pytest.mark.parametrize("name", APPS)
def test_one_comes_and_goes(apps, before, name):
    database = join(apps, name, [name])
    assert database.query(INSTALLED) == [(MODULE,), (f"{MODULE}_{name}",)]
    database.tell("deal_is_worked")
    database.tell("addons_leave")
    check_gone(database, before)


def test_all_come_and_go(apps, before):
    database = join(apps, "all", APPS)
    assert database.query(INSTALLED) == [(MODULE,), *sorted((f"{MODULE}_{name}",) for name in APPS)]
    database.tell("deal_is_worked")
    database.tell("addons_leave")
    check_gone(database, before)


def check_gone(database, before):
    """Assert that the addons have left nothing, and that a deal is worked as before."""
    structure, counts = before
    assert database.query(INSTALLED) == [(MODULE,)]
    assert [row for name in APPS for row in database.query(LEFT.format(f"{MODULE}_{name}"))] == []
    assert picture.take_structure(database) == structure
    assert count_rows(database) == counts
    database.tell("deal_is_worked")
