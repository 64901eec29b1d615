"""A renewal is a deal of its own since 19.0.1.3.0: what stood in the renewal stage is as won as it was."""

import tarfile

import pytest
from test_update import VERSIONS

OUTCOMES = """
    SELECT lead.name, lead.active, lead.probability, lead.won_status, lead.expected_revenue, lead.date_closed
    FROM crm_lead lead ORDER BY lead.id"""
STANDING = """
    SELECT lead.name, stage.name->>'en_US', stage.is_won, log.kind, log.state, log.gate
    FROM crm_lead lead JOIN crm_stage stage ON stage.id = lead.stage_id
    JOIN crm_lead_stage_log log ON log.lead_id = lead.id AND log.left_at IS NULL
    JOIN crm_team team ON team.id = lead.team_id AND team.name->>'en_US' IN ('Soft', 'Own') ORDER BY
    lead.id"""
TOLD = """
    SELECT playbook.name->>'en_US', message.body FROM mail_message message
    JOIN crm_playbook playbook ON playbook.id = message.res_id
    WHERE message.model = 'crm.playbook' AND message.body LIKE '%renewal%' ORDER BY playbook.id"""


@pytest.fixture(scope="module")
def before_and_after(plain, tmp_path_factory):
    folder = tmp_path_factory.mktemp("addons")
    with tarfile.open(VERSIONS / "19.0.1.2.0.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    database = plain.copy("renewals")
    database.addons = folder
    database.load("-i")
    database.tell("renewals")
    before = database.query(OUTCOMES)
    database.addons = None
    database.load("-u")
    return before, database


def test_wins_and_revenue_are_what_they_were(before_and_after):
    before, database = before_and_after
    assert sum(row[3] == "won" for row in before) > 8
    assert database.query(OUTCOMES) == before


def test_deals_are_in_the_won_stage_again(before_and_after):
    """Given back, and not moved; the stage is for renewal deals now. A stage of somebody's own stays as it
    is.
    """
    _before, database = before_and_after
    rows = database.query(STANDING)
    # what had come there from the signed contract by a move is given back to it
    assert [row[1:] for row in rows if row[0].startswith("Soft")] == [
        *[("Won", True, "reassigned", "won", "none")] * 4,
        ("Won", True, "won", "won", "observed"),
    ]
    assert [row[1:3] for row in rows if row[0].startswith("Own")] == [
        *[("Repeat orders", True)] * 4,
        ("Won", True),
    ]
    stages = database.query(
        "SELECT stage.name->>'en_US', stage.is_won, named.is_renewal FROM crm_playbook_stage named"
        " JOIN crm_stage stage ON stage.id = named.stage_id"
        " WHERE stage.name->>'en_US' IN ('Renewal & upsell', 'Repeat orders') ORDER BY stage.id"
    )
    assert [(name, is_won, bool(is_renewal)) for name, is_won, is_renewal in stages] == [
        ("Renewal & upsell", False, True),
        ("Repeat orders", True, False),
    ]


def test_the_playbooks_are_told(before_and_after):
    _before, database = before_and_after
    told = database.query(TOLD)
    assert [name for name, _body in told] == ["Soft", "Own"]
    assert "as won as before: 4" in told[0][1]
    assert "still is a won stage" in told[1][1]


def test_the_records_fit_together(before_and_after):
    _before, database = before_and_after
    database.tell("fits")
