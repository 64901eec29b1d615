from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.funnel import add_up_weeks, find_long_stays, get_rate, is_flow_alert

MAX_NAMED = 10
MAX_WEEKS = 12  # so many add up at most: a quarter
STILL = "SELECT COUNT(*), COALESCE(AVG(EXTRACT(EPOCH FROM %s - began_at)) / 86400, 0)::float8 FROM (%s) stay"


class CrmPlaybookStage(models.Model):
    """When a stage is a bottleneck."""

    _inherit = "crm.playbook.stage"

    conversion_alert_rate = fields.Float(
        string="Low Weekly Flow Alert (%)",
        digits=(16, 1),
        help="An alert when the weekly flow into the next stage was lower than this for so many weeks in a"
        " row; 0: never.",
    )
    conversion_alert_weeks = fields.Integer(string="Weeks in a Row", default=2)
    conversion_alert_minimum = fields.Integer(
        string="Minimum Deals",
        default=5,
        help="Minimum number of deals that entered (for the time in stage: that left, or are still there)"
        " before an alert is raised. Weeks with fewer are added up, twelve at most, until there are enough.",
    )
    dwell_alert_days = fields.Integer(
        string="Long Time in Stage Alert (Days)",
        help="An alert when deals that left the stage, or these and those still there, were in it for longer"
        " than this on average, in calendar days; 0: never.",
    )

    _conversion_alert_rate_range = models.Constraint(
        "CHECK(conversion_alert_rate BETWEEN 0 AND 100)",
        "The weekly flow that raises an alert is between 0 and 100 percent.",
    )
    _conversion_alert_weeks_range = models.Constraint(
        "CHECK(conversion_alert_weeks BETWEEN 1 AND 5)",
        "A low weekly flow alert looks at one to five weeks in a row.",
    )
    _conversion_alert_minimum_positive = models.Constraint(
        "CHECK(conversion_alert_minimum >= 0)", "The minimum number of deals cannot be negative."
    )
    _dwell_alert_days_positive = models.Constraint(
        "CHECK(dwell_alert_days >= 0)", "The days of a long time in stage alert cannot be negative."
    )


class CrmFunnelReviewLine(models.Model):
    """Which stages of a review are bottlenecks, and why."""

    _inherit = "crm.funnel.review.line"

    has_flow_alert = fields.Boolean(
        string="Low Weekly Flow",
        help="The weekly flow was under the stage's alert rate for its weeks in a row.",
    )
    has_dwell_alert = fields.Boolean(
        string="Long Time in Stage", help="The average time in stage was over the stage's alert days."
    )
    explanation = fields.Json(help="The deals concerned, the rules they do not meet, and lost reasons.")
    alert_rate = fields.Float(digits=(16, 1), help="The stage's alert rate when the review was generated.")
    alert_days = fields.Integer(help="The stage's alert days when the review was generated.")
    alert_weeks = fields.Integer(help="The stage's weeks in a row when the review was generated.")
    activity_id = fields.Many2one("mail.activity", ondelete="set null", help="Of the manager, on the alert.")

    def _find_bottlenecks(self, counted):
        """Flag the stages that are bottlenecks, and freeze what explains them, and the deals counted.

        :param dict counted: ``{line: {number: [id of a deal, …]}}``
        """
        for line in self.filtered("playbook_stage_id"):
            flows, stays = line._find_low_flows(), line._find_long_stays()
            vals = {
                **line._prepare_alert_vals(counted[line]),
                "has_flow_alert": bool(flows),
                "has_dwell_alert": bool(stays),
            }
            if flows or stays:
                vals["explanation"] = {"flows": flows, "stays": stays}
                vals["explanation"] |= line._explain(vals)
            line.write(vals)

    def _prepare_alert_vals(self, counted):
        """Return the limits of the alerts, and what was over them, with the deals ``counted``."""
        stage = self.playbook_stage_id
        return {
            "alert_rate": stage.conversion_alert_rate,
            "alert_weeks": stage.conversion_alert_weeks,
            "alert_days": stage.dwell_alert_days,
            **self._prepare_over_limit_vals(stage.dwell_alert_days, counted),
        }

    def _find_low_flows(self):
        """Return ``[(how many weeks, entries, entries into the next stage), …]`` of the weeks in a row in
        which the flow was too low, newest first; weeks with few deals are added up. Empty where it was not,
        where none entered in the newest week, in the last stage, and in a month.
        """
        stage = self.playbook_stage_id
        if not stage.conversion_alert_rate or self.flow_rate is False:
            return []
        limits = (stage.conversion_alert_weeks, stage.conversion_alert_minimum)
        weeks = [(line.begun_count, line.next_count) for line in self._get_weeks(MAX_WEEKS)]
        if not is_flow_alert(weeks, stage.conversion_alert_rate, *limits):
            return []
        return add_up_weeks(weeks, limits[1])[: limits[0]]

    def _find_long_stays(self):
        """Return ``(how many ended, how many go on, their mean days, how many weeks)`` of the stays that were
        too long on average, empty where they were not.
        """
        stage = self.playbook_stage_id
        if not stage.dwell_alert_days:
            return ()
        ended = [(line.stay_count, line.stay_days or 0) for line in self._get_weeks(MAX_WEEKS) or self]
        limits = (stage.dwell_alert_days, stage.conversion_alert_minimum)
        return find_long_stays(ended, self._get_open_stays(), *limits) or ()

    def _get_open_stays(self):
        """Return how many deals were in the stage at the end of the period, and for how many days on
        average.
        """
        log, until = self.env["crm.lead.stage.log"], self._get_bounds()[1]
        its = self.env["crm.funnel.report"]._get_open_domain(self.review_id._get_scope(), until)
        query = log._search(its & Domain("stage_id", "=", self.stage_id.id))
        began_at = SQL("%s AS began_at", SQL.identifier(log._table, "stay_began_at"))
        return self.env.execute_query(SQL(STILL, until, query.select(began_at)))[0]

    def _prepare_over_limit_vals(self, days, counted):
        """Return how many stays were too long, and of which deals they were, beside those ``counted``."""
        too_long = self.env["crm.lead.stage.log"].search_fetch(
            self._get_over_limit_domain(days) if days else Domain.FALSE, ["lead_id"]
        )
        lead_ids = sorted(too_long.lead_id.ids)
        return {
            "over_limit_count": len(too_long),
            "counted_lead_ids": {**counted, "over_limit_count": lead_ids},
        }

    def _get_weeks(self, count):
        """Return the lines of this stage in so many weeks in a row, this one first; fewer where one is
        missing, and none in a month.
        """
        review, weeks = self.review_id, self.browse()
        while review.period == "week" and len(weeks) < count:
            line = review.stage_line_ids.filtered(
                lambda line: line.playbook_stage_id == self.playbook_stage_id
            )
            if not line:
                break
            weeks |= line
            review = review.previous_id
        return weeks

    def _get_over_limit_domain(self, days, weeks=1):
        """Return the domain on the stage log of the stays that were too long, see ``over_limit_count``.

        :param weeks: so many weeks with this one; a month is one
        """
        since, until = (self._get_weeks(weeks) or self)[-1]._get_bounds()[0], self._get_bounds()[1]
        report, scope = self.env["crm.funnel.report"], self.review_id._get_scope()
        ended = Domain("left_at", ">=", since) & Domain("left_at", "<", until)
        ended &= Domain("closes_stay", "=", True) & Domain("duration_days", ">", days)
        still = Domain("stay_began_at", "<", until - timedelta(days=days))
        too_long = (report._get_scope_domain(scope) & ended) | (report._get_open_domain(scope, until) & still)
        return too_long & Domain("stage_id", "=", self.stage_id.id)

    def _get_deals_domain(self, name):
        if name != "over_limit_count":
            return super()._get_deals_domain(name)
        return Domain("stage_log_ids", "any", self._get_over_limit_domain(self.alert_days))

    @api.model
    def _is_counted(self, name):
        return name == "over_limit_count" or super()._is_counted(name)

    def _get_concerned_domain(self, vals):
        """Return the domain of the deals behind an alert: those that came in the weeks of low flow and have
        not come further, and those that stay or stayed too long.
        """
        domain, why = Domain.FALSE, vals["explanation"]
        if why["flows"]:
            since = self._get_weeks(sum(weeks for weeks, *_counts in why["flows"]))[-1]._get_bounds()[0]
            events = self.env["crm.funnel.report"]._get_period_domain(
                self.review_id._get_scope(), since, self._get_bounds()[1]
            )
            events &= Domain("event", "=", "first") & Domain("reached_count", "=", 0)
            domain |= Domain("funnel_event_ids", "any", events & Domain("stage_id", "=", self.stage_id.id))
        if why["stays"]:
            too_long = self._get_over_limit_domain(vals["alert_days"], why["stays"][-1])
            domain |= Domain("stage_log_ids", "any", too_long)
        return domain

    def _explain(self, vals):
        """Return ``{"lead_ids": [id, …], "rates": [rate, …], "rules": [item, …], "lost_reasons": [item, …]}``
        of an alert: the deals concerned, the flow of its weeks, oldest first, what those that are still in
        the stage lack for the next one, and why others were lost; items with ``name`` and ``count``, the
        most frequent first.
        """
        leads = self.env["crm.lead"].with_context(active_test=False).search(self._get_concerned_domain(vals))
        waiting = leads.filtered(lambda lead: lead.stage_id == self.stage_id)
        verdicts = leads._get_verdicts([*waiting._get_next_moves().values()])
        unmet = [item for verdict in verdicts.values() for item in verdict.unmet if item["blocking"]]
        rules = Counter((item["kind"], item["rule_id"], item["name"]) for item in unmet)
        reasons = Counter(lead.lost_reason_id for lead in leads if lead.won_status == "lost")
        return {
            "lead_ids": leads.ids,
            "rates": [
                get_rate(following, begun) for _weeks, begun, following in vals["explanation"]["flows"][::-1]
            ],
            "rules": [
                {"kind": kind, "rule_id": rule_id, "name": name, "count": count}
                for (kind, rule_id, name), count in rules.most_common(MAX_NAMED)
            ],
            "lost_reasons": [
                {"id": reason.id, "name": reason.name or "", "count": count}
                for reason, count in reasons.most_common(MAX_NAMED)
            ],
        }

    @api.readonly
    def action_open_concerned(self):
        """Open the deals that the alert is about."""
        self.ensure_one()
        lead_ids = (self.explanation or {}).get("lead_ids", [])
        return self.env["crm.funnel.report"]._prepare_frozen_action(self.name, lead_ids)


class CrmFunnelReview(models.Model):
    _inherit = "crm.funnel.review"

    bottleneck_line_ids = fields.One2many(
        "crm.funnel.review.line",
        "review_id",
        string="Bottlenecks",
        readonly=True,
        domain=["|", ("has_flow_alert", "=", True), ("has_dwell_alert", "=", True)],
    )
    bottleneck_count = fields.Integer(compute="_compute_bottleneck_count")

    @api.depends("bottleneck_line_ids")
    def _compute_bottleneck_count(self):
        for review in self:
            review.bottleneck_count = len(review.bottleneck_line_ids)
