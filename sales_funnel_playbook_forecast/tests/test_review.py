import io

import openpyxl

from odoo.tests import new_test_user, tagged

from .forecast_common import DAY, MONDAY, NEXT, NOON, WEEK, ForecastCase


@tagged("post_install", "-at_install")
class TestReview(ForecastCase):
    """The Monday review keeps what changed in the week, and the forecast."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls("setUp")
        cls.lead = case.create_leads_at(NOON - DAY, 1, date_deadline="2024-03-01")
        case.take(NOON)
        with case.at(NOON + DAY):
            cls.lead.expected_revenue = 1500

    def make(self, take=True):
        if take:
            self.take(NOON + WEEK)
        with self.at(NOON + WEEK):
            days = (MONDAY, MONDAY + 6 * DAY)
            return self.env["crm.funnel.review"]._make(self.playbook, "week", days, False, self.main.id)

    def test_change_and_forecast_are_kept(self):
        review = self.make()
        kept = [["opening", 1000.0, 1, 1], ["raised", 500.0, 0, 1], ["closing", 1500.0, 1, 1]]
        self.assertEqual(review.pipeline_change, kept)
        self.assertEqual(review.forecast["commit"], 0)
        self.assertNotIn(None, review.forecast.values(), "there is no target: XML-RPC has no nothing")
        self.assertIn("Raised", review.change_table)
        self.assertIn("1,500.00", review.change_table)
        self.assertTrue([text for text in review._get_finding_texts() if "Pipeline After" in text])
        self.lead.expected_revenue = 9000
        self.env.invalidate_all()
        self.assertEqual(review.pipeline_change, kept)
        filters = review.action_open_change()["params"]["filters"]
        self.assertEqual((filters["date_from"], filters["date_to"]), ("2024-01-08", "2024-01-15"))
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "sales_funnel_playbook.report_funnel_review", review.ids
        )
        self.assertIn("Change of the Pipeline", html.decode())

    def test_workbook(self):
        review = self.make()
        book = openpyxl.load_workbook(io.BytesIO(review._make_workbook().raw))
        rows = [[cell.value for cell in row] for row in book["Change and Forecast"].iter_rows()]
        self.assertEqual(
            rows[:4],
            [
                ["Part", "Worth", "Deals"],
                ["Pipeline Before", 1000, 1],
                ["Raised", 500, 1],
                ["Pipeline After", 1500, 1],
            ],
        )
        self.assertIn(["Commit", 0, None], rows)
        kinds = {cell.data_type for row in book["Change and Forecast"].iter_rows() for cell in row}
        self.assertNotIn("f", kinds, "no formulas")

    def test_the_forecast_of_its_week(self):
        """What was said in the week is in its review, and a late one has what the Monday after it kept."""
        boss = new_test_user(self.env, login="boss", groups="sales_team.group_sale_manager")
        filters = {"company_id": self.main.id, "period": "quarter", "day": "2024-01-09"}
        for moment, amount in ((NOON + DAY, 2600), (NOON + WEEK, 9999)):
            with self.at(moment):
                self.env["crm.forecast"].with_user(boss).submit(filters, ["company"], amount)
        review = self.make()
        kept = review.forecast
        self.assertEqual(kept["own"], 2600)
        with self.at(NOON + WEEK):
            self.env["crm.forecast.week"]._freeze(self.main, NEXT)
        review.unlink()
        self.lead.expected_revenue = 9000
        late = self.make(take=False)
        self.assertEqual(late.forecast, kept)
        [told] = [text for text in late._get_finding_texts() if text.startswith("Forecast of the Quarter")]
        self.assertIn("2,600.00", told)

    def test_the_forecast_of_another_company(self):
        """What is said abroad is in the review there, in its currency, and in none at home; deals that were
        handed over, merged, copied or archived since leave both as they were.
        """
        boss = new_test_user(self.env, login="boss", groups="sales_team.group_sale_manager")
        boss.company_ids |= self.abroad
        deal = self.create_leads_at(NOON - DAY, 1, company_id=self.abroad.id)
        filters = {"company_id": self.abroad.id, "period": "quarter", "day": "2024-01-09"}
        with self.at(NOON + DAY):
            forecast = self.env["crm.forecast"].with_user(boss)
            forecast.with_context(allowed_company_ids=self.abroad.ids).submit(filters, ["company"], 7777)
        home = self.make()
        with self.at(NOON + WEEK):
            days = (MONDAY, MONDAY + 6 * DAY)
            review = self.env["crm.funnel.review"]._make(self.playbook, "week", days, False, self.abroad.id)
        kept = review.forecast, home.forecast
        self.assertEqual(review.forecast["own"], 7777)
        self.assertNotIn("own", home.forecast)
        self.assertTrue([text for text in review._get_finding_texts() if "¥" in text and "7,777" in text])
        with self.at(NOON + WEEK + DAY):
            copied = deal.copy()
            deal.user_id = self.leader
            (deal | copied).merge_opportunity().active = False
        self.env.invalidate_all()
        self.assertEqual((review.forecast, home.forecast), kept)

    def test_made_before_the_monday_was_kept(self):
        review = self.make(take=False)
        self.assertEqual(review.pipeline_change[-1], ["closing", 1500.0, 1, 1])
        self.assertFalse(review.action_open_change()["params"]["filters"]["date_to"])

    def test_without_its_monday(self):
        self.env["crm.funnel.snapshot.day"].search([]).unlink()
        review = self.make(take=False)
        self.assertFalse(review.pipeline_change)
        self.assertFalse([text for text in review._get_finding_texts() if "Pipeline" in text])
