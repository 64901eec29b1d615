from datetime import datetime

from freezegun import freeze_time

from odoo.modules import Manifest
from odoo.tests import TransactionCase, tagged
from odoo.tools import convert_file

CORE, MODULE = "sales_funnel_playbook", "sales_funnel_playbook_forecast"
NOW = datetime(2029, 1, 9, 9, 30)  # a Tuesday; the quarter before is over


@tagged("post_install", "-at_install")
class TestForecastDemo(TransactionCase):
    """Every page of the forecast has something to show in the demo, whatever day it is loaded."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(NOW))
        cls.env.cr._now = NOW
        for module in (CORE, MODULE):
            for name in Manifest.for_addon(module)["demo"]:
                convert_file(cls.env(su=True), module, name, {}, mode="init", noupdate=True)
        company = cls.env["crm.playbook"]._get_main_company()
        cls.context = {"allowed_company_ids": company.ids}
        cls.Forecast = cls.env["crm.forecast"].with_context(**cls.context)
        cls.Change = cls.env["crm.pipeline.change"].with_context(**cls.context)

    def test_pages(self):
        """A change with what came, was won and lost; a forecast with targets and figures; deals to look at;
        and how far off it was.
        """
        mondays = self.Change.get_change({})["days"]
        self.assertGreaterEqual(len(mondays), 13)
        self.assertEqual(mondays[0], "2029-01-08")
        weeks = self.env["crm.forecast.week"].search([("date", "in", mondays[:13])])
        self.assertEqual(len(set(weeks.mapped("date"))), 13)
        change = self.Change.get_change({"date_from": mondays[12], "date_to": mondays[0]})
        parts = {part["name"] for part in change["parts"] if part["deals"]}
        self.assertLessEqual({"opening", "new", "won", "lost", "closing"}, parts)
        quarter = self.Forecast.get_forecast({"period": "quarter"})
        row = quarter["rows"][0]
        self.assertTrue(row["target"] and row["last"] and row["commit"] and row["best_case"])
        people = [row for row in quarter["rows"] if row["level"] == "person"]
        self.assertTrue([row for row in people if row["own"]])
        looks = self.env["crm.forecast.look"].with_context(**self.context).get_looks({})
        reasons = {reason["name"] for deal in looks["deals"] for reason in deal["reasons"]}
        self.assertLessEqual({"decides", "slipped"}, reasons)
        self.assertTrue(self.Forecast.get_forecast({"period": "month"})["accuracy"])
        reviews = self.env["crm.funnel.review"].search(
            [("date_from", "=", "2029-01-01"), ("period", "=", "week")]
        )
        self.assertTrue([review for review in reviews if review.pipeline_change and review.kept_looks])

    def test_once(self):
        before = self.env["crm.forecast.week"].search_count([])
        self.Forecast._load_demo()
        self.assertEqual(self.env["crm.forecast.week"].search_count([]), before)

    def test_nothing_without_deals(self):
        """Nor where the module's demo is not loaded."""
        self.env["crm.sales.target"].search([]).unlink()
        names = [("module", "=", CORE), ("model", "=", "crm.lead")]
        self.env["ir.model.data"].search(names).unlink()
        self.Forecast._load_demo()
        self.assertFalse(self.env["crm.sales.target"].search([]))
