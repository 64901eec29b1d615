from odoo import api, fields, models

from ..columns import is_being_installed, make_room

COMPANY_SIZES = [
    ("1-10", "1–10"),
    ("11-50", "11–50"),
    ("51-200", "51–200"),
    ("201-500", "201–500"),
    ("501-1000", "501–1,000"),
    ("1001+", "More than 1,000"),
]


class ResPartner(models.Model):
    _inherit = "res.partner"

    company_size = fields.Selection(COMPANY_SIZES, help="How many people work there.")

    def _auto_init(self):
        if is_being_installed(self.env):
            make_room(self)
        return super()._auto_init()

    @api.model
    def _commercial_fields(self):
        """Whoever works at a company has its size, as it has its industry."""
        return [*super()._commercial_fields(), "company_size"]
