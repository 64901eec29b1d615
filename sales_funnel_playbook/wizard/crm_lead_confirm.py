from odoo import fields, models


class CrmLeadConfirm(models.TransientModel):
    """Asks for a note or files when a condition is confirmed."""

    _name = "crm.lead.confirm"
    _description = "Confirm an entry condition"

    lead_id = fields.Many2one("crm.lead", string="Deal", required=True, ondelete="cascade")
    condition_id = fields.Many2one("crm.playbook.condition", required=True, ondelete="cascade")
    guidance = fields.Text(related="condition_id.guidance", related_sudo=False)
    evidence_required = fields.Boolean(related="condition_id.evidence_required", related_sudo=False)
    note = fields.Text(help="What shows that the condition is met.")
    attachment_ids = fields.Many2many("ir.attachment", string="Files")

    def action_confirm(self):
        """Record the confirmation with what was entered."""
        self.ensure_one()
        self.lead_id.confirm_condition(self.condition_id.id, self.note, self.attachment_ids.ids)
        return {"type": "ir.actions.act_window_close"}
