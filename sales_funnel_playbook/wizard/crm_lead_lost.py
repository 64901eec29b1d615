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
        """Ask for the reason where a playbook is followed: lessons are drawn from it."""
        if self.is_reason_required and not self.lost_reason_id:
            raise UserError(self.env._("Choose a lost reason: this deal follows a playbook."))
        return super().action_lost_reason_apply()
