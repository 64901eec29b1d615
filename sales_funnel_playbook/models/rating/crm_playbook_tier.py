from itertools import pairwise

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import frozendict

from ...tools.tiering import Threshold, get_tier
from ..core.memory import remembered

TIERS = [("A", "A"), ("B", "B"), ("C", "C")]


class CrmPlaybookTier(models.Model):
    """What a deal must promise to be in a tier, and how often it is followed up there."""

    _name = "crm.playbook.tier"
    _description = "Deal Tier"
    _inherit = ["crm.playbook.rated.mixin", "crm.playbook.delay"]
    _order = "playbook_id, tier"
    _rec_name = "tier"

    playbook_id = fields.Many2one("crm.playbook", required=True, index=True, ondelete="cascade")
    tier = fields.Selection(TIERS, required=True, default="A")
    currency_id = fields.Many2one(related="playbook_id.currency_id")
    min_revenue = fields.Monetary(
        string="Expected Revenue From", help="In the currency of the playbook's company."
    )
    min_probability = fields.Float(string="Probability From", digits=(5, 2), help="In percent.")
    delay_count = fields.Integer(string="Follow Up Every")
    delay_unit = fields.Selection(default="days")
    follow_up_responsible = fields.Selection(
        [("salesperson", "Salesperson"), ("team_leader", "Team Leader")],
        string="Followed Up By",
        required=True,
        default="salesperson",
    )

    _tier_uniq = models.UniqueIndex("(playbook_id, tier)", "A playbook has each tier once.")
    _min_revenue_positive = models.Constraint(
        "CHECK(min_revenue >= 0)", "The expected revenue of a tier cannot be negative."
    )
    _min_probability_range = models.Constraint(
        "CHECK(min_probability BETWEEN 0 AND 100)", "The probability of a tier is between 0 and 100 percent."
    )

    def _get_rhythm_text(self):
        """Return how often deals of this tier are followed up, and by whom."""
        responsible = self._fields["follow_up_responsible"]._description_selection(self.env)
        return self.env._(
            "Every %(delay)s: %(who)s",
            delay=self._get_delay_text(),
            who=dict(responsible)[self.follow_up_responsible],
        )


class CrmPlaybook(models.Model):
    _inherit = "crm.playbook"
    _playbook_effects = {"rating": {"tier_margin"}}

    tier_ids = fields.One2many("crm.playbook.tier", "playbook_id", string="Tiers", copy=True)
    tier_margin = fields.Float(
        string="Tolerance (%)",
        default=10.0,
        help="A deal falls to a lower tier only once it is this much under its tier's thresholds.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    missing_rates = fields.Char(compute="_compute_missing_rates")

    _tier_margin_range = models.Constraint(
        "CHECK(tier_margin BETWEEN 0 AND 90)", "The tolerance of the tiers is between 0 and 90 percent."
    )

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for playbook in self:
            playbook.currency_id = (playbook.company_id or self.env.company).currency_id

    @api.depends("currency_id", "tier_ids")
    def _compute_missing_rates(self):
        """Only where deals of several companies follow one playbook, currencies can differ."""
        # sudo: which currencies there are is no secret to who writes playbooks
        currencies = self.env["res.company"].sudo().search([("active", "=", True)]).currency_id
        for playbook in self:
            missing = currencies.filtered(lambda c, p=playbook: p._get_rate(c) is None)
            shared = playbook.tier_ids and not playbook.company_id
            playbook.missing_rates = ", ".join(missing.mapped("name")) if shared else False

    @api.constrains("tier_ids")
    def _check_tiers(self):
        """A better tier asks for no less than the next."""
        for playbook in self:
            for better, lower in pairwise(playbook.tier_ids.sorted("tier")):
                if better.min_revenue < lower.min_revenue or better.min_probability < lower.min_probability:
                    raise ValidationError(
                        self.env._(
                            "The thresholds of the tiers cross: “%(better)s” asks for less than “%(lower)s”."
                            " Raise the expected revenue or probability of “%(better)s”.",
                            better=better.tier,
                            lower=lower.tier,
                        )
                    )

    def _get_rate(self, currency):
        """Return what one unit of ``currency`` is in the playbook's currency today, None if unknown."""
        self.ensure_one()
        company = (self.company_id or self.env.company).root_id
        if currency == self.currency_id:
            return 1.0
        for one in currency | self.currency_id:
            # sudo: rates are the same for everybody
            rates = one.sudo().rate_ids.filtered(lambda rate: rate.company_id in (company, company.browse()))
            if one != company.currency_id and not rates:
                return None
        today = fields.Date.context_today(self)
        return currency._get_conversion_rate(currency, self.currency_id, company, today)

    @api.model
    @remembered()
    def _get_tiering(self):
        """Return ``{playbook id: ((Threshold, …) with the best first, margin in percent)}``, in memory."""
        # sudo: rates of the playbooks in use, whoever asks
        playbooks = self.sudo().search([("is_template", "=", False), ("tier_ids", "!=", False)])
        return frozendict({playbook.id: playbook._prepare_tiering() for playbook in playbooks})

    def _prepare_tiering(self):
        tiers = self.tier_ids.sorted("tier")
        thresholds = tuple(Threshold(t.tier, t.min_revenue, t.min_probability) for t in tiers)
        return thresholds, self.tier_margin

    @api.model
    def _get_rating_sources(self):
        names = {"product_line_id", "team_id", "company_id", "expected_revenue", "probability"}
        sources = [("tier", names)] if self._get_tiering() else []
        return [*super()._get_rating_sources(), *sources]


class CrmLead(models.Model):
    """The tier says where the team's time goes."""

    _inherit = "crm.lead"

    tier = fields.Selection(
        TIERS,
        compute="_compute_tier",
        store=True,
        precompute=True,
        index="btree_not_null",
        tracking=True,
        help="By expected revenue and probability, with the thresholds of the playbook.",
    )

    def _compute_tier(self):
        """Not by ``api.depends``: which deals have tiers, and from what, is data; see
        :meth:`crm.playbook._get_rating_sources`.
        """
        tiering = self.env["crm.playbook"]._get_tiering()
        playbook_ids = self._get_playbook_ids() if tiering else {}
        tiered = self.filtered(lambda lead: playbook_ids.get(lead.id) in tiering)
        (self - tiered).tier = False
        rates = tiered._get_tier_rates(playbook_ids)
        for lead in tiered:
            thresholds, margin = tiering[playbook_ids[lead.id]]
            rate = rates[playbook_ids[lead.id], lead.company_currency]
            is_closed = lead.won_status != "pending"
            if rate is None or (is_closed and lead.tier):
                # it stays until the rate is known; and a lost deal was worth what it was, not 0 %
                lead.tier = lead.tier
                continue
            revenue = (lead.expected_revenue or 0.0) * rate
            lead.tier = get_tier(revenue, lead.probability or 0.0, thresholds, lead.tier, margin) or False

    def _get_tier_rates(self, playbook_ids):
        """Return ``{(playbook id, currency): rate or None}`` for these leads."""
        keys = {(playbook_ids[lead.id], lead.company_currency) for lead in self}
        # sudo: a tier is the same whoever looks
        playbooks = self.env["crm.playbook"].sudo()
        return {(id_, currency): playbooks.browse(id_)._get_rate(currency) for id_, currency in keys}

    @api.model
    def _get_rating_results(self):
        return (*super()._get_rating_results(), "tier")
