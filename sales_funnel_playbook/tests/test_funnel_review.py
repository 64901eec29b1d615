import base64
import io
from datetime import datetime, timedelta
from unittest.mock import patch

import openpyxl
import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..hooks import SHEET_HEADINGS
from .funnel_common import FunnelCase, monday


class ReviewCase(FunnelCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).unlink()
        (cls.leader | cls.rep).write({"lang": "en_US", "tz": "UTC"})
        cls.Review = cls.env["crm.funnel.review"]
        cls.leader.email, cls.rep.email = "leader@example.com", "rep@example.com"

    def make_reviews(self, moment):
        """The hourly job; it commits, which a test cannot, so its steps are taken one by one."""
        with self.mock_datetime_and_now(moment):
            for due in self.Review._get_due():
                self.Review._make(*due)._tell_made()
            self.env.cr.flush()

    def get_review(self, week, team=True, period="week"):
        return self.Review.search(
            [
                ("playbook_id", "=", self.playbook.id),
                ("team_id", "=", self.team.id if team else False),
                ("period", "=", period),
                ("date_from", "=", monday(week).date() if period == "week" else week),
            ]
        )

    def get_line(self, review, stage):
        return review.line_ids.filtered(lambda line: line.stage_id == stage)


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
        with self.assertRaisesRegex(UserError, "never change"):
            review.overdue_count = 7
        for record, vals in ((review, {"date_from": "2020-01-01"}), (lines[0], {"begun_count": 9})):
            with self.assertRaises(UserError):
                record.with_user(self.leader).write(vals)
            with self.assertRaises(AccessError):
                record.with_user(self.leader).unlink()
        with self.assertRaises(AccessError):
            self.Review.with_user(self.leader).create({"playbook_id": self.playbook.id})

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
        """Two companies share a playbook: a review for each team, and none that adds them up."""
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
            self.Review._make(self.playbook, "week", days, self.team.id)

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

    def test_page_review_pivot_and_workbook_say_the_same(self):
        self.make_reviews(monday(7))
        review = self.get_review(6)
        filters = {
            "playbook_id": self.playbook.id,
            "team_id": self.team.id,
            "date_from": "2024-02-05",
            "date_to": "2024-02-11",
        }
        page = {stage["stage_id"]: stage for stage in self.Report.get_funnel(filters)["stages"]}
        pivot = {
            row["stage_id"][0]: row
            for row in self.Report.formatted_read_group(
                [("date", ">=", monday(6)), ("date", "<", monday(7)), ("team_id", "=", self.team.id)],
                ["stage_id"],
                ["begun_count:sum", "flow_rate:avg", "reached_rate:avg", "stay_days:avg", "lost_count:sum"],
            )
        }
        sheet = self.read_workbook(review)["Funnel"]
        heads = [cell.value for cell in sheet[1]]
        columns = {
            name: heads.index(review.line_ids._get_label(name))
            for name in ("begun_count", "flow_rate", "reached_rate", "stay_days", "lost_count", "open_count")
        }
        for row, line in enumerate(review.line_ids, start=2):
            shown = page[line.stage_id.id]
            cells = [cell.value for cell in sheet[row]]
            for name, column in columns.items():
                value = line[name]
                with self.subTest(stage=line.name, name=name):
                    self.assertAlmostEqual(shown[name] or 0, value or 0, 1)
                    self.assertEqual(shown[name] is None, value is False)
                    self.assertAlmostEqual(float(cells[column] or 0), value or 0, 1)
                    function = "sum" if name.endswith("count") else "avg"
                    if name != "open_count" and line.stage_id.id in pivot:
                        self.assertAlmostEqual(
                            pivot[line.stage_id.id][f"{name}:{function}"] or 0, value or 0, 1
                        )
        self.assertEqual(self.get_line(review, self.stage_demo).flow_rate, 16.7, "1 ÷ 6, not all empty")

    def read_workbook(self, review, formulas=False):
        content = base64.b64decode(review._get_workbook().datas)
        return openpyxl.load_workbook(io.BytesIO(content), data_only=not formulas)

    def test_workbook(self):
        self.create_leads_at(
            monday(12), 1, name="=HYPERLINK(1)", partner_name="=1+1", expected_revenue=500000
        )
        self.make_reviews(monday(13))
        review = self.get_review(12)
        book = self.read_workbook(review, formulas=True)
        self.assertEqual(book.sheetnames, ["Open customers", "Funnel", "Overdue"])
        customers = book["Open customers"]
        heads = [cell.value for cell in customers[1]]
        self.assertEqual(
            heads,
            [
                *("Customer name", "Industry", "Contact", "Current stage", "Entered at", "Last contact time"),
                *("Communication summary", "Win probability (%)", "Expected amount (10,000)", "Risk level"),
                *("Risk description", "Owner"),
            ],
        )
        self.assertEqual(customers.max_row - 1, sum(review.line_ids.mapped("open_count")))
        self.assertEqual(
            str(customers["E2"].value.date()), "2024-02-12", "the 43rd lead: the first of week 7"
        )
        risky = next(row for row in customers.iter_rows(min_row=2) if row[0].value == "=1+1")
        self.assertEqual(risky[0].data_type, "s", "text stays text")
        self.assertEqual(risky[8].value, 50, "10,000")
        funnel = book["Funnel"]
        self.assertEqual(funnel["D2"].value, '=IF(B2=0,"",C2/B2*100)')
        self.assertTrue(str(funnel.cell(6, 11).value).startswith("=SUM("))
        texts = [cell.value for row in funnel.iter_rows(min_row=8) for cell in row if cell.value]
        self.assertIn(self.Report._fields["flow_rate"]._description_help(self.env), texts, "the definition")

    def test_customer_sheet_comes_in_again_as_it_goes_out(self):
        """Odoo's import finds a field for each heading, in each language."""
        fields_in_order = [
            *(
                "partner_name",
                "industry_id",
                "contact_name",
                "stage_id",
                "stage_entered_at",
                "last_contact_at",
            ),
            *("last_contact_summary", "probability", "expected_revenue_wan", "risk_level"),
            *("risk_description", "user_id"),
        ]
        for lang in ("en_US", "zh_CN", "zh_TW"):
            self.env["res.lang"]._activate_lang(lang)
            headings = self.Review.with_context(lang=lang)._get_customer_headings()
            with self.subTest(lang=lang):
                found = [SHEET_HEADINGS.get(heading.lower()) for heading in headings]
                self.assertEqual(found, fields_in_order)

    def test_decisions_become_activities_and_are_looked_at_again(self):
        self.make_reviews(monday(5))
        review = self.get_review(4)
        review.with_user(self.leader).write(
            {
                "decision_ids": [
                    (0, 0, {"name": "Call the buyer", "user_id": self.rep.id, "date_deadline": "2024-02-01"}),
                    (
                        0,
                        0,
                        {"name": "New price list", "user_id": self.leader.id, "date_deadline": "2024-01-30"},
                    ),
                ]
            }
        )
        call, prices = review.decision_ids.sorted("id")
        self.assertEqual(call.activity_id.user_id, self.rep)
        self.assertEqual(
            (call.activity_id.summary, str(call.activity_id.date_deadline)), ("Call the buyer", "2024-02-01")
        )
        self.assertFalse(call.activity_id.res_model, "the review tells of all the team's customers")
        self.assertIn("week of 2024-01-22", call.activity_id.note)
        self.assertEqual(prices.activity_id.res_id, review.id)
        with self.mock_datetime_and_now(datetime(2024, 2, 2, 10)):
            call.activity_id.with_user(self.rep).action_feedback()
            self.env.invalidate_all()
            self.make_reviews(monday(6))
            following = self.get_review(5)
            self.assertEqual(following.previous_id, review)
            states = {d.name: d.state for d in following.previous_decision_ids}
            self.assertEqual(states, {"Call the buyer": "done", "New price list": "overdue"})
        prices.with_user(self.leader).write({"date_deadline": "2024-03-01", "user_id": self.rep.id})
        self.assertEqual(str(prices.activity_id.date_deadline), "2024-03-01")
        self.assertEqual(prices.activity_id.user_id, self.rep)
        self.make_reviews(monday(7))
        with self.mock_datetime_and_now(datetime(2024, 2, 12)):
            self.env.invalidate_all()
            self.assertEqual(self.get_review(6).previous_decision_ids, prices, "still open from earlier")
        prices.activity_id.unlink()
        self.assertEqual(prices.state, "dropped")

    def test_leader_gets_it_by_mail_with_the_workbook(self):
        self.make_reviews(monday(13))
        review = self.get_review(12)
        mails = self.env["mail.mail"].search(
            [("model", "=", "crm.funnel.review"), ("res_id", "=", review.id)]
        )
        self.assertEqual(mails.recipient_ids, self.leader.partner_id)
        self.assertEqual(mails.attachment_ids, review._get_workbook())
        self.assertIn("Talks", mails.body_html)
        self.assertIn("22.2 %", mails.body_html)
        self.assertNotIn("t-out", mails.body_html)
        old = self.get_review(8)
        self.assertTrue(old)
        self.assertFalse(
            self.env["mail.mail"].search([("model", "=", "crm.funnel.review"), ("res_id", "=", old.id)]),
            "long over",
        )

    def test_named_people_and_managers(self):
        self.make_reviews(monday(5))
        review = self.get_review(4)
        self.assertEqual(review._get_recipients(), self.leader)
        self.playbook.review_user_ids = self.rep
        self.assertEqual(review._get_recipients(), self.leader | self.rep)
        self.team.user_id = self.playbook.review_user_ids = False
        managers = review._get_recipients()
        self.assertTrue(managers)
        self.assertTrue(all(u.has_group("sales_team.group_sale_manager") for u in managers))

    def test_who_sees_reviews(self):
        self.make_reviews(monday(5))
        review = self.get_review(4)
        salesman = self.env.ref("sales_team.group_sale_salesman_all_leads")
        self.leader.group_ids = self.env.ref("base.group_user") | salesman
        self.assertTrue(self.Review.with_user(self.leader).search([("id", "=", review.id)]), "his team's")
        review.with_user(self.leader).action_done()
        self.assertEqual(review.state, "done")
        self.assertFalse(self.Review.with_user(self.rep).search([("id", "=", review.id)]))
        with self.assertRaises(AccessError):
            review.with_user(self.rep).read(["state"])
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.leader.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        self.playbook.company_id = self.env.company
        self.make_reviews(monday(6))
        self.assertFalse(self.Review.with_user(self.leader).search([("id", "=", self.get_review(5).id)]))

    def test_findings(self):
        ten = monday(13) + timedelta(hours=10)
        leads = self.create_leads_at(ten, 4, date_deadline="2030-01-01")
        with self.at(ten):
            leads[1].write({"risk_level": "high", "risk_description": "A rival is there"})
        self.playbook.mode = "enforce"
        reason = self.env["crm.playbook.override.reason"].create({"name": "Old friend"})
        with self.at(ten + timedelta(hours=1)):
            leads[2].with_user(self.leader).override_gate(self.stage_demo.id, reason.id, "Report follows")
        self.env["crm.playbook.tier"].create(
            {"playbook_id": self.playbook.id, "tier": "A", "min_revenue": 10, "delay_count": 0}
        )
        with self.at(ten + timedelta(hours=2)):
            (leads[0] | leads[3]).write({"expected_revenue": 10**6})
            self.env["crm.lead.progress"].create(
                {"lead_id": leads[3].id, "summary": "They like the offer a lot"}
            )
        self.make_reviews(monday(14))
        review = self.get_review(13)
        found = review.finding_lead_ids
        self.assertEqual((review.override_count, found["override"]), (1, leads[2].ids))
        self.assertEqual((review.high_risk_count, found["high_risk"]), (1, leads[1].ids))
        self.assertIn(leads[0].id, found["no_contact"])
        self.assertNotIn(leads[3].id, found["no_contact"])
        self.assertEqual(review.no_contact_count, len(found["no_contact"]))
        action = review.with_context(finding="override").action_open_finding()
        self.assertEqual(self.env["crm.lead"].search(action["domain"]), leads[2])

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

        def fail_for_one(self, playbook, team_id, days):
            if team_id == other.id:
                raise ValueError("its disk is full")
            return prepare(self, playbook, team_id, days)

        logger = "odoo.addons.sales_funnel_playbook.models.crm_funnel_review_make"
        with (
            self.mock_datetime_and_now(monday(5)),
            self.enter_registry_test_mode(),
            patch.object(type(self.Review), "_prepare_finding_vals", fail_for_one),
            self.assertLogs(logger, "ERROR"),
        ):
            self.env.ref("sales_funnel_playbook.ir_cron_reviews").method_direct_trigger()
        made = self.Review.search([("date_from", "=", monday(4)), ("period", "=", "week")])
        self.assertEqual({review.team_id.id for review in made}, {self.team.id, False})
        self.make_reviews(monday(5) + timedelta(hours=1))
        made = self.Review.search([("date_from", "=", monday(4)), ("period", "=", "week")])
        self.assertEqual({review.team_id.id for review in made}, {self.team.id, other.id, False})

    def test_job_commits_each_review_and_goes_on(self):
        """The job itself, in an Odoo that lets it commit, up to the first review."""
        with self.mock_datetime_and_now(monday(5)), self.enter_registry_test_mode():
            self.env.ref("sales_funnel_playbook.ir_cron_reviews").method_direct_trigger()
        self.assertEqual(
            self.Review.search_count([("playbook_id", "=", self.playbook.id), ("period", "=", "week")]), 4
        )
