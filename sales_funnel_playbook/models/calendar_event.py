from odoo import fields, models


class CalendarEvent(models.Model):
    """A meeting may be a sharing session on cases; what is said goes back to each case."""

    _inherit = "calendar.event"

    case_line_ids = fields.One2many(
        "crm.playbook.case.session.line",
        "event_id",
        string="Cases",
        copy=False,
        groups="sales_team.group_sale_salesman",
    )
