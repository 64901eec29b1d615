from odoo import fields, models


class EventQuestion(models.Model):
    """Which of a deal's needs an answer tells."""

    _inherit = "event.question"

    lead_field = fields.Selection(
        [("use_case", "Use Case"), ("pain_points", "Pain Points")],
        string="Fills In on the Deal",
        help="Deals from registrations begin with the answers in this field.",
    )
