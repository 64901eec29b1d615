from odoo import api, models
from odoo.exceptions import UserError

from ...wording import list_texts


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


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_playbooks(self):
        """A playbook without a company is everybody's: other companies' deals would follow it.

        :raise UserError: with the playbooks, and what to do
        """
        # sudo: also those that whoever deletes a company does not see
        playbooks = self.env["crm.playbook"].sudo().with_context(active_test=False)
        if found := playbooks.search([("company_id", "in", self.ids)]):
            raise UserError(
                self.env._(
                    "“%(company)s” has playbooks of its own and cannot be deleted: delete %(playbooks)s"
                    " first, or archive the company.",
                    company=found[0].company_id.name,
                    playbooks=list_texts(self.env, found.mapped("name")),
                )
            )

    def unlink(self):
        """PostgreSQL takes it off deals, teams and the log at once; what the deals follow then is logged."""
        # sudo: all its deals, whoever may see them
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        leads = leads.search([("company_id", "in", self.ids)])
        result = super().unlink()
        leads._settle_segments()
        return result
