from odoo import fields, models


class CrmLeadOutputReject(models.TransientModel):
    """Asks why an output is rejected."""

    _name = "crm.lead.output.reject"
    _description = "Reject an output"

    submission_id = fields.Many2one("crm.lead.output", string="Output", required=True, ondelete="cascade")
    comment = fields.Text(help="What is missing or wrong; the salesperson reads it.")

    def action_reject(self):
        """Reject the output with the comment."""
        self.ensure_one()
        self.submission_id.reject(self.comment)
        return {"type": "ir.actions.act_window_close"}
