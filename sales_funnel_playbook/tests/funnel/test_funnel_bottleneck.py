from datetime import timedelta

from odoo.tests import tagged

from .funnel_common import monday
from .review_common import ReviewCase


@tagged("post_install", "-at_install")
class TestFunnelBottleneck(ReviewCase):
    """A stage is a bottleneck when its flow is under its rate for its weeks in a row, or its stays are too
    long.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.demo = cls.rules[cls.stage_demo]
        cls.demo.write({"conversion_alert_rate": 30, "conversion_alert_weeks": 2})

    def let_week_happen(self, week, begun, following):
        """So many deals enter Demo, and so many of them Talks, in a week."""
        ten = monday(week) + timedelta(hours=10)
        leads = self.create_leads_at(ten, begun, stage_id=self.stage_demo.id)
        self.move_at(ten + timedelta(days=1), leads[:following], self.stage_talks)
        return leads

    def is_flagged(self, week):
        return self.get_line(self.get_review(week), self.stage_demo).has_flow_alert

    def test_matrix(self):
        """``(begun, next) of weeks``, and whether it is a bottleneck after the last."""
        cases = [
            ([(10, 2), (10, 2)], True),
            ([(10, 2), (10, 3)], False),  # exactly 30 %
            ([(10, 3), (10, 2)], False),  # only one week
            ([(4, 0), (10, 2)], False),  # too few in one of them, and nothing before
            ([(5, 1), (5, 1)], True),  # just enough
            ([(2, 0), (3, 1), (10, 2)], True),  # two weeks with few make one with enough: 20 %
            ([(2, 1), (3, 1), (10, 2)], False),  # 40 %
            ([(2, 0)] * 6, True),  # never five in a week
            ([(2, 0)] * 5, False),  # enough for one only
            ([(10, 0), (0, 0), (10, 0)], True),  # a week without data adds nothing
            ([(10, 0), (10, 0), (0, 0)], False),  # and says nothing new
        ]
        for case, (weeks, expected) in enumerate(cases):
            first = 1 + 7 * case
            for number, counts in enumerate(weeks):
                self.let_week_happen(first + number, *counts)
                self.make_reviews(monday(first + number + 1))
            with self.subTest(weeks=weeks):
                self.assertEqual(self.is_flagged(first + len(weeks) - 1), expected)
                self.assertFalse(self.is_flagged(first))
            self.Review.search([]).unlink()
            self.env["crm.lead"].search([]).unlink()

    def test_weeks_that_were_added_up_are_said(self):
        for week, counts in enumerate([(2, 0), (3, 1), (10, 2)], start=1):
            self.let_week_happen(week, *counts)
        self.make_reviews(monday(4))
        line = self.get_line(self.get_review(3), self.stage_demo)
        self.assertIn(
            "under 30 % (20.0 %, 20.0 %). Weeks with few deals were added up, 3 in all.",
            line.explanation_html,
        )
        self.assertEqual(len(line.explanation["lead_ids"]), 12, "of all three weeks")

    def test_off_by_default(self):
        self.demo.conversion_alert_rate = 0
        for week in (1, 2):
            self.let_week_happen(week, 10, 0)
        self.make_reviews(monday(3))
        self.assertFalse(self.get_review(2).bottleneck_line_ids)

    def test_last_stage_has_no_flow(self):
        self.rules[self.stage_signed].conversion_alert_rate = 90
        self.rules[self.stage_signed].conversion_alert_minimum = 0
        for week in (1, 2):
            ten = monday(week) + timedelta(hours=10)
            self.move_at(ten, self.let_week_happen(week, 6, 6), self.stage_signed)
        self.make_reviews(monday(3))
        self.assertFalse(self.get_review(2).bottleneck_line_ids)

    def test_it_explains_itself(self):
        self.let_week_happen(1, 10, 2)
        leads = self.let_week_happen(2, 10, 2)
        reason = self.env["crm.lost.reason"].create({"name": "Too <dear>"})
        with self.at(monday(2) + timedelta(days=3)):
            leads[8:].action_set_lost(lost_reason_id=reason.id)
        with self.at(monday(2) + timedelta(days=4)):
            leads[7].confirm_condition(self.review_passed.id)
        self.make_reviews(monday(3))
        line = self.get_line(self.get_review(2), self.stage_demo)
        self.assertTrue(line.has_flow_alert)
        explanation = line.explanation
        self.assertEqual(len(explanation["lead_ids"]), 16, "those of both weeks that have not come further")
        self.assertIn(leads[9].id, explanation["lead_ids"])
        self.assertNotIn(leads[0].id, explanation["lead_ids"])
        rules = {item["name"]: item["count"] for item in explanation["rules"]}
        self.assertEqual(rules, {"Review passed": 13}, "of the 14 that are still there, one has it")
        self.assertEqual(
            [(one["name"], one["count"]) for one in explanation["lost_reasons"]], [("Too <dear>", 2)]
        )
        html = line.explanation_html
        self.assertIn("under 30 % for 2 weeks in a row (20.0 %, 20.0 %)", html)
        self.assertIn("Review passed (13)", html)
        self.assertIn("Too &lt;dear&gt; (2)", html)
        deals = (
            self.env["crm.lead"]
            .with_context(active_test=False)
            .search(line.action_open_concerned()["domain"])
        )
        self.assertEqual(sorted(deals.ids), sorted(explanation["lead_ids"]))

    def test_manager_is_asked_once_as_long_as_it_is_open(self):
        for week in (1, 2, 3):
            self.let_week_happen(week, 10, 1)
            self.make_reviews(monday(week + 1))
        first, second = (self.get_line(self.get_review(week), self.stage_demo) for week in (2, 3))
        self.assertTrue(first.has_flow_alert and second.has_flow_alert)
        activity = first.activity_id
        self.assertEqual((activity.user_id, activity.res_id), (self.leader, self.get_review(2).id))
        self.assertIn("Demo", activity.summary)
        self.assertIn("Review passed", activity.note)
        self.assertFalse(second.activity_id)
        self.env["res.lang"]._activate_lang("zh_CN")
        told = activity.note
        for lang, summary, part in (
            ("zh_CN", "瓶颈：Demo", "（10.0%、10.0%）"),
            ("en_US", activity.summary, told),
        ):
            self.leader.lang = lang
            self.assertEqual(activity.summary, summary)
            self.assertIn(part, activity.note)
        activity.with_user(self.leader).action_feedback()
        self.let_week_happen(4, 10, 1)
        self.make_reviews(monday(5))
        self.assertTrue(self.get_line(self.get_review(4), self.stage_demo).activity_id)

    def test_who_is_asked(self):
        """The leader; else the playbook's responsible or who gets the reviews, if they may see them."""
        self.team.user_id = False
        self.playbook.write(
            {"responsible_user_id": self.rep.id, "review_user_ids": [(6, 0, self.leader.ids)]}
        )
        self.leader.group_ids = [(4, self.env.ref("sales_team.group_sale_manager").id)]
        for week in (1, 2):
            self.let_week_happen(week, 10, 1)
        self.make_reviews(monday(3))
        line = self.get_line(self.get_review(2), self.stage_demo)
        self.assertEqual(line.activity_id.user_id, self.leader)
        self.playbook.review_user_ids = False
        self.assertFalse(self.get_review(2)._get_manager(), "nobody may see it: nobody is asked")

    def test_an_explanation_outlives_its_stage(self):
        for week in (1, 2):
            self.let_week_happen(week, 10, 1)
        self.make_reviews(monday(3))
        line = self.get_line(self.get_review(2), self.stage_demo)
        html = line.explanation_html
        self.demo.unlink()
        self.env.invalidate_all()
        self.assertFalse(line.playbook_stage_id)
        self.assertEqual(line.explanation_html, html)

    def test_cases_that_may_help(self):
        """Those most like the deals concerned, as long as they are published."""
        globex = self.env["crm.competitor"].create({"name": "Globex"})
        vals = {"outcome": "won", "state": "published", "situation": "Before", "lesson": "After"}
        cases = self.env["crm.playbook.case"].create(
            [
                {**vals, "name": "Same stage", "stage_id": self.stage_demo.id},
                {**vals, "name": "Same <rival>", "competitor_ids": [(6, 0, globex.ids)]},
                {**vals, "name": "Elsewhere", "stage_id": self.stage_signed.id},
            ]
        )
        for week in (1, 2):
            self.let_week_happen(week, 10, 1)
        leads = self.env["crm.lead"].search([("stage_id", "=", self.stage_demo.id)])
        leads[:3].competitor_ids = [(0, 0, {"competitor_id": globex.id})]
        self.make_reviews(monday(3))
        line = self.get_line(self.get_review(2), self.stage_demo)
        self.assertEqual(line.explanation["case_ids"], cases[1::-1].ids)
        self.assertIn("Cases that may help:", line.explanation_html)
        self.assertIn("Same &lt;rival&gt;", line.explanation_html)
        self.assertIn("Same stage", line.activity_id.note)
        cases[1].state = "retired"
        line.invalidate_recordset(["explanation_html"])
        self.assertNotIn("rival", line.explanation_html)

    def test_long_stays(self):
        """Four stays are too few to tell; with those that go on they are enough. Five are enough alone."""
        talks = self.rules[self.stage_talks]
        talks.dwell_alert_days = 15
        ten = monday(1) + timedelta(hours=10)
        leads = self.create_leads_at(ten, 9, stage_id=self.stage_talks.id)
        self.move_at(ten + timedelta(days=20), leads[:4], self.stage_signed)
        self.make_reviews(monday(4))
        self.assertFalse(self.get_line(self.get_review(2), self.stage_talks).has_dwell_alert, "14 days")
        line = self.get_line(self.get_review(3), self.stage_talks)
        self.assertEqual(line.explanation["stays"][:2], [4, 5])
        self.assertIn("deals that left: 4; weeks added up: 1; deals still there: 5", line.explanation_html)
        self.move_at(ten + timedelta(days=21), leads[4], self.stage_signed)
        self.move_at(ten + timedelta(days=21), leads[5:8], self.stage_signed)
        late = self.create_leads_at(ten + timedelta(days=21), 1, stage_id=self.stage_talks.id)
        self.move_at(ten + timedelta(days=22), late, self.stage_signed)
        self.make_reviews(monday(5))
        line = self.get_line(self.get_review(4), self.stage_talks)
        self.assertEqual(line.stay_days, 17, "(4 × 21 + 1) ÷ 5")
        self.assertTrue(line.has_dwell_alert)
        self.assertEqual(line.over_limit_count, 5, "four that ended, and the one that is still there")
        self.assertEqual(sorted(line.explanation["lead_ids"]), sorted(leads[4:].ids))
        self.assertIn("average time in stage was 17.0 days, over the limit of 15", line.explanation_html)

    def test_few_stays_of_several_weeks_add_up(self):
        self.rules[self.stage_talks].dwell_alert_days = 15
        ten = monday(1) + timedelta(hours=10)
        leads = self.create_leads_at(ten, 4, stage_id=self.stage_talks.id)
        self.move_at(ten + timedelta(days=20), leads, self.stage_signed)
        late = self.create_leads_at(ten + timedelta(days=21), 1, stage_id=self.stage_talks.id)
        self.move_at(ten + timedelta(days=22), late, self.stage_signed)
        self.make_reviews(monday(6))
        few, enough, none = (self.get_line(self.get_review(week), self.stage_talks) for week in (3, 4, 5))
        self.assertFalse(few.has_dwell_alert)
        self.assertEqual(enough.explanation["stays"], [5, 0, 16.2, 2], "(4 × 20 + 1) ÷ 5")
        self.assertEqual(sorted(enough.explanation["lead_ids"]), leads.ids)
        self.assertFalse(none.has_dwell_alert, "nothing left, and nothing is there")

    def test_a_stage_in_which_nothing_moves(self):
        self.rules[self.stage_talks].write({"dwell_alert_days": 15, "conversion_alert_minimum": 2})
        leads = self.create_leads_at(monday(1) + timedelta(hours=10), 2, stage_id=self.stage_talks.id)
        self.make_reviews(monday(4))
        line = self.get_line(self.get_review(3), self.stage_talks)
        self.assertFalse(self.get_line(self.get_review(2), self.stage_talks).has_dwell_alert)
        self.assertTrue(line.has_dwell_alert)
        self.assertIn(
            "the deals that are still there (2) have been in it for 20.6 days", line.explanation_html
        )
        self.assertEqual(sorted(line.explanation["lead_ids"]), leads.ids)
        self.assertTrue(line.activity_id)

    def test_template_brings_the_handbook_s_limits(self):
        stages = self.env.ref("sales_funnel_playbook.crm_playbook_template_saas").stage_ids
        limits = {
            stage.name: (stage.conversion_alert_rate, stage.conversion_alert_weeks, stage.dwell_alert_days)
            for stage in stages.with_context(lang="en_US")
        }
        self.assertEqual(limits["Solution demo"], (30, 2, 0))
        self.assertEqual(limits["Negotiation"], (0, 2, 15))
        self.assertEqual(limits["Potential lead"], (0, 2, 0))
        watched = stages.filtered(lambda stage: stage.conversion_alert_rate or stage.dwell_alert_days)
        self.assertEqual(watched.mapped("conversion_alert_minimum"), [2, 2])
