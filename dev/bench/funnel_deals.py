"""A company that has kept its stage log for five years, for the measurements of the funnel."""

from odoo.tools import SQL

STAGES = 6
DAYS = 5 * 365
LEADS = """
    INSERT INTO crm_lead (name, type, active, stage_id, team_id, user_id, company_id, won_status, probability,
        expected_revenue, tier, create_uid, create_date)
    SELECT 'Deal ' || n, 'opportunity', TRUE, %(stage)s, (%(teams)s::int[])[n %% %(team_count)s + 1], 1, 1,
        'pending', n %% 100, n %% 100000, CHR(65 + n %% 3), 1,
        now() AT TIME ZONE 'utc' - INTERVAL '1 day' * (%(days)s * (%(count)s - n)::float / %(count)s)
    FROM generate_series(1, %(count)s) AS n
"""
# Deal n goes through n % 5 + 1 stages of 1 to 17 days, then it is won from the fifth or lost where it is.
STAYS = """
    INSERT INTO crm_lead_stage_log (lead_id, playbook_id, team_id, user_id, stage_id, previous_stage_id,
        entered_at, left_at, duration_days, working_hours, kind, gate, moved_by_id)
    SELECT lead_id, (%(playbooks)s::int[])[team %% 2 + 1], team_id, 1, (%(stages)s::int[])[stage],
        LAG((%(stages)s::int[])[stage]) OVER deal, entered_at, CASE WHEN left_at <= now THEN left_at END,
        CASE WHEN left_at <= now THEN days END, CASE WHEN left_at <= now THEN days * 5.7 END,
        CASE WHEN step = 1 THEN 'created' WHEN step <= depth THEN 'forward' WHEN depth = 5 THEN 'won'
            ELSE 'lost' END,
        CASE WHEN step > depth AND depth < 5 THEN 'none' ELSE 'passed' END, 1
    FROM (
        SELECT *, begun_at + SUM(days) OVER (PARTITION BY lead_id ORDER BY step) * INTERVAL '1 day' AS
        left_at,
            begun_at + (SUM(days) OVER (PARTITION BY lead_id ORDER BY step) - days) * INTERVAL '1 day' AS
            entered_at
        FROM (
            SELECT lead.id AS lead_id, lead.team_id, lead.create_date AS begun_at, step, depth,
                ARRAY_POSITION(%(teams)s::int[], lead.team_id) AS team, now() AT TIME ZONE 'utc' AS now,
                CASE WHEN step <= depth OR depth = 5 THEN step ELSE depth END AS stage,
                CASE WHEN step <= depth THEN 1 + (lead.id * (step + 3)) %% 17 ELSE 100000 END AS days
            FROM crm_lead lead, LATERAL (SELECT lead.id %% 5 + 1 AS depth) way,
                LATERAL generate_series(1, depth + 1) AS step
            WHERE lead.team_id = ANY(%(teams)s)
        ) step
    ) stay
    WHERE entered_at <= now
    WINDOW deal AS (PARTITION BY lead_id ORDER BY step)
    ORDER BY entered_at
"""
SETTLE = """
    UPDATE crm_lead lead SET stage_id = log.stage_id, won_status = CASE log.kind WHEN 'won' THEN 'won'
        WHEN 'lost' THEN 'lost' ELSE 'pending' END, active = log.kind <> 'lost'
    FROM crm_lead_stage_log log WHERE log.lead_id = lead.id AND log.left_at IS NULL
        AND (lead.stage_id <> log.stage_id OR log.kind IN ('won', 'lost'))
"""


def make_funnel(env, stays):
    """Makes, once, two playbooks with ten teams with about ``stays`` stays of five years, and returns the
    first one.
    """
    if made := env["crm.playbook"].search([("name", "=", "Funnel 0")]):
        return made
    teams = env["crm.team"].create([{"name": f"Funnel {number}"} for number in range(10)])
    stages = env["crm.stage"].create(
        [
            {
                "name": f"Step {step}",
                "sequence": step,
                "is_won": step == STAGES,
                "team_ids": [(6, 0, teams.ids)],
            }
            for step in range(1, STAGES + 1)
        ]
    )
    playbooks = env["crm.playbook"].create(
        [
            {
                "name": f"Funnel {number}",
                "stage_ids": [(0, 0, {"stage_id": stage.id}) for stage in stages],
                "team_ids": teams[number::2].ids,
            }
            for number in range(2)
        ]
    )
    env.flush_all()
    values = {
        "stages": stages.ids,
        "playbooks": playbooks.ids,
        "teams": teams.ids,
        "count": stays * 100 // 396,
    }
    values |= {"stage": stages[0].id, "team_count": len(teams), "days": DAYS}
    env.cr.execute("SET LOCAL session_replication_role TO replica")  # the rows are right as they are
    for statement in (LEADS, STAYS, SETTLE):
        env.cr.execute(SQL(statement, **values))
    env.cr.execute("SET LOCAL session_replication_role TO origin")
    playbooks.has_review = False  # what is measured makes its own
    for table in ("crm_lead", "crm_lead_stage_log"):
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    return playbooks[0]
