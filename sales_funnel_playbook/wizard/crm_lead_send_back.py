from odoo import fields, models

from ..models.intake.crm_lead_hand_over import REASONS


class CrmLeadSendBack(models.TransientModel):
    """Asks why leads are sent back to whoever handed them over."""

    _name = "crm.lead.send.back"
    _description = "Send Back"

    lead_ids = fields.Many2many("crm.lead", string="Leads", required=True)
    reason = fields.Selection(REASONS, required=True)
    comment = fields.Text(string="What Is Wrong")

    def action_send_back(self):
        """Send the leads back."""
        self.ensure_one()
        self.lead_ids.send_back(self.reason, self.comment)
        return {"type": "ir.actions.act_window_close"}
