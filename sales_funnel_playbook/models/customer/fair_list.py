import re

from odoo import api, fields, models
from odoo.addons.base_import.models.base_import import ImportValidationError
from odoo.tools import plaintext2html

from ...tools.sheet_rows import get_ranges

# How a spreadsheet shows a long number whose last digits it has forgotten.
SHORTENED = re.compile(r"\d(\.\d+)?E\+?\d+", re.IGNORECASE)
CHANNELS = {"source_id": "utm.source", "medium_id": "utm.medium", "campaign_id": "utm.campaign"}


class CrmLead(models.Model):
    """What lists from fairs and forms tell of a person."""

    _inherit = "crm.lead"

    wechat = fields.Char(string="WeChat", tracking=True, help="The WeChat ID of the person to talk to.")

    def _merge_get_fields(self):
        return [*super()._merge_get_fields(), "wechat"]

    @api.model
    def get_import_templates(self):
        label = self.env._("Import Template for Lists from Fairs and Forms")
        template = f"/sales_funnel_playbook/static/xls/sales_funnel_list{self._get_template_suffix()}.xlsx"
        return [*super().get_import_templates(), {"label": label, "template": template}]

    @api.model
    def _get_template_suffix(self):
        """Return how the names of templates in the user's language end."""
        lang = self.env.lang or ""
        return "" if lang == "zh_CN" else "_tw" if lang.startswith("zh") else "_en"


class BaseImportImport(models.TransientModel):
    _inherit = "base_import.import"

    def _convert_import_data(self, fields, options):
        """Bring what a list says into the form of the lead: sources that are new are made, if the user may,
        and a description is text.

        :raise ImportValidationError: when telephone numbers are not whole
        """
        data, import_fields = super()._convert_import_data(fields, options)
        if "sheet_rows" in options:
            self._check_phones(data, import_fields, options["sheet_rows"])
            self._prepare_list(data, import_fields)
            new = {name for name, model in CHANNELS.items() if self.env[model].has_access("create")}
            may_create = options.setdefault("name_create_enabled_fields", {})
            may_create.update(dict.fromkeys(new.intersection(import_fields), True))
        return data, import_fields

    def _check_phones(self, data, import_fields, numbers):
        if "phone" not in import_fields:
            return
        cells = [str(row[import_fields.index("phone")]) for row in data]
        own = numbers[len(numbers) - len(cells) :]  # a batch begins later
        rows = [number for number, cell in zip(own, cells, strict=True) if SHORTENED.fullmatch(cell)]
        if rows:
            raise ImportValidationError(
                self.env._(
                    "These rows have telephone numbers without their last digits: %s. Make the column text in"
                    " your spreadsheet, and enter them again.",
                    get_ranges(rows),
                )
            )

    def _prepare_list(self, data, import_fields):
        """Write into ``data`` what the lead's fields take."""
        for column, name in enumerate(import_fields):
            for row in data:
                if row[column] and isinstance(row[column], str):
                    if name == "description":
                        row[column] = plaintext2html(row[column])
                    elif name in CHANNELS:
                        row[column] = row[column].strip()
