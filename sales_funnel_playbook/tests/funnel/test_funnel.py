from odoo.tests import tagged

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
        for stage, rate in (("Lead", 56), ("Demo", 35.714), ("Talks", 40)):
            self.assertRate(numbers[stage]["reached_rate"], rate)
        self.assertIsNone(numbers["Signed"]["reached_rate"], "there is nothing further")

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
