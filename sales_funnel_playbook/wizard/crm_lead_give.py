from odoo import api, fields, models

from ..models.intake.crm_lead import SALES


class CrmLeadGive(models.TransientModel):
    """Asks to which salesperson leads are handed over."""

    _name = "crm.lead.give"
    _description = "Hand Over"

    lead_ids = fields.Many2many("crm.lead", string="Leads", required=True)
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        required=True,
        ondelete="cascade",
        domain="[('id', 'in', salesperson_ids)]",
    )
    salesperson_ids = fields.Many2many("res.users", string="Salespeople", compute="_compute_salesperson_ids")
    note = fields.Text(help="What the salesperson should know first.")

    @api.depends("lead_ids")
    def _compute_salesperson_ids(self):
        for dialog in self:
            # sudo: who works in which group and company
            users = self.env["res.users"].sudo()
            domain = [("all_group_ids", "in", self.env.ref(SALES).ids), ("share", "=", False)]
            companies = dialog.lead_ids.company_id
            found = users.search([*domain, *[("company_ids", "in", one.id) for one in companies]])
            dialog.salesperson_ids = found.sudo(False)

    def action_hand_over(self):
        """Hand the leads over."""
        self.ensure_one()
        self.lead_ids.hand_over(self.user_id.id, self.note)
        return {"type": "ir.actions.act_window_close"}
