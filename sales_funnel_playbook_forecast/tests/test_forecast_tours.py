from datetime import timedelta

from odoo import Command
from odoo.fields import Datetime
from odoo.tests import HttpCase, tagged

from odoo.addons.sales_funnel_playbook.tools.funnel import get_period

from .forecast_common import ForecastCase


@tagged("post_install", "-at_install")
class TestForecastTours(HttpCase, ForecastCase):
    """The pages as a sales manager uses them."""

    def setUp(self):
        super().setUp()
        self.leader.group_ids = [Command.link(self.env.ref("sales_team.group_sale_manager").id)]
        self.monday = Datetime.to_datetime(get_period(Datetime.now().date(), "week")[0])

    def test_change(self):
        leads = self.create_leads_at(self.monday - timedelta(days=9), 2)
        leads[0].name = "Acme presses"
        self.take(self.monday - timedelta(days=7))
        with self.at(self.monday - timedelta(days=6)):
            leads[0].expected_revenue = 1500
        self.take(self.monday)
        self.env.cr.flush()
        monday = (self.monday - timedelta(days=7)).date()
        url = f"/odoo/pipeline-change?date_from={monday}&date_to={self.monday.date()}"
        self.start_tour(url, "pipeline_change", login=self.leader.login)

    def test_target(self):
        self.start_tour("/odoo/sales-targets", "sales_target", login=self.leader.login)
        targets = self.env["crm.sales.target"].search([("team_id", "=", self.team.id)])
        self.assertIn(250, targets.mapped("amount"))

    def test_submit(self):
        today = Datetime.now().date()
        self.create_leads_at(Datetime.now(), 1, user_id=self.leader.id, date_deadline=today)
        self.env.cr.flush()
        self.start_tour("/odoo/sales-forecast?period=month", "sales_forecast", login=self.leader.login)
        figure = self.env["crm.forecast.figure"].search([("user_id", "=", self.leader.id)])
        self.assertEqual((figure.amount, figure.note, figure.period), (1250, "Two more", "month"))

    def create_look(self, moment, day):
        """A deal that decides the quarter, as it may go either way."""
        vals = {"name": "Acme presses", "user_id": self.leader.id, "date_deadline": day}
        lead = self.create_leads_at(moment, 1, **vals)
        lead.probability = 50
        lead.activity_ids.unlink()
        return lead

    def test_looks(self):
        """A leader's Monday begins with the deals to look at."""
        lead = self.create_look(Datetime.now(), Datetime.now().date())
        self.env.cr.flush()
        self.start_tour("/odoo/sales-forecast", "forecast_looks", login=self.leader.login)
        self.assertEqual(lead.activity_ids.summary, "Ask for the date")

    def test_review(self):
        """And ends with decisions of the review."""
        first = (self.monday - timedelta(days=7)).date()
        last = first + timedelta(days=6)
        lead = self.create_look(self.monday - timedelta(days=8), last)
        self.take(self.monday - timedelta(days=7))
        scope = (self.playbook, "week", (first, last), False, self.main.id)
        review = self.env["crm.funnel.review"]._make(*scope)
        self.env.cr.flush()
        url = f"/odoo/action-sales_funnel_playbook.crm_funnel_review_action/{review.id}"
        self.start_tour(url, "review_looks", login=self.leader.login)
        self.assertEqual((review.decision_ids.lead_id, lead.activity_ids.summary), (lead, "Ask for the date"))
