from odoo import fields, models


class CrmLeadWaive(models.TransientModel):
    """Asks why something that a playbook has asked for is not done."""

    _name = "crm.lead.waive"
    _description = "Cancel Work"

    activity_id = fields.Many2one("mail.activity", string="Task", required=True, ondelete="cascade")
    reason = fields.Text(help="Why it is not done; it stays on record, with who says so.")

    def action_cancel(self):
        """Delete the activity, and keep why."""
        self.ensure_one()
        self.activity_id.cancel_deadline(self.reason)
        return {"type": "ir.actions.act_window_close"}
