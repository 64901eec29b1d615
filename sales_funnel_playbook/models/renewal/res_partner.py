from odoo import api, fields, models


class ResPartner(models.Model):
    """A customer's page shows what was sold to them, and what followed."""

    _inherit = "res.partner"

    contract_count = fields.Integer(
        string="Contracts",
        compute="_compute_contract_count",
        groups="sales_team.group_sale_salesman",
        help="Won deals of this customer, and their renewals and upsells.",
    )

    def _compute_contract_count(self):
        for partner in self:  # a form shows one
            domain = partner._get_contract_domain()
            leads = self.env["crm.lead"].with_context(active_test=False)
            partner.contract_count = partner.id and leads.search_count(domain)

    def _get_contract_domain(self):
        """Return the domain of this customer's won deals, and of what followed them."""
        self.ensure_one()
        customer = self.commercial_partner_id or self
        return [
            ("partner_id", "child_of", customer.ids),
            *("|", ("won_status", "=", "won"), ("renewal_kind", "!=", False)),
        ]

    @api.readonly
    def action_open_contracts(self):
        """Open this customer's won deals and what followed them."""
        leads = self.env["crm.lead"]
        return leads._prepare_chain_action(self.env._("Contracts"), self._get_contract_domain())
