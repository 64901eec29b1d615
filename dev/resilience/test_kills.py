"""The module's jobs are killed, again and again, and it makes no difference to what they do."""

import os
import random
from collections import Counter
from datetime import timedelta

import pytest

import jobs

KILLS = int(os.environ.get("RESILIENCE_KILLS", "50"))
SEED = 19
MAX_DAYS = 20

# What the jobs leave behind, without the ids that a killed run has used up.
CONTENT = {
    "activities": """
        SELECT lead.name, users.login, activity.summary, activity.date_deadline, activity.active,
            activity.playbook_kind, activity.playbook_occurrence, activity.playbook_is_final,
            activity.playbook_closing, activity.playbook_started_at, activity.playbook_due_at,
            activity.playbook_done_at, activity.playbook_escalate_at, activity.playbook_escalated_at
        FROM mail_activity activity JOIN res_users users ON users.id = activity.user_id
        LEFT JOIN crm_lead lead ON lead.id = activity.res_id AND activity.res_model = 'crm.lead'
    """,
    "stays": """
        SELECT lead.name, log.stage_id, log.kind, log.entered_at, log.left_at, log.gate
        FROM crm_lead_stage_log log JOIN crm_lead lead ON lead.id = log.lead_id
    """,
    "risks": """
        SELECT lead.name, risk.type_id, risk.level, risk.state, risk.description, risk.raised_at,
            REGEXP_REPLACE(risk.cause, '[0-9]+', '')
        FROM crm_lead_risk risk JOIN crm_lead lead ON lead.id = risk.lead_id
    """,
    "deals": "SELECT name, score, tier, risk_level, stage_id, active, won_status FROM crm_lead",
    "flags": """
        SELECT lead.name, flag.crm_playbook_check_id FROM crm_lead_check_rel flag
        JOIN crm_lead lead ON lead.id = flag.crm_lead_id
    """,
    "reviews": """
        SELECT review.team_id, review.period, review.date_from, line.stage_id, line.begun_count,
            line.next_count, line.open_count, line.flow_rate, line.mean_flow_rate
        FROM crm_funnel_review review JOIN crm_funnel_review_line line ON line.review_id = review.id
    """,
    "messages": """
        SELECT message.model, lead.name, message.message_type, message.subject
        FROM mail_message message
        LEFT JOIN crm_lead lead ON message.model = 'crm.lead' AND lead.id = message.res_id
    """,
    "mails": "SELECT COUNT(*), SUM((SELECT COUNT(*) FROM mail_mail_res_partner_rel)) FROM mail_mail",
    "files": "SELECT res_model, name, file_size > 0 FROM ir_attachment WHERE res_model LIKE 'crm%'",
}


@pytest.fixture(scope="module")
def twins(make_worked):
    """Two companies with the same work to do: ``(killed, spared)``."""
    twins = make_worked("killed"), make_worked("spared")
    return twins


def get_content(odoo):
    return {name: Counter(odoo.postgres.query(odoo.database, query)) for name, query in CONTENT.items()}


def kill_day(odoo, moment, seconds, chance, kills):
    """Run a day's jobs, killed at random points until they end by themselves or there were enough kills.

    :param float seconds: how long the jobs take
    :return: how often they were killed
    """
    names, count = jobs.JOBS, 0
    while names and count < kills:
        run = jobs.Run(odoo.database, names, moment)
        count += run.kill_after(chance.uniform(0, seconds / 3))
        names = tuple(name for name in names if name not in run.done)
    return count


def test_killed_jobs_do_the_same(twins, record_property):
    killed, spared = twins
    [[start]] = killed.postgres.query("killed", "SELECT date_trunc('second', now() AT TIME ZONE 'UTC')")
    chance, kills = random.Random(SEED), 0
    for day in range(1, MAX_DAYS):
        moment = start + timedelta(days=day)
        seconds = jobs.Run(spared.database, jobs.JOBS, moment).wait()
        kills += kill_day(killed, moment, seconds, chance, KILLS - kills)
        for odoo in twins:
            jobs.run_all(odoo.database, moment)
        if kills == KILLS:
            break
    assert kills == KILLS
    print(f"\n{kills} kills in {day} days")
    mine, others = get_content(killed), get_content(spared)
    assert len(others["activities"]) > 300 and len(others["reviews"]) > 20
    for name in CONTENT:
        assert list((mine[name] - others[name]).elements())[:5] == [], f"{name}: too many"
        assert list((others[name] - mine[name]).elements())[:5] == [], f"{name}: lost"
    for odoo in twins:
        assert jobs.find_faults(odoo) == []
