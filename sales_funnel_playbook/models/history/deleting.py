from odoo import api, models


class CrmLead(models.Model):
    """Before a team or product line goes, its deals are told: PostgreSQL would empty them behind the log's
    back.
    """

    _inherit = "crm.lead"

    @api.model
    def _let_go(self, name, records):
        """Empty the field ``name`` of all leads that are of one of ``records``; they stay in their
        company, which Odoo would take off a lead that has nobody.
        """
        if not self.env["crm.playbook"]._get_assignment():
            return
        # sudo: all its deals, whoever may see them
        leads = self.sudo().with_context(active_test=False).search([(name, "in", records.ids)])
        with self.env.protecting([self._fields["company_id"]], leads):
            leads.write({name: False})


class CrmTeam(models.Model):
    _inherit = "crm.team"

    def unlink(self):
        self.env["crm.lead"]._let_go("team_id", self)
        return super().unlink()


class CrmProductLine(models.Model):
    _inherit = "crm.product.line"

    def unlink(self):
        self.env["crm.lead"]._let_go("product_line_id", self)
        return super().unlink()
