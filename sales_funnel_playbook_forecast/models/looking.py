"""The Monday review keeps the deals to look at, and what is decided of one is dated work on that deal."""

from odoo import api, fields, models
from odoo.fields import NO_ACCESS, Domain
from odoo.tools import SQL, format_amount

from odoo.addons.sales_funnel_playbook.tools.funnel import get_bounds, get_period

from ..tools import look as texts

KEPT = ("lead_id", "name", "worth", "probability", "uncertainty", "pushes", "median", *texts.REASONS)


class CrmFunnelReviewDecision(models.Model):
    """A decision may be of a deal: then its activity stands there, for whoever may see the deal."""

    _inherit = "crm.funnel.review.decision"

    lead_id = fields.Many2one("crm.lead", string="Deal", index="btree_not_null", ondelete="set null")

    @api.constrains("lead_id")
    def _check_lead_id(self):
        """Nobody decides of a deal that they may not see."""
        self.lead_id.sudo(False).check_access("read")  # Odoo checks as the superuser

    def _prepare_activity_vals(self):
        vals = super()._prepare_activity_vals()
        lead = self.lead_id.with_user(self.user_id).sudo(False)
        if not lead or not lead.has_access("read"):
            return vals
        return {**vals, "res_model_id": self.env["ir.model"]._get_id(lead._name), "res_id": lead.id}


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _get_kept_rows(self):
        decisions = self._get_rows_about(self.env["crm.funnel.review.decision"], "lead_id")
        return [*super()._get_kept_rows(), ("decision", decisions)]

    def _merge_kept(self, opportunities, kinds):
        """What was decided of deals that are merged is decided of the one that stays."""
        result = super()._merge_kept(opportunities, kinds)
        if "decision" in kinds:
            # sudo: the reviews of whichever team
            decisions = self.env["crm.funnel.review.decision"].sudo()
            decisions.search([("lead_id", "in", opportunities.ids)]).lead_id = self
        return result


class CrmFunnelReview(models.Model):
    _inherit = "crm.funnel.review"

    kept_looks = fields.Json(
        readonly=True,
        groups=NO_ACCESS,
        help="The deals to look at of the quarter, as they were when the review was made.",
    )
    looks = fields.Json(compute="_compute_looks")

    @api.model
    def _get_later_fields(self):
        return [*super()._get_later_fields(), "kept_looks"]

    def _keep_change(self):
        result = super()._keep_change()
        looks = self.env["crm.forecast.look"].with_context(allowed_company_ids=self.company_id.ids)
        quarter = get_period(self.date_to, "quarter")
        rows = looks._find(self.company_id, *quarter, self._get_looks_scope(), monday=self.date_from)
        self.kept_looks = [self._prepare_kept_look(row) for row in rows]
        return result

    def _get_looks_scope(self):
        """Return the condition on ``crm_lead`` of the deals of this review."""
        playbook = self.env["crm.funnel.snapshot"]._get_columns("crm_lead")["playbook_id"]
        condition = SQL("%s = %s", playbook, self.playbook_id.id)
        return SQL("%s AND crm_lead.team_id = %s", condition, self.team_id.id) if self.team_id else condition

    @api.model
    def _prepare_kept_look(self, row):
        numbers = {name: float(row[name]) for name in ("worth", "uncertainty")}
        days = {name: fields.Date.to_string(row[name]) or False for name in ("date_deadline", "was_date")}
        return {name: row[name] for name in KEPT} | numbers | days

    @api.depends("kept_looks")
    @api.depends_context("uid", "lang")
    def _compute_looks(self):
        """Those that the reader may see, by their reasons then, and what is planned of them now."""
        leads = self.env["crm.lead"].with_context(active_test=False)
        # sudo: nobody reads what is kept, as it also tells of deals that they do not see
        kept = {review: review.sudo().kept_looks or [] for review in self}
        ids = {row["lead_id"] for rows in kept.values() for row in rows}
        visible = set(leads.search([("id", "in", [*ids])]).ids)
        looks = self.env["crm.forecast.look"]
        for review, rows in kept.items():
            shown = [review._parse_kept_look(row) for row in rows if row["lead_id"] in visible]
            review.looks = {
                "deals": looks._prepare_looks(shown, review.sudo().company_id.currency_id),
                "hidden": len(rows) - len(shown),
                # sudo: whoever reads the review may be working in another company
                "currency_id": review.sudo().company_id.currency_id.id,
                "can_decide": review.state == "open",
            }

    @api.model
    def _parse_kept_look(self, row):
        days = {name: fields.Date.to_date(row[name]) or None for name in ("date_deadline", "was_date")}
        return {**row, **days}

    def action_decide(self, lead_id):
        """Open the dialog of a decision of a deal.

        :param int lead_id: one of those that the review names
        """
        self.ensure_one()
        lead = self.env["crm.lead"].with_context(active_test=False).search([("id", "=", lead_id)])
        view = self.env.ref("sales_funnel_playbook_forecast.crm_funnel_review_decision_view_form")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decision"),
            "res_model": "crm.funnel.review.decision",
            "views": [(view.id, "form")],
            "target": "new",
            "context": {
                "default_review_id": self.id,
                "default_lead_id": lead.id,
                "default_user_id": lead.user_id.id or self.env.uid,
            },
        }

    def _write_sheets(self, book, styles):
        result, looks = super()._write_sheets(book, styles), self.env["crm.forecast.look"]
        rows = [
            [
                (look["name"], None),
                (look["user"], None),
                (look["worth"], "number"),
                (fields.Date.to_date(look["date"]), "date"),
                (looks._join_reasons(look["reasons"]), None),
            ]
            for look in self._get_named_looks()
        ]
        if rows:
            headings = [
                self.env._("Deal"),
                self.env._("Salesperson"),
                self.env._("Worth"),
                self.env._("Expected Closing"),
                self.env._("Why"),
            ]
            sheet = book.add_worksheet(self.env._("Deals to Look At"))
            self._write_table(sheet, styles, headings, rows, [28, 16, 14, 12, 60])
        return result

    def _get_named_looks(self):
        """Return the deals to look at that the workbook names anyway, among the open customers: it is read by
        whoever may read the review, also where Odoo does not show them a deal.
        """
        deals = self.looks["deals"]
        _since, until = get_bounds(self.date_from, self.date_to, self.tz)
        is_named = Domain(self.env["crm.funnel.report"]._get_open_domain(self._get_scope(), until))
        is_named &= Domain("lead_id", "in", [look["lead_id"] for look in deals])
        named = {*self.env["crm.lead.stage.log"].search(is_named).lead_id.ids}
        return [look for look in deals if look["lead_id"] in named]

    def _get_look_texts(self):
        """Return ``[(deal, worth, reasons), …]`` as texts, for paper: of those that the reader may see."""
        looks = self.env["crm.forecast.look"]
        # sudo: as above
        currency = self.sudo().company_id.currency_id
        return [
            (
                look["name"],
                format_amount(self.env, look["worth"], currency),
                looks._join_reasons(look["reasons"]),
            )
            for look in self.looks["deals"]
        ]
