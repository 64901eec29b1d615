from datetime import datetime, timedelta
from unittest.mock import patch

import pytz

from odoo import Command
from odoo.tests import new_test_user, tagged

from .funnel_common import monday
from .review_common import ReviewCase

MANAGER = "sales_team.group_sale_manager"


@tagged("post_install", "-at_install")
class TestFunnelCompanies(ReviewCase):
    """A playbook of all companies, and Odoo's own team that belongs to none: each company has its numbers,
    its week and its readers.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.east, cls.west = cls.env["res.company"].create([{"name": "East"}, {"name": "West"}])
        cls.playbook.calendar_id = False
        for company, tz in ((cls.east, "Asia/Shanghai"), (cls.west, "America/Los_Angeles")):
            company.resource_calendar_id = cls._create_nine_to_five()
            company.resource_calendar_id.tz = tz
        cls.team.write({"company_id": False, "user_id": False})
        cls.stages.team_ids = False
        cls.line = cls.env["crm.product.line"].create({"name": "Presses", "company_id": False})
        cls.playbook.product_line_ids = cls.line
        cls.li, cls.ann = (
            new_test_user(
                cls.env,
                f"funnel_{name}",
                groups=MANAGER,
                email=f"{name}@example.com",
                company_id=company.id,
                company_ids=[Command.set(company.ids)],
            )
            for name, company in (("li", cls.east), ("ann", cls.west))
        )

    def _create(self, moment, company, count=1, **vals):
        return self.create_leads_at(
            moment, count, company_id=company.id, user_id=False, product_line_id=self.line.id, **vals
        )

    def _get(self, company, week=1):
        domain = [("company_id", "=", company.id), ("date_from", "=", monday(week).date())]
        return self.Review.search([*domain, ("period", "=", "week"), ("playbook_id", "=", self.playbook.id)])

    def test_a_review_for_each_company(self):
        """Two deals in the east, one in the west, one that belongs to nobody."""
        noon = monday(1) + timedelta(days=2)
        self._create(noon, self.east, 2)
        self._create(noon, self.west)
        nobody = self.env["res.company"]
        self._create(noon, nobody, team_id=False)
        self.make_reviews(monday(2) + timedelta(days=1))
        for company, count in ((self.east, 2), (self.west, 1), (nobody, 1)):
            review = self._get(company)[-1:]
            self.assertEqual(self.get_line(review, self.stage_lead).begun_count, count, company.name)
            self.assertEqual(self.get_line(review, self.stage_lead).open_count, count, company.name)
        self.assertIn("(East)", self._get(self.east)[0].display_name)
        seen = self.Review.with_user(self.li).search([("playbook_id", "=", self.playbook.id)])
        self.assertEqual(seen.company_id, self.east)
        self.assertNotIn(self._get(nobody)[0], seen, "only who manages all companies sees those of none")
        everywhere = new_test_user(self.env, "funnel_all", groups=MANAGER)
        everywhere.company_ids = self.env["res.company"].search([])
        all_seen = self.Review.with_user(everywhere).with_context(
            allowed_company_ids=everywhere.company_ids.ids
        )
        self.assertIn(self._get(nobody)[0], all_seen.search([]))

    def test_told_to_who_may_read_it(self):
        noon = monday(1) + timedelta(days=2)
        self._create(noon, self.east)
        self._create(noon, self.west)
        self.playbook.review_user_ids = self.li | self.ann
        self.make_reviews(monday(2) + timedelta(days=1))
        for company, user in ((self.east, self.li), (self.west, self.ann)):
            review = self._get(company)[0]
            self.assertEqual(review._get_recipients(), user)
            self.assertEqual(review.message_partner_ids & (self.li | self.ann).partner_id, user.partner_id)

    def test_a_recipient_who_leads_nobody_may_read_it(self):
        teller = new_test_user(
            self.env, "funnel_teller", groups="sales_team.group_sale_salesman", email="teller@example.com"
        )
        teller.write({"company_id": self.east.id, "company_ids": [Command.set(self.east.ids)]})
        self._create(monday(1), self.east)
        self.playbook.review_user_ids = teller
        self.make_reviews(monday(2) + timedelta(days=1))
        review = self._get(self.east)[0]
        self.assertEqual(review._get_recipients(), teller)
        self.assertTrue(review.with_user(teller).line_ids.mapped("name"))

    def test_each_week_ends_where_the_deals_are(self):
        """Sunday 17:00 UTC is Monday in Shanghai and Sunday morning in Los Angeles."""
        before = monday(1) + timedelta(days=2)
        self._create(before, self.east)
        self._create(before, self.west)
        self.make_reviews(monday(2) - timedelta(hours=7))
        self.assertEqual((len(self._get(self.east)), len(self._get(self.west))), (1, 0))
        self.make_reviews(monday(2) + timedelta(hours=7))
        self.assertFalse(self._get(self.west), "it is eleven at night")
        self.make_reviews(monday(2) + timedelta(hours=9))
        west = self._get(self.west)
        self.assertEqual(west.tz, "America/Los_Angeles")
        self.assertIn(self.ann.partner_id, west.message_partner_ids, "told: it is the last week there")

    def test_a_zone_that_the_system_lacks(self):
        """A calendar keeps the old name where the system has the new ones only."""
        self.east.resource_calendar_id.tz = "Asia/Calcutta"
        self._create(monday(1), self.east)
        lacking = frozenset(pytz.all_timezones_set - {"Asia/Calcutta"})
        with patch.object(pytz, "all_timezones_set", lacking):
            self.assertEqual(self.playbook._get_tz(self.east), "Asia/Kolkata")
            self.make_reviews(monday(2) + timedelta(days=1))
            page = self.env["crm.funnel.report"].get_funnel(
                {"playbook_id": self.playbook.id, "company_id": self.east.id, "period": "this_week"}
            )
        self.assertEqual(page["tz"], "Asia/Kolkata")
        self.assertEqual(self._get(self.east)[0].tz, "Asia/Kolkata")

    def test_a_playbook_that_fails_holds_up_no_other(self):
        other = self.playbook.copy({"name": "Other"})
        due = type(self.Review)._get_due_of

        def fail_for_one(self, playbook):
            if playbook == other:
                raise ValueError("no such zone")
            return due(self, playbook)

        self._create(monday(1), self.east)
        logger = "odoo.addons.sales_funnel_playbook.models.core.crm_playbook_failure"
        with patch.object(type(self.Review), "_get_due_of", fail_for_one), self.assertLogs(logger, "ERROR"):
            self.make_reviews(monday(2) + timedelta(days=1))
        self.assertTrue(self._get(self.east))

    def test_the_page_of_a_company(self):
        noon = datetime(2024, 1, 3, 12)
        self._create(noon, self.east, 2)
        self._create(noon, self.west)
        report = self.env["crm.funnel.report"]
        days = {"date_from": "2024-01-01", "date_to": "2024-01-07", "playbook_id": self.playbook.id}
        for company, count in ((self.east, 2), (self.west, 1)):
            page = report.get_funnel({**days, "company_id": company.id})
            [stage] = [one for one in page["stages"] if one["stage_id"] == self.stage_lead.id]
            self.assertEqual(stage["begun_count"], count)
        user = self.env.user
        user.company_ids |= self.east | self.west
        options = report.with_context(allowed_company_ids=user.company_ids.ids).get_filter_options()
        self.assertIn(self.east.id, [one["id"] for one in options["company_id"]])
        self.assertFalse(
            report.with_context(allowed_company_ids=self.east.ids).get_filter_options()["company_id"]
        )

    def test_one_zone_for_a_scope_and_whose_days_are_others(self):
        """Monday, one in the morning in Shanghai, is still Sunday in Los Angeles. Without a company the page
        counts by the days of the one in which the user works, and says whose own days are others; with one it
        counts as pivot and review do.
        """
        moment = monday(2) - timedelta(hours=7)
        for company in (self.east, self.west):
            self._create(moment, company)
        boss = new_test_user(self.env, "funnel_zones", groups=MANAGER, company_id=self.west.id)
        boss.company_ids = self.east | self.west
        report = self.env["crm.funnel.report"].with_user(boss)
        report = report.with_context(allowed_company_ids=(self.west | self.east).ids)
        days = {"date_from": "2024-01-01", "date_to": "2024-01-07", "playbook_id": self.playbook.id}
        for company, begun, tz, others in (
            (None, 2, "America/Los_Angeles", [("East", "Asia/Shanghai")]),
            (self.west, 1, "America/Los_Angeles", []),
            (self.east, 0, "Asia/Shanghai", []),
        ):
            page = report.get_funnel({**days, "company_id": company.id if company else False})
            self.assertEqual((page["tz"], page["totals"]["begun_count"]), (tz, begun))
            self.assertEqual([(one["name"], one["tz"]) for one in page["other_zones"]], others)
            pivot = [("company_id", "=", company.id)] if company else []
            pivot += [
                ("playbook_id", "=", self.playbook.id),
                ("event", "=", "came"),
                ("week", "=", "2024-W01"),
            ]
            self.assertEqual(report.search_count(pivot), begun if company else 1)
        self.playbook.calendar_id = self._create_nine_to_five()
        page = report.get_funnel(days)
        self.assertEqual((page["tz"], page["other_zones"]), ("UTC", []), "its own hours are everybody's")

    def test_deals_of_no_company_have_one_zone_whoever_asks(self):
        """That of the first company: for pivot, review and page, from whatever company the job or user is."""
        first = self.env["res.company"].search([], order="id", limit=1)
        first.resource_calendar_id.tz = "Asia/Tokyo"
        self._create(monday(2) - timedelta(hours=7), self.env["res.company"], team_id=False)
        for company in (self.east, self.west):
            self.assertEqual(self.playbook.with_company(company)._get_tz(), "Asia/Tokyo")
            page = (
                self.env["crm.funnel.report"]
                .with_context(allowed_company_ids=company.ids)
                .get_funnel({"playbook_id": self.playbook.id, "period": "this_week"})
            )
            self.assertIn(
                ("no company", "Asia/Tokyo"), [(one["name"], one["tz"]) for one in page["other_zones"]]
            )
        with self.mock_datetime_and_now(monday(3)):
            due = self.Review.with_company(self.west)._get_due()
            mine = [one for one in due if one[0] == self.playbook and one[1] == "week"]
            self.assertEqual([one[2][0] for one in mine], [monday(2).date()], "Monday in Tokyo")
            review = self.Review.with_company(self.west)._make(*mine[0])
        self.assertEqual((review.tz, self.get_line(review, self.stage_lead).begun_count), ("Asia/Tokyo", 1))
