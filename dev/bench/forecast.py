"""What the forecast, the change of the pipeline and its Mondays cost, on a company's deals."""

from datetime import timedelta

from odoo.tools import SQL

from bench.registry import bench

MADE = {
    "params": {"open": 100_000, "closed": 800_000},
    "quick": {"open": 5_000, "closed": 40_000},
    "plain": False,
    "database": "forecast",
}
OTHER = "UPDATE crm_lead SET company_id = %s WHERE id IN (%s)"
SOME = "SELECT id FROM crm_lead WHERE active AND won_status = 'pending' ORDER BY id LIMIT %s"


def get_quarter(env, **_amounts):
    """Returns the filters of this quarter."""
    return {"company_id": env.company.id, "period": "quarter"}


def get_week(env, **_amounts):
    """Returns the filters of the week between the last two Mondays."""
    last = env["crm.forecast"]._get_week(env.company)
    return {"date_from": str(last - timedelta(days=7)), "date_to": str(last)}


def get_now(env, **_amounts):
    """Returns the filters of what changed since the last Monday."""
    return {"date_from": str(env["crm.forecast"]._get_week(env.company))}


def give_away(env, deals):
    """Gives so many open deals to a company of their own, and returns it with a Monday."""
    company = env["res.company"].create({"name": "Scale Mondays"})
    env.cr.execute(SQL(OTHER, company.id, SQL(SOME, deals)))
    return company, env["crm.forecast"]._get_week(company)


@bench(
    "Open the forecast of a quarter of {open:,} open and {closed:,} closed deals: what it shows at first",
    setup=get_quarter,
    limit={"seconds": 0.5},
    **MADE,
)
def forecast_page_quick(env, filters):
    env["crm.forecast"].get_forecast(filters, True)


@bench(
    "The same with the calibrated forecast, and how right three years of forecasts were",
    setup=get_quarter,
    limit={"seconds": 0.5},
    **MADE,
)
def forecast_page(env, filters):
    env["crm.forecast"].get_forecast(filters)


@bench("The deals to look at in it", setup=get_quarter, limit={"seconds": 1}, **MADE)
def forecast_looks(env, filters):
    env["crm.forecast.look"].get_looks(filters)


@bench(
    "What changed between two Mondays of {open:,} open deals each, a tenth of which are another one",
    setup=get_week,
    limit={"seconds": 0.5},
    **MADE,
)
def forecast_change(env, filters):
    env["crm.pipeline.change"].get_change(filters)


@bench("The deals behind a part of it", setup=get_week, limit={"seconds": 0.5}, **MADE)
def forecast_change_deals(env, filters):
    env["crm.pipeline.change"].get_change_deals(filters, "raised")


@bench("The largest deals of the pipeline before it", setup=get_week, limit={"seconds": 0.5}, **MADE)
def forecast_change_before(env, filters):
    env["crm.pipeline.change"].get_change_deals(filters, "opening")


@bench("What changed since the last Monday", setup=get_now, limit={"seconds": 0.5}, **MADE)
def forecast_change_now(env, filters):
    env["crm.pipeline.change"].get_change(filters)


@bench(
    "Keep {deals:,} open deals on a Monday",
    setup=give_away,
    params={"deals": 20_000},
    quick={"deals": 1_000},
    plain=False,
    database="forecast",
    limit={"seconds": 1},
)
def forecast_keep(env, monday):
    env["crm.funnel.snapshot"]._take(*monday)


@bench(
    "The same of {deals:,}",
    setup=give_away,
    params={"deals": 90_000},
    quick={"deals": 4_000},
    plain=False,
    database="forecast",
    limit={"seconds": 5},
)
def forecast_keep_many(env, monday):
    env["crm.funnel.snapshot"]._take(*monday)
