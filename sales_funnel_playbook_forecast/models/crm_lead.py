from odoo import models


class CrmLead(models.Model):
    """What the pages look for: open deals by when they are to close, and closed ones by when they did."""

    _inherit = "crm.lead"

    _forecast_due_idx = models.Index(
        "(date_deadline) WHERE active IS TRUE AND won_status = 'pending' AND date_deadline IS NOT NULL"
    )
    _forecast_closed_idx = models.Index("(date_closed) WHERE won_status IN ('won', 'lost')")
