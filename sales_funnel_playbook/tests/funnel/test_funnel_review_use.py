import base64
import io
from datetime import datetime, timedelta

import openpyxl

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...hooks import SHEET_HEADINGS
from .funnel_common import monday
from .review_common import ReviewCase


@tagged("post_install", "-at_install")
class TestFunnelReviewUse(ReviewCase):
    """What is done with a review: its workbook, mail, decisions and findings."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.work_through(cls("setUpClass"), 12)

    def test_page_review_pivot_and_workbook_say_the_same(self):
        self.make_reviews(monday(7))
        review = self.get_review(6)
        filters = {
            "playbook_id": self.playbook.id,
            "team_id": self.team.id,
            "date_from": "2024-02-05",
            "date_to": "2024-02-11",
        }
        funnel = self.Report.get_funnel(filters)
        page = {stage["stage_id"]: stage for stage in funnel["stages"]} | {False: funnel["totals"]}
        pivot = {
            row["stage_id"][0]: row
            for row in self.Report.formatted_read_group(
                [("week", "=", "2024-W06"), ("team_id", "=", self.team.id)],
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
                    self.assertEqual(shown[name] is None, value is False or not line._is_told(name))
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
        self.assertEqual(
            book.sheetnames, ["Open customers", "Funnel", "Intake by Channel", "Won and lost", "Overdue"]
        )
        customers = book["Open customers"]
        heads = [cell.value for cell in customers[1]]
        self.assertEqual(
            heads,
            [
                *("Customer name", "Industry", "Contact person", "Current stage", "Entered at"),
                "Last contact time",
                *("Communication summary", "Win probability (%)", "Expected amount (10,000)", "Risk level"),
                *("Risk description", "Owner", "ID"),
                *("Source", "Marketing Medium", "Campaign", "Company Size", "Country"),
            ],
        )
        self.assertEqual(customers.max_row - 1, sum(review.stage_line_ids.mapped("open_count")))
        self.assertEqual(
            str(customers["E2"].value.date()), "2024-02-12", "the 43rd lead: the first of week 7"
        )
        risky = next(row for row in customers.iter_rows(min_row=2) if row[0].value == "=1+1")
        self.assertEqual(risky[0].data_type, "s", "text stays text")
        self.assertEqual(risky[8].value, 50, "10,000")
        funnel = book["Funnel"]
        self.assertEqual(funnel["D2"].value, '=IF(B2=0,"",C2/B2*100)')
        self.assertEqual(
            [funnel["A6"].value, funnel["B6"].value], ["All Deals", review.line_ids[-1].begun_count]
        )
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
        decided = [
            {"name": "Call the buyer", "user_id": self.rep.id, "date_deadline": "2024-02-01"},
            {"name": "New price list", "user_id": self.leader.id, "date_deadline": "2024-01-30"},
        ]
        review.with_user(self.leader).write({"decision_ids": [(0, 0, one) for one in decided]})
        call, prices = review.decision_ids.sorted("id")
        self.assertEqual(call.activity_id.user_id, self.rep)
        self.assertEqual(
            (call.activity_id.summary, str(call.activity_id.date_deadline)), ("Call the buyer", "2024-02-01")
        )
        self.assertFalse(call.activity_id.res_model, "the review tells of all the team's customers")
        self.assertIn("week of 2024-01-22", call.activity_id.note)
        self.env["res.lang"]._activate_lang("zh_CN")
        self.rep.lang = "zh_CN"
        self.assertEqual(call.activity_id.summary, "Call the buyer", "a person's words")
        self.assertIn("复盘", call.activity_id.note)
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

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_a_decision_goes_to_no_review_of_others(self):
        self.make_reviews(monday(6))
        review, days = self.get_review(4), (monday(4).date(), monday(5).date() - timedelta(days=1))
        with self.mock_datetime_and_now(monday(6)):
            everybodys = self.Review._make(self.playbook, "week", days, False, review.company_id.id)
        self.team.user_id = self.rep
        vals = {"review_id": review.id, "name": "Call the buyer", "user_id": self.rep.id}
        decision = review.decision_ids.with_user(self.rep).create(vals)
        self.assertFalse(everybodys.with_user(self.rep).has_access("read"))
        with self.assertRaises(AccessError):
            decision.review_id = everybodys.id
        decision.review_id = self.get_review(5).id
        self.assertEqual(self.get_review(5).decision_ids, decision)

    def test_which_activity_is_a_decisions_nobody_writes(self):
        self.make_reviews(monday(5))
        review = self.get_review(4)
        call = review.decision_ids.create(
            {"review_id": review.id, "name": "Call the buyer", "user_id": self.rep.id}
        )
        foreign = self.env.user.partner_id.activity_schedule("mail.mail_activity_data_todo")
        with self.assertRaises(AccessError):
            call.with_user(self.leader).write({"activity_id": foreign.id})
        forged = call.with_user(self.leader).with_context(default_activity_id=foreign.id)
        with self.assertRaises(AccessError):
            forged.create({"review_id": review.id, "name": "Take it over", "user_id": self.leader.id})

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
            leads[0].write({"risk_level": "high"})
        with self.at(ten + timedelta(days=3)):
            leads[0].risk_ids.write({"state": "closed", "closing_note": "The rival has left"})
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
        self.assertEqual((review.high_risk_count, found["high_risk"]), (2, leads[:2].ids))
        self.assertIn(leads[0].id, found["no_contact"])
        self.assertNotIn(leads[3].id, found["no_contact"])
        self.assertEqual(review.no_contact_count, len(found["no_contact"]))
        named = {label: (count, text) for label, count, text in review._get_named_findings()}
        self.assertEqual(named["Overrides"], (1, leads[2].name))
        self.assertEqual(named["New High Risks"][1].split(" · "), leads[:2].mapped("name"))
        self.assertNotIn("Overdue Work", named, "there was none")
        leads[0].name = "<b>"
        report = self.env.ref("sales_funnel_playbook.action_report_funnel_review")
        page = report._render_qweb_html(report.report_name, review.ids)[0].decode()
        self.assertIn("&lt;b&gt;", page.partition("page-break-before")[2], "names are on the second page")
        action = review.with_context(finding="override").action_open_finding()
        self.assertEqual(self.env["crm.lead"].search(action["domain"]), leads[2])
