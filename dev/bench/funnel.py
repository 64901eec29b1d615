"""What freezing a week's review and opening the funnel page cost on five years of stays, against the SQL that
yields the same numbers.
"""

from datetime import timedelta
from functools import partial

from odoo.tools import SQL

from bench.registry import bench
from bench.scale.company import get_playbook

WEEKS = 12
STAYS_MADE = {"params": {"stays": 5_000_000}, "quick": {"stays": 250_000}}
MOVES = """
    SELECT log.stage_id, log.went, COUNT(*) FROM crm_lead_stage_log log
    WHERE log.playbook_id = %(playbook)s AND log.left_at >= %(since)s AND log.left_at < %(until)s
        AND log.went IS NOT NULL
    GROUP BY 1, 2
"""
ENTERED = """
    SELECT log.stage_id, COUNT(*) FROM crm_lead_stage_log log
    WHERE log.playbook_id = %(playbook)s AND log.entered_at >= %(since)s AND log.entered_at < %(until)s
        AND log.is_entry
    GROUP BY 1
"""
COHORT = """
    SELECT log.stage_id, lead.won_status, log.came_further_at IS NOT NULL AS is_reached, COUNT(*)
    FROM crm_lead_stage_log log JOIN crm_lead lead ON lead.id = log.lead_id
    WHERE log.playbook_id = %(playbook)s AND log.entered_at >= %(since)s AND log.entered_at < %(until)s
        AND log.is_first
    GROUP BY 1, 2, 3
"""
STAYS = """
    SELECT log.stage_id, COUNT(*), AVG(duration_days), AVG(working_hours),
        PERCENTILE_CONT(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY duration_days),
        PERCENTILE_CONT(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY working_hours)
    FROM crm_lead_stage_log log
    WHERE log.playbook_id = %(playbook)s AND log.left_at >= %(since)s AND log.left_at < %(until)s
        AND log.closes_stay
    GROUP BY 1
"""
OPEN = """
    SELECT log.stage_id, lead.company_id, COUNT(*), SUM(lead.expected_revenue),
        SUM(lead.expected_revenue * lead.probability / 100)
    FROM crm_lead_stage_log log JOIN crm_lead lead ON lead.id = log.lead_id
    WHERE log.playbook_id = %(playbook)s AND log.entered_at < %(until)s AND log.state = 'open'
        AND (log.left_at IS NULL OR log.left_at >= %(until)s)
    GROUP BY 1, 2
"""
OPEN_COUNTS = """
    SELECT log.stage_id, COUNT(*) FROM crm_lead_stage_log log
    WHERE log.playbook_id = %(playbook)s AND log.entered_at < %(until)s AND log.state = 'open'
        AND (log.left_at IS NULL OR log.left_at >= %(until)s)
    GROUP BY 1
"""
TREND = """
    SELECT log.stage_id, DATE_TRUNC('day', log.entered_at), COUNT(*) FROM crm_lead_stage_log log
    WHERE log.playbook_id = %(playbook)s AND log.entered_at >= %(since)s AND log.entered_at < %(until)s AND
    log.is_entry GROUP BY 1, 2
"""
OVERDUE = """
    SELECT COUNT(*), ARRAY_AGG(res_id) FROM mail_activity WHERE active AND res_model = 'crm.lead'
        AND playbook_id = %(playbook)s AND playbook_kind IS NOT NULL AND playbook_due_at < %(now)s
"""
OVERRIDES = """
    SELECT COUNT(*), ARRAY_AGG(lead_id) FROM crm_lead_stage_log WHERE playbook_id = %(playbook)s
        AND entered_at >= %(since)s AND entered_at < %(until)s AND gate = 'overridden'
"""
RISKS = """
    SELECT COUNT(*), ARRAY_AGG(lead_id) FROM crm_lead_risk risk JOIN crm_lead lead ON lead.id = risk.lead_id
    WHERE lead.team_id = ANY(%(teams)s) AND level = 'high' AND raised_at >= %(since)s
        AND raised_at < %(until)s
"""
FLAGGED = """
    SELECT COUNT(*), ARRAY_AGG(lead.id) FROM crm_lead lead WHERE team_id = ANY(%(teams)s) AND active
        AND won_status = 'pending' AND EXISTS (
            SELECT FROM crm_lead_check_rel rel WHERE rel.crm_lead_id = lead.id)
"""
SILENT = """
    SELECT COUNT(*), ARRAY_AGG(id) FROM crm_lead WHERE team_id = ANY(%(teams)s) AND active
        AND won_status = 'pending' AND tier = 'A'
        AND (last_contact_at IS NULL OR last_contact_at < %(since)s)
"""
FINDINGS = (OVERDUE, OVERRIDES, RISKS, FLAGGED, SILENT)


def find_playbook(env, stays):
    return get_playbook(env, "Main")


def get_week(env, playbook):
    """Returns the days of the last week that is over, and its bounds."""
    from odoo.addons.sales_funnel_playbook.tools.funnel import get_bounds, get_last_period

    days = get_last_period(env.cr.now(), "week", playbook._get_tz())
    return days, get_bounds(*days, playbook._get_tz())


def run_bare(env, playbook, statements, since, until):
    """Runs each statement for one period."""
    env.cr.execute("SET LOCAL jit TO off")  # as the module does
    values = {"playbook": playbook.id, "since": since, "until": until, "now": env.cr.now()}
    for statement in statements:
        env.execute_query(SQL(statement, teams=playbook.team_ids.ids, **values))


def freeze_bare(env, playbook):
    _days, bounds = get_week(env, playbook)
    run_bare(env, playbook, (ENTERED, MOVES, COHORT, STAYS, OPEN, *FINDINGS), *bounds)


def page_bare(env, playbook, weeks=WEEKS):
    _days, (_since, until) = get_week(env, playbook)
    until += timedelta(weeks=1)
    since = until - timedelta(weeks=weeks)
    run_bare(env, playbook, (ENTERED, MOVES, COHORT, STAYS, OPEN, TREND), since, until)
    run_bare(env, playbook, (ENTERED, MOVES, COHORT, STAYS, OPEN), since - timedelta(weeks=weeks), since)


@bench(
    "Freeze a week of {stays:,} stays, against the bare SQL of its numbers",
    setup=find_playbook,
    **STAYS_MADE,
    bare=freeze_bare,
    limit={"ratio": 1.5},
)
def funnel_freeze(env, playbook):
    days, _bounds = get_week(env, playbook)
    env["crm.funnel.review"]._make(playbook, "week", days, False)


@bench(
    "Open the funnel page, 12 weeks of {stays:,} stays and the 12 before, against the SQL of its numbers",
    setup=find_playbook,
    **STAYS_MADE,
    bare=page_bare,
    limit={"ratio": 1.5},
)
def funnel_page(env, playbook):
    env["crm.funnel.report"].get_funnel({"playbook_id": playbook.id, "period": "weeks_12"})


def page_quick_bare(env, playbook, weeks=WEEKS):
    _days, (_since, until) = get_week(env, playbook)
    until += timedelta(weeks=1)
    since = until - timedelta(weeks=weeks)
    run_bare(env, playbook, (ENTERED, MOVES, OPEN_COUNTS, TREND), since, until)
    run_bare(env, playbook, (ENTERED, MOVES, OPEN_COUNTS), since - timedelta(weeks=weeks), since)


@bench(
    "What the page shows at first, of the same weeks, against the SQL of its numbers",
    setup=find_playbook,
    **STAYS_MADE,
    bare=page_quick_bare,
    limit={"ratio": 1.5},
)
def funnel_page_quick(env, playbook):
    filters = {"playbook_id": playbook.id, "period": "weeks_12"}
    env["crm.funnel.report"].get_funnel(filters, is_quick=True)


@bench(
    "The same for one week and the one before",
    setup=find_playbook,
    **STAYS_MADE,
    bare=partial(page_bare, weeks=1),
    limit={"ratio": 1.5},
)
def funnel_page_week(env, playbook):
    env["crm.funnel.report"].get_funnel({"playbook_id": playbook.id, "period": "this_week"})
