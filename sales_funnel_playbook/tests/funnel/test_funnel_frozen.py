import io
from datetime import timedelta

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .funnel_common import monday
from .review_common import ReviewCase

COUNTS = (
    *("begun_count", "next_count", "advanced_count", "won_count", "lost_count", "returned_count"),
    *("cohort_count", "reached_count", "cohort_won_count", "cohort_lost_count", "cohort_open_count"),
    *("stay_count", "open_count", "over_limit_count"),
)


@tagged("post_install", "-at_install")
class TestFunnelFrozen(ReviewCase):
    """A number of a review opens the deals that it counted, whatever has become of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.work_through(cls("setUpClass"), 6)

    def open_deals(self, line, name, user=None):
        """Return the title and the deals of what a click on a number opens."""
        action = line.with_user(user or self.env.user).with_context(funnel_number=name).action_open_deals()
        leads = self.env["crm.lead"].with_user(user or self.env.user).with_context(**action["context"])
        return action["name"], leads.search(action["domain"])

    def test_every_number_opens_what_it_counted(self):
        """No deal does the same twice in these weeks, so each counts once."""
        self.rules[self.stage_lead].dwell_alert_days = 7
        self.make_reviews(monday(7))
        lines = self.Review.search([("period", "=", "week")]).line_ids
        self.assertTrue(all(sum(lines.mapped(name)) for name in COUNTS))
        before = {(line, name): self.open_deals(line, name)[1] for line in lines for name in COUNTS}
        for (line, name), leads in before.items():
            self.assertEqual(len(leads), line[name], (line.display_name, name))
        # in the week after, all is different
        leads = self.env["crm.lead"].search([])
        self.move_at(monday(8), leads, self.stage_talks)
        self.lose_at(monday(8) + timedelta(days=1), leads[:9])
        leads.team_id = self.env["crm.team"].create({"name": "Other team"})
        self.env.invalidate_all()
        for (line, name), leads in before.items():
            title, now = self.open_deals(line, name)
            self.assertEqual(now, leads, (line.display_name, name))
            self.assertNotIn("missing", title)

    def test_what_is_gone_or_hidden_is_said(self):
        self.make_reviews(monday(5))
        line = self.get_line(self.get_review(4), self.stage_demo)
        title, leads = self.open_deals(line, "open_count")
        self.assertEqual((title, len(leads)), ("Demo: Open Deals", 5))
        leads[0].unlink()
        title, left = self.open_deals(line, "open_count")
        self.assertEqual(left, leads[1:])
        self.assertIn("(missing 1 of 5: deleted, merged, or not visible to you)", title)
        own = new_test_user(self.env, "funnel_own", groups="sales_team.group_sale_salesman")
        self.playbook.review_user_ids = own
        leads[1].user_id = own
        title, left = self.open_deals(line, "open_amount", own)
        self.assertEqual(left, leads[1])
        self.assertIn("missing 4 of 5", title)

    def test_findings_and_bottlenecks_say_it_too(self):
        self.rules[self.stage_demo].write({"conversion_alert_rate": 90, "conversion_alert_weeks": 1})
        self.make_reviews(monday(6))
        review = self.get_review(5)
        line = review.bottleneck_line_ids.filtered(lambda one: one.stage_id == self.stage_demo)
        concerned = line.explanation["lead_ids"]
        self.env["crm.lead"].browse(concerned[0]).unlink()
        self.assertIn(f"missing 1 of {len(concerned)}", line.action_open_concerned()["name"])

    def test_reviews_of_before_say_that_they_open_what_is_there_today(self):
        self.make_reviews(monday(5))
        line = self.get_line(self.get_review(4), self.stage_demo)
        line.counted_lead_ids = False
        title, leads = self.open_deals(line, "begun_count")
        self.assertIn("as they are today: this review did not keep its deals", title)
        self.assertEqual(len(leads), line.begun_count)

    def test_only_counts_and_amounts_have_deals(self):
        self.make_reviews(monday(5))
        line = self.get_line(self.get_review(4), self.stage_demo)
        with self.assertRaisesRegex(UserError, "no deals behind"):
            self.open_deals(line, "sequence")

    def test_which_deals_are_no_business_of_who_may_not_read_the_review(self):
        self.make_reviews(monday(5))
        line = self.get_line(self.get_review(4), self.stage_demo)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self.open_deals(line, "open_count", self.rep)


@tagged("post_install", "-at_install")
class TestFunnelAmountsThen(ReviewCase):
    """A review that is late has the amounts of the Monday with which its week ended."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.company"].search([]).resource_calendar_id.tz = "UTC"
        cls.leads = cls.create_leads_at(cls("setUpClass"), monday(1) + timedelta(hours=10), 2)
        cls.leads.probability = 50

    def take(self, moment):
        with self.mock_datetime_and_now(moment):
            for company, day in self.env["crm.funnel.snapshot"]._get_due():
                self.env["crm.funnel.snapshot"]._take(company, day)

    def get_amounts(self):
        line = self.get_line(self.get_review(1), self.stage_lead)
        return line.open_count, line.open_amount, line.weighted_amount

    def test_of_the_snapshot(self):
        self.take(monday(2) + timedelta(minutes=20))
        self.leads.write({"expected_revenue": 7, "probability": 10, "stage_id": self.stage_demo.id})
        self.leads[1].with_context(tracking_disable=True).unlink()
        self.make_reviews(monday(2) + timedelta(days=3))
        self.assertEqual(self.get_amounts(), (1, 1000, 500))
        content = io.BytesIO(self.get_review(1)._get_workbook().raw)
        sheet = openpyxl.load_workbook(content)["Open customers"]
        self.assertEqual([sheet[cell].value for cell in ("D2", "H2", "I2")], ["Lead", 50, 0.1])

    def test_of_now_where_that_is_nearer(self):
        """Monday in Los Angeles begins eight hours after the snapshot, and ten minutes before the review."""
        self.playbook.calendar_id.tz = "America/Los_Angeles"
        self.take(monday(2) + timedelta(minutes=20))
        self.leads.write({"expected_revenue": 7})
        self.make_reviews(monday(2) + timedelta(hours=8, minutes=10))
        self.assertEqual(self.get_amounts()[:2], (2, 14))

    def test_of_now_where_none_was_taken(self):
        self.leads.write({"expected_revenue": 7})
        self.make_reviews(monday(2) + timedelta(days=3))
        self.assertEqual(self.get_amounts()[:2], (2, 14))

    def test_deals_that_it_lacks_have_those_of_now(self):
        self.take(monday(2) + timedelta(minutes=20))
        self.env.cr.execute("DELETE FROM crm_funnel_snapshot WHERE lead_id = %s", [self.leads[0].id])
        self.leads.write({"expected_revenue": 7})
        self.make_reviews(monday(2) + timedelta(days=3))
        self.assertEqual(self.get_amounts()[:2], (2, 1007))

    def test_of_another_company_at_the_rate_of_that_monday(self):
        yuan = self.env.ref("base.CNY")
        yuan.active = True
        self.playbook.currency_id = self.env.ref("base.USD")
        yuan.rate_ids.unlink()
        for day, rate in (("2024-01-01", 5), ("2024-01-10", 10)):
            self.env["res.currency.rate"].create(
                {"currency_id": yuan.id, "name": day, "rate": rate, "company_id": False}
            )
        abroad = self.env["res.company"].create({"name": "Abroad", "currency_id": yuan.id})
        abroad.resource_calendar_id.tz = "UTC"
        self.team.company_id = False
        leads = self.create_leads_at(monday(1) + timedelta(hours=11), 2, company_id=abroad.id, user_id=False)
        self.take(monday(2) + timedelta(minutes=20))
        leads.write({"expected_revenue": 7})
        self.make_reviews(monday(2) + timedelta(days=3))
        review = self.Review.search([("company_id", "=", abroad.id), ("date_from", "=", "2024-01-01")])
        self.assertEqual(self.get_line(review, self.stage_lead)[:1].open_amount, 400)
