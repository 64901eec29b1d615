from odoo import models


class CrmTeam(models.Model):
    """Before a team goes, its deals are told: PostgreSQL would empty them behind the log's back."""

    _inherit = "crm.team"

    def unlink(self):
        # sudo: all its deals, whoever may see them
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        leads.search([("team_id", "in", self.ids)]).team_id = False
        return super().unlink()


class CrmProductLine(models.Model):
    _inherit = "crm.product.line"

    def unlink(self):
        # sudo: all its deals, whoever may see them
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        leads.search([("product_line_id", "in", self.ids)]).product_line_id = False
        return super().unlink()
