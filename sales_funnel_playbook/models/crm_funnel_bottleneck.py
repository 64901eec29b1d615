from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.funnel import is_dwell_alert, is_flow_alert

MAX_SHOWN = 10


class CrmPlaybookStage(models.Model):
    """When a stage is a bottleneck."""

    _inherit = "crm.playbook.stage"

    conversion_alert_rate = fields.Float(
        string="Flow Alert Under (%)",
        digits=(16, 1),
        help="An alert when the flow into the next stage was lower than this for so many weeks in a row;"
        " 0: never.",
    )
    conversion_alert_weeks = fields.Integer(string="Weeks in a Row", default=2)
    conversion_alert_minimum = fields.Integer(
        string="At Least Stays",
        default=5,
        help="Only when so many stays began in each of the weeks, or ended where their mean length is looked"
        " at: of two or three deals a rate says nothing.",
    )
    dwell_alert_days = fields.Integer(
        string="Stay Alert Over (Days)",
        help="An alert when the stays that ended in a week or month lasted longer than this on average, in"
        " calendar days; 0: never.",
    )

    _conversion_alert_rate_range = models.Constraint(
        "CHECK(conversion_alert_rate BETWEEN 0 AND 100)",
        "The flow that raises an alert is between 0 and 100 percent.",
    )
    _conversion_alert_weeks_range = models.Constraint(
        "CHECK(conversion_alert_weeks BETWEEN 1 AND 5)", "A flow alert looks at one to five weeks in a row."
    )
    _conversion_alert_minimum_positive = models.Constraint(
        "CHECK(conversion_alert_minimum >= 0)", "The least number of stays cannot be negative."
    )
    _dwell_alert_days_positive = models.Constraint(
        "CHECK(dwell_alert_days >= 0)", "The days of a stay alert cannot be negative."
    )


class CrmFunnelReviewLine(models.Model):
    """Which stages of a review are bottlenecks, and why."""

    _inherit = "crm.funnel.review.line"

    has_flow_alert = fields.Boolean(
        string="Low Flow", help="The flow was under the stage's alert rate for its weeks in a row."
    )
    has_dwell_alert = fields.Boolean(
        string="Long Stays", help="The mean stay was longer than the stage's alert days."
    )
    explanation = fields.Json(help="The deals concerned, the rules they do not meet, and lost reasons.")
    alert_rate = fields.Float(digits=(16, 1), help="The stage's alert rate when the review was made.")
    alert_days = fields.Integer(help="The stage's alert days when the review was made.")
    alert_weeks = fields.Integer(help="The stage's weeks in a row when the review was made.")
    activity_id = fields.Many2one("mail.activity", ondelete="set null", help="Of the manager, on the alert.")

    def _find_bottlenecks(self):
        """Flag the stages that are bottlenecks, and freeze what explains them."""
        for line in self.filtered("playbook_stage_id"):
            vals = line._prepare_alert_vals()
            if vals["has_flow_alert"] or vals["has_dwell_alert"]:
                vals["explanation"] = line._explain(vals)
            line.write(vals)

    def _prepare_alert_vals(self):
        stage = self.playbook_stage_id
        minimum = stage.conversion_alert_minimum
        weeks = [
            (line.begun_count, line.next_count) for line in self._get_weeks(stage.conversion_alert_weeks)
        ]
        return {
            "has_flow_alert": self.flow_rate is not False
            and is_flow_alert(weeks, stage.conversion_alert_rate, stage.conversion_alert_weeks, minimum),
            "has_dwell_alert": is_dwell_alert(
                self.stay_days or 0, self.stay_count, stage.dwell_alert_days, minimum
            ),
            "alert_rate": stage.conversion_alert_rate,
            "alert_weeks": stage.conversion_alert_weeks,
            "alert_days": stage.dwell_alert_days,
            "over_limit_count": stage.dwell_alert_days
            and self.env["crm.lead.stage.log"].search_count(
                self._get_over_limit_domain(stage.dwell_alert_days)
            ),
        }

    def _get_weeks(self, count):
        """Return the lines of this stage in so many weeks in a row, this one first; fewer where one is
        missing, and none in a month.
        """
        review, weeks = self.review_id, self.browse()
        while review.period == "week" and len(weeks) < count:
            line = review.line_ids.filtered(lambda line: line.playbook_stage_id == self.playbook_stage_id)
            if not line:
                break
            weeks |= line
            review = review.previous_id
        return weeks

    def _get_over_limit_domain(self, days):
        """Return the domain on the stage log of the stays that were too long, see ``over_limit_count``."""
        since, until = self._get_bounds()
        report, scope = self.env["crm.funnel.report"], self.review_id._get_scope()
        ended = Domain("left_at", ">=", since) & Domain("left_at", "<", until)
        ended &= Domain("kind", "!=", "lost") & Domain("duration_days", ">", days)
        still = Domain("entered_at", "<", until - timedelta(days=days))
        too_long = (report._get_scope_domain(scope) & ended) | (report._get_open_domain(scope, until) & still)
        return too_long & Domain("stage_id", "=", self.stage_id.id)

    def _get_deals_domain(self, name):
        if name != "over_limit_count":
            return super()._get_deals_domain(name)
        return Domain("stage_log_ids", "any", self._get_over_limit_domain(self.alert_days))

    def _get_concerned_domain(self, vals):
        """Return the domain of the deals behind an alert: those that came in the weeks of low flow and have
        not come further, and those that stay or stayed too long.
        """
        domain = Domain.FALSE
        if vals["has_flow_alert"]:
            since = self._get_weeks(vals["alert_weeks"])[-1]._get_bounds()[0]
            events = self.env["crm.funnel.report"]._get_period_domain(
                self.review_id._get_scope(), since, self._get_bounds()[1]
            )
            events &= Domain("event", "=", "first") & Domain("reached_count", "=", 0)
            domain |= Domain("funnel_event_ids", "any", events & Domain("stage_id", "=", self.stage_id.id))
        if vals["has_dwell_alert"]:
            domain |= Domain("stage_log_ids", "any", self._get_over_limit_domain(vals["alert_days"]))
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
        weeks = self._get_weeks(vals["alert_weeks"]) if vals["has_flow_alert"] else self.browse()
        return {
            "lead_ids": leads.ids,
            "rates": weeks.mapped("flow_rate")[::-1],
            "rules": [
                {"kind": kind, "rule_id": rule_id, "name": name, "count": count}
                for (kind, rule_id, name), count in rules.most_common(MAX_SHOWN)
            ],
            "lost_reasons": [
                {"id": reason.id, "name": reason.name or "", "count": count}
                for reason, count in reasons.most_common(MAX_SHOWN)
            ],
        }

    @api.readonly
    def action_open_concerned(self):
        """Open the deals that the alert is about."""
        self.ensure_one()
        domain = Domain("id", "in", (self.explanation or {}).get("lead_ids", []))
        return self.env["crm.funnel.report"]._prepare_deals_action(self.name, domain)


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
