from odoo import api, models
from odoo.exceptions import AccessError

from odoo.addons.sales_funnel_playbook.arguments import check_argument, is_id
from odoo.addons.sales_funnel_playbook.models.core.days import ANY_COMPANY

SCOPE = ("company_id", "playbook_id", "product_line_id", "team_id", "user_id")


class CrmForecastScope(models.AbstractModel):
    """Whose deals somebody may have counted: salespeople their own, leaders those of their teams, whoever
    sees all deals all of them; of the companies in which they work just now.
    """

    _name = "crm.forecast.scope"
    _description = "Whose deals are counted"

    @api.model
    def _check_is_seller(self):
        """Raise an AccessError for whoever has nothing to do with sales."""
        if not self.env.su and not self.env.user.has_group("sales_team.group_sale_salesman"):
            raise AccessError(self.env._("Only salespeople see the pipeline."))

    @api.model
    def _sees_all(self):
        return self.env.su or self.env.user.has_group("sales_team.group_sale_salesman_all_leads")

    @api.model
    def _get_led_teams(self):
        return self.env["crm.team"].search([("user_id", "=", self.env.uid)])

    @api.model
    def _clean_scope(self, filters):
        """Return the scope in effect of what somebody asks for.

        :raise UserError: for what is no scope
        """
        check_argument(self.env, "filters", filters, isinstance(filters, dict))
        scope = {name: filters.get(name) or False for name in SCOPE}
        for name, value in scope.items():
            check_argument(self.env, name, value, is_id(value) or value is False)
        if scope["company_id"] not in self.env.companies.ids:
            scope["company_id"] = False
        if not self._sees_all() and scope["team_id"] not in self._get_led_teams().ids:
            scope["user_id"] = self.env.uid
        return scope

    @api.model
    def _get_options(self):
        """Return ``{filter: [{"id", "name"}, …]}``: what may be chosen as a scope."""
        teams = self.env["crm.team"].search_fetch([], ["name"]) if self._sees_all() else self._get_led_teams()
        users = self.env["res.users"].search(
            [
                ("all_group_ids", "in", self.env.ref("sales_team.group_sale_salesman").ids),
                ("company_ids", "in", self.env.companies.ids),
            ]
        )
        records = {
            "company_id": self.env.companies if len(self.env.companies) > 1 else self.env.companies.browse(),
            "playbook_id": self.env["crm.funnel.report"]._get_playbooks(),
            "product_line_id": self.env["crm.product.line"].search_fetch([], ["name"]),
            "team_id": teams,
            "user_id": users if self._sees_all() else (teams.member_ids | self.env.user) & users,
        }
        return {
            name: [{"id": one.id, "name": one.display_name} for one in found]
            for name, found in records.items()
        }

    @api.model
    def _get_currency(self, scope):
        """Return in which currency a scope is counted, and the company whose rates hold."""
        company = self.env["res.company"].browse(scope["company_id"] or self.env.company.id)
        playbook = self.env["crm.playbook"].browse(scope["playbook_id"] or ())
        return (playbook.currency_id or company.currency_id), (playbook.company_id or company)

    @api.model
    def _get_rate(self, currency, target, company, day):
        """Return what one unit of a currency is in another one on a day; None if that is unknown."""
        if currency == target:
            return 1.0
        # sudo: rates are the same for everybody
        company = company.sudo().root_id
        for one in (currency | target).sudo():
            rates = one.rate_ids.filtered(lambda rate: rate.company_id in (company, company.browse()))
            if one != company.currency_id and not rates:
                return None
        return currency.sudo()._get_conversion_rate(currency, target, company, day)

    @api.model
    def _get_currencies(self):
        """Return all currencies in which there may be deals."""
        # sudo: a deal may have been handed over by a company that the user does not see
        return self.env["res.company"].sudo().search(ANY_COMPANY).currency_id
