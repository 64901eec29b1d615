from odoo import fields, models

from ..models.customer.crm_lead import COMPANY_SIZES


class CrmLeadTrait(models.AbstractModel):
    """What analyses of deals ask for besides team and salesperson: where a deal came from, who the customer
    is, and why it was lost. As the deal says today.
    """

    _name = "crm.lead.trait"
    _description = "Channel, Customer and Reason of a Deal"

    source_id = fields.Many2one("utm.source", readonly=True)
    medium_id = fields.Many2one("utm.medium", string="Marketing Medium", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", readonly=True)
    industry_id = fields.Many2one("res.partner.industry", readonly=True)
    company_size = fields.Selection(COMPANY_SIZES, readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    lost_reason_id = fields.Many2one("crm.lost.reason", readonly=True)
