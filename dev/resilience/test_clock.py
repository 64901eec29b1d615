"""The clock jumps: a day back, over the change to summer time, a month ahead."""

from datetime import datetime, timedelta

import pytest
import pytz

import invariants
import jobs

ZONE = pytz.timezone("Europe/Brussels")
NEW = "SELECT COUNT(*) FROM mail_activity WHERE playbook_cause IS NOT NULL"
TOLD = "SELECT COUNT(*) FROM mail_message"


@pytest.fixture(scope="module")
def ticking(make_worked):
    odoo = make_worked("ticking")
    return odoo


def get_counts(odoo):
    tables = ("mail_activity", "mail_message", "crm_lead_risk", "crm_funnel_review", "crm_lead_stage_log")
    return {
        table: odoo.postgres.query(odoo.database, f"SELECT COUNT(*) FROM {table}")[0][0] for table in tables
    }


def move_some(odoo, moment, count):
    """Move deals back, as the clock has it."""
    with jobs.clock(moment), jobs.environment(odoo.database) as env:
        first, second = env["crm.stage"].search([("team_ids", "!=", False)], order="sequence", limit=2)
        leads = env["crm.lead"].search([("stage_id", "=", second.id)], limit=count)
        assert len(leads) == count
        leads.write({"stage_id": first.id})


def get_next_change(moment):
    """Return the next change to summer time in :data:`ZONE`, naive UTC."""
    return next(
        change
        for change, (_offset, saving, _name) in zip(
            ZONE._utc_transition_times, ZONE._transition_info, strict=True
        )
        if change > moment and saving
    )


def test_the_clock_goes_back_and_on(ticking):
    """Doing it again a day earlier, and again at the same time, does nothing twice."""
    start = datetime(2100, 3, 1, 9)  # far from today: the company's deals are open since long
    jobs.run_all(ticking.database, start)
    move_some(ticking, start, 5)
    jobs.run_all(ticking.database, start)
    done = get_counts(ticking)
    assert done["mail_activity"] > 500
    back = start - timedelta(days=1)
    move_some(ticking, back, 5)  # these leave their stage before, by the clock, they entered another
    jobs.run_all(ticking.database, back)
    assert invariants.find_faults(ticking) == []
    jobs.run_all(ticking.database, start)
    after = get_counts(ticking)
    assert after["crm_funnel_review"] == done["crm_funnel_review"]
    jobs.run_all(ticking.database, start)
    assert get_counts(ticking) == after
    assert invariants.find_faults(ticking) == []


def test_summer_time_and_a_month_ahead(ticking):
    """Whatever is asked for each hour of the night of the change, it is asked once; a month ahead too."""
    change = get_next_change(datetime(2026, 1, 1))
    assert ZONE.utcoffset(change + timedelta(hours=3)) != ZONE.utcoffset(change - timedelta(hours=3))
    for hours in range(-2, 4):
        jobs.run_all(ticking.database, change + timedelta(hours=hours))
        move_some(ticking, change + timedelta(hours=hours), 2)
    jobs.run_all(ticking.database, change + timedelta(hours=4))
    ahead = change + timedelta(days=31)
    jobs.run_all(ticking.database, ahead)
    done = get_counts(ticking)
    jobs.run_all(ticking.database, ahead)
    assert get_counts(ticking) == done
    assert invariants.find_faults(ticking) == []
