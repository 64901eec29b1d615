"""Fills the database of the forecast, a copy of the module's: ``python -m bench.mondays CONFIG DATABASE``.

Half of the open deals are archived; a third of the others are to close in this quarter. The last two Mondays
have all open deals, a tenth of which was another one a week before; the others have 20,000 each. Three years
of Mondays have kept a forecast.
"""

import argparse
import json
import time
from datetime import timedelta

from odoo.tools import SQL

from bench.database import open_database
from bench.made import FACTS
from bench.scale.company import get_playbook, get_stages, get_teams
from bench.scale.rows import vacuum

MONDAYS = 104
KEPT = {"full": 20_000, "quick": 1_000}  # deals on a Monday
WEEK = timedelta(days=7)
CATEGORIES = {4: "best_case", 5: "commit"}  # of the stages after so many others
CLOSING = """
    UPDATE crm_lead SET date_deadline = %s + id %% 270, active = id %% 2 = 0
    WHERE active AND won_status = 'pending'
"""
COLUMNS = """
    SELECT STRING_AGG(QUOTE_IDENT(column_name), ', ') FROM information_schema.columns
    WHERE table_name = 'crm_funnel_snapshot'
        AND column_name NOT IN ('id', 'date', 'worth', 'user_id', 'date_deadline')
"""
WEEK_BEFORE = """
    INSERT INTO crm_funnel_snapshot (date, worth, user_id, date_deadline, %(columns)s)
    SELECT %(day)s, worth + CASE WHEN id %% 20 = 1 THEN 1000 ELSE 0 END,
        CASE WHEN id %% 50 = 2 THEN %(user)s ELSE user_id END,
        date_deadline - CASE WHEN id %% 30 = 3 THEN 20 ELSE 0 END, %(columns)s
    FROM crm_funnel_snapshot WHERE date = %(last)s AND id %% 100 <> 4
"""
MONDAYS_BEFORE = """
    INSERT INTO crm_funnel_snapshot (date, worth, user_id, date_deadline, %(columns)s)
    SELECT %(last)s - number * 7, worth, user_id, date_deadline, %(columns)s
    FROM GENERATE_SERIES(2, %(mondays)s - 1) number
    CROSS JOIN (SELECT * FROM crm_funnel_snapshot WHERE date = %(last)s ORDER BY id LIMIT %(kept)s) deal
"""
DAYS = """
    INSERT INTO crm_funnel_snapshot_day (date, company_id, taken_at, deal_count)
    SELECT date, company_id, date::timestamp, COUNT(*) FROM crm_funnel_snapshot WHERE date < %s GROUP BY 1, 2
"""
WEEKS = """
    INSERT INTO crm_forecast_week (date, level, company_id, team_id, user_id, period, date_from, date_to, won,
        commit, best_case, pipeline, weighted, calibrated, has_target, target, has_own, own)
    SELECT %(last)s - number * 7, owner.level, %(company)s, owner.team_id, owner.user_id, one.period,
        DATE_TRUNC(one.period, monday)::date,
        (DATE_TRUNC(one.period, monday) + one.length - INTERVAL '1 day')::date,
        1000 * number, 500, 300, 900, 1700 + number, 1600 + number, TRUE, 2000, number %% 2 = 0, 1900
    FROM GENERATE_SERIES(1, 156) number
    CROSS JOIN LATERAL (SELECT (%(last)s - number * 7)::timestamp - INTERVAL '1 day' AS monday) at
    CROSS JOIN (VALUES ('month', INTERVAL '1 month'), ('quarter', INTERVAL '3 months'),
        ('year', INTERVAL '1 year')) one (period, length)
    CROSS JOIN (
        SELECT 'company' AS level, NULL::int AS team_id, NULL::int AS user_id
        UNION ALL SELECT 'team', id, NULL FROM crm_team WHERE id = ANY(%(teams)s)
        UNION ALL
        SELECT 'person', crm_team_id, user_id FROM crm_team_member WHERE crm_team_id = ANY(%(teams)s)
    ) owner
"""
TARGETS = """
    INSERT INTO crm_sales_target (company_id, team_id, user_id, period, date_from, amount)
    SELECT %(company)s, crm_team_id, user_id, 'month', DATE_TRUNC('year', %(last)s::timestamp)::date
        + (month * INTERVAL '1 month'), 100000
    FROM crm_team_member CROSS JOIN GENERATE_SERIES(0, 11) month WHERE crm_team_id = ANY(%(teams)s)
"""
SIZE = """
    SELECT PG_TOTAL_RELATION_SIZE('crm_funnel_snapshot') / COUNT(*), AVG(PG_COLUMN_SIZE(one))::int
    FROM crm_funnel_snapshot one
"""


def set_rules(env):
    """Says how sure deals in the last stages are, and what a commit asks for."""
    playbook, stages = get_playbook(env, "Main"), get_stages(env)
    for place, category in CATEGORIES.items():
        its = playbook.stage_ids.filtered(lambda one, stage=stages[place - 1]: one.stage_id == stage)
        its.forecast_category = category
    domain = "[('phone', '!=', False)]"
    env["crm.playbook.commit"].create({"playbook_id": playbook.id, "name": "Phone", "domain": domain})


def keep_mondays(env, kept):
    """Keeps open deals of the Mondays until now; returns what that took and takes."""
    company, (first, last) = env.company, get_days(env)
    env.cr.execute(SQL(CLOSING, first))
    env["crm.funnel.snapshot"]._take(company, last)
    env.cr.execute(SQL("UPDATE crm_funnel_snapshot_day SET taken_at = %s", last))
    [[columns]] = env.execute_query(SQL(COLUMNS))
    values = {"last": last, "day": last - WEEK, "user": env.uid, "mondays": MONDAYS, "kept": kept}
    values["columns"] = SQL(columns)  # pylint: disable=sql-injection
    env.cr.execute(SQL(WEEK_BEFORE, **values))
    started = time.perf_counter()
    env.cr.execute(SQL(MONDAYS_BEFORE, **values))
    seconds = time.perf_counter() - started
    env.cr.execute(SQL(DAYS, last))
    [[whole, row]] = env.execute_query(SQL(SIZE))
    megabytes = round(whole * kept * MONDAYS / 2**20)
    return {"mondays": MONDAYS, "kept": kept, "keep": seconds, "megabytes": megabytes, "bytes": row}


def get_days(env):
    """Returns the first day of this quarter and the last Monday, of the company."""
    from odoo.addons.sales_funnel_playbook.tools.funnel import get_period

    forecast = env["crm.forecast"]
    return get_period(forecast._get_day(env.company), "quarter")[0], forecast._get_week(env.company)


def main():
    """Fills the database that is named, and notes in it what was timed meanwhile."""
    parser = argparse.ArgumentParser(prog="bench.mondays")
    for name in ("config", "database"):
        parser.add_argument(name)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    with open_database(arguments.config, arguments.database) as env:
        set_rules(env)
        facts = keep_mondays(env, KEPT["quick" if arguments.quick else "full"])
        teams = get_teams(env, range(20)).ids
        values = {"company": env.company.id, "teams": teams, "last": get_days(env)[1]}
        for statement in (WEEKS, TARGETS):
            env.cr.execute(SQL(statement, **values))
        env["crm.forecast.rate"]._count()
        env["ir.config_parameter"].set_param(FACTS, json.dumps(facts))
        vacuum(env, "crm_lead", "crm_funnel_snapshot", "crm_forecast_week", "crm_sales_target")


if __name__ == "__main__":
    main()
