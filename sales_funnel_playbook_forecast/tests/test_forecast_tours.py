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
