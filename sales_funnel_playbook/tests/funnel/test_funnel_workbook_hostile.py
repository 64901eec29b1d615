from odoo.tests import tagged

from ..customer.test_funnel_sheet_hostile import HOSTILE, read_cells
from .funnel_common import monday
from .review_common import ReviewCase


@tagged("post_install", "-at_install")
class TestFunnelWorkbookHostile(ReviewCase):
    """In the workbook of a review only its own rates are formulas."""

    def test_no_text_is_a_formula(self):
        deals = self.create_leads_at(monday(1), len(HOSTILE))
        for deal, text in zip(deals, HOSTILE, strict=True):
            source = self.env["utm.source"].create({"name": text})
            names = dict.fromkeys(("name", "partner_name", "contact_name"), text)
            deal.write({**names, "source_id": source.id})
            self.env["crm.lead.risk"].create({"lead_id": deal.id, "level": "low", "description": text})
        lost = deals[0].copy({"name": HOSTILE[0]})
        self.lose_at(monday(1), lost)
        self.stage_lead.name = self.playbook.name = "=1+2"
        self.make_reviews(monday(2))
        cells = read_cells(self.get_review(1)._get_workbook().raw)
        formulas = [value for kind, value in cells if kind == "f"]
        self.assertFalse([value for value in formulas if not value.startswith("=IF(")])
        texts = {value for kind, value in cells if kind == "s"}
        self.assertLessEqual({*HOSTILE[:4], *HOSTILE[6:], "=1+2"}, texts)
