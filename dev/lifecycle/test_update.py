"""Whoever updates from the first version keeps all they had, and gets what is new."""

import tarfile
from pathlib import Path

import pytest

import picture
from databases import MODULE
from updating import CAPTURED, HEARING, Update, get_shipped, split_cause, tell_cause

VERSIONS = Path(__file__).parent / "versions"
# version: what people did with it, and what their administrator changed of the shipped rules
STORIES = {
    "19.0.1.0.0-first": (["first_version"], {"crm_playbook_template_saas_renewal_due": {"guidance"}}),
    "19.0.1.0.0": (
        ["everything", "older_rules"],
        {
            "risk_type_overdue_stay": {"domain"},
            "crm_playbook_template_saas_negotiation": {"dwell_alert_days"},
            "crm_playbook_template_saas_intent_scenario": {"name"},
        },
    ),
    "19.0.1.1.0": (["everything"], {}),
    "19.0.1.2.0": (["everything"], {}),
}
# What follows from the log, and whose a deal is now: the log says it since 19.0.1.3.0.
TOLD_ANEW = {"duration_days", "working_hours", "team_id", "user_id", "product_line_id"}
# Mails, meetings and calls that are there count as contact since 19.0.1.3.0.
LAST_CONTACT = {"last_contact_at", "last_contact_summary"}
# Odoo notes that it computes a new field.
STAMPS = ("write_date", "write_uid")
# Odoo's own books, which every update writes anew.
BOOKS = ("ir_", "bus_bus", "orm_signaling_", "base_import_mapping", "mail_message_subtype", "mail_template")
# Where a new row would be something that nobody did, but what the update has asked the jobs for.
FACTS = ("crm_", "mail_activity")
QUEUE = "crm_playbook_refresh"
# What differs between two databases for the same shipped record.
NOT_SHIPPED = ("id", "create_date", "create_uid", "effective_from", "changed_at", *STAMPS)
# Shipped outputs get the documents to start from that are shipped now.
DOCUMENTS, OUTPUT = "crm_playbook_output_template_rel", "crm_playbook_output_id"


@pytest.fixture(scope="module", params=STORIES)
def update(request, plain, tmp_path_factory):
    stories, changed = STORIES[request.param]
    folder = tmp_path_factory.mktemp("addons")
    with tarfile.open(VERSIONS / f"{request.param}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    database = plain.copy("from_" + request.param.replace(".", "_").replace("-", "_"))
    database.addons = folder
    database.load("-i")
    for story in stories:
        database.tell(story)
    return Update(database, changed)


@pytest.fixture(scope="module")
def fresh(installed):
    """The shipped records of the present version: ``{(table, name): row}``."""
    return get_shipped(picture.take_rows(installed))


@pytest.mark.parametrize("table", ["crm_playbook_condition", "crm_playbook_output"])
def test_rules_were_changed_last_when_they_were_written_last(update, table):
    """What a deal met before that is not asked for again: nobody knows what the rule asked for then."""
    if table not in update.before:
        pytest.skip("the first version has no outputs")
    assert update.before[table]
    for key, row in update.before[table].items():
        if "changed_at" not in row and key in update.after[table]:
            written = str(row["write_date"] or row["create_date"])[:19]
            assert str(update.after[table][key]["changed_at"])[:19] == written


def test_there_are_facts_of_every_kind(update):
    assert not update.empty_tables


def test_every_fact_stays(update, fresh):
    """Rules, facts, deals, activities, messages: each column that both versions have. What was shipped and
    that nobody changed may have become what is shipped now, be it one text of a rule that is changed.
    """
    names = {(table, row["id"]): name for (table, name), row in get_shipped(update.after).items()}
    wrong = []
    after = picture.narrow(update.after, update.columns)
    for one in picture.compare(update.before, after):
        table, key, column, old, new = one
        shipped = names.get((table, key))
        is_updated = shipped and column not in update.changed.get(shipped, ())
        if table.startswith(BOOKS) or column in STAMPS:
            continue
        if table == "crm_lead_stage_log" and (column in TOLD_ANEW or update.is_filled(key)):
            continue
        if column == "playbook_cause":  # test_what_began_an_activity_is_columns
            continue
        if table == "crm_lead" and column in LAST_CONTACT and update.is_captured(key):
            continue
        if column == "playbook_escalated_at" and update.tells_missed(key):
            continue
        if (table, column, new) == ("crm_stage", "is_won", False):  # test_renewals: a renewal is a deal
            continue
        if (table, column) == ("crm_funnel_review", "company_id") and old is None:  # there is but one
            continue
        if table == DOCUMENTS and old is None and ("crm_playbook_output", new[OUTPUT]) in names:
            continue
        if is_updated and (old is None if column is None else new == fresh[table, shipped][column]):
            continue
        if old is None and column is None and (table == QUEUE or not table.startswith(FACTS)):
            continue
        wrong.append(one)
    assert not picture.describe(wrong)


def test_what_is_known_is_contact(update):
    """Mails and calls of open deals; a note that was written from one is about that."""
    contacts = update.after[CAPTURED]
    assert contacts.keys() - update.before.get(CAPTURED, {}).keys() == contacts.keys()
    if not any(one["subject"] == "Our order" for one in update.after["mail_message"].values()):
        return  # the first version's story has no mail
    mail = next(one for one in contacts.values() if one["summary"] == "Our order")
    lead = update.after["crm_lead"][mail["lead_id"]]
    assert lead["last_contact_summary"] == "Our order"
    assert (lead["last_contact_channel"], mail["is_from_before"], mail["is_from_customer"]) == (
        "email",
        True,
        True,
    )
    call = next(one for one in contacts.values() if one["source_model"] == "mail.activity")
    assert call["id"] in [note["contact_id"] for note in update.after["crm_lead_progress"].values()]


def test_what_began_an_activity_is_columns(update):
    """As the text said that was taken apart; when a deal was won or lost the log says, seconds beside it."""
    before, after = update.before["mail_activity"], update.after["mail_activity"]
    caused = {key: row["playbook_cause"] for key, row in before.items() if row.get("playbook_cause")}
    if not any("playbook_cause" in row for row in before.values()):
        pytest.skip("the first version had no deadlines")
    assert len({text.partition(":")[0] for text in caused.values()}) > 2
    for key, text in caused.items():
        (told, number), is_final = split_cause(text)
        (now, its), row = tell_cause(after[key]), after[key]
        assert (now, bool(row["playbook_is_final"])) == (told, is_final)
        assert its == number or (told.endswith((":won", ":lost")) and abs(its - number) < 60)


def test_the_log_has_no_gap(update):
    gaps = update.database.query(
        """SELECT lead_id FROM (
            SELECT lead_id, left_at, ended_as,
                LEAD(entered_at) OVER (PARTITION BY lead_id ORDER BY sequence) AS following
            FROM crm_lead_stage_log
        ) AS segment WHERE left_at IS DISTINCT FROM following AND ended_as <> 'left'"""
    )
    assert not gaps


def test_the_log_says_what_it_said(update):
    """When a deal came where, how, and how long it stayed where it was not lost meanwhile."""
    rows = update.after["crm_lead_stage_log"]
    assert rows
    for key, row in update.before["crm_lead_stage_log"].items():
        now = rows[key]
        assert now["origin"] == "migrated"
        if now["closes_stay"] and now["sequence"] == now["stay_sequence"]:
            assert now["duration_days"] == pytest.approx(row["duration_days"])
            assert now["working_hours"] == pytest.approx(row["working_hours"])


def test_the_records_fit_together(update):
    update.database.tell("fits")


def test_shipped_records_are_those_of_a_new_installation(update, fresh):
    """Where the administrator has not changed them."""
    shipped = get_shipped(update.after)
    assert shipped.keys() >= fresh.keys()
    wrong = [
        (name, column, row[column], shipped[table, name][column])
        for (table, name), row in fresh.items()
        for column in row
        if name not in update.changed and column not in NOT_SHIPPED and not column.endswith("_id")
        if row[column] != shipped[table, name][column]
    ]
    assert not wrong


def test_settings_are_those_of_a_new_installation(update, installed):
    """Headings of the customer sheet, and jobs."""
    headings = "SELECT column_name, field_name FROM base_import_mapping ORDER BY 1, 2"
    assert update.database.query(headings) == installed.query(headings)
    jobs = "SELECT cron_name, active FROM ir_cron ORDER BY 1"
    assert update.database.query(jobs) == installed.query(jobs)


COLLEAGUES = """
    SELECT follower.id FROM mail_followers follower
    JOIN crm_lead lead ON lead.id = res_id AND won_status = 'pending'
    JOIN res_users users ON users.partner_id = follower.partner_id AND NOT share
    WHERE res_model = 'crm.lead'"""


def test_followers(update):
    """Colleagues hear of high risks from now on; whoever could choose already keeps what they chose."""
    expected = update.hearing or update.database.query(COLLEAGUES)
    assert expected
    assert sorted(update.database.query(HEARING)) == sorted(expected)


def test_reviews_know_their_workbook(update):
    kept = update.database.query(
        """SELECT workbook_id, (
            SELECT MIN(id) FROM ir_attachment WHERE res_model = 'crm.funnel.review' AND res_id = review.id
                AND mimetype LIKE '%spreadsheet%'
        ) FROM crm_funnel_review review WHERE review.state <> 'failed'"""
    )
    assert bool(kept) == bool(update.before.get("crm_funnel_review"))  # the first version had none
    assert all(workbook and workbook == first for workbook, first in kept)


def test_the_gate_works(update):
    update.database.tell("move_on")


SENT = f"""
    SELECT name, text->>'en_US' FROM ir_model_data
    JOIN (SELECT 'mail.template' AS model, id, body_html AS text FROM mail_template
        UNION SELECT 'mail.message.subtype', id, name FROM mail_message_subtype
        UNION SELECT 'mail.message.subtype', id, description FROM mail_message_subtype) AS sent
    ON sent.model = ir_model_data.model AND sent.id = res_id
    WHERE module = '{MODULE}' ORDER BY 1, 2"""


def test_mails_are_those_of_a_new_installation(update, installed):
    """Their words, and what can be subscribed to."""
    assert update.database.query(SENT) == installed.query(SENT)
