from markupsafe import Markup

from odoo import api, fields, models

from .crm_funnel_bottleneck import MAX_SHOWN


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
            rates = [f"{rate:.1f} %" for rate in self.explanation["rates"]]
            values = {"stage": self.name, "rate": f"{self.alert_rate:g}", "rates": ", ".join(rates)}
            sentences.append(
                self.env._(
                    "“%(stage)s”: the flow into the next stage was under %(rate)s %% for %(weeks)s weeks"
                    " in a row (%(rates)s).",
                    weeks=self.alert_weeks,
                    **values,
                )
                if self.alert_weeks > 1
                else self.env._(
                    "“%(stage)s”: the flow into the next stage was %(rates)s, under %(rate)s %%.", **values
                )
            )
        if self.has_dwell_alert:
            sentences.append(
                self.env._(
                    "“%(stage)s”: stays lasted %(days)s days on average, more than %(limit)s.",
                    stage=self.name,
                    days=f"{self.stay_days:.1f}",
                    limit=self.alert_days,
                )
            )
        return sentences

    @api.model
    def _prepare_deal_list(self, lead_ids):
        # names of deals that the reader may not see are left out
        leads = self.env["crm.lead"].with_context(active_test=False).search([("id", "in", lead_ids)])
        shown = Markup(", ").join(
            Markup('<a href="/odoo/crm.lead/%s" data-oe-model="crm.lead" data-oe-id="%s">%s</a>')
            % (lead.id, lead.id, lead.name)
            for lead in leads[:MAX_SHOWN]
        )
        more = len(leads) - MAX_SHOWN
        rest = " " + self.env._("and %s more", more) if more > 0 else ""
        return Markup("<p>%s %s%s</p>") % (self.env._("Deals concerned (%s):", len(lead_ids)), shown, rest)

    @api.model
    def _prepare_counted(self, title, counted):
        if not counted:
            return Markup()
        items = Markup().join(Markup("<li>%s (%s)</li>") % one for one in counted)
        return Markup("<p>%s</p><ul>%s</ul>") % (title, items)
