from datetime import date, timedelta

from odoo.fields import Datetime
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.sales_funnel_playbook.tools.funnel import get_period

from .forecast_common import DAY, MONDAY, NEXT, NOON, WEEK, ForecastCase

JANUARY, MARCH = date(2024, 1, 20), date(2024, 3, 20)


@tagged("post_install", "-at_install")
class TestForecastTours(HttpCase, ForecastCase):
    """The pages as a team leader, a salesperson and a sales manager use them."""

    def setUp(self):
        super().setUp()
        self.head = self.create_person("head", "The head")
        self.colleague = self.create_person("colleague", "Colleague")
        self.team.user_id = self.head
        self.monday = Datetime.to_datetime(get_period(Datetime.now().date(), "week")[0])

    def create_person(self, login, name):
        """A salesperson of the team, who sees their own deals."""
        groups = "sales_team.group_sale_salesman"
        user = new_test_user(self.env, login=login, name=name, groups=groups)
        user.company_ids += self.abroad
        self.team.member_ids += user
        return user

    def tell_week(self):
        """A week with a deal in each part."""
        vals = {"user_id": self.head.id, "date_deadline": JANUARY, "stage_id": self.stage_demo.id}
        others = {
            "pulled_in": {"date_deadline": MARCH},
            "handed_in": {"user_id": self.rep.id},
            "rates": {"company_id": self.abroad.id, "expected_revenue": 7000},
        }
        there = ("brought_back", "raised", "lowered", "pulled_in", "pushed_out", "handed_in", "handed_out")
        its = {
            name: self.create_leads_at(NOON - 3 * DAY, 1, **{**vals, "name": f"Deal {name}", **more})
            for name in (*there, "rates", "won", "lost", "left")
            for more in [others.get(name, {})]
        }
        self.lose_at(NOON - 2 * DAY, its["brought_back"])
        self.take(NOON)
        with self.at(NOON + DAY):
            its["brought_back"].action_unarchive()
            its["raised"].expected_revenue = 1500
            its["lowered"].expected_revenue = 600
            its["pulled_in"].date_deadline = JANUARY
            its["pushed_out"].date_deadline = MARCH
            its["handed_in"].user_id = self.head
            its["handed_out"].user_id = self.colleague
            its["won"].stage_id = self.stage_signed
            its["lost"].action_set_lost()
            its["left"].action_archive()
        self.create_leads_at(NOON + DAY, 1, **vals, name="Deal new")
        self.take(NOON + WEEK)

    def test_change(self):
        self.tell_week()
        self.env.cr.flush()
        url = f"/odoo/pipeline-change?date_from={MONDAY}&date_to={NEXT}&closing=month&user_id={self.head.id}"
        both = {"cids": f"{self.main.id}-{self.abroad.id}"}
        self.start_tour(url, "pipeline_change", login=self.head.login, cookies=both)

    def test_target(self):
        self.start_tour("/odoo/sales-targets", "sales_target", login=self.leader.login)
        targets = self.env["crm.sales.target"].search([("team_id", "=", self.team.id)])
        self.assertEqual(sorted(targets.mapped("amount")), [100.0] * 12)

    def create_open(self, day, moment):
        """Deals of a leader or salesperson, and of a colleague, that are to close on a day."""
        vals = {"date_deadline": day, "name": "Own deal", "user_id": self.head.id}
        own = self.create_leads_at(moment, 1, **vals)
        others = {"expected_revenue": 400, "name": "A deal of a colleague", "user_id": self.colleague.id}
        (own | self.create_leads_at(moment, 1, **{**vals, **others})).activity_ids.unlink()

    def test_submit(self):
        self.create_open(Datetime.now().date(), Datetime.now())
        self.env.cr.flush()
        self.start_tour("/odoo/sales-forecast?period=month", "sales_forecast", login=self.head.login)
        figures = self.env["crm.forecast.figure"].search([("team_id", "=", self.team.id)], order="user_id")
        said = [("person", 1250, "Two more", "month"), ("team", 1500, "", "month")]
        self.assertEqual([(one.level, one.amount, one.note or "", one.period) for one in figures], said)

    def test_salesperson(self):
        """Own deals and figures, and of the team its sum."""
        self.team.user_id = self.leader
        self.create_open(Datetime.now().date(), self.monday - DAY)
        self.take(self.monday)
        self.env.cr.flush()
        self.start_tour("/odoo/sales-forecast", "sales_forecast_own", login=self.head.login)

    def create_look(self, moment, day):
        """A deal that decides the quarter, as it may go either way."""
        vals = {"name": "Acme presses", "user_id": self.head.id, "date_deadline": day}
        lead = self.create_leads_at(moment, 1, **vals)
        lead.probability = 50
        lead.activity_ids.unlink()
        return lead

    def test_looks(self):
        """A leader's Monday begins with the deals to look at."""
        lead = self.create_look(Datetime.now(), Datetime.now().date())
        self.env.cr.flush()
        self.start_tour("/odoo/sales-forecast", "forecast_looks", login=self.head.login)
        self.assertEqual(lead.activity_ids.summary, "Ask for the date")

    def test_review(self):
        """And ends with decisions of the review."""
        first = (self.monday - timedelta(days=7)).date()
        last = first + timedelta(days=6)
        lead = self.create_look(self.monday - timedelta(days=8), last)
        self.take(self.monday - timedelta(days=7))
        scope = (self.playbook, "week", (first, last), self.team.id, self.main.id)
        review = self.env["crm.funnel.review"]._make(*scope)
        self.env.cr.flush()
        url = f"/odoo/action-sales_funnel_playbook.crm_funnel_review_action/{review.id}"
        self.start_tour(url, "review_looks", login=self.head.login)
        self.assertEqual((review.decision_ids.lead_id, lead.activity_ids.summary), (lead, "Ask for the date"))
