import io
from datetime import date, datetime, timedelta

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .forecast_common import DAY
from .test_look import LookCase

NEXT = datetime(2024, 1, 22, 2)
FIRST = date(2024, 1, 15)


@tagged("post_install", "-at_install")
class TestLooking(LookCase):
    """The Monday review keeps the deals to look at; what is decided becomes dated work on the deal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls("setUp").take(NEXT - timedelta(hours=1))

    def make(self, moment=NEXT, team_id=False, first=FIRST):
        with self.at(moment):
            days = (first, first + 6 * DAY)
            return self.env["crm.funnel.review"]._make(self.playbook, "week", days, team_id, self.main.id)

    def get_names(self, review, user=None):
        review = review.with_user(user or self.env.user)
        review.invalidate_recordset(["looks"])
        return [deal["name"] for deal in review.looks["deals"]]

    def decide(self, review, name, user=None, **vals):
        """Decide of a deal as the dialog of the review does."""
        action = review.action_decide(self.by[name].id)
        context = {key.removeprefix("default_"): value for key, value in action["context"].items()}
        decisions = self.env["crm.funnel.review.decision"].with_user(user or self.env.user)
        return decisions.create({**context, "name": "Ask for the date", "date_deadline": NEXT.date(), **vals})

    def test_kept_as_they_were(self):
        """B slipped in the week of the review, although the Monday of today has its new date."""
        review = self.make()
        expected = ["A", "B", "D", "G", "C", "E", "I", "H", "F"]
        self.assertEqual(self.get_names(review), expected)
        with self.at(NEXT + DAY):
            self.by["A"].expected_revenue = 1
            self.by["D"].action_set_lost()
        self.by["H"].unlink()
        self.assertEqual(self.get_names(review), [name for name in expected if name != "H"])
        self.assertEqual((review.looks["hidden"], review.looks["deals"][0]["worth"]), (1, 8000))
        [slipped] = [one for one in review.looks["deals"][1]["reasons"] if one["name"] == "slipped"]
        self.assertEqual(slipped["text"], "02/20/2024 → 03/01/2024")
        with self.assertRaises(UserError):
            review.with_user(self.leader).kept_looks = []

    def test_of_a_team(self):
        with self.at(NEXT - DAY):
            self.by["A"].team_id = self.env["crm.team"].create({"name": "Others", "company_id": False})
        self.assertEqual(self.get_names(self.make(team_id=self.team.id))[0], "B")

    def test_decision_is_work_on_the_deal(self):
        review = self.make()
        decision = self.decide(review, "B")
        activity = decision.activity_id
        self.assertEqual((activity.res_model, activity.res_id), ("crm.lead", self.by["B"].id))
        self.assertEqual((activity.user_id, activity.date_deadline), (self.rep, NEXT.date()))
        with self.at(NEXT):
            planned = {one["name"]: one["planned"] for one in review.looks["deals"]}
        self.assertEqual(planned["B"]["summary"], "Ask for the date")
        activity.action_feedback()
        self.take(NEXT + 7 * DAY)
        later = self.make(NEXT + 7 * DAY, first=FIRST + 7 * DAY)
        self.assertEqual(later.previous_decision_ids, decision)
        self.assertEqual((decision.state, decision.lead_id), ("done", self.by["B"]))

    def test_decision_of_a_lost_deal(self):
        """The review still names it, and something may be decided of it."""
        review = self.make()
        with self.at(NEXT + DAY):
            self.by["B"].action_set_lost()
        self.assertIn("B", self.get_names(review))
        self.assertEqual(self.decide(review, "B").lead_id, self.by["B"])

    def test_merged(self):
        """What was decided of a deal that is merged is decided of the one that stays."""
        decision = self.decide(self.make(), "B")
        with self.at(NEXT):
            stays = (self.by["A"] | self.by["B"]).merge_opportunity()
        self.assertEqual(decision.lead_id, stays)
        self.assertIn(decision.activity_id, stays.activity_ids)

    def test_somebody_who_does_not_see_the_deal(self):
        """Gets a to-do of their own; and nobody decides of a deal that they do not see."""
        own = new_test_user(self.env, login="own", groups="sales_team.group_sale_salesman")
        review = self.make()
        decision = self.decide(review, "B", user_id=own.id)
        self.assertFalse(decision.activity_id.res_model)
        self.team.user_id = own
        mine = self.create_leads_at(NEXT, 1, name="Mine", user_id=own.id)
        vals = {"review_id": review.id, "name": "Ask", "user_id": own.id}
        decisions = self.env["crm.funnel.review.decision"].with_user(own)
        its = self.make(NEXT + DAY, self.team.id)
        self.assertEqual(self.get_names(its, own), [], "of a team's deals only one's own")
        self.assertEqual(its.with_user(own).looks["hidden"], 9)
        self.assertNotIn("kept_looks", its.with_user(own).fields_get())
        for reader in (own, self.leader):
            with self.assertRaises(AccessError):
                its.with_user(reader).read(["kept_looks"])
        self.assertTrue(decisions.create({**vals, "review_id": its.id, "lead_id": mine.id}).activity_id)
        with self.assertRaises(AccessError):
            decisions.create({**vals, "review_id": its.id, "lead_id": self.by["A"].id})

    def test_paper_and_workbook(self):
        review = self.make()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "sales_funnel_playbook.report_funnel_review", review.ids
        )
        self.assertIn("Commit Without Evidence: no phone", html.decode())
        book = openpyxl.load_workbook(io.BytesIO(review._make_workbook().raw))
        rows = [[cell.value for cell in row] for row in book["Deals to Look At"].iter_rows()]
        self.assertEqual(rows[0], ["Deal", "Salesperson", "Worth", "Expected Closing", "Why"])
        self.assertEqual(rows[3][:3], ["D", self.rep.name, 900])
        self.assertEqual(rows[3][4], "Commit Without Evidence: no phone")

    def test_workbook_names_no_other_deals_than_its_customers(self):
        """A leader reads it who may open none; what came after the week is none of its customers."""
        self.create_leads_at(NEXT, 1, name="Late", expected_revenue=9000, date_deadline=date(2024, 3, 1))
        review = self.make(NEXT + timedelta(minutes=5))
        self.assertEqual(self.get_names(review)[0], "Late")
        book = openpyxl.load_workbook(io.BytesIO(review._make_workbook().raw))
        customers, looks = (
            [[cell.value for cell in row] for row in book[name].iter_rows()][1:]
            for name in ("Open customers", "Deals to Look At")
        )
        self.assertEqual([row[0] for row in looks][:2], ["A", "B"])
        self.assertLessEqual({row[0] for row in looks}, {row[0] for row in customers})
