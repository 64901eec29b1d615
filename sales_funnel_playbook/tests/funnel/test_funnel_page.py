from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...report.crm_funnel_numbers import LATER
from .funnel_common import FunnelCase, monday


@tagged("post_install", "-at_install")
class TestFunnelPage(FunnelCase):
    """What the page is told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).unlink()
        cls.work_through(cls("setUpClass"), 6)

    def get_funnel(self, moment=None, **filters):
        with self.mock_datetime_and_now(moment or monday(6) + timedelta(days=6)):
            return self.Report.get_funnel({"playbook_id": self.playbook.id, **filters})

    def get_stage(self, funnel, stage):
        return next(one for one in funnel["stages"] if one["stage_id"] == stage.id)

    def test_against_the_period_before(self):
        funnel = self.get_funnel(period="last_week", moment=monday(5))
        self.assertEqual(
            (funnel["filters"]["date_from"], funnel["filters"]["date_to"]), ("2024-01-22", "2024-01-28")
        )
        self.assertEqual(funnel["previous"], {"date_from": "2024-01-15", "date_to": "2024-01-21"})
        lead = self.get_stage(funnel, self.stage_lead)
        self.assertEqual((lead["begun_count"], lead["flow_rate"]), (8, 25))
        self.assertEqual((lead["previous"]["begun_count"], lead["previous"]["flow_rate"]), (4, 75))

    def test_trend_by_week(self):
        funnel = self.get_funnel()
        self.assertEqual(funnel["filters"]["period"], "weeks_12")
        trend = funnel["trend"]
        self.assertEqual(
            (trend["step"], trend["dates"][-6:]),
            ("week", [monday(w).date().isoformat() for w in range(1, 7)]),
        )
        demo = trend["stages"][self.stage_demo.id]
        self.assertEqual(demo["begun"][-6:], [0, 6, 3, 2, 4, 6])
        self.assertEqual([rate and round(rate) for rate in demo["flow"][-6:]], [None, 0, 100, 100, 25, 17])

    def test_trend_has_no_more_than_its_days(self):
        """From a Wednesday on: what entered on Monday and Tuesday of that week is not counted."""
        days = {"playbook_id": self.playbook.id, "date_from": "2024-01-10", "date_to": "2024-02-04"}
        page = self.Report.get_funnel(days)
        self.assertEqual((page["trend"]["step"], page["trend"]["dates"][0]), ("week", "2024-01-08"))
        for stage in page["stages"]:
            begun = page["trend"]["stages"].get(stage["stage_id"], {"begun": []})["begun"]
            self.assertEqual(sum(begun), stage["begun_count"], stage["name"])

    def test_trend_by_day_where_the_playbook_is(self):
        """Ten o'clock UTC on Monday is Tuesday in Kiritimati."""
        self.playbook.calendar_id.tz = "Pacific/Kiritimati"
        funnel = self.get_funnel(date_from="2024-01-01", date_to="2024-01-07")
        trend = funnel["trend"]
        self.assertEqual((trend["step"], trend["dates"][:2]), ("day", ["2024-01-01", "2024-01-02"]))
        self.assertEqual(trend["stages"][self.stage_lead.id]["begun"], [0, 10, 0, 0, 0, 0, 0])

    def test_every_number_opens_its_deals(self):
        funnel = self.get_funnel()
        lead = self.get_stage(funnel, self.stage_lead)
        for name in ("begun_count", "advanced_count", "open_count", "open_amount", "cohort_lost_count"):
            action = self.Report.get_deals_action(funnel["filters"], self.stage_lead.id, name)
            deals = self.env["crm.lead"].with_context(**action["context"]).search_count(action["domain"])
            self.assertEqual(deals, lead["open_count" if name == "open_amount" else name])
        with self.assertRaises(UserError):
            self.Report.get_deals_action(funnel["filters"], self.stage_lead.id, "flow_rate")

    def test_filters(self):
        line = self.env["crm.product.line"].create({"name": "Presses"})
        other = self.env["crm.team"].create({"name": "Other team"})
        moment = monday(6) + timedelta(days=5)
        self.create_leads_at(moment, 2, user_id=self.leader.id, product_line_id=line.id)
        self.env["crm.lead"].search([("user_id", "=", self.leader.id)])[0].flush_recordset()
        self.env.cr.execute("UPDATE crm_lead SET tier = 'A' WHERE user_id = %s", [self.leader.id])
        for filters, expected in (
            ({}, 44),
            ({"user_id": self.leader.id}, 2),
            ({"product_line_id": line.id}, 2),
            ({"tier": "A"}, 2),
            ({"tier": "A", "user_id": self.rep.id}, 0),
            ({"team_id": self.team.id}, 44),
            ({"team_id": other.id}, 0),
        ):
            with self.subTest(**filters):
                stage = self.get_stage(self.get_funnel(**filters), self.stage_lead)
                self.assertEqual(stage["begun_count"], expected)

    def test_bad_filters(self):
        with self.assertRaisesRegex(UserError, "before it begins"):
            self.get_funnel(date_from="2024-02-01", date_to="2024-01-01")
        with self.assertRaises(UserError):
            self.get_funnel(date_from="soon", date_to="2024-01-01")
        for first, last in (("2010-01-01", "2024-01-01"), ("0202-01-01", "0202-02-01"), ("3000-01-01",) * 2):
            with self.subTest(first), self.assertRaisesRegex(UserError, "at most ten years, from 1900"):
                self.get_funnel(date_from=first, date_to=last)
        self.assertEqual(self.get_funnel(period="forever")["filters"]["period"], "weeks_12")
        funnel = self.get_funnel(playbook_id=0)
        self.assertEqual(funnel["filters"]["playbook_id"], self.Report._get_playbooks()[:1].id)

    def test_without_a_playbook(self):
        self.env["crm.playbook"].search([]).active = False
        self.assertEqual(self.Report.get_funnel({})["stages"], [])

    def test_definitions_are_the_fields_own(self):
        definitions = self.get_funnel()["definitions"]
        self.assertEqual(
            definitions["flow_rate"]["help"], self.Report._fields["flow_rate"]._description_help(self.env)
        )
        self.assertTrue(all(one["label"] and one["help"] for one in definitions.values()))

    def test_at_first_what_the_log_alone_tells(self):
        """The page shows at once what takes no time, and the same numbers are there when all are."""
        with self.mock_datetime_and_now(monday(6) + timedelta(days=6)):
            quick = self.Report.get_funnel({"playbook_id": self.playbook.id}, is_quick=True)
        whole = self.get_funnel()
        self.assertTrue(any(stage["begun_count"] for stage in whole["stages"]))
        self.assertTrue(any(stage["open_amount"] for stage in whole["stages"]))
        for stage, full in zip(quick["stages"], whole["stages"], strict=True):
            for numbers, every in ((stage, full), (stage["previous"], full["previous"])):
                self.assertEqual(set(every) - set(numbers), set(LATER))
            later = dict.fromkeys(LATER)
            full["previous"] = {**full["previous"], **later}
            self.assertEqual({**stage, **later, "previous": {**stage["previous"], **later}}, full | later)
        for numbers, every in (
            (quick["totals"], whole["totals"]),
            (quick["totals"]["previous"], whole["totals"]["previous"]),
        ):
            for name in ("won_count", "lost_count", "open_count", "win_rate"):
                self.assertEqual(numbers[name], every[name], name)
        self.assertEqual(quick["trend"], whole["trend"])

    def test_only_reads(self):
        for name in ("get_funnel", "get_filter_options", "get_deals_action"):
            self.assertTrue(getattr(type(self.Report), name)._readonly, name)
        options = self.Report.with_user(self.rep).get_filter_options()
        self.assertIn({"id": self.playbook.id, "name": "Machines"}, options["playbook_id"])
        self.assertEqual([one["id"] for one in options["tier"]], ["A", "B", "C"])

    def test_queries_do_not_grow(self):
        self.get_funnel()
        with self.mock_datetime_and_now(monday(7)):
            counts = []
            for _round in range(2):
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self.Report.get_funnel({"playbook_id": self.playbook.id})
                counts.append(self.env.cr.sql_log_count - before)
                self.create_leads_at(monday(6) + timedelta(days=6), 30)
        self.assertEqual(counts[0], counts[1])
