"""What the nightly job costs on a company's open deals: risks, score, tier and checks."""

from odoo.tools import SQL

from bench.lead_move import make_playbook, make_team
from bench.lead_rate import add_rating
from bench.registry import bench

LEADS = """
    WITH lead AS (
        INSERT INTO crm_lead (name, type, active, stage_id, team_id, won_status, probability,
            expected_revenue, create_uid, create_date, date_last_stage_update, last_contact_at)
        SELECT 'Deal ' || n, 'opportunity', TRUE, %(stage)s, %(team)s, 'pending', n %% 100, n, 1,
            now, now, now
        FROM generate_series(1, %(count)s) AS n,
            LATERAL (SELECT now() AT TIME ZONE 'utc' - (n %% 100 = 0)::int * INTERVAL '30 days' AS now) time
        RETURNING id, create_date
    )
    INSERT INTO crm_lead_stage_log (lead_id, playbook_id, team_id, stage_id, entered_at, kind, gate,
        moved_by_id)
    SELECT id, %(playbook)s, %(team)s, %(stage)s, create_date, 'created', 'passed', 1 FROM lead
"""


def open_deals(env, count):
    """A playbook with ``count`` open deals, one in a hundred of them silent for a month."""
    team, stages = make_team(env, "Refreshed")
    make_playbook(env, team, stages)
    playbook = env["crm.playbook"].search([("team_ids", "in", team.ids)])
    playbook.stage_ids.expected_days = 10
    add_rating(env, team)
    env.flush_all()
    values = {"stage": stages[0].id, "team": team.id, "playbook": playbook.id, "count": count}
    env.cr.execute(SQL(LEADS, **values))
    for table in ("crm_lead", "crm_lead_stage_log"):
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    env["crm.playbook.refresh"].search([("playbook_id", "=", playbook.id)]).unlink()
    return playbook


def refresh(env, playbook):
    """The job's own steps without its commits, which the bench could not undo."""
    row = env["crm.playbook.refresh"].create({"playbook_id": playbook.id})
    while row.exists():
        row._run_batch()
        env.cr.flush()  # what a commit does before it, messages of changes included
        env.invalidate_all()


@bench(
    "Look again at {count:,} open deals, as every night",
    setup=open_deals,
    params={"count": 100_000},
    quick={"count": 10_000},
    plain=False,
)
def refresh_deals(env, playbook):
    refresh(env, playbook)


@bench("Look again at {count:,} open deals", setup=open_deals, params={"count": 10_000}, plain=False)
def refresh_deals_tenth(env, playbook):
    refresh(env, playbook)
