"""What importing a workbook of leads costs, as the import screen does it: reading, proposing, importing in
batches; and what an update from a sheet costs in which a tenth of the rows is changed."""

import base64
import csv
import io
from datetime import datetime

from bench.registry import bench
from bench.scale.company import MAIN, PLAIN, get_stages, get_teams

BATCH = 2000  # rows that the screen imports at once
ROWS = {"params": {"count": 10_000}, "quick": {"count": 500}}
# Odoo's own fields, under headings of which the module knows those of the sheet.
COLUMNS = {
    "Opportunity": "name",
    "Customer Name": "partner_name",
    "Contact Person": "contact_name",
    "Email": "email_from",
    "Phone": "phone",
    "Current Stage": "stage_id",
    "Sales Team": "team_id",
    "Expected Amount": "expected_revenue",
    "Win Probability (%)": "probability",
    "Expected Closing": "date_deadline",
    "Job Position": "function",
    "City": "city",
}
OPTIONS = {
    **{"encoding": "", "separator": "", "quoting": '"', "date_format": "", "datetime_format": ""},
    **{
        "float_thousand_separator": ",",
        "float_decimal_separator": ".",
        "advanced": True,
        "has_headers": True,
    },
    **{"keep_matches": False, "sheets": [], "sheet": "", "tracking_disable": True},
}


def make_workbook(env, numbers, count):
    """Returns the content of a workbook with ``count`` leads."""
    import openpyxl

    team, stage = get_teams(env, numbers)[0].name, get_stages(env)[0].name
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Leads")
    sheet.append([*COLUMNS])
    closing = datetime(2100, 1, 1)
    for n in range(count):
        who = (f"Filed {n}", f"Filer {n}", f"Contact {n}", f"file{n}@example.com", "+32 2 290 34 90")
        sheet.append([*who, stage, team, 1000.5 + n, 20 + n % 60, closing, "Buyer", f"City {n}"])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def ungoverned_file(env, count):
    return make_workbook(env, PLAIN, count), count


def import_file(env, content, count):
    """Imports a workbook as the screen does."""
    importer = env["base_import.import"].create(
        {"res_model": "crm.lead", "file": content, "file_name": "leads.xlsx"}
    )
    preview = importer.parse_preview({**OPTIONS, "skip": 0, "limit": BATCH})
    assert not preview.get("error"), preview
    chosen = {**OPTIONS, **{key: value for key, value in preview["options"].items() if key in OPTIONS}}
    for skip in range(0, count, BATCH):
        options = {**chosen, "skip": skip, "limit": BATCH, "name_create_enabled_fields": {}}
        leads = importer.with_context(tracking_disable=True)
        result = leads.execute_import([*COLUMNS.values()], [name.lower() for name in COLUMNS], options)
        assert result["ids"], result["messages"]


@bench(
    "Import a workbook of {count:,} leads without a playbook",
    setup=ungoverned_file,
    **ROWS,
    limit={"ratio": 1.3},
)
def file_import(env, state):
    import_file(env, *state)


@bench(
    "Read a workbook of {count:,} leads, as each batch does",
    setup=ungoverned_file,
    **ROWS,
    limit={"ratio": 1.3},
)
def file_read(env, state):
    content, _count = state
    importer = env["base_import.import"].create(
        {"res_model": "crm.lead", "file": content, "file_name": "leads.xlsx"}
    )
    importer.parse_preview({**OPTIONS, "skip": 0, "limit": BATCH})
    importer._convert_import_data([*COLUMNS.values()], {**OPTIONS, "skip": 0, "limit": BATCH})


def open_deals(env, count):
    """Returns a sheet of ``count`` open deals as they are, but for the probability of each tenth."""
    team = get_teams(env, MAIN)[0]
    domain = [("team_id", "=", team.id), ("type", "=", "opportunity"), ("won_status", "=", "pending")]
    leads = env["crm.lead"].search(domain, limit=count)
    assert len(leads) == count, len(leads)
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(["ID", "Customer Name", "Win Probability (%)", "Expected Amount"])
    for number, lead in enumerate(leads):
        probability = lead.probability if number % 10 else 50.5 if lead.probability != 50.5 else 40.5
        writer.writerow([lead.id, lead.customer_label, f"{probability}%", lead.expected_revenue])
    return env["crm.sheet.update"].create({"file": base64.b64encode(stream.getvalue().encode())})


@bench(
    "Show what a sheet of {count:,} deals changes, a tenth of them",
    setup=open_deals,
    params={"count": 1000},
    quick={"count": 50},
    plain=False,
    limit={"seconds": 20},
)
def sheet_show(env, update):
    update.action_show()
    assert set(update.row_ids.mapped("kind")) == {"same", "changed"}, update.summary


@bench(
    "Apply it: {count:,} deals, a tenth of them changed",
    setup=lambda env, count: (
        open_deals(env, count).action_show() and env["crm.sheet.update"].search([], limit=1)
    ),
    params={"count": 1000},
    quick={"count": 50},
    plain=False,
    limit={"seconds": 20},
)
def sheet_apply(env, update):
    update.action_apply()
    assert update.row_ids.filtered(lambda row: row.outcome == "applied"), update.summary
