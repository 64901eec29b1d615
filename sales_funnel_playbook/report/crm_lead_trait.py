from odoo import fields, models

from ..models.customer.crm_lead import COMPANY_SIZES
from ..models.rating.crm_playbook_tier import TIERS


class CrmLeadTrait(models.AbstractModel):
    """What analyses of deals ask for: whose a deal is; and as it says today, where it came from, who the
    customer is, and why it was lost.
    """

    _name = "crm.lead.trait"
    _description = "What Deals Are Analysed By"

    playbook_id = fields.Many2one("crm.playbook", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    product_line_id = fields.Many2one("crm.product.line", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    stage_id = fields.Many2one("crm.stage", readonly=True)
    tier = fields.Selection(TIERS, readonly=True, help="The deal's tier today.")
    source_id = fields.Many2one("utm.source", readonly=True)
    medium_id = fields.Many2one("utm.medium", string="Marketing Medium", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", readonly=True)
    industry_id = fields.Many2one("res.partner.industry", readonly=True)
    company_size = fields.Selection(COMPANY_SIZES, readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    lost_reason_id = fields.Many2one("crm.lost.reason", readonly=True)
