from odoo import api, fields, models


class CrmLeadOverride(models.TransientModel):
    """Asks a manager why a deal may pass although something is missing."""

    _name = "crm.lead.override"
    _description = "Override"

    lead_ids = fields.Many2many("crm.lead", string="Deals", required=True)
    stage_id = fields.Many2one("crm.stage", required=True, ondelete="cascade")
    reason_id = fields.Many2one("crm.playbook.override.reason", ondelete="cascade")
    note = fields.Text(help="Why the gate is overridden, and what was agreed. It stays on record.")
    date_deadline = fields.Date(
        string="Complete By",
        default=lambda self: self.env["crm.lead"]._get_override_deadline(),
        help="Each missing item becomes an activity for the salesperson, due on this day.",
    )
    unmet_summary = fields.Text(string="Unmet", compute="_compute_unmet_summary")

    @api.depends("lead_ids", "stage_id")
    def _compute_unmet_summary(self):
        for wizard in self:
            verdicts = wizard.lead_ids._origin.check_gate(wizard.stage_id.id) if wizard.stage_id else {}
            names = [item["name"] for verdict in verdicts.values() for item in verdict["unmet"]]
            wizard.unmet_summary = "\n".join(f"• {name}" for name in dict.fromkeys(names))

    def action_override(self):
        """Move the deals, with the reason on record."""
        self.ensure_one()
        before = self.lead_ids.filtered(lambda lead: lead.won_status == "won")
        self.lead_ids.override_gate(self.stage_id.id, self.reason_id.id, self.note, self.date_deadline)
        won = self.lead_ids.filtered(lambda lead: lead.won_status == "won") - before
        return won._prepare_end_of_dialog({"is_moved": True})
