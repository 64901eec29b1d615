from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmLeadLost(models.TransientModel):
    _inherit = "crm.lead.lost"

    is_reason_required = fields.Boolean(compute="_compute_is_reason_required")

    @api.depends("lead_ids")
    def _compute_is_reason_required(self):
        for wizard in self:
            wizard.is_reason_required = bool(wizard.lead_ids._get_playbook_ids())

    def action_lost_reason_apply(self):
        """Ask for the reason where a playbook is followed: lessons are drawn from it. Then offer the case."""
        if self.is_reason_required and not self.lost_reason_id:
            raise UserError(self.env._("A lost reason is required for deals that follow a playbook."))
        result = super().action_lost_reason_apply()
        is_offered = len(self.lead_ids) == 1 and self.lead_ids._get_dutiful()
        return self.lead_ids._prepare_case_offer({"is_dialog": True}) if is_offered else result
