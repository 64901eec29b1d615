from odoo import models

from ..core.memory import forget


class ResUsers(models.Model):
    """Who leaves hands over the roles on deals, however they are archived."""

    _inherit = "res.users"

    def write(self, vals):
        leaving = self.filtered("active") if "active" in vals and not vals["active"] else self.browse()
        result = super().write(vals)
        if leaving:
            leaving._leave_roles()
        return result

    def _leave_roles(self):
        """Give the roles of these users to who has them by default."""
        forget(self.env)  # they do not have any by default any more
        # sudo: who may archive a user may not have to see the deals
        members = self.env["crm.lead.member"].sudo()
        members.search([("user_id", "in", self.ids), ("left_at", "=", False)])._replace()
