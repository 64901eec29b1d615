from collections import Counter

from markupsafe import Markup

from odoo import models

MAX_CASES = 3
MAX_SHARED = 3  # the most frequent competitors, risks and industries of the deals concerned


class CrmFunnelReviewLine(models.Model):
    """A bottleneck names the cases that may help: those most like the deals that it is about."""

    _inherit = "crm.funnel.review.line"

    def _explain(self, vals):
        explanation = super()._explain(vals)
        leads = self.env["crm.lead"].browse(explanation["lead_ids"])
        ranked = self._get_case_library()._rank(self._get_bottleneck_traits(leads), MAX_CASES)
        return {**explanation, "case_ids": [case_id for case_id, _reasons in ranked]}

    def _get_case_library(self):
        """Return the cases as the review's company sees them, or all companies' for a review of all; each
        reader is shown their own of them.
        """
        # sudo: which companies there are, whoever asks
        companies = self.review_id.company_id or self.env["res.company"].sudo().search(
            [("active", "=", True)]
        )
        return self.env["crm.playbook.case"].with_context(allowed_company_ids=companies.ids)

    def _get_bottleneck_traits(self, leads):
        """Return what these deals have in common with cases; see :meth:`CrmPlaybookCase._rank`."""
        return {
            "stage": self.stage_id.ids,
            "product_line": leads.product_line_id.ids,
            "competitor": self._get_frequent(line.competitor_id.id for line in leads.competitor_ids),
            "risk": self._get_frequent(risk.type_id.id for risk in leads.risk_ids),
            "industry": self._get_frequent(lead.industry_id.id for lead in leads),
        }

    def _get_frequent(self, ids):
        return [id_ for id_, _count in Counter(filter(None, ids)).most_common(MAX_SHARED)]

    def _prepare_explanation(self):
        cases = self.env["crm.playbook.case"].search(
            [("id", "in", (self.explanation or {}).get("case_ids", [])), ("state", "=", "published")]
        )
        if not cases:
            return super()._prepare_explanation()
        items = Markup().join(
            Markup('<li><a href="/odoo/crm.playbook.case/%s">%s</a> (%s)</li>')
            % (case.id, case.name, case._get_outcome_label())
            for case in cases
        )
        title = self.env._("Cases that may help:")
        return super()._prepare_explanation() + Markup("<p>%s</p><ul>%s</ul>") % (title, items)
