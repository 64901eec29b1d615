"""What it costs to fill the stage log from Odoo's tracking when leads come under a playbook."""

from odoo.tools import SQL

from bench.jobs import fill_history
from bench.registry import bench
from bench.scale.company import get_playbook

COLUMNS = """
    lead_id, playbook_id, company_id, product_line_id, team_id, user_id, stage_id, previous_stage_id,
    stage_rank,
    state, origin, sequence, stay_sequence, stay_began_at, gate_stage_id, is_entry, is_first, came_further_at,
    closes_stay, entered_at, left_at, ended_as, went, kind, duration_days, working_hours, gate, moved_by_id
"""


def tracked_leads(env):
    """The playbook of a team whose leads have a history and no log any more, and a copy of what that had."""
    playbook = get_playbook(env, "First")
    values = (playbook.id,)
    env.cr.execute(
        "CREATE TEMPORARY TABLE bench_stay ON COMMIT DROP AS"
        " SELECT * FROM crm_lead_stage_log WHERE playbook_id = %s",
        values,
    )
    env.cr.execute("DELETE FROM crm_lead_stage_log WHERE playbook_id = %s", values)
    return playbook


def insert_rows(env, playbook):
    """The same rows with nothing to find out."""
    columns = SQL(COLUMNS)
    env.cr.execute(SQL("INSERT INTO crm_lead_stage_log (%s) SELECT %s FROM bench_stay", columns, columns))


@bench(
    "Fill the log of a team of {count:,} leads from what Odoo tracked, against a bare INSERT … SELECT",
    setup=lambda env, count: tracked_leads(env),
    params={"count": 50_000},
    quick={"count": 2_500},
    bare=insert_rows,
    limit={"ratio": 2},
)
def stage_backfill(env, playbook):
    playbook._request_history()
    fill_history(env)
