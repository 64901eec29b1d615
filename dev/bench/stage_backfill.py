"""What it costs to fill the stage log from Odoo's tracking when leads come under a playbook."""

from odoo.tools import SQL

from bench.lead_move import make_playbook, make_team
from bench.registry import bench

LEADS = """
    INSERT INTO crm_lead (name, type, active, stage_id, team_id, won_status, create_uid, create_date,
        date_last_stage_update)
    SELECT 'Lead ' || n, 'opportunity', TRUE, %(last)s, %(team)s, 'pending', 1,
        TIMESTAMP '2024-01-01 09:00' + n * INTERVAL '1 minute', TIMESTAMP '2026-01-01'
    FROM generate_series(1, %(count)s) AS n
    RETURNING id, create_date
"""

MESSAGES = """
    WITH lead AS (%(leads)s), message AS (
        INSERT INTO mail_message (model, res_id, message_type, date, create_uid)
        SELECT 'crm.lead', lead.id, 'notification', lead.create_date + step * INTERVAL '20 hours', 1
        FROM lead, generate_series(1, %(steps)s) AS step ORDER BY step, lead.id
        RETURNING id, res_id, date
    )
    INSERT INTO mail_tracking_value (field_id, mail_message_id, create_uid,
        old_value_integer, new_value_integer)
    SELECT %(field)s, id, 1, (%(cycle)s::int[])[step %% 2 + 1], (%(cycle)s::int[])[(step + 1) %% 2 + 1]
    FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY res_id ORDER BY date) - 1 AS step FROM message) numbered
"""

COLUMNS = """
    lead_id, playbook_id, product_line_id, team_id, user_id, stage_id, previous_stage_id, entered_at, left_at,
    kind, duration_days, working_hours, gate, moved_by_id
"""


def tracked_leads(env, count, steps):
    """A playbook whose leads have ``count * steps`` tracked changes of stage and no log, and a copy of
    the rows that the log will have.
    """
    team, stages = make_team(env, "Tracked")
    make_playbook(env, team, stages)
    leads = SQL(LEADS, last=stages[steps % 2].id, team=team.id, count=count)
    field_id = env["ir.model.fields"]._get("crm.lead", "stage_id").id
    env.cr.execute(SQL(MESSAGES, leads=leads, steps=steps, field=field_id, cycle=stages.ids))
    playbook = env["crm.playbook"].search([("team_ids", "in", team.ids)])
    fill(env, playbook)
    env.cr.execute("CREATE TABLE bench_stage_log AS SELECT * FROM crm_lead_stage_log")
    env.cr.execute("DELETE FROM crm_lead_stage_log")
    for table in ("crm_lead", "mail_message", "mail_tracking_value", "bench_stage_log"):
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    return playbook


def fill(env, playbook):
    env["crm.lead.stage.log"]._backfill_playbooks(playbook)


def insert_rows(env, playbook):
    """The same rows with nothing to find out."""
    columns = SQL(COLUMNS)
    env.cr.execute(
        SQL("INSERT INTO crm_lead_stage_log (%s) SELECT %s FROM bench_stage_log", columns, columns)
    )


@bench(
    "Fill the log of {count:,} leads from {steps} tracked values each, against a bare INSERT … SELECT",
    setup=tracked_leads,
    params={"count": 100_000, "steps": 10},
    quick={"count": 2_000, "steps": 10},
    plain=False,
    bare=insert_rows,
)
def stage_backfill(env, playbook):
    fill(env, playbook)
