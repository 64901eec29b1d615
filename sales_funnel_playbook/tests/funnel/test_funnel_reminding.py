from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from .funnel_common import monday
from .review_common import ReviewCase

LOGGER = "odoo.addons.sales_funnel_playbook.models.core.crm_playbook_failure"


class RemindingCase(ReviewCase):
    def remind(self, moment):
        with self.mock_datetime_and_now(moment):
            self.Review._remind()
            self.env.cr.flush()

    def get_open_work(self, review):
        return review.activity_ids.filtered("active")


@tagged("post_install", "-at_install")
class TestFunnelReminding(RemindingCase):
    """A review that nobody has looked at by Tuesday noon is work of the team's leader, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        test = cls("setUpClass")
        test.create_leads_at(monday(1) + timedelta(hours=10), 2)
        test.make_reviews(monday(2))
        cls.review = test.get_review(1)
        cls.tuesday_noon = monday(2) + timedelta(days=1, hours=12)

    def test_at_noon_where_the_deals_are(self):
        self.Review.search([]).unlink()
        self.playbook.calendar_id.tz = "Asia/Shanghai"
        self.make_reviews(monday(2))
        review = self.get_review(1)
        noon = monday(2) + timedelta(days=1, hours=4)
        self.remind(noon - timedelta(minutes=1))
        self.assertFalse(self.get_open_work(review))
        self.remind(noon)
        work = self.get_open_work(review)
        self.assertEqual((work.user_id, str(work.date_deadline)), (self.leader, "2024-01-09"))
        self.assertEqual(work.summary, f"Not reviewed yet: {review.display_name}")
        self.remind(noon + timedelta(hours=1))
        self.assertEqual(self.get_open_work(review), work, "once")

    def test_not_for_what_was_reviewed_in_time(self):
        self.review.with_user(self.leader).action_done()
        self.remind(self.tuesday_noon)
        self.assertFalse(self.review.activity_ids)

    def test_it_ends_with_the_review_and_does_not_come_back(self):
        self.remind(self.tuesday_noon)
        work = self.get_open_work(self.review)
        boss = self.user_sales_salesman
        boss.group_ids = [(4, self.env.ref("sales_team.group_sale_manager").id)]
        self.review.with_user(boss).action_done()
        self.assertFalse(work.active)
        self.review.with_user(boss).action_reopen()
        self.remind(self.tuesday_noon + timedelta(hours=1))
        self.assertFalse(self.get_open_work(self.review))

    def test_whoever_has_done_or_deleted_it_is_left_alone(self):
        for end in ("action_feedback", "unlink"):
            self.Review.search([]).unlink()
            self.make_reviews(monday(2))
            review = self.get_review(1)
            self.remind(self.tuesday_noon)
            getattr(self.get_open_work(review).with_user(self.leader), end)()
            self.remind(self.tuesday_noon + timedelta(hours=1))
            with self.subTest(end):
                self.assertFalse(self.get_open_work(review))

    def test_one_at_a_time(self):
        self.remind(self.tuesday_noon)
        self.make_reviews(monday(3))
        following = self.get_review(2)
        self.remind(monday(3) + timedelta(days=1, hours=12))
        self.assertFalse(self.get_open_work(following), "the week before is not looked at yet")
        self.review.with_user(self.leader).action_done()
        self.remind(monday(3) + timedelta(days=1, hours=13))
        self.assertEqual(self.get_open_work(following).user_id, self.leader)

    def test_not_for_what_is_long_over(self):
        self.make_reviews(monday(5))
        self.remind(monday(5) + timedelta(days=2))
        asked = self.Review.search([("reminder_id", "!=", False)])
        self.assertEqual(asked.filtered(lambda one: one.period == "week"), self.get_review(4))

    def test_a_month_has_until_the_tuesday_after_its_first_monday(self):
        self.make_reviews(datetime(2024, 2, 1, 1))
        month = self.get_review("2024-01-01", period="month")
        self.remind(datetime(2024, 2, 6, 11))
        self.assertFalse(month.reminder_id)
        self.remind(datetime(2024, 2, 6, 12))
        self.assertTrue(month.reminder_id)

    def test_nobody_is_no_reason_to_forget_it(self):
        self.team.user_id = False
        self.remind(self.tuesday_noon)
        self.assertFalse(self.review.reminded_at)
        self.team.user_id = self.leader
        self.remind(self.tuesday_noon + timedelta(hours=1))
        self.assertEqual(self.review.reminder_id.user_id, self.leader)

    def test_what_fails_keeps_no_review_from_being_made(self):
        def fail(self):
            raise ValueError("its disk is full")

        with (
            self.mock_datetime_and_now(monday(3)),
            self.enter_registry_test_mode(),
            patch.object(type(self.Review), "_remind", fail),
            self.assertLogs(LOGGER, "ERROR"),
        ):
            self.env.ref("sales_funnel_playbook.ir_cron_reviews").method_direct_trigger()
        self.assertTrue(self.get_review(2))

    def test_nobody_says_who_was_asked(self):
        for vals in ({"reminded_at": "2024-01-01 00:00:00"}, {"reminder_id": False}):
            with self.assertRaisesRegex(UserError, "frozen"):
                self.review.with_user(self.leader).write(vals)

    def test_in_the_language_of_who_is_asked(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.remind(self.tuesday_noon)
        work = self.get_open_work(self.review)
        self.leader.lang = "zh_CN"
        self.assertIn("尚未复盘", work.summary)


@tagged("post_install", "-at_install")
class TestFunnelAlertsEnd(RemindingCase):
    """A bottleneck is work until something is decided on it, or its review is reviewed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.demo = cls.rules[cls.stage_demo]
        cls.demo.write({"conversion_alert_rate": 30, "conversion_alert_weeks": 1})

    def let_week_fail(self, week):
        ten = monday(week) + timedelta(hours=10)
        self.create_leads_at(ten, 10, stage_id=self.stage_demo.id)
        self.make_reviews(monday(week + 1))
        return self.get_line(self.get_review(week), self.stage_demo)

    def decide(self, review, **vals):
        vals = {"name": "Train the demo", "user_id": self.leader.id, "stage_id": self.demo.id, **vals}
        review.with_user(self.leader).decision_ids = [(0, 0, vals)]
        return review.decision_ids

    def test_a_decision_on_the_stage_ends_it(self):
        line = self.let_week_fail(1)
        self.decide(line.review_id, stage_id=False)
        self.assertTrue(line.activity_id.active, "about something else")
        self.decide(line.review_id)
        self.assertFalse(line.activity_id.active)

    def test_a_decision_that_comes_to_be_about_it_ends_it(self):
        line = self.let_week_fail(1)
        self.decide(line.review_id, stage_id=False).with_user(self.leader).stage_id = self.demo
        self.assertFalse(line.activity_id.active)

    def test_what_is_decided_and_not_done_yet_is_not_asked_for_again(self):
        line = self.let_week_fail(1)
        decision = self.decide(line.review_id)
        self.assertFalse(self.let_week_fail(2).activity_id)
        decision.activity_id.with_user(self.leader).action_feedback()
        self.assertTrue(self.let_week_fail(3).activity_id)

    def test_reviewed_ends_it(self):
        line = self.let_week_fail(1)
        line.review_id.with_user(self.leader).action_done()
        self.assertFalse(line.activity_id.active)

    def test_reviewed_ends_that_of_an_earlier_week_too(self):
        line, later = self.let_week_fail(1), self.let_week_fail(2)
        self.assertFalse(later.activity_id)
        later.review_id.with_user(self.leader).action_done()
        self.assertFalse(line.activity_id.active)

    def test_another_scope_keeps_its_own(self):
        line = self.let_week_fail(1)
        stranger = line.review_id.copy({"team_id": False, "date_from": "2024-01-02"})
        stranger.action_done()
        self.assertTrue(line.activity_id.active)

    def test_who_leads_and_keeps_the_playbook_is_asked_once(self):
        self.playbook.responsible_user_id = self.leader
        self.create_leads_at(monday(1), 1, team_id=False, user_id=False)
        line = self.let_week_fail(1)
        self.assertEqual(line.activity_id.user_id, self.leader)
        together = self.Review.search([("team_id", "=", False), ("date_from", "=", "2024-01-01")])
        self.assertFalse(together.line_ids.activity_id - line.activity_id)

    def test_a_month_s_long_stays_are_somebody_s(self):
        self.demo.conversion_alert_rate = 0
        self.rules[self.stage_talks].dwell_alert_days = 5
        leads = self.create_leads_at(monday(1), 6, stage_id=self.stage_talks.id)
        self.move_at(monday(2), leads, self.stage_signed)
        self.make_reviews(datetime(2024, 2, 1, 1))
        line = self.get_line(self.get_review("2024-01-01", period="month"), self.stage_talks)
        self.assertTrue(line.has_dwell_alert)
        self.assertEqual(line.activity_id.user_id, self.leader)
