from collections import Counter

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .crm_playbook_case import OUTCOMES

CLOSINGS = tuple(dict(OUTCOMES))
# Handed in, published or retired: a draft is not yet what was asked for.
WRITTEN = "[('case_ids', 'any', [('state', '!=', 'draft'), ('outcome', '=', '%s')])]"
MAX_CASES = 3
MAX_SHARED = 3  # the most frequent competitors, risks and industries of the deals concerned


class CrmPlaybookDeadline(models.Model):
    """A deadline of a closed deal may ask for its case: which deals, by tier or otherwise, is its domain."""

    _inherit = "crm.playbook.deadline"

    case_mode = fields.Selection(
        [("optional", "A case, if it teaches something"), ("required", "A case")],
        string="Asks for",
        help="It is done when the case of the deal is submitted. Whoever closes the deal on screen is"
        " offered to write it at once; the first may be declined there.",
    )

    _case_trigger = models.Constraint(
        "CHECK(case_mode IS NULL OR trigger IN ('won', 'lost'))",
        "Only a deadline that starts when a deal is won or lost can ask for its case.",
    )

    @api.onchange("trigger", "case_mode")
    def _onchange_case_mode(self):
        """What makes no sense beside the choice just made is taken back, not left to an error."""
        if self.trigger not in CLOSINGS:
            self.case_mode = False
        if self.case_mode:
            self.satisfied_domain = False

    @api.constrains("case_mode", "satisfied_domain")
    def _check_case_mode(self):
        for deadline in self:
            if deadline.case_mode and (deadline.satisfied_domain or "[]").strip() != "[]":
                raise ValidationError(
                    self.env._(
                        "“%s” is done when the case is submitted: leave “Completed When” empty.",
                        deadline.name,
                    )
                )

    def _prepare_duty(self):
        duty = super()._prepare_duty()
        return duty._replace(satisfied_domain=WRITTEN % self.trigger) if self.case_mode else duty


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _require_case(self):
        """Tell whether one of these asks for a case that may not be declined."""
        return "required" in self.playbook_deadline_id.mapped("case_mode")


class CrmLead(models.Model):
    """Who closes a deal on screen is offered its case; otherwise its activity asks for it."""

    _inherit = "crm.lead"

    case_count = fields.Integer(compute="_compute_case_count")

    @api.depends("case_ids")
    def _compute_case_count(self):
        # sudo: cases cannot be grouped by their deals, whose reader this is
        visible = self.env["crm.playbook.case"]._search([("revision_of_id", "=", False)])
        counts = (
            self.env["crm.playbook.case"]
            .sudo()
            ._read_group([("lead_id", "in", self.ids), ("id", "in", visible)], ["lead_id"], ["__count"])
            if self.env["crm.playbook"]._get_assignment() and self.ids
            else ()
        )
        by_lead = {lead.id: count for lead, count in counts}
        for lead in self:
            lead.case_count = by_lead.get(lead.id, 0)

    def _get_case_requests(self):
        """Return the open activities that ask for the case of this deal."""
        # sudo: whoever closes a deal may not be whom it is asked of
        return (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("res_model", "=", "crm.lead"),
                    ("res_id", "in", self.ids),
                    ("playbook_deadline_id.case_mode", "!=", False),
                ]
            )
        )

    # not @api.readonly: it is asked right after the deal was closed, which a replica may not know yet
    def get_case_offer(self):
        """Return the dialog that writes the case of a deal that was just closed, or False where none is asked
        for. A deal without a playbook costs no query.

        :return: an action, or False
        """
        self.ensure_one()
        if not self._get_dutiful() or self.won_status not in CLOSINGS or not self.has_access("read"):
            return False
        requests = self._get_case_requests()
        if not requests:
            return False
        action = self._prepare_case_dialog()
        action["context"]["is_case_optional"] = not requests._require_case()
        return action

    def decline_case(self):
        """Say that this deal teaches nothing, where its case is optional.

        :raise UserError: where it is required
        """
        self._check_can_work()
        requests = self._get_case_requests()
        if requests._require_case():
            raise UserError(self.env._("The case of this deal is required: write it, or leave it for later."))
        requests.write({"active": False})
        return True

    def action_open_cases(self):
        """Open the case of this deal, a new one where there is none; several as a list.

        :raise UserError: for a deal that is still open and has none
        """
        self.ensure_one()
        cases = self.case_ids.filtered(lambda case: not case.revision_of_id)
        if len(cases) == 1:
            return cases.get_formview_action()
        if not cases:
            if self.won_status not in CLOSINGS:
                raise UserError(
                    self.env._("“%s” is still open: write its case once it is won or lost.", self.name)
                )
            return self._prepare_case_dialog()
        action = self.env["ir.actions.actions"]._for_xml_id("sales_funnel_playbook.crm_playbook_case_action")
        return {**action, "domain": [("lead_id", "=", self.id)], "context": {}}

    def _prepare_case_dialog(self):
        """Return the action that writes the case of this deal, going on with a draft that was begun."""
        draft = self.case_ids.filtered(lambda case: case.state == "draft" and case.outcome == self.won_status)
        view = self.env.ref("sales_funnel_playbook.crm_playbook_case_view_form_dialog")
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.playbook.case",
            "res_id": draft[:1].id,
            "name": self.env._("What Won This Deal?")
            if self.won_status == "won"
            else self.env._("What Lost This Deal?"),
            "views": [(view.id, "form")],
            "target": "new",
            "context": {"default_lead_id": self.id, "dialog_size": "extra-large"},
        }

    def action_set_won_rainbowman(self):
        """After the celebration, the case."""
        result = super().action_set_won_rainbowman()
        effect = result.get("effect") if isinstance(result, dict) else False
        return self._prepare_case_offer({"effect": effect}) if self._get_dutiful() else result

    def _prepare_end_of_dialog(self, infos=None):
        """Return the action that ends a dialog which has just won these leads, none or several: what Odoo
        celebrates is celebrated; the case of one is offered, those of several wait as the work they are.

        :param dict infos: what whoever opened the dialog wants to know
        """
        if not self:
            return {"type": "ir.actions.act_window_close", "infos": infos or {}}
        message = self.env._("%s deals won!", len(self))
        if len(self) == 1:
            message = self.get_rainbowman_message()
        effect = bool(message) and {"fadeout": "slow", "message": message, "type": "rainbow_man"}
        return self[:1]._prepare_case_offer(
            {"lead_id": len(self) == 1 and self.id, "effect": effect, "infos": infos or {}}
        )

    def _prepare_case_offer(self, params):
        """Return the client action that offers the case, if one is asked for, once the closing is saved."""
        return {
            "type": "ir.actions.client",
            "tag": "sales_funnel_playbook.case_offer",
            "params": {"lead_id": self.id, **params},
        }


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
        items = Markup().join(Markup("<li>%s</li>") % case._prepare_link() for case in cases)
        title = self.env._("Cases that may help:")
        return super()._prepare_explanation() + Markup("<p>%s</p><ul>%s</ul>") % (title, items)
