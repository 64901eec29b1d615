from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .funnel_common import FunnelCase, monday


@tagged("post_install", "-at_install")
class TestFunnelHeadline(FunnelCase):
    """What the page says of all stages together, of small samples, and to whom."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).unlink()
        cls.work_through(cls("setUpClass"), 6)

    def get_funnel(self, user=None, **filters):
        with self.mock_datetime_and_now(monday(6) + timedelta(days=6)):
            report = self.Report.with_user(user) if user else self.Report
            return report.get_funnel({"playbook_id": self.playbook.id, **filters})

    def test_totals(self):
        """By hand, of six weeks: 2 won, 2 lost, 42 created, so 38 are open; at 1,000 each."""
        funnel = self.get_funnel()
        totals = funnel["totals"]
        names = ("won_count", "lost_count", "open_count", "win_rate")
        self.assertEqual([totals[name] for name in names], [2, 2, 38, 50])
        self.assertEqual(totals["open_amount"], totals["open_count"] * 1000)
        self.assertEqual(totals["previous"]["won_count"], 0)
        self.assertIsNone(totals["previous"]["win_rate"])
        self.assertIsNone(totals["previous"]["won_days_median"])

    def test_median_time_to_win(self):
        """Those created in the first week and signed in the fourth and fifth: 24 days and 31."""
        self.assertEqual(self.get_funnel()["totals"]["won_days_median"], 27.5)

    def test_a_total_opens_its_deals(self):
        funnel = self.get_funnel()
        for name in ("open_amount", "won_count", "lost_count"):
            action = self.Report.get_deals_action(funnel["filters"], False, name)
            deals = self.env["crm.lead"].with_context(**action["context"]).search_count(action["domain"])
            self.assertEqual(deals, funnel["totals"]["open_count" if name == "open_amount" else name])
            self.assertIn("Machines", action["name"])
        with self.assertRaises(UserError):
            self.Report.get_deals_action(funnel["filters"], 0, "won_count")

    def test_what_is_shown_of_totals_is_defined(self):
        funnel = self.get_funnel()
        self.assertLessEqual(set(funnel["total_definitions"]), set(funnel["totals"]))
        self.assertTrue(all(one["label"] and one["help"] for one in funnel["total_definitions"].values()))

    def test_amounts_are_said_to_be_those_of_today(self):
        definitions = self.get_funnel()["definitions"]
        for name in ("open_amount", "weighted_amount"):
            self.assertIn("today", definitions[name]["help"])
            self.assertNotIn("review", definitions[name]["help"])

    def test_nothing_comes_after_the_last_stage(self):
        stages = self.get_funnel()["stages"]
        self.assertEqual([stage["reached_rate"] is None for stage in stages], [False] * 3 + [True])
        self.assertIsNone(stages[-1]["previous"]["reached_rate"])

    def test_minimum_is_the_stages_own(self):
        self.rules[self.stage_demo].conversion_alert_minimum = 8
        self.assertEqual([stage["minimum"] for stage in self.get_funnel()["stages"]], [5, 8, 5, 5])

    def test_trend_says_from_how_many(self):
        trend = self.get_funnel()["trend"]["stages"][self.stage_lead.id]
        self.assertEqual(trend["begun"][-6:], [10, 5, 4, 8, 5, 10])
        self.assertEqual(trend["next"][-6:], [0, 6, 3, 2, 4, 6])
        self.assertEqual(trend["cohort"][-6:], [10, 5, 4, 8, 5, 10])
        # the oldest go first: 20 of 42 went on, the one that came back from Talks is none of them
        self.assertEqual(trend["reached"][-6:], [10, 5, 4, 1, 0, 0])
        self.assertEqual(trend["conversion"][-6:], [100, 100, 100, 12.5, 0, 0])

    def test_trend_ends_today(self):
        """Nothing has fallen to 0 in months that have not come yet."""
        self.assertEqual(self.get_funnel(period="this_year")["trend"]["dates"], ["2024-01-01", "2024-02-01"])

    def test_periods_of_calendars(self):
        for period, days, before in (
            ("this_quarter", ("2024-01-01", "2024-03-31"), ("2023-10-01", "2023-12-31")),
            ("last_quarter", ("2023-10-01", "2023-12-31"), ("2023-07-01", "2023-09-30")),
            ("this_year", ("2024-01-01", "2024-12-31"), ("2023-01-01", "2023-12-31")),
            ("this_month", ("2024-02-01", "2024-02-29"), ("2024-01-01", "2024-01-31")),
        ):
            with self.subTest(period):
                funnel = self.get_funnel(period=period)
                shown = funnel["filters"]
                self.assertEqual((shown["date_from"], shown["date_to"]), days)
                self.assertEqual((funnel["previous"]["date_from"], funnel["previous"]["date_to"]), before)

    def test_begins_with_the_playbook_of_my_team(self):
        """Not with the first of all."""
        stages = [Command.create({"stage_id": self.stage_lead.id})]
        other = self.env["crm.playbook"].create({"name": "0 first", "stage_ids": stages})
        self.assertEqual(self.Report._get_playbooks()[:1], other)
        for user in (self.leader, self.rep):
            filters = self.Report.with_user(user).get_funnel({})["filters"]
            self.assertEqual(filters["playbook_id"], self.playbook.id)

    def test_who_sees_only_their_own_is_told_so(self):
        self.rep.group_ids = [Command.set(self.env.ref("sales_team.group_sale_salesman").ids)]
        self.env["crm.lead"].search([], limit=3).user_id = self.leader
        funnel = self.get_funnel(user=self.rep)
        self.assertTrue(funnel["is_own"])
        self.assertEqual(funnel["totals"]["open_count"], self.get_funnel()["totals"]["open_count"] - 3)
        self.leader.group_ids = [Command.set(self.env.ref("sales_team.group_sale_salesman_all_leads").ids)]
        self.assertFalse(self.get_funnel(user=self.leader)["is_own"])
