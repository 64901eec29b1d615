from odoo import api, fields, models
from odoo.tools import SQL, html2plaintext

from ..arguments import check_argument
from ..tools.case_text import expand

MAX_LISTED = 40


class CrmLead(models.Model):
    """The cases that matter for a deal: on its checklist, and as a list."""

    _inherit = "crm.lead"

    @api.readonly
    def get_similar_cases(self, limit=3):
        """Return the published cases most like this deal, the best first, ready for JSON.

        :param int limit: how many at most, up to 40
        :return: ``[{"id", "name", "outcome", "outcome_label", "lesson", "reasons": [text, …], "is_used",
            "is_stale", "helpful_count"}, …]``
        """
        self.ensure_one()
        self.check_access("read")
        check_argument(self.env, "limit", limit, type(limit) is int)
        limit = max(0, min(limit, MAX_LISTED))
        ranked = self.env["crm.playbook.case"]._rank(self._get_similar_traits(), limit, self.id)
        labels = self.env["crm.playbook.case"]._get_reason_labels()
        used = self.used_case_ids.case_id
        cases = self.env["crm.playbook.case"].browse(case_id for case_id, _reasons in ranked)
        cases = {case.id: case for case in cases._filtered_access("read")}
        return [
            {
                "id": case.id,
                "name": case.name,
                "outcome": case.outcome,
                "outcome_label": case._get_outcome_label(),
                "lesson": case.summary,
                "reasons": [labels[reason] for reason in reasons],
                "is_used": case in used,
                "is_stale": case.is_stale,
                "helpful_count": case.helpful_count,
            }
            for case, reasons in ((cases.get(case_id), reasons) for case_id, reasons in ranked)
            if case
        ]

    @api.readonly
    def action_similar_cases(self):
        """Open the library with the cases most like this deal, the best first, and why."""
        self.ensure_one()
        self.check_access("read")
        ranked = self.env["crm.playbook.case"]._rank(self._get_similar_traits(), MAX_LISTED, self.id)
        action = self.env["ir.actions.actions"]._for_xml_id(
            "sales_funnel_playbook.crm_playbook_case_action_similar"
        )
        return {
            **action,
            "display_name": self.env._("Cases like “%s”", self.name),
            "domain": [("id", "in", [case_id for case_id, _reasons in ranked])],
            "context": {"similar_lead_id": self.id},
        }

    def _get_similar_traits(self):
        """Return what these deals have that cases may have too; see :meth:`CrmPlaybookCase._rank`."""
        texts = [text for lead in self for text in lead._get_similar_texts() if text]
        return {
            "competitor": self.competitor_ids.competitor_id.ids,
            "stage": self.stage_id.ids,
            "risk": self.risk_ids.type_id.ids,
            "industry": self.industry_id.ids,
            "product_line": self.product_line_id.ids,
            "company_size": [size for size in set(self.mapped("company_size")) if size],
            "text": expand("\n".join(texts)),
        }

    def _get_similar_texts(self):
        """Return what was written about the needs of this deal."""
        return [
            *(self.use_case, self.pain_points, self.customer_feedback),
            html2plaintext(self.description or "", include_references=False),
        ]


class CrmPlaybookCase(models.Model):
    """How much a case is like the deal that the context names."""

    _inherit = "crm.playbook.case"

    similar_rank = fields.Integer(compute="_compute_similar", help="1 for the case most like the deal.")
    similar_reason = fields.Char(string="Why", compute="_compute_similar")

    def _get_similar(self):
        """Return ``{case id: [reason, …]}`` of the cases like the deal in the context, the best first."""
        lead = self.env["crm.lead"].browse(self.env.context.get("similar_lead_id") or ())
        if not isinstance(lead.id, int) or not lead.has_access("read"):
            return {}
        return dict(self._rank(lead._get_similar_traits(), MAX_LISTED, lead.id))

    @api.depends_context("similar_lead_id", "lang", "uid")
    def _compute_similar(self):
        similar, labels = self._get_similar(), self._get_reason_labels()
        ranks = {case_id: rank for rank, case_id in enumerate(similar, start=1)}
        for case in self:
            case.similar_rank = ranks.get(case.id, 0)
            case.similar_reason = ", ".join(labels[reason] for reason in similar.get(case.id, ()))

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        if field_name != "similar_rank":
            return super()._order_field_to_sql(alias, field_name, direction, nulls, query)
        ranked = [*self._get_similar()]
        return SQL("ARRAY_POSITION(%s::int[], %s) %s", ranked, SQL.identifier(alias, "id"), direction)
