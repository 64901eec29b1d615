from collections import Counter
from datetime import timedelta
from functools import reduce

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_list

from ...tools.funnel import is_dwell_alert, is_flow_alert

MAX_SHOWN = 10


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
        help="Minimum number of deals that entered in each week (for the time in stage: that left) before"
        " an alert is raised; a rate of two or three deals is not meaningful.",
    )
    dwell_alert_days = fields.Integer(
        string="Long Time in Stage Alert (Days)",
        help="An alert when deals that left the stage in a week or month were in it for longer than this on"
        " average, in calendar days; 0: never.",
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
    """Which stages of a review are bottlenecks, and why.

    What explains a bottleneck, in words.
    """

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
    explanation_html = fields.Html(compute="_compute_explanation_html", string="Why", sanitize=False)

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
        ended &= Domain("closes_stay", "=", True) & Domain("duration_days", ">", days)
        still = Domain("stay_began_at", "<", until - timedelta(days=days))
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

    @api.depends("explanation", "has_flow_alert", "has_dwell_alert")
    @api.depends_context("lang")
    def _compute_explanation_html(self):
        for line in self:
            line.explanation_html = line.explanation and line._prepare_explanation()

    def _prepare_explanation(self):
        """Return the alert, and what explains it, as HTML in the reader's language."""
        explanation = self.explanation
        parts = [Markup("<p>%s</p>") % sentence for sentence in self._get_alert_sentences()]
        parts.append(self._prepare_deal_list(explanation["lead_ids"]))
        rules = self.env["crm.lead.stage.log"]._get_rule_names(explanation["rules"])
        unmet = [
            (rules.get((item["kind"], item["rule_id"]), item["name"]), item["count"])
            for item in explanation["rules"]
        ]
        reasons = {reason.id: reason.name for reason in self._get_lost_reasons(explanation)}
        lost = [
            (reasons.get(item["id"]) or item["name"] or self.env._("No reason given"), item["count"])
            for item in explanation["lost_reasons"]
        ]
        parts.append(self._prepare_counted(self.env._("Most often unmet for the next stage:"), unmet))
        parts.append(self._prepare_counted(self.env._("Lost because of:"), lost))
        return Markup().join(parts)

    @api.model
    def _get_lost_reasons(self, explanation):
        ids = [item["id"] for item in explanation["lost_reasons"] if item["id"]]
        return self.env["crm.lost.reason"].with_context(active_test=False).browse(ids).exists()

    def _get_alert_sentences(self):
        """Return what is wrong, in a sentence for each alert."""
        sentences = []
        if self.has_flow_alert:
            values = {
                "stage": self.name,
                "rate": f"{self.alert_rate:g}",
                "rates": self._format_rates(self.explanation["rates"]),
            }
            sentences.append(
                self.env._(
                    "“%(stage)s”: the weekly flow into the next stage was under %(rate)s %% for %(weeks)s"
                    " weeks in a row (%(rates)s).",
                    weeks=self.alert_weeks,
                    **values,
                )
                if self.alert_weeks > 1
                else self.env._(
                    "“%(stage)s”: the weekly flow into the next stage was %(rates)s, under %(rate)s %%.",
                    **values,
                )
            )
        if self.has_dwell_alert:
            sentences.append(
                self.env._(
                    "“%(stage)s”: the average time in stage was %(days)s days, over the limit of %(limit)s.",
                    stage=self.name,
                    days=f"{self.stay_days:.1f}",
                    limit=self.alert_days,
                )
            )
        return sentences

    @api.model
    def _format_rates(self, rates):
        """Return the rates of weeks in a row as a text, the oldest first."""
        texts = [self.env._("%(rate)s %%", rate=f"{rate:.1f}") for rate in rates]
        return reduce(lambda old, new: self.env._("%(old)s, %(new)s", old=old, new=new), texts)

    @api.model
    def _prepare_deal_list(self, lead_ids):
        # names of deals that the reader may not see are left out
        leads = self.env["crm.lead"].with_context(active_test=False).search([("id", "in", lead_ids)])
        links = [
            Markup('<a href="/odoo/crm.lead/%s" data-oe-model="crm.lead" data-oe-id="%s">%s</a>')
            % (lead.id, lead.id, lead.name)
            for lead in leads[:MAX_SHOWN]
        ]
        shown = Markup(format_list(self.env, ["%s"] * len(links))) % tuple(links)
        more = len(leads) - MAX_SHOWN
        if more > 0:
            shown += Markup(" %s") % self.env._("and %s more", more)
        return Markup("<p>%s</p>") % self.env._(
            "Deals concerned (%(count)s): %(deals)s", count=len(lead_ids), deals=shown
        )

    @api.model
    def _prepare_counted(self, title, counted):
        if not counted:
            return Markup()
        items = Markup().join(
            Markup("<li>%s</li>") % self.env._("%(name)s (%(count)s)", name=name, count=count)
            for name, count in counted
        )
        return Markup("<p>%s</p><ul>%s</ul>") % (title, items)


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
