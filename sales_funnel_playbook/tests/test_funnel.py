from datetime import datetime, timedelta

from odoo import Command
from odoo.tests import tagged

from odoo.addons.sales_funnel_playbook.tools.funnel import get_bounds

from .funnel_common import WEEKS, FunnelCase, monday

# By hand: stays begun in the next stage ÷ stays begun in this one. Going back to Demo begins a stay there.
FLOW_RATES = [
    # Lead, Demo, Talks
    (0, None, None),  # 0/10
    (120, 0, None),  # 6/5 0/6
    (75, 100, 0),  # 3/4 3/3 0/3
    (25, 100, 50),  # 2/8 2/2 1/2
    (80, 25, 100),  # 4/5 1/4 1/1
    (60, 16.667, 0),  # (5+1)/10 1/(5+1) 0/1
    (75, 33.333, 100),  # 3/4 1/3 1/1
    (None, 25, 0),  # 4/0 1/4 0/1
    (0, None, 50),  # 0/6 2/0 1/2
    (100, 20, 100),  # 5/5 1/5 1/1
    (25, 100, 0),  # 2/8 2/2 0/2
    (90, 22.222, 50),  # (8+1)/10 2/(8+1) 1/2
]


@tagged("post_install", "-at_install")
class TestFunnelWorkedExample(FunnelCase):
    """Twelve weeks whose numbers were computed by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).unlink()
        cls.work_through(cls("setUpClass"), 12)

    def assertRate(self, rate, expected):
        if expected is None:
            self.assertIsNone(rate)
        else:
            self.assertAlmostEqual(rate, expected, 2)

    def test_flow_rate_of_each_week(self):
        for week, expected in enumerate(FLOW_RATES, start=1):
            numbers = self.get_numbers(week)
            for stage, rate in zip(("Lead", "Demo", "Talks"), expected, strict=True):
                with self.subTest(week=week, stage=stage):
                    self.assertRate(numbers.get(stage, {}).get("flow_rate"), rate)
            self.assertIsNone(numbers.get("Signed", {}).get("flow_rate"), "nothing comes after the last")

    def test_counts_of_each_week(self):
        for week, (created, demo, talks, signed, lost, back) in enumerate(WEEKS, start=1):
            with self.subTest(week=week):
                numbers = self.get_numbers(week)
                get = lambda stage, name, numbers=numbers: numbers.get(stage, {}).get(name, 0)  # noqa: E731
                self.assertEqual(
                    [get(stage, "begun_count") for stage in ("Lead", "Demo", "Talks", "Signed")],
                    [created, demo + back, talks, signed],
                )
                self.assertEqual(
                    [get(stage, "advanced_count") for stage in ("Lead", "Demo", "Talks")],
                    [demo, talks, signed],
                )
                self.assertEqual((get("Talks", "won_count"), get("Demo", "lost_count")), (signed, lost))
                self.assertEqual(get("Talks", "returned_count"), back)

    def test_reached_rates_of_all_weeks(self):
        """Deals count once: the one that went back to Demo and on again is no second one there."""
        numbers = self.get_numbers(1, 12)
        names = (
            "cohort_count",
            "reached_count",
            "cohort_won_count",
            "cohort_lost_count",
            "cohort_open_count",
        )
        self.assertEqual([numbers["Lead"][name] for name in names], [75, 42, 6, 6, 63])
        self.assertEqual([numbers["Demo"][name] for name in names], [42, 15, 6, 6, 30])
        self.assertEqual([numbers["Talks"][name] for name in names], [15, 6, 6, 0, 9])
        for stage, rate in (("Lead", 56), ("Demo", 35.714), ("Talks", 40), ("Signed", 0)):
            self.assertRate(numbers[stage]["reached_rate"], rate)

    def test_stays_of_the_fourth_week(self):
        """Lead: since 1 and 8 January until Tuesday the 23rd; Demo: twice since the 9th until Wednesday the
        24th; Talks: since the 17th until Thursday the 25th.
        """
        numbers = self.get_numbers(4)
        names = (
            "stay_count",
            "stay_days",
            "stay_days_median",
            "stay_days_p90",
            "stay_hours",
            "stay_hours_p90",
        )
        expected = {
            "Lead": [2, 18.5, 18.5, 21.3, 108, 124],  # 22 and 15 days; 16 and 11 working days of 8 hours
            "Demo": [2, 15, 15, 15, 88, 88],
            "Talks": [1, 8, 8, 8, 48, 48],
        }
        for stage, values in expected.items():
            for name, value in zip(names, values, strict=True):
                with self.subTest(stage=stage, name=name):
                    self.assertAlmostEqual(numbers[stage][name], value, 4)

    def test_open_at_the_end_of_a_week(self):
        """However late one looks: in week 5, 32 were created and 15 went on; 15 came, 6 went on, 2 were lost;
        6 came and 2 were signed.
        """
        numbers = self.get_numbers(5)
        self.assertEqual([numbers[s]["open_count"] for s in ("Lead", "Demo", "Talks")], [17, 7, 4])
        self.assertEqual(numbers["Lead"]["open_amount"], 17000)
        self.assertNotIn("open_count", [n for n, v in numbers["Signed"].items() if v], "won is not open")

    def test_a_week_without_data(self):
        numbers = self.get_numbers(40)
        self.assertNotIn("Signed", numbers)
        for stage in ("Lead", "Demo", "Talks"):
            self.assertEqual(numbers[stage]["begun_count"], 0)
            self.assertIsNone(numbers[stage]["flow_rate"])
            self.assertIsNone(numbers[stage]["stay_days"])
        self.assertEqual(self.get_numbers(-3), {}, "before the first deal")

    def test_pivot_says_the_same(self):
        """By stage, over all events of the twelve weeks at once."""
        numbers = self.get_numbers(1, 12)
        names = ["begun_count", "advanced_count", "cohort_count", "reached_count", "stay_count", "lost_count"]
        rates = [
            "flow_rate",
            "reached_rate",
            "stay_days",
            "stay_days_median",
            "stay_days_p90",
            "stay_hours_p90",
        ]
        rows = self.Report.formatted_read_group(
            [("playbook_id", "=", self.playbook.id), ("date", ">=", monday(1)), ("date", "<", monday(13))],
            ["stage_id"],
            [*(f"{name}:sum" for name in names), *(f"{name}:avg" for name in rates)],
        )
        self.assertEqual(len(rows), 4)
        for row in rows:
            values = numbers[row["stage_id"][1]]
            self.assertEqual([row[f"{name}:sum"] for name in names], [values[name] for name in names])
            for name in rates:
                self.assertEqual(row[f"{name}:avg"] or None, values[name] or None, name)

    def test_every_number_opens_its_deals(self):
        since, until = monday(3), monday(6)
        scope = {"playbook_id": self.playbook.id}
        numbers = self.Report._get_stage_numbers(scope, since, until)
        for stage in self.stages[:3]:
            for name, number in numbers[stage.id].items():
                if not name.endswith("_count"):
                    continue
                domain = self.Report._get_deals_domain(scope, since, until, stage.id, name)
                deals = self.env["crm.lead"].with_context(active_test=False).search_count(domain)
                with self.subTest(stage=stage.name, name=name):
                    self.assertEqual(deals, number)


@tagged("post_install", "-at_install")
class TestFunnelOddities(FunnelCase):
    """What happens in real funnels."""

    def setUp(self):
        super().setUp()
        self.ten = datetime(2024, 1, 1, 10)

    def test_back_and_forth_within_a_week(self):
        lead = self.create_leads_at(self.ten, 1)
        for hours, stage in enumerate((self.stage_demo, self.stage_lead, self.stage_demo), start=1):
            self.move_at(self.ten + timedelta(hours=hours), lead, stage)
        numbers = self.get_numbers(1)
        self.assertEqual((numbers["Lead"]["begun_count"], numbers["Demo"]["begun_count"]), (2, 2))
        self.assertEqual(numbers["Lead"]["flow_rate"], 100)
        self.assertEqual((numbers["Lead"]["advanced_count"], numbers["Demo"]["returned_count"]), (2, 1))
        self.assertEqual((numbers["Lead"]["cohort_count"], numbers["Lead"]["reached_count"]), (1, 1))
        self.assertEqual((numbers["Demo"]["cohort_count"], numbers["Demo"]["reached_count"]), (1, 0))

    def test_a_skipped_stage_does_not_lose_the_deal(self):
        lead = self.create_leads_at(self.ten, 1)
        self.move_at(self.ten + timedelta(hours=1), lead, self.stage_talks)
        numbers = self.get_numbers(1)
        self.assertEqual((numbers["Lead"]["reached_rate"], numbers["Lead"]["flow_rate"]), (100, 0))
        self.assertEqual(numbers["Lead"]["advanced_count"], 1)
        self.assertEqual(numbers["Demo"]["next_count"], 1)
        self.assertIsNone(numbers["Demo"]["flow_rate"], "none began there")

    def test_lost_and_restored(self):
        lead = self.create_leads_at(self.ten, 1)
        self.lose_at(self.ten + timedelta(days=1), lead)
        self.assertEqual(self.get_numbers(1)["Lead"]["open_count"], 0)
        with self.at(self.ten + timedelta(days=2)):
            lead.action_unarchive()
        numbers = self.get_numbers(1)["Lead"]
        self.assertEqual((numbers["begun_count"], numbers["lost_count"], numbers["cohort_count"]), (1, 1, 1))
        self.assertEqual((numbers["open_count"], numbers["stay_count"], numbers["stay_days"]), (1, 1, 1))

    def test_lost_while_moved_and_moved_while_lost(self):
        """The first is a loss of the stage it came from, the second nothing."""
        lead = self.create_leads_at(self.ten, 1)
        with self.at(self.ten + timedelta(days=1)):
            lead.write({"active": False, "probability": 0, "stage_id": self.stage_demo.id})
        self.assertEqual(lead.won_status, "lost")
        self.move_at(self.ten + timedelta(days=2), lead, self.stage_talks)
        numbers = self.get_numbers(1)
        self.assertEqual(numbers["Lead"]["lost_count"], 1)
        self.assertFalse(numbers.get("Demo", {}).get("lost_count"))
        self.assertFalse(numbers.get("Talks", {}).get("begun_count"))

    def test_a_stage_removed_since(self):
        leads = self.create_leads_at(self.ten, 2)
        self.move_at(self.ten + timedelta(hours=1), leads, self.stage_demo)
        self.move_at(self.ten + timedelta(hours=2), leads, self.stage_talks)
        self.rules[self.stage_demo].unlink()
        numbers = self.get_numbers(1)
        self.assertEqual(numbers["Lead"]["next_count"], 2, "Talks is the next stage now")
        self.stage_demo.unlink()
        numbers = self.get_numbers(1)
        self.assertEqual(set(numbers), {"Lead", "Talks"})
        self.assertEqual(numbers["Lead"]["reached_rate"], 100)

    def test_stages_reordered_since(self):
        leads = self.create_leads_at(self.ten, 2)
        self.move_at(self.ten + timedelta(hours=1), leads[0], self.stage_demo)
        (self.stage_demo.sequence, self.stage_talks.sequence) = (3, 2)
        numbers = self.get_numbers(1)
        self.assertEqual(numbers["Lead"]["flow_rate"], 0, "Talks is the next stage now")
        self.assertEqual(numbers["Talks"]["next_count"], 1)
        self.assertEqual(numbers["Lead"]["reached_rate"], 50)

    def test_two_currencies(self):
        """Amounts are in the playbook's currency; one without a rate is left out."""
        other = self.env["res.company"].create({"name": "Other", "currency_id": self.env.ref("base.CHF").id})
        currency = self.env.company.currency_id
        rates = self.env["res.currency.rate"]
        rates.search([("currency_id", "in", (currency | other.currency_id).ids)]).unlink()
        self.env.user.company_ids |= other
        self.team.company_id = False
        self.create_leads_at(self.ten, 1, expected_revenue=1000, company_id=self.env.company.id)
        self.create_leads_at(self.ten, 1, expected_revenue=1000, company_id=other.id, user_id=False)
        numbers = self.get_numbers(1)["Lead"]
        self.assertEqual((numbers["open_count"], numbers["open_amount"]), (2, 1000))
        rates.create({"name": "2024-01-01", "currency_id": other.currency_id.id, "rate": 2})
        self.env.invalidate_all()
        self.assertEqual(self.get_numbers(1)["Lead"]["open_amount"], 1500)

    def test_the_week_in_which_the_clock_changes(self):
        """Sunday 31 March 2024 has 23 hours in Brussels and ends at 22:00 UTC."""
        since, until = get_bounds(
            datetime(2024, 3, 25).date(), datetime(2024, 3, 31).date(), "Europe/Brussels"
        )
        self.create_leads_at(until - timedelta(seconds=1), 1)
        self.create_leads_at(until, 1)
        self.create_leads_at(since, 1)
        self.create_leads_at(since - timedelta(seconds=1), 1)
        numbers = self.Report._get_stage_numbers({"playbook_id": self.playbook.id}, since, until)
        self.assertEqual(numbers[self.stage_lead.id]["begun_count"], 2)

    def test_who_sees_what(self):
        """A salesperson's funnel is that of the deals he may see; another company's are nobody's business."""
        mine = self.create_leads_at(self.ten, 2)
        self.create_leads_at(self.ten, 3, user_id=self.leader.id)
        self.rep.write(
            {
                "group_ids": [
                    Command.unlink(self.env.ref("sales_team.group_sale_salesman_all_leads").id),
                    Command.link(self.env.ref("sales_team.group_sale_salesman").id),
                ]
            }
        )
        own = self.Report.with_user(self.rep)
        scope = {"playbook_id": self.playbook.id}
        numbers = own._get_stage_numbers(scope, self.ten, self.ten + timedelta(days=1))
        self.assertEqual(numbers[self.stage_lead.id]["begun_count"], len(mine))
        self.assertEqual(numbers[self.stage_lead.id]["open_count"], len(mine))
        self.assertEqual(self.get_numbers(1)["Lead"]["begun_count"], 5)
        self.assertEqual(self.get_numbers(1, user_id=self.leader.id)["Lead"]["open_count"], 3)
