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
        string="Worth From", help="What a deal is worth at least, in the playbook's currency."
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
        "CHECK(min_revenue >= 0)", "The worth of a tier cannot be negative."
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

    _tier_margin_range = models.Constraint(
        "CHECK(tier_margin BETWEEN 0 AND 90)", "The tolerance of the tiers is between 0 and 90 percent."
    )

    @api.constrains("tier_ids")
    def _check_tiers(self):
        """A better tier asks for no less than the next."""
        for playbook in self:
            for better, lower in pairwise(playbook.tier_ids.sorted("tier")):
                if better.min_revenue < lower.min_revenue or better.min_probability < lower.min_probability:
                    raise ValidationError(
                        self.env._(
                            "The thresholds of the tiers cross: “%(better)s” asks for less than “%(lower)s”."
                            " Raise the worth or probability of “%(better)s”.",
                            better=better.tier,
                            lower=lower.tier,
                        )
                    )

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
        names = {"product_line_id", "team_id", "company_id", "worth", "probability"}
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
        help="By worth and probability, with the thresholds of the playbook.",
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
            rate = rates[playbook_ids[lead.id], lead.company_id]
            is_closed = lead.won_status != "pending"
            if rate is None or (is_closed and lead.tier):
                # it stays until the rate is known; and a lost deal was worth what it was, not 0 %
                lead.tier = lead.tier
                continue
            lead.tier = (
                get_tier(lead.worth * rate, lead.probability or 0.0, thresholds, lead.tier, margin) or False
            )

    def _get_tier_rates(self, playbook_ids):
        """Return ``{(playbook id, company of the lead): rate or None}`` for these leads."""
        # sudo: a tier is the same whoever looks
        playbooks = self.env["crm.playbook"].sudo()
        keys = {(playbooks.browse(playbook_ids[lead.id]), lead.company_id) for lead in self}
        return {
            (playbook.id, company): playbook._get_rate(playbook._get_deal_currency(company))
            for playbook, company in keys
        }

    @api.model
    def _get_rating_results(self):
        return (*super()._get_rating_results(), "tier")
