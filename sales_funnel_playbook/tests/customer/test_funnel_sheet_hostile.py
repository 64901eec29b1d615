import base64
import io

import openpyxl

from odoo.tests import tagged

from .test_funnel_sheet import FunnelSheetCase

# What a spreadsheet would calculate, or start a program with, if it were no text.
HOSTILE = (
    *("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "=cmd|' /C calc'!A0"),
    '=HYPERLINK("http://evil.example","Click")',
)


def read_cells(content):
    """Return ``[(type, value), …]`` of all cells of a workbook; formulas have the type ``f``."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    return [(cell.data_type, cell.value) for cell in cells]


@tagged("post_install", "-at_install")
class TestFunnelSheetHostile(FunnelSheetCase):
    """Texts that begin as formulas do are texts in the Funnel Sheet, and come in again as they were."""

    def test_no_text_is_a_formula(self):
        deals = self.env["crm.lead"].union(
            *(
                self._create_lead(
                    name=text,
                    partner_name=text,
                    contact_name=text,
                    last_contact_summary=text,
                    risk_level="low",
                    risk_description=text,
                )
                for text in HOSTILE
            )
        )
        line = self.env["crm.product.line"].create({"name": HOSTILE[0]})
        deals.product_line_id = line
        domain = [("id", "in", deals.ids)]
        file = self.env["crm.lead"].get_funnel_sheet(domain, ["name", "product_line_id"])
        cells = read_cells(base64.b64decode(file["content"]))
        self.assertFalse([value for kind, value in cells if kind == "f"])
        texts = {value for kind, value in cells if kind == "s"}
        # XML has one end of a line, whichever it was
        written = {text.replace("\r", "\n") for text in HOSTILE}
        self.assertFalse(written - {text.replace("_x000D_", "\n").replace("\r", "\n") for text in texts})
