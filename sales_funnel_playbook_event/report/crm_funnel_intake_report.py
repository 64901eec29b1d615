from odoo import fields, models
from odoo.tools import SQL

WITH_EVENT = """
    SELECT intake.*, deal.event_id FROM (%s) intake JOIN crm_lead deal ON deal.id = intake.lead_id
"""


class CrmFunnelIntakeReport(models.Model):
    """Which event brought a deal, whatever source its attendee came by."""

    _inherit = "crm.funnel.intake.report"
    _depends = {"crm.lead": ["event_id"]}

    event_id = fields.Many2one("event.event", string="Source Event", readonly=True)

    @property
    def _table_query(self):
        return SQL(WITH_EVENT, super()._table_query)
