from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.funnel import get_bounds, get_period, get_rate, get_step, get_today

# What the trend counts, and the rates of it: from how many, to how many.
COUNTS = {
    "begun": "begun_count",
    "next": "next_count",
    "cohort": "cohort_count",
    "reached": "reached_count",
}
RATES = {"flow": ("begun", "next"), "conversion": ("cohort", "reached")}


class CrmFunnelReport(models.Model):
    """How the numbers of the funnel page change over its period."""

    _inherit = "crm.funnel.report"

    @api.model
    def _get_trend(self, filters, first, last, tz):
        """Return what entered each stage, and its conversion and flow, by day, week or month of the period
        until today.

        :return: ``{"step", "dates": [date, …], "stages": {stage id: {"begun", "next", "cohort", "reached":
            [count, …], "flow", "conversion": [rate or None, …]}}}``; stages in which nothing happened are not
            there
        """
        step = get_step(first, last)
        end = max(first, min(last, get_today(self.env.cr.now(), tz)))
        days = [first + timedelta(days=number) for number in range((end - first).days + 1)]
        dates = list(dict.fromkeys(get_period(day, step)[0] for day in days))
        domain = self._get_period_domain(filters, *get_bounds(first, last, tz))
        sums = self._get_entry_sums(domain, [get_bounds(day, day, tz)[0] for day in dates])
        stages = {
            stage_id: self._prepare_trend([sums.get((stage_id, number), {}) for number in range(len(dates))])
            for stage_id in dict.fromkeys(stage_id for stage_id, _number in sums)
        }
        return {"step": step, "dates": [fields.Date.to_string(day) for day in dates], "stages": stages}

    @api.model
    def _get_entry_sums(self, domain, starts):
        """Return ``{(stage id, number of the span): {name: count}}``.

        :param starts: when each span begins and the one before it ends, in naive UTC: PostgreSQL need not
            know the time zone
        """
        query = self._search(domain & Domain("event", "in", ["begun", "next", "first"]))
        stage, date, *counts = (
            self._field_to_sql(self._table, name, query) for name in ("stage_id", "date", *COUNTS.values())
        )
        query.groupby = SQL("1, 2")
        rows = self.env.execute_query(
            query.select(
                *(stage, SQL("WIDTH_BUCKET(%s, %s) - 1", date, starts)),
                *(SQL("COALESCE(SUM(%s), 0)", count) for count in counts),
            )
        )
        return {
            (stage_id, number): dict(zip(COUNTS, counts, strict=True)) for stage_id, number, *counts in rows
        }

    @api.model
    def _prepare_trend(self, steps):
        lines = {name: [step.get(name, 0) for step in steps] for name in COUNTS}
        for rate, (whole, part) in RATES.items():
            lines[rate] = [get_rate(*pair) for pair in zip(lines[part], lines[whole], strict=True)]
        return lines
