import base64
import io
from datetime import timedelta

import openpyxl

from odoo.tests import tagged

from .funnel_common import monday
from .review_common import ReviewCase


@tagged("post_install", "-at_install")
class TestFunnelWorth(ReviewCase):
    """Reviews count what deals are worth, and name the currencies that they cannot count."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        plan = cls.env["crm.recurring.plan"].create({"name": "Monthly", "number_of_months": 1})
        cls.subscription = {"recurring_revenue": 5000, "recurring_plan": plan.id, "expected_revenue": 20_000}

    def make_review(self, **vals):
        self.create_leads_at(monday(1) + timedelta(hours=10), 2, **self.subscription, **vals)
        self.make_reviews(monday(2))
        return self.get_review(1)

    def read_customers(self, review):
        content = base64.b64decode(review._get_workbook().datas)
        return openpyxl.load_workbook(io.BytesIO(content))["Open customers"]

    def test_the_expected_revenue_unless_somebody_chooses(self):
        review = self.make_review()
        self.assertEqual(self.get_line(review, self.stage_lead).open_amount, 40_000)
        self.assertEqual(self.read_customers(review)["L1"].value, "Owner")
        self.assertEqual(self.read_customers(review)["N1"].value, "Source", "no worth")

    def test_a_year_of_a_subscription(self):
        self.playbook.worth_basis = "recurring"
        review = self.make_review()
        self.assertEqual(self.get_line(review, self.stage_lead).open_amount, 120_000)
        customers = self.read_customers(review)
        self.assertEqual([customers[cell].value for cell in ("I2", "N1", "N2")], [2, "Worth (10,000)", 6])

    def test_the_workbook_comes_in_with_amounts_and_without_worth(self):
        self.playbook.worth_basis = "both"
        content = base64.b64decode(self.make_review()._get_workbook().datas)
        vals = {"res_model": "crm.lead", "file": content, "file_name": "review.xlsx"}
        wizard = self.env["base_import.import"].create(vals)
        preview = wizard.parse_preview({"has_headers": True, "sheet": "Open customers"})
        self.assertEqual(preview["headers"][13], "Worth (10,000)")
        self.assertEqual(preview["matches"][8], ["expected_revenue_wan"])
        self.assertNotIn(13, preview["matches"])

    def test_what_has_no_rate_is_named_by_mail(self):
        francs = self.env.ref("base.CHF")
        self.env["res.currency.rate"].search([("currency_id", "=", francs.id)]).unlink()
        abroad = self.env["res.company"].create({"name": "Abroad", "currency_id": francs.id})
        self.team.company_id = False
        self.leader.company_ids |= abroad
        self.make_review(company_id=abroad.id, user_id=False)
        mails = self.env["mail.mail"].search([("model", "=", "crm.funnel.review")])
        self.assertTrue(mails)
        for mail in mails:
            self.assertIn("Amounts left out, without an exchange rate: CHF", mail.body_html)
