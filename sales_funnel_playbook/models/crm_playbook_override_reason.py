from odoo import fields, models


class CrmPlaybookOverrideReason(models.Model):
    """Why a manager let a deal pass although something was missing."""

    _name = "crm.playbook.override.reason"
    _description = "Override reason"
    _inherit = ["crm.playbook.cache.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
