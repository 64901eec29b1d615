from datetime import timedelta

from odoo import api, fields, models

from ..tools.funnel import get_bounds, get_period, get_rate, get_step, get_today

# What the trend counts, and the rates of it: from how many, to how many.
COUNTS = {
    "begun": "begun_count",
    "cohort": "cohort_count",
    "reached": "reached_count",
}
RATES = {"flow": ("begun", "next"), "conversion": ("cohort", "reached")}


class CrmFunnelReport(models.Model):
    """How the numbers of the funnel page change over its period."""

    _inherit = "crm.funnel.report"

    @api.model
    def _get_steps(self, first, last, tz):
        """Return ``(step, dates, starts)``: by what the trend of these days is drawn, on which dates until
        today, and when each of these begins, naive UTC.
        """
        step = get_step(first, last)
        end = max(first, min(last, get_today(self.env.cr.now(), tz)))
        days = [first + timedelta(days=number) for number in range((end - first).days + 1)]
        dates = list(dict.fromkeys(get_period(day, step)[0] for day in days))
        since, _until = get_bounds(first, last, tz)  # the first week or month may have begun before
        return step, dates, [since, *(get_bounds(day, day, tz)[0] for day in dates[1:])]

    @api.model
    def _get_trend(self, filters, step, dates, counts):
        """Return what entered each stage, and its conversion and flow, by day, week or month of the period
        until today.

        :param dict counts: see :meth:`_get_entry_counts`, of the steps
        :return: ``{"step", "dates": [date, …], "stages": {stage id: {"begun", "next", "cohort", "reached":
            [count, …], "flow", "conversion": [rate or None, …]}}}``; stages in which nothing happened are not
            there
        """
        path = self._get_path(filters)
        spans = range(len(dates))
        came = {stage_id for _number, stage_id in counts}
        stages = {
            stage_id: self._prepare_trend(
                [counts.get((number, stage_id), {}) for number in spans],
                [counts.get((number, path.get(stage_id)), {}) for number in spans],
            )
            for stage_id in [*path, *(came - set(path))]
            if stage_id in came or path.get(stage_id) in came
        }
        return {"step": step, "dates": [fields.Date.to_string(day) for day in dates], "stages": stages}

    @api.model
    def _prepare_trend(self, steps, following):
        """Return a stage's lines from its own counts by step and those of the stage after it."""
        lines = {name: [step.get(count, 0) for step in steps] for name, count in COUNTS.items()}
        lines["next"] = [step.get("begun_count", 0) for step in following]
        for rate, (whole, part) in RATES.items():
            lines[rate] = [get_rate(*pair) for pair in zip(lines[part], lines[whole], strict=True)]
        return lines
