"""What making leads costs, one by one, with a playbook and without, and by an import."""

from bench.deadlines import prepare_activity
from bench.registry import bench
from bench.scale.company import MAIN, PLAIN, get_stages, get_teams

COUNT = {"params": {"count": 1000}, "quick": {"count": 100}}
ROWS = {"params": {"count": 10_000}, "quick": {"count": 100}}
COLUMNS = {
    **{
        "name": "Imported {n}",
        "type": "opportunity",
        "partner_name": "Importer {n}",
        "contact_name": "Contact {n}",
    },
    **{"email_from": "import{n}@example.com", "phone": "+32 2 290 34 90", "city": "City {n}"},
    **{"expected_revenue": "1{n}", "date_deadline": "2100-01-01"},
}


def prepare_vals(env, numbers, count):
    """Returns the values of ``count`` opportunities of a team."""
    team, stage = get_teams(env, numbers)[0], get_stages(env)[0]
    # with a salesperson, most of the time would go into the mail that tells them
    vals = {"type": "opportunity", "team_id": team.id, "user_id": False, "stage_id": stage.id}
    return [{"name": f"Lead {number}", **vals} for number in range(count)]


def ungoverned(env, count):
    return prepare_vals(env, PLAIN, count)


def governed(env, count):
    return prepare_vals(env, MAIN, count)


def prepare_sheet(env, numbers, count):
    """Returns the headings and rows of a sheet to import."""
    team = get_teams(env, numbers)[0]
    columns = COLUMNS | {"team_id": team.name, "user_id": "", "stage_id": get_stages(env)[0].name}
    return [*columns], [[text.format(n=n) for text in columns.values()] for n in range(count)]


def ungoverned_sheet(env, count):
    return prepare_sheet(env, PLAIN, count)


def governed_sheet(env, count):
    return prepare_sheet(env, MAIN, count)


def load(env, sheet):
    """Imports as the import screen does where nobody wants the history of the import, and returns the ids."""
    result = env["crm.lead"].with_context(import_file=True, tracking_disable=True).load(*sheet)
    assert result["ids"], result["messages"]
    env.cr.flush()
    return result["ids"]


def load_and_create(env, sheet):
    """The same import into a team without a playbook, and the first activity of each deal bare."""
    headings, rows = sheet
    place, name = headings.index("team_id"), get_teams(env, PLAIN)[0].name
    ids = load(env, (headings, [[*row[:place], name, *row[place + 1 :]] for row in rows]))
    env["mail.activity"].with_context(mail_activity_quick_update=True).create(
        [prepare_activity(env, lead_id, False, "Intake") for lead_id in ids]
    )


@bench(
    "Create {count:,} leads without a playbook",
    setup=ungoverned,
    **COUNT,
    limit={"ratio": 1.05, "queries": 0},
)
def lead_create(env, vals_list):
    env["crm.lead"].create(vals_list)


@bench("Create {count:,} leads under a playbook, logged", setup=governed, **COUNT, limit={"ratio": 1.4})
def lead_create_governed(env, vals_list):
    env["crm.lead"].create(vals_list)


@bench(
    "Import {count:,} leads without a playbook",
    setup=ungoverned_sheet,
    **ROWS,
    limit={"ratio": 1.05, "queries": 1},
)
def lead_import(env, sheet):
    load(env, sheet)


@bench(
    "Import {count:,} leads under a playbook, logged, against the import and the first activities alone",
    setup=governed_sheet,
    **ROWS,
    bare=load_and_create,
    limit={"ratio": 1.4},
)
def lead_import_governed(env, sheet):
    load(env, sheet)
