from odoo import api, models

from .namesakes import NAMES, RowNames


class IrFieldsConverter(models.AbstractModel):
    _inherit = "ir.fields.converter"

    @api.model
    def db_id_for(self, model, field, subfield, value, savepoint):
        """What a row's names were found to be is there: Odoo need not look for it once more for each row."""
        names = self.env.context.get(NAMES)
        if subfield == ".id" and isinstance(names, RowNames) and (field.comodel_name, value) in names.chosen:
            return int(value), []
        return super().db_id_for(model, field, subfield, value, savepoint)
