import re
import unicodedata

from odoo import models

from ...hooks import SHEET_HEADINGS


class BaseImportImport(models.TransientModel):
    """Cells of the customer sheet are read as people write them, where a heading of the sheet has
    recognised their column. Everything else stays Odoo's own.
    """

    _inherit = "base_import.import"

    def execute_import(self, fields, columns, options, dryrun=False):
        """Read the cells of recognised columns before Odoo does.

        :param fields: the path of the field each column goes to, False where it is left out
        :param columns: the headings, in lower case
        """
        sheet = self._get_sheet_columns(fields, columns)
        reading = self.with_context(playbook_sheet_columns=sheet) if sheet else self
        return super(BaseImportImport, reading).execute_import(fields, columns, options, dryrun=dryrun)

    def _get_sheet_columns(self, fields, columns):
        """Return ``{field: heading}`` of the columns that a heading of the sheet has recognised, and
        that go where the heading says.
        """
        if self.res_model != "crm.lead":
            return {}
        return {
            field: heading
            for field, heading in zip(fields, columns, strict=False)
            if field and field == self._get_heading_field(heading)
        }

    def _get_heading_field(self, heading):
        """Return the field that a heading of the sheet fills, None if it is none of its headings."""
        text = unicodedata.normalize("NFKC", heading or "").lower()
        plain = re.sub(r"\s+", " ", text).strip()
        return SHEET_HEADINGS.get(plain) or SHEET_HEADINGS.get(plain.replace(" ", ""))
