from odoo import api, fields, models

from ..tools.tiering import get_tier
from .crm_playbook_tier import TIERS


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
