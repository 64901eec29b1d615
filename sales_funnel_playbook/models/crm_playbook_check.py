from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import frozendict


class CrmPlaybookCheck(models.Model):
    """A sign that a deal looks better than it is. It flags and never blocks."""

    _name = "crm.playbook.check"
    _description = "Data Check"
    _inherit = ["crm.playbook.rule", "crm.playbook.rated.mixin"]

    playbook_id = fields.Many2one(
        "crm.playbook", index=True, ondelete="cascade", help="Empty: for the deals of all playbooks."
    )
    company_id = fields.Many2one(related="playbook_id.company_id")
    message = fields.Text(
        translate=True, required=True, help="Why this deserves a second look, as the salesperson reads it."
    )
    guidance = fields.Text(help="What puts it right.")
    evidence = fields.Selection(
        [("progress", "Progress Notes"), ("stage_log", "Stage Log"), ("deal", "The Deal Itself")],
        required=True,
        default="deal",
        help="Where the deal shows what this check has found.",
    )

    @api.constrains("domain")
    def _check_own_results(self):
        """A check cannot follow from the checks."""
        for check in self:
            if "check_ids" in check._get_named_fields():
                raise ValidationError(
                    self.env._("The check “%s” cannot look at the checks of a deal.", check.name)
                )

    def _get_rated_playbooks(self):
        if all(check.playbook_id for check in self):
            return self.playbook_id
        return self.env["crm.playbook"].search([("is_template", "=", False)])

    @api.readonly
    def action_show_evidence(self):
        """Open what shows on the deal that the context names what this check has found."""
        self.ensure_one()
        lead_id = self.env.context.get("explained_lead_id")
        if self.evidence == "deal":
            return self.env["crm.lead"].browse(lead_id).get_formview_action()
        name = {"progress": "crm_lead_progress_action", "stage_log": "crm_lead_stage_log_action"}[
            self.evidence
        ]
        action = self.env["ir.actions.act_window"]._for_xml_id(f"sales_funnel_playbook.{name}")
        return {**action, "domain": [("lead_id", "=", lead_id)], "context": {}}

    @api.readonly
    def action_explain(self):
        """Open the dialog that explains this flag on the deal that the context names."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.lead.explain",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "name": self.env._("Explain"),
            "context": {
                "default_lead_id": self.env.context.get("explained_lead_id"),
                "default_check_id": self.id,
            },
        }


class CrmPlaybook(models.Model):
    _inherit = "crm.playbook"

    check_ids = fields.One2many("crm.playbook.check", "playbook_id", string="Data Checks", copy=True)

    @api.model
    @tools.ormcache()
    def _get_checks(self):
        """Return ``{check id: (playbook id or False, domain)}`` of all checks in use, kept in memory."""
        # sudo: kept in memory for everybody
        checks = self.env["crm.playbook.check"].sudo().with_context(active_test=True)
        checks = checks.search(["|", ("playbook_id", "=", False), ("playbook_id.is_template", "=", False)])
        return frozendict({check.id: (check.playbook_id.id, check.domain) for check in checks})

    @api.model
    def _get_rating_sources(self):
        checks = self.env["crm.playbook.check"].browse(self._get_checks())
        named = checks._get_named_fields()
        if checks:
            named |= {"product_line_id", "team_id", "company_id", "explanation_ids"}
        return [*super()._get_rating_sources(), ("check_ids", named)]
