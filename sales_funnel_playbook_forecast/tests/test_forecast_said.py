from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .numbers_case import QUARTER, NumbersCase


@tagged("post_install", "-at_install")
class TestForecastSaid(NumbersCase):
    """What people say will come, what Mondays keep of it, and how right it was."""

    def test_submit(self):
        mine = ["person", self.team.id, self.rep.id]
        self.submit(self.rep, mine, 2500, note="Bolts are late.")
        self.submit(self.rep, mine, 2600)
        row = self.get_rows()[self.rep.name]
        self.assertRow(row, own=2600, note="", is_late=False)
        friday = datetime(2024, 1, 19, 12, 1)
        self.submit(self.rep, mine, 2700, friday)
        self.assertRow(self.get_rows(friday)[self.rep.name], own=2700, is_late=True)
        self.assertIs(self.get_rows(datetime(2024, 1, 22, 1))[self.rep.name]["own"], False, "another week")
        with self.assertRaises(UserError):
            self.submit(self.rep, mine, 1, day="2023-12-31")

    def test_friday_noon_is_where_the_company_is(self):
        """In Shanghai it is 4 o'clock, in New York 5, in summer 4 in the afternoon, UTC."""
        boss = new_test_user(self.env, login="boss", groups="sales_team.group_sale_manager")
        boss.company_ids = self.main | self.abroad
        for zone, noon in (
            ("Asia/Shanghai", datetime(2024, 1, 19, 4)),
            ("America/New_York", datetime(2024, 1, 19, 17)),
            ("America/New_York", datetime(2024, 7, 19, 16)),
        ):
            self.abroad.resource_calendar_id.tz = zone
            for moment, is_late in ((noon, False), (noon + timedelta(seconds=1), True)):
                filters = {"company_id": self.abroad.id, "day": str(noon.date())}
                forecast = self.env["crm.forecast"].with_user(boss)
                forecast = forecast.with_context(allowed_company_ids=self.abroad.ids)
                with self.at(moment):
                    forecast.submit(filters, ["company"], 7)
                    [row] = forecast.get_forecast(filters)["rows"]
                self.assertRow(row, own=7, is_late=is_late)

    def test_who_may_submit(self):
        self.team.user_id = self.rep
        everybody = (
            (self.leader, ["person", self.team.id, self.rep.id]),
            (self.rep, ["company"]),
            (self.rep, ["team", self.env["crm.team"].create({"name": "Others"}).id]),
        )
        for user, key in everybody:
            with self.assertRaises(AccessError):
                self.submit(user, key, 1)
        self.submit(self.rep, ["team", self.team.id], 1)
        boss = new_test_user(self.env, login="boss", groups="sales_team.group_sale_manager")
        self.submit(boss, ["company"], 1)
        abroad = self.env["crm.team"].create({"name": "Abroad", "company_id": self.abroad.id})
        for team_id in (abroad.id, abroad.id + 1000):
            with self.assertRaises(AccessError):
                self.submit(boss, ["team", team_id], 1)
            with self.assertRaises(AccessError):
                self.submit(boss, ["person", team_id, boss.id], 1)
        for key in ("company", [], ["person"], ["team", "x"], ["nobody", 1], [[]], None):
            with self.assertRaises(UserError):
                self.submit(boss, key, 1)
        for amount in ("1", None, True, float("inf"), float("nan")):
            with self.assertRaises(UserError):
                self.submit(boss, ["company"], amount)

    def test_monday_keeps_it(self):
        self.submit(self.rep, ["person", self.team.id, self.rep.id], 2600, note="Sure.")
        monday = datetime(2024, 1, 22, 1)
        self.freeze(monday)
        self.freeze(monday)
        scope = [("date", "=", "2024-01-22"), ("company_id", "=", self.main.id), ("period", "=", "quarter")]
        kept = self.env["crm.forecast.week"].search([*scope, ("user_id", "=", self.rep.id)])
        self.assertEqual((kept.won, kept.commit, kept.own, kept.note), (1000, 2000, 2600, "Sure."))
        self.assertTrue(kept.is_uncalibrated, "no stage has a rate")
        with self.at(monday + timedelta(hours=2)):
            self.by["B"].expected_revenue = 2300
        row = self.get_rows(monday + timedelta(days=1))[self.rep.name]
        self.assertRow(row, change=300, own=False)
        self.assertRow(row["last"], won=1000, commit=2000, own=2600)
        self.assertEqual(kept.commit, 2000)

    def test_monday_keeps_what_is_said_without_a_deal(self):
        """Nor a target."""
        team = self.env["crm.team"].create({"name": "New", "company_id": False})
        boss = new_test_user(self.env, login="boss", groups="sales_team.group_sale_manager")
        self.submit(boss, ["team", team.id], 900)
        self.freeze(datetime(2024, 1, 22, 1))
        kept = self.env["crm.forecast.week"].search([("team_id", "=", team.id), ("period", "=", "quarter")])
        self.assertEqual((kept.has_own, kept.own, kept.won), (True, 900, 0))

    def test_one_that_fails_holds_up_no_other(self):
        for name in ("commit", "rollback"):
            self.patch(self.env.cr, name, lambda: None)
        weeks = self.env["crm.forecast.week"]
        freeze = type(weeks)._freeze

        def _freeze(this, company, day):
            if company == self.main:
                raise ValueError("Not today")
            return freeze(this, company, day)

        with (
            self.at(datetime(2024, 1, 22, 12)),
            patch.object(type(weeks), "_freeze", _freeze),
            self.assertLogs("odoo.addons.sales_funnel_playbook_forecast.models.crm_forecast_submit", "ERROR"),
        ):
            weeks._cron_freeze()
        kept = weeks.search([("date", "=", "2024-01-22")]).company_id
        self.assertIn(self.abroad, kept)
        self.assertNotIn(self.main, kept)

    def test_accuracy(self):
        self.submit(self.rep, ["person", self.team.id, self.rep.id], 6000, datetime(2024, 3, 19))
        self.freeze(datetime(2024, 3, 25, 1))
        self.move_at(datetime(2024, 3, 27), self.by["B"], self.stage_signed)
        self.freeze(datetime(2024, 4, 1, 1))
        with self.at(datetime(2024, 4, 2)):
            found = self.Forecast.get_forecast(QUARTER)
        errors = {one["method"]: one["errors"] for one in found["accuracy"] if one["name"] == self.rep.name}
        self.assertEqual(errors["Won and Commit"], {"1": 0})
        self.assertEqual(errors["Own Figure"], {"1": 100})
        self.assertAlmostEqual(errors["Weighted Forecast"]["1"], 100 / 3)
