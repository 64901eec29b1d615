from functools import reduce

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_list

MAX_SHOWN = 10


class CrmFunnelReviewLine(models.Model):
    """What explains a bottleneck, in words."""

    _inherit = "crm.funnel.review.line"

    explanation_html = fields.Html(compute="_compute_explanation_html", string="Why", sanitize=False)

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
            sentences.append(self._get_flow_sentence())
        if self.has_dwell_alert:
            sentences.append(self._get_stay_sentence())
        return sentences

    def _get_flow_sentence(self):
        flows = self.explanation.get("flows") or []
        weeks = sum(its for its, *_counts in flows)
        values = {
            "stage": self.name,
            "rate": f"{self.alert_rate:g}",
            "rates": self._format_rates(self.explanation["rates"]),
        }
        if weeks > len(flows):
            return self.env._(
                "“%(stage)s”: the weekly flow into the next stage was under %(rate)s %% (%(rates)s). Weeks"
                " with few deals were added up, %(weeks)s in all.",
                weeks=weeks,
                **values,
            )
        if self.alert_weeks > 1:
            return self.env._(
                "“%(stage)s”: the weekly flow into the next stage was under %(rate)s %% for %(weeks)s"
                " weeks in a row (%(rates)s).",
                weeks=self.alert_weeks,
                **values,
            )
        return self.env._(
            "“%(stage)s”: the weekly flow into the next stage was %(rates)s, under %(rate)s %%.", **values
        )

    def _get_stay_sentence(self):
        ended, still, mean, weeks = self.explanation.get("stays") or (0, 0, self.stay_days, 1)
        values = {"stage": self.name, "days": f"{mean:.1f}", "limit": self.alert_days}
        if not still and weeks == 1:
            return self.env._(
                "“%(stage)s”: the average time in stage was %(days)s days, over the limit of %(limit)s.",
                **values,
            )
        if not ended:
            return self.env._(
                "“%(stage)s”: the deals that are still there (%(still)s) have been in it for %(days)s days on"
                " average, over the limit of %(limit)s.",
                still=still,
                **values,
            )
        return self.env._(
            "“%(stage)s”: the average time in stage was %(days)s days, over the limit of %(limit)s (deals"
            " that left: %(ended)s; weeks added up: %(weeks)s; deals still there: %(still)s).",
            ended=ended,
            still=still,
            weeks=weeks,
            **values,
        )

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
