"""The clock jumps: a day back, over the change to summer time, a month ahead."""

from datetime import timedelta

import pytest
import pytz

import jobs

ZONE = pytz.timezone("Europe/Brussels")


@pytest.fixture(scope="module")
def ticking(make_worked):
    odoo = make_worked("ticking")
    [[now]] = odoo.postgres.query("ticking", "SELECT date_trunc('second', now() AT TIME ZONE 'UTC')")
    odoo.change = get_next_change(now + timedelta(days=30))
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
    start = ticking.change - timedelta(days=20)
    jobs.run_all(ticking.database, start)
    move_some(ticking, start, 5)
    jobs.run_all(ticking.database, start)
    done = get_counts(ticking)
    assert done["mail_activity"] > 300
    back = start - timedelta(days=1)
    move_some(ticking, back, 5)  # these leave their stage before, by the clock, they entered another
    jobs.run_all(ticking.database, back)
    assert jobs.find_faults(ticking) == []
    jobs.run_all(ticking.database, start)
    after = get_counts(ticking)
    assert after["crm_funnel_review"] == done["crm_funnel_review"]
    jobs.run_all(ticking.database, start)
    assert get_counts(ticking) == after
    assert jobs.find_faults(ticking) == []


def test_summer_time_and_a_month_ahead(ticking):
    """Whatever is asked for each hour of the night of the change, it is asked once; a month ahead too."""
    change = ticking.change
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
    assert jobs.find_faults(ticking) == []
