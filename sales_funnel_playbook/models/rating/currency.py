from odoo import api, fields, models

from ...tools.funnel import get_today
from ..core.days import ANY_COMPANY, choose_of_pair
from ..core.mixins import ANY


class CrmPlaybook(models.Model):
    """In which currency a playbook counts, the same for everybody, and at which rates.

    Rates are those of the playbook's company; of a playbook for all companies, of the main one. The amounts
    of a deal without a company are in that company's currency, too.
    """

    _inherit = "crm.playbook"
    _playbook_effects = {"rating": {"currency_id"}}

    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        ondelete="restrict",
        tracking=True,
        help="Tiers, the funnel and its reviews count in this currency, whoever looks.",
    )
    missing_rates = fields.Char(compute="_compute_missing_rates")

    @api.model
    def _get_effects(self, names=ANY):
        """A playbook that goes to another company changes its currency."""
        is_moved = names is not ANY and "company_id" in names and "id" not in names  # as of a new one
        return super()._get_effects({*names, "currency_id"} if is_moved else names)

    @api.depends("company_id")
    def _compute_currency_id(self):
        """Its company's; a playbook for all companies keeps the one it has."""
        for playbook in self:
            own = playbook.company_id.currency_id or playbook.currency_id
            playbook.currency_id = own or self.env.company.currency_id

    @api.depends("currency_id", "company_id")
    def _compute_missing_rates(self):
        """In which currencies there may be deals whose amounts cannot be converted."""
        # sudo: which currencies there are is no secret to who reads playbooks
        companies = self.env["res.company"].sudo().search([("active", "=", True)])
        for playbook in self:
            currencies = (playbook.sudo().company_id or companies).currency_id
            missing = currencies.filtered(lambda one, p=playbook: p.currency_id and p._get_rate(one) is None)
            playbook.missing_rates = ", ".join(missing.mapped("name")) or False

    @api.model
    def _get_main_company(self):
        """Return the company whose rates hold, and to which a deal belongs, where no company is named."""
        # sudo: the same one for everybody
        companies = self.env["res.company"].sudo()
        return companies.search([("parent_id", "=", False)], order="id", limit=1)

    def _get_deal_currency(self, company):
        """Return the currency of the amounts of this playbook's deals.

        :param company: that of the deal, empty for one without
        """
        # sudo: a deal may be seen whose company may not
        own = company.sudo() or self.sudo().company_id
        return (own or self._get_main_company()).currency_id

    def _get_rate(self, currency, day=None):
        """Return what one unit of ``currency`` is in the playbook's currency on a day, today if none is
        given; None if unknown.
        """
        self.ensure_one()
        if currency == self.currency_id:
            return 1.0
        # sudo: rates are the same for everybody
        company = self.sudo().company_id.root_id or self._get_main_company()
        for one in currency | self.currency_id:
            rates = one.sudo().rate_ids.filtered(lambda rate: rate.company_id in (company, company.browse()))
            if one != company.currency_id and not rates:
                return None
        day = day or get_today(self.env.cr.now(), self._get_tz())
        return currency.sudo()._get_conversion_rate(currency, self.currency_id, company, day)

    @api.model
    def _get_rate_sql(self, playbook, company):
        """Return what one unit of a deal's currency is in its playbook's, as SQL; NULL if that is unknown.

        :param SQL playbook: the column with the playbook's id; ``company`` with the deal's company's
        """
        # sudo: rates are the same for everybody
        everything = self.sudo().with_context(active_test=False)
        companies = everything.env["res.company"].search(ANY_COMPANY)
        rates = {
            one.id: one._get_company_rates(companies)
            for one in everything.search([("is_template", "=", False)])
        }
        return choose_of_pair(playbook, company, rates, 1.0)

    def _get_company_rates(self, companies):
        """Return ``{company id: what one unit of a deal's currency is in this playbook's}``, under False that
        of a deal without a company.
        """
        currencies = {one.id: self._get_deal_currency(one) for one in companies}
        currencies[False] = self._get_deal_currency(companies.browse())
        rates = {one: self._get_rate(one) for one in set(currencies.values())}
        return {id_: rates[currency] for id_, currency in currencies.items()}
