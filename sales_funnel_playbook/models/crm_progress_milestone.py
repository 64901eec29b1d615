from odoo import fields, models


class CrmProgressMilestone(models.Model):
    """A key node of a conversation with the customer, marked on a progress note."""

    _name = "crm.progress.milestone"
    _description = "Milestone"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    risk_type_id = fields.Many2one(
        "crm.risk.type",
        string="Opens Risk",
        ondelete="restrict",
        help="A note with this milestone opens a risk of this type.",
    )
