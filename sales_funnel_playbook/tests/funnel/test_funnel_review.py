from datetime import datetime, timedelta
from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .funnel_common import monday
from .review_common import ReviewCase


@tagged("post_install", "-at_install")
class TestFunnelReview(ReviewCase):
    """On Monday the week before is ready, once, and stays as it was."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.work_through(cls("setUpClass"), 12)

    def test_made_on_monday_for_each_week_since_the_last(self):
        self.make_reviews(monday(6) + timedelta(minutes=5))
        weeks = self.Review.search([("period", "=", "week")], order="date_from")
        self.assertEqual([r.date_from for r in weeks], [monday(week).date() for week in range(1, 6)])
        self.assertEqual(
            weeks.mapped("date_to"), [(monday(w + 1) - timedelta(days=1)).date() for w in range(1, 6)]
        )
        self.assertEqual(weeks.team_id, self.team)
        self.make_reviews(monday(6) + timedelta(days=3))
        self.assertEqual(self.Review.search_count([("period", "=", "week")]), 5, "once")
        self.make_reviews(monday(9) + timedelta(hours=1))
        weeks = self.Review.search([("period", "=", "week")], order="date_from")
        self.assertEqual(
            [r.date_from for r in weeks][5:], [monday(w).date() for w in (6, 7, 8)], "missed ones"
        )

    def test_not_before_monday_where_the_team_is(self):
        self.playbook.calendar_id.tz = "Asia/Shanghai"
        sunday_evening = monday(2) - timedelta(hours=8, minutes=1)
        self.make_reviews(sunday_evening)
        self.assertFalse(self.get_review(1))
        self.make_reviews(sunday_evening + timedelta(minutes=1))
        self.assertTrue(self.get_review(1))
        self.assertEqual(self.get_review(1).tz, "Asia/Shanghai")

    def test_numbers_of_a_review(self):
        self.make_reviews(monday(5))
        line = self.get_line(self.get_review(4), self.stage_demo)
        self.assertEqual(
            (line.begun_count, line.advanced_count, line.open_count, line.flow_rate), (2, 2, 5, 100)
        )
        self.assertEqual((line.stay_count, line.stay_days, line.stay_hours), (2, 15, 88))
        self.assertEqual(line.last_flow_rate, 100, "3/3")
        self.assertEqual(line.mean_flow_rate, 33.3, "of the weeks there were: (0 + 0 + 3) / (0 + 6 + 3)")
        lead = self.get_line(self.get_review(4), self.stage_lead)
        self.assertEqual((lead.last_flow_rate, lead.mean_flow_rate), (75, 47.4), "3/4; 9/19")
        signed = self.get_line(self.get_review(4), self.stage_signed)
        self.assertEqual((signed.begun_count, signed.flow_rate, signed.open_count), (1, False, 0))

    def test_mean_of_the_four_weeks_before(self):
        self.make_reviews(monday(8))
        demo = self.get_line(self.get_review(7), self.stage_demo)
        self.assertEqual(demo.mean_flow_rate, 46.7, "(3 + 2 + 1 + 1) ÷ (3 + 2 + 4 + 6)")
        self.assertEqual(demo.last_flow_rate, 16.7)

    def test_what_is_frozen_stays(self):
        self.make_reviews(monday(5))
        review = self.get_review(4)
        lines = review.line_ids
        before = lines.read()
        self.env["crm.lead"].search([]).write({"expected_revenue": 5})
        self.rules[self.stage_demo].unlink()
        self.stage_lead.name = "First contact"
        self.env["crm.lead"].search([], limit=5).unlink()
        self.make_reviews(monday(5) + timedelta(days=1))
        self.env.invalidate_all()
        for was, now in zip(before, lines.read(), strict=True):
            for name in ("name", "begun_count", "flow_rate", "open_amount", "stay_days", "reached_rate"):
                self.assertEqual(was[name], now[name])
        self.assertIn("Demo", lines.mapped("name"))
        with self.assertRaisesRegex(UserError, "are frozen"):
            review.overdue_count = 7
        for record, vals in ((review, {"date_from": "2020-01-01"}), (lines[0], {"begun_count": 9})):
            with self.assertRaises(UserError):
                record.with_user(self.leader).write(vals)
            with self.assertRaises(AccessError):
                record.with_user(self.leader).unlink()
        with self.assertRaises(AccessError):
            self.Review.with_user(self.leader).create({"playbook_id": self.playbook.id})

    def test_a_stage_is_called_as_it_was_in_each_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.stage_lead.with_context(lang="zh_CN").name = "潜在线索"
        known = self.stage_lead.name
        self.make_reviews(monday(2))
        self.stage_lead.name = "Enquiry"
        self.stage_lead.with_context(lang="zh_CN").name = "询价"
        review = self.get_review(1)
        line, total = self.get_line(review, self.stage_lead), review.line_ids.filtered("is_total")
        self.assertEqual((line.name, line.with_context(lang="zh_CN").name), (known, "潜在线索"))
        self.assertEqual((total.name, total.with_context(lang="zh_CN").name), ("All Deals", "所有商机"))

    def test_all_teams_together_where_there_are_two(self):
        other = self.env["crm.team"].create({"name": "Other team"})
        self.playbook.team_ids |= other
        self.stages.team_ids |= other
        self.create_leads_at(monday(12) + timedelta(days=1), 2, team_id=other.id, user_id=False)
        self.make_reviews(monday(13))
        reviews = self.Review.search([("date_from", "=", monday(12)), ("period", "=", "week")])
        self.assertEqual(reviews.mapped("team_id.name"), [self.team.name, "Other team"])
        begun = {r.team_id: self.get_line(r, self.stage_lead).begun_count for r in reviews}
        self.assertEqual(begun, {self.team: 10, other: 2, self.env["crm.team"]: 12})

    def test_companies_do_not_see_each_other_s_numbers(self):
        """Two companies share a playbook: a review for each team and company, and none that adds them up."""
        abroad = self.env["res.company"].create({"name": "Abroad"})
        line = self.env["crm.product.line"].create(
            {"name": "Presses", "playbook_id": self.playbook.id, "company_id": False}
        )
        other = self.env["crm.team"].create({"name": "Team abroad", "company_id": abroad.id})
        self.stages.team_ids |= other
        deal = {"product_line_id": line.id, "user_id": False}
        self.create_leads_at(monday(12), 2, team_id=other.id, company_id=abroad.id, **deal)
        self.create_leads_at(monday(12), 1, company_id=self.env.company.id, **deal)
        self.make_reviews(monday(13))
        reviews = self.Review.search([("date_from", "=", monday(12)), ("period", "=", "week")])
        self.assertEqual(reviews.team_id, self.team | other)
        self.assertTrue(all(review.team_id for review in reviews))
        seen = self.Review.with_user(self.leader).search([("id", "in", reviews.ids)])
        self.assertEqual(seen.team_id, self.team)

    def test_never_twice(self):
        self.make_reviews(monday(5))
        days = (monday(4).date(), monday(4).date())
        with self.assertRaises(psycopg2.errors.UniqueViolation), mute_logger("odoo.sql_db"):
            self.Review._make(self.playbook, "week", days, self.team.id, self.env.company.id)

    def test_monthly_with_stays_over_their_limit(self):
        """In January stays in Lead ended after 8 and 15 days (six, three), 22 and 15 (one each) and 22
        (four): nine of them after more than 14 days. At its end the four of the 15th were there for longer as
        well.
        """
        self.rules[self.stage_lead].dwell_alert_days = 14
        self.make_reviews(datetime(2024, 2, 1, 1))
        review = self.get_review("2024-01-01", period="month")
        self.assertEqual((str(review.date_from), str(review.date_to)), ("2024-01-01", "2024-01-31"))
        line = self.get_line(review, self.stage_lead)
        self.assertEqual((line.stay_count, line.over_limit_count), (15, 13))
        self.assertTrue(line.has_dwell_alert, "(6 × 8 + 3 × 15 + 22 + 15 + 4 × 22) ÷ 15 = 14.5")
        deals = line.with_context(funnel_number="over_limit_count").action_open_deals()["domain"]
        self.assertEqual(self.env["crm.lead"].with_context(active_test=False).search_count(deals), 13)

    def test_a_playbook_without_reviews(self):
        self.playbook.has_review = False
        self.make_reviews(monday(5))
        self.assertFalse(self.get_review(4))

    def test_one_that_fails_keeps_no_other_from_being_made(self):
        other = self.env["crm.team"].create({"name": "Other team"})
        self.playbook.team_ids |= other
        self.stages.team_ids |= other
        self.create_leads_at(monday(4), 2, team_id=other.id, user_id=False)
        prepare = type(self.Review)._prepare_finding_vals

        def fail_for_one(self, playbook, team_id, *scope):
            if team_id == other.id:
                raise ValueError("its disk is full")
            return prepare(self, playbook, team_id, *scope)

        logger = "odoo.addons.sales_funnel_playbook.models.funnel.making"
        with (
            self.mock_datetime_and_now(monday(5)),
            self.enter_registry_test_mode(),
            patch.object(type(self.Review), "_prepare_finding_vals", fail_for_one),
            self.assertLogs(logger, "ERROR"),
        ):
            self.env.ref("sales_funnel_playbook.ir_cron_reviews").method_direct_trigger()
        made = self.Review.search([("date_from", "=", monday(4)), ("period", "=", "week")])
        failed = made.filtered(lambda review: review.state == "failed")
        self.assertEqual({review.team_id.id for review in made - failed}, {self.team.id, False})
        self.assertEqual((failed.team_id, failed.failure), (other, "its disk is full"))
        self.assertFalse(failed.line_ids)
        # the other ones are long made: it is tried again all the same
        self.make_reviews(monday(7))
        made = self.Review.search([("date_from", "=", monday(4)), ("period", "=", "week")])
        self.assertEqual({review.team_id.id for review in made}, {self.team.id, other.id, False})
        self.assertNotIn("failed", made.mapped("state"))

    def test_one_that_failed_is_made_by_hand(self):
        days = (monday(4).date(), monday(5).date() - timedelta(days=1))
        scope = self.Review._prepare_scope_vals(
            self.playbook, "week", days, self.team.id, self.env.company.id
        )
        failed = self.Review._note_failed(scope, "its disk is full")
        with self.mock_datetime_and_now(monday(6)):
            action = failed.with_user(self.leader).action_make()
        review = self.get_review(4)
        self.assertEqual((action["res_id"], review.state), (review.id, "open"))
        self.assertTrue(review.line_ids)
        self.assertFalse(failed.exists())
        with self.assertRaisesRegex(UserError, "generated already"):
            review.with_user(self.leader).action_make()
        with self.assertRaises(AccessError):
            self.Review._note_failed(scope | {"date_from": monday(3).date()}, "…").with_user(
                self.rep
            ).action_make()

    def test_job_commits_each_review_and_goes_on(self):
        """The job itself, in an Odoo that lets it commit, up to the first review."""
        with self.mock_datetime_and_now(monday(5)), self.enter_registry_test_mode():
            self.env.ref("sales_funnel_playbook.ir_cron_reviews").method_direct_trigger()
        self.assertEqual(
            self.Review.search_count([("playbook_id", "=", self.playbook.id), ("period", "=", "week")]), 4
        )
