from odoo import fields, models


class CrmLeadExplain(models.TransientModel):
    """Asks why a flagged deal is as it should be."""

    _name = "crm.lead.explain"
    _description = "Explain a Data Check"

    lead_id = fields.Many2one("crm.lead", string="Deal", required=True, ondelete="cascade")
    check_id = fields.Many2one("crm.playbook.check", required=True, ondelete="cascade")
    message = fields.Text(related="check_id.message", related_sudo=False)
    note = fields.Text(string="Explanation", required=True)

    def action_explain(self):
        """Record the explanation on the deal."""
        self.ensure_one()
        self.lead_id.explain_check(self.check_id.id, self.note)
        return {"type": "ir.actions.act_window_close"}
