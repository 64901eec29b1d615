"""The same company after it has worked with playbooks for five years."""

import time

from odoo.tools import SQL

from bench.jobs import fill_history, run_job
from bench.scale.case_library import make_library
from bench.scale.company import FIRST, GATE, MAIN, TENTH, get_playbook, get_steps, get_teams
from bench.scale.playbooks import add_gates, add_rules, make_playbook
from bench.scale.rows import filling, vacuum

SEGMENTS = """
    CREATE TEMPORARY TABLE bench_log ON COMMIT DROP AS
    SELECT ROW_NUMBER() OVER (ORDER BY at) AS id, lead_id, %(playbook)s::int AS playbook_id, company_id,
        team_id, user_id, stage_id, previous_id AS previous_stage_id, place.rank::int AS stage_rank,
        at AS entered_at, left_at, CASE WHEN left_at IS NOT NULL THEN 'left' END AS ended_as,
        CASE kind WHEN 'lost' THEN 'lost' WHEN 'won' THEN 'won' ELSE 'open' END AS state,
        kind, CASE WHEN kind IN ('lost', 'backward') THEN 'none' ELSE 'passed' END AS gate,
        'live'::varchar AS origin, step::int AS sequence, probability, user_id AS moved_by_id
    FROM (
        SELECT *, CASE WHEN step = 1 THEN 'created' WHEN stage_id = %(won)s THEN 'won'
            WHEN won_status = 'lost' AND step = steps THEN 'lost'
            WHEN stage.sequence < previous.sequence THEN 'backward' ELSE 'forward' END AS kind
        FROM (
            SELECT *, LAG(stage_id) OVER deal AS previous_id, LEAD(at) OVER deal AS left_at
            FROM (%(steps)s) step WINDOW deal AS (PARTITION BY lead_id ORDER BY step)
        ) stay
        JOIN crm_stage stage ON stage.id = stay.stage_id
        LEFT JOIN crm_stage previous ON previous.id = stay.previous_id
    ) told
    JOIN (SELECT id AS deal_id, company_id FROM crm_lead) deal ON deal_id = lead_id
    LEFT JOIN (
        SELECT stage_id AS named_id, ROW_NUMBER() OVER (ORDER BY its.sequence, its.id) AS rank
        FROM crm_playbook_stage named JOIN crm_stage its ON its.id = named.stage_id
        WHERE named.playbook_id = %(playbook)s
    ) place ON place.named_id = told.stage_id
"""
# What follows from them is derived as the module does it.
STAYS = """
    INSERT INTO crm_lead_stage_log (lead_id, playbook_id, company_id, team_id, user_id, stage_id,
        previous_stage_id, stage_rank, entered_at, left_at, state, kind, gate, origin, probability,
        moved_by_id, %(columns)s, working_hours)
    SELECT lead_id, playbook_id, company_id, team_id, user_id, stage_id, previous_stage_id, stage_rank,
        entered_at, left_at, state, kind, gate, origin, probability, moved_by_id, %(derived_columns)s,
        derived.duration_days * 24 * 40 / 168
    FROM bench_log log JOIN (%(derived)s) derived ON derived.id = log.id ORDER BY log.id
"""
NOTES = """
    INSERT INTO crm_lead_progress (lead_id, user_id, channel, summary, communicated_at, create_uid,
        create_date)
    SELECT id, user_id, 'call', 'Spoke with them about point ' || n || ' of ' || id
            || ': they want a demonstration for both plants, and the contract by the end of the quarter.',
        moment.at, user_id, moment.at
    FROM crm_lead lead
    CROSS JOIN LATERAL GENERATE_SERIES(0, 3 - (lead.id %% 3 = 0)::int) n
    CROSS JOIN LATERAL (SELECT DATE_TRUNC('second', COALESCE(date_closed, NOW() AT TIME ZONE 'utc')
        - n * INTERVAL '6 days') AS at) moment
    WHERE team_id = ANY(%(teams)s)
"""
CONTACTS = """
    UPDATE crm_lead SET last_contact_at = NOW() AT TIME ZONE 'utc', last_contact_summary = 'Spoke with them',
        budget_max = (id %% 2) * 1000
    WHERE team_id = ANY(%(teams)s) AND won_status = 'pending'
"""
OUTPUTS = """
    INSERT INTO crm_lead_output (lead_id, output_id, playbook_stage_id, user_id, state, is_current, note,
        submitted_at, create_uid, create_date)
    SELECT lead.id, rule.id, rule.playbook_stage_id, lead.user_id, 'approved', TRUE,
        'Report of the visit to plant ' || lead.id, lead.create_date, lead.user_id, lead.create_date
    FROM crm_lead lead JOIN crm_playbook_output rule ON TRUE
    JOIN crm_playbook_stage stage ON stage.id = rule.playbook_stage_id AND stage.playbook_id = %(playbook)s
    WHERE lead.team_id = ANY(%(teams)s) AND lead.won_status = 'pending'
"""
# Each deal was completed in time, and has the work of its stage to do.
WORK = """
    INSERT INTO mail_activity (res_model_id, res_model, res_id, active, automated, user_id, summary,
        date_deadline, activity_type_id, playbook_id, playbook_deadline_id, playbook_assigned_id,
        playbook_kind, playbook_rule_id, playbook_occurrence, playbook_number, playbook_is_final,
        playbook_started_at, playbook_due_at, playbook_done_at, playbook_closing)
    SELECT %(model)s, 'crm.lead', lead.id, NOT is_done, TRUE, lead.user_id, rule.name->>'en_US',
        now() + INTERVAL '9 days', %(type)s, %(playbook)s, rule.id, lead.user_id,
        'deadline', rule.id, CASE WHEN is_done THEN 'created' ELSE 'stay' END,
        CASE WHEN is_done THEN 0 ELSE log.id END, TRUE,
        lead.captured_at, now() + INTERVAL '9 days',
        CASE WHEN is_done THEN lead.create_date END, CASE WHEN is_done THEN 'satisfied' END
    FROM crm_lead lead JOIN crm_lead_stage_log log ON log.lead_id = lead.id AND log.left_at IS NULL
    JOIN crm_playbook_deadline rule ON rule.playbook_id = %(playbook)s
        AND rule.name->>'en_US' IN ('Work', 'Intake')
    LEFT JOIN crm_playbook_stage stage ON stage.id = rule.playbook_stage_id
    CROSS JOIN LATERAL (SELECT rule.trigger = 'lead_created' AS is_done) done
    WHERE lead.team_id = ANY(%(teams)s) AND lead.won_status = 'pending'
        AND (is_done OR stage.stage_id = log.stage_id)
"""
PLAYBOOKS = (("Main", MAIN, add_rules), ("Tenth", TENTH, add_rules), ("Gate", GATE, add_gates))
TABLES = ("crm_lead_stage_log", "crm_lead_progress", "mail_activity", "crm_lead_output")


def activate_first(env, size):
    """Has a team with a history follow a playbook, and returns what that took."""
    playbook, teams = make_playbook(env, "First"), get_teams(env, FIRST)
    env.cr.commit()
    started = time.perf_counter()
    playbook.team_ids = teams
    env.cr.commit()
    fill_history(env, env.cr.commit)
    seconds = time.perf_counter() - started
    [[stays]] = env.execute_query(SQL("SELECT COUNT(*) FROM crm_lead_stage_log"))
    return {"first": seconds, "first_leads": size.leads // 20, "first_stays": stays, "leads": size.leads}


def make_module(env, size):
    """Fills the copy of the plain database in which the module was installed; returns what was timed."""
    facts = activate_first(env, size)
    with filling(env, *TABLES):
        for name, numbers, add in PLAYBOOKS:
            playbook = make_playbook(env, name)
            add(env, playbook)
            make_deals(env, playbook, numbers)
    env["crm.playbook.refresh"].search([]).unlink()
    vacuum(env, *TABLES, "crm_lead")
    facts |= {"first_night": run_jobs(env), "open": size.leads // 10}
    make_library(env, size.cases)
    make_library(env, size.cases, lines=1)
    vacuum(env, *TABLES, "crm_lead", "crm_lead_risk")
    return facts


def make_deals(env, playbook, numbers):
    """Writes what five years of work of some teams under a playbook have left."""
    playbook.has_review = False  # what is measured makes its own
    env.flush_all()
    teams = get_teams(env, numbers)
    values = {"playbook": playbook.id, "teams": teams.ids, "model": env["ir.model"]._get_id("crm.lead")}
    values |= {"type": env.ref("mail.mail_activity_data_todo").id, "steps": get_steps(env, numbers)}
    values["won"] = playbook.stage_ids[-1].stage_id.id
    for statement in (SEGMENTS, "ANALYZE bench_log"):
        env.cr.execute(SQL(statement, **values))
    env.cr.execute(SQL(STAYS, **get_derived()))
    for statement in (CONTACTS, NOTES, OUTPUTS, WORK, "DROP TABLE bench_log"):
        env.cr.execute(SQL(statement, **values))
    playbook.team_ids = teams
    env.flush_all()


def get_derived():
    """Returns SQL of what follows from the entries of the log, by the names in ``STAYS``."""
    from odoo.addons.sales_funnel_playbook.models.history.rebuild import COLUMNS, DERIVED
    from odoo.addons.sales_funnel_playbook.models.history.types import ENTERING

    values = {"log": SQL.identifier("bench_log"), "which": SQL("TRUE"), "entering": [*ENTERING]}
    return {
        "columns": SQL(", ").join(map(SQL.identifier, COLUMNS)),
        "derived_columns": SQL(", ").join(SQL.identifier("derived", name) for name in COLUMNS),
        "derived": SQL(DERIVED, **values),
    }


def run_jobs(env):
    """Lets the jobs do what the rows above have not, and returns the seconds of the first night."""
    seconds = {}
    for name, _numbers, _add in PLAYBOOKS:
        for kind in ("rating", "deadlines"):
            started = time.perf_counter()
            run_job(env, get_playbook(env, name), kind, env.cr.commit)
            seconds[name, kind] = time.perf_counter() - started
    return seconds["Main", "rating"]
