"""Whoever takes the module away has the CRM they had before."""

import leaving
import pytest

import picture
from databases import MODULE

# Tables and columns that Odoo changes by itself whenever modules come and go.
BY_ITSELF = {
    ("bus_bus", None),
    ("ir_cron_trigger", None),
    ("ir_module_module", "write_date"),
    ("orm_signaling_registry", None),
    # it writes down what fields were called that are tracked and go
    ("mail_tracking_value", "field_info"),
    ("mail_tracking_value", "write_date"),
    ("mail_tracking_value", "write_uid"),
}


def get_changes(before, after):
    """Return what differs in two pictures, a line each, without what Odoo does by itself."""
    differences = picture.compare(before, after)
    return picture.describe([one for one in differences if (one[0], one[2]) not in BY_ITSELF])


@pytest.fixture(scope="module")
def plain_rows(plain):
    return picture.take_rows(plain)


@pytest.fixture(scope="module")
def used(installed):
    """The same, after people have worked with the module."""
    database = installed.copy("used")
    database.tell("everything")
    return database


@pytest.fixture(scope="module")
def left(used):
    """The same, after the module was uninstalled."""
    database = used.copy("left")
    database.tell("uninstall")
    return database


@pytest.fixture(scope="module")
def left_rows(left):
    return picture.take_rows(left)


def test_installing_and_uninstalling_changes_nothing(plain, plain_rows, installed):
    unused = installed.copy("unused")
    unused.tell("uninstall")
    assert picture.take_structure(unused) == picture.take_structure(plain)
    assert not get_changes(plain_rows, picture.take_rows(unused))


def test_there_is_something_to_lose(used):
    """Each table of the module has rows, so that the tests below are about all of them."""
    assert not picture.get_empty_tables(used)


def test_uninstalling_leaves_no_structure(plain, left):
    assert picture.take_structure(left) == picture.take_structure(plain)


def test_all_that_people_did_in_crm_stays(plain, plain_rows, used, left_rows):
    """Deals, stages, activities, messages, meetings, settings: each row and each column of plain CRM."""
    used_rows = picture.narrow(picture.take_rows(used), picture.get_columns(plain))
    stay = leaving.foresee(plain_rows, used_rows, plain.query(leaving.FOREIGN_KEYS))
    stay["ir_module_module"] = left_rows["ir_module_module"]  # it says what is installed
    assert not get_changes(stay, left_rows)
    for table, rows in plain_rows.items():
        if (table, None) not in BY_ITSELF:
            assert rows.keys() <= left_rows[table].keys(), f"rows of {table} are gone"


def test_nothing_of_the_module_is_left(plain_rows, used, left_rows):
    """No value is, or names a part of, the module or one of its models."""
    models = leaving.get_own_models(plain_rows, picture.take_rows(used))
    found = [
        (table, key, column, value)
        for table, rows in left_rows.items()
        for key, row in rows.items()
        for column, value in row.items()
        if isinstance(value, str)
        and (value in models or MODULE in value)
        and table not in ("bus_bus", "ir_module_module")
        and row != plain_rows[table].get(key)
    ]
    assert not found


WORK = """
    SELECT id FROM mail_activity
    WHERE res_model = 'crm.lead' AND playbook_kind IS NOT NULL AND active = %s"""


def test_work_that_deadlines_asked_for_stays_an_activity(used, left_rows):
    """Open on its deal where it is not done, on record where it is."""
    for is_open in (True, False):
        asked = [id_ for (id_,) in used.query(WORK % is_open)]
        assert asked
        assert {left_rows["mail_activity"][id_]["active"] for id_ in asked} == {is_open}


def test_crm_works(left, left_rows):
    """A salesperson in the web client: pipeline, deal, chatter, activities, moving and winning."""
    with left.serve() as client:
        client.log_in("rep")
        assert MODULE not in client.get("/odoo")
        kinds = ("kanban", "list", "form", "search", "pivot", "graph", "calendar", "activity")
        views = client.call(
            "crm.lead", "get_views", [[False, kind] for kind in kinds], options={"load_filters": True}
        )
        assert {one["name"] for one in views["views"]["search"]["filters"]} == {"Large", "Called so"}
        every_field = {name: {} for name in views["models"]["crm.lead"]["fields"]}

        deals = client.call("crm.lead", "web_search_read", domain=[], specification=every_field)["records"]
        mine = {
            id_
            for id_, row in left_rows["crm_lead"].items()
            if row["active"] and row["user_id"] == client.uid
        }
        assert mine and mine <= {deal["id"] for deal in deals}
        columns = client.call("crm.lead", "web_read_group", [], ["stage_id"], ["__count"])["groups"]
        assert {"Potential lead", "Solution demo", "New"} <= {column["stage_id"][1] for column in columns}

        deal = next(deal for deal in deals if deal["name"] == "New 0")
        page = {"thread_model": "crm.lead", "thread_id": deal["id"], "fetch_params": {"limit": 100}}
        assert client.post("/mail/thread/messages", page)["messages"]
        client.call("mail.activity", "get_views", [[False, "form"]])
        work = client.call("mail.activity", "web_read", deal["activity_ids"], {"summary": {}, "note": {}})
        assert len(work) > 1
        client.call("mail.activity", "action_feedback", [work[0]["id"]], feedback="Done")

        stages = [column["stage_id"][0] for column in columns]
        target = next(stage for stage in stages if stage != deal["stage_id"])
        [moved] = client.call("crm.lead", "web_save", [deal["id"]], {"stage_id": target}, every_field)
        assert moved["stage_id"] == target
        assert len(moved["activity_ids"]) == len(work) - 1
        client.call("crm.lead", "action_set_won_rainbowman", [deal["id"]])
        [won] = client.call("crm.lead", "web_read", [deal["id"]], {"won_status": {}})
        assert won["won_status"] == "won"
