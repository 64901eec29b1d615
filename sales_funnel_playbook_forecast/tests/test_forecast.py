from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo import Command
from odoo.addons.sales_funnel_playbook_forecast.tools.forecast import LATER
from odoo.addons.sales_funnel_playbook_forecast.tools.rates import get_interval
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .forecast_common import ForecastCase

EARLY = datetime(2024, 1, 3, 10)
TUESDAY = datetime(2024, 1, 16, 10)
QUARTER = {"period": "quarter", "day": "2024-01-16"}


@tagged("post_install", "-at_install")
class TestForecast(ForecastCase):
    """The first quarter of 2024 on 16 January, counted by hand.

    ==== ======= ========= =========== ========= ===========================
    deal of      worth     closes      chance    what it is
    ==== ======= ========= =========== ========= ===========================
    A    rep     1,000                           won on 10 January
    B    rep     2,000     1 February  50 %      commit, as its stage says
    C    leader  400       1 March     25 %      best case, as its stage says
    D    leader  800       31 March    10 %      pipeline
    E    rep     99        2 February            omitted, says the rep
    F    rep     5,000     1 April     50 %      commit, of the next quarter
    G    rep     70                              won and reopened
    H    leader  50        (no team)             won on 12 January
    ==== ======= ========= =========== ========= ===========================
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls("setUp")
        cls.rules[cls.stage_talks].forecast_category = "commit"
        cls.rules[cls.stage_demo].forecast_category = "best_case"
        cls.env["crm.forecast.rate"].search([]).unlink()

        def create(name, worth, stage, **vals):
            values = {"name": name, "expected_revenue": worth, "stage_id": stage.id, **vals}
            return case.create_leads_at(EARLY, 1, **values)

        lead, demo, talks, signed = cls.stages
        boss = {"user_id": cls.leader.id}
        cls.by = {
            "A": create("A", 1000, talks),
            "B": create("B", 2000, talks, date_deadline=date(2024, 2, 1), probability=50),
            "C": create("C", 400, demo, date_deadline=date(2024, 3, 1), probability=25, **boss),
            "D": create("D", 800, lead, date_deadline=date(2024, 3, 31), probability=10, **boss),
            "E": create("E", 99, talks, date_deadline=date(2024, 2, 2), own_forecast_category="omitted"),
            "F": create("F", 5000, talks, date_deadline=date(2024, 4, 1), probability=50),
            "G": create("G", 70, talks),
            "H": create("H", 50, lead, team_id=False, **boss),
        }
        case.move_at(datetime(2024, 1, 10, 9), cls.by["A"] | cls.by["G"], signed)
        case.move_at(datetime(2024, 1, 11, 9), cls.by["G"], talks)
        with case.at(datetime(2024, 1, 12, 9)):
            cls.by["H"].action_set_won()
        cls.Forecast = cls.env["crm.forecast"].with_context(allowed_company_ids=cls.main.ids)

    def get_rows(self, moment=TUESDAY, user=None, **filters):
        """Return ``{name: row}``."""
        forecast = self.Forecast.with_user(user) if user else self.Forecast
        with self.at(moment):
            found = forecast.get_forecast({**QUARTER, "company_id": self.main.id, **filters})
        return {row["name"]: row for row in found["rows"]}

    def assertRow(self, row, **expected):
        self.assertEqual({name: row[name] for name in expected}, expected)

    def test_quarter(self):
        rows = self.get_rows()
        self.assertRow(
            rows["All Teams"], won=1050, won_count=2, commit=2000, best_case=400, pipeline=800, open_count=3
        )
        self.assertRow(rows["All Teams"], weighted=2230, calibrated=1050, unknown_count=3)
        self.assertRow(rows[self.team.name], won=1000, commit=2000, best_case=400, pipeline=800)
        self.assertRow(rows[self.rep.name], won=1000, commit=2000, best_case=0, pipeline=0, weighted=2000)
        self.assertEqual(rows["No Sales Team"]["won"], 50)
        self.assertRow(self.get_rows(period="month")["All Teams"], won=1050, commit=0, open_count=0)
        april = self.get_rows(day="2024-04-01")
        self.assertRow(april["All Teams"], won=0, commit=5000, weighted=2500)
        self.assertRow(self.get_rows(period="year")["All Teams"], won=1050, commit=7000)

    def test_over_is_over(self):
        """What was won in a quarter stays won in it, whatever becomes of the deal later."""
        with self.at(datetime(2024, 5, 2)):
            self.by["A"].write({"expected_revenue": 7, "user_id": self.leader.id})
        with self.at(datetime(2024, 5, 3)):
            self.by["A"].stage_id = self.stage_lead
        rows = self.get_rows(datetime(2024, 5, 4))
        self.assertEqual(rows[self.rep.name]["won"], 1000)

    def test_lost_after_it_was_won(self):
        """In one save, in the quarter or after it."""
        lost = {"stage_id": self.stage_talks.id, "active": False, "probability": 0}
        with self.at(datetime(2024, 1, 15)):
            self.by["A"].write(lost)
        self.assertEqual(self.by["A"].won_status, "lost")
        self.assertEqual(self.get_rows()["All Teams"]["won"], 50)
        with self.at(datetime(2024, 4, 15)):
            self.by["H"].write(lost)
        self.assertEqual(self.get_rows()["All Teams"]["won"], 0, "no playbook has a log of H")

    def test_won_again(self):
        """Once, in the period in which it was won for good."""
        april = datetime(2024, 4, 10)
        self.move_at(TUESDAY, self.by["G"], self.stage_signed)
        self.assertEqual(self.get_rows(TUESDAY + timedelta(hours=1))["All Teams"]["won"], 1120)
        self.move_at(april, self.by["G"], self.stage_talks)
        self.move_at(april + timedelta(days=1), self.by["G"], self.stage_signed)
        later = april + timedelta(days=2)
        self.assertEqual(self.get_rows(later)["All Teams"]["won"], 1120, "it was won when the quarter ended")
        self.assertEqual(self.get_rows(later, day="2024-04-10")["All Teams"]["won"], 70)
        self.assertEqual(self.get_rows(later, period="year")["All Teams"]["won"], 1120)

    def test_handed_over_after_it_was_won(self):
        """It stays a win of whoever won it, also under another playbook."""
        other = self.playbook.copy({"name": "Others"})
        team = self.env["crm.team"].create({"name": "Others", "company_id": False})
        other.team_ids = team
        with self.at(TUESDAY):
            self.by["A"].write({"user_id": self.leader.id, "team_id": team.id})
        rows = self.get_rows(TUESDAY + timedelta(hours=1))
        self.assertEqual((rows[self.rep.name]["won"], rows["All Teams"]["won"]), (1000, 1050))
        self.assertNotIn("Others", rows)

    def test_quick(self):
        """What the page shows at first is what it shows in the end, without what takes longer."""
        with self.at(TUESDAY):
            quick, whole = (self.Forecast.get_forecast(QUARTER, is_quick) for is_quick in (True, False))
        self.assertTrue(quick.pop("is_quick"))
        self.assertFalse(whole.pop("is_quick"))
        for row in whole["rows"]:
            self.assertEqual({row.pop(name) is None for name in LATER}, {False})
        self.assertTrue(whole["rates_missing"])
        self.assertEqual(quick, {**whole, "rates_missing": [], "accuracy": []})

    def test_queries_do_not_grow(self):
        """With teams, nor with people."""
        head = new_test_user(self.env, login="head", groups="sales_team.group_sale_salesman")
        self.team.user_id = head
        counts = []
        for number in range(3):
            self.get_rows(user=head)
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.get_rows(user=head)
            counts.append(self.cr.sql_log_count - before)
            for more in range(8):
                team = self.env["crm.team"].create({"name": f"Team {number}{more}", "user_id": head.id})
                self.create_leads_at(EARLY, 1, team_id=team.id, date_deadline=date(2024, 3, 1))
        self.assertEqual(counts[2], counts[1], "of 9 and 17 teams")

    def test_came_as_won(self):
        self.create_leads_at(TUESDAY, 1, stage_id=self.stage_signed.id, expected_revenue=30)
        self.assertEqual(self.get_rows(TUESDAY + timedelta(hours=1))["All Teams"]["won"], 1080)

    def test_calibrated(self):
        """Half of those in Talks were won; of Demo too few are closed to say so."""
        self.env["crm.forecast.rate"].create(
            [
                {"playbook_id": self.playbook.id, "stage_id": stage.id, "closed_count": n, "won_count": w}
                for stage, n, w in ((self.stage_talks, 40, 20), (self.stage_demo, 29, 29))
            ]
        )
        row = self.get_rows()["All Teams"]
        self.assertRow(row, calibrated=2050, unknown_count=2)
        self.assertAlmostEqual(row["lowest"], 1050 + 2000 * get_interval(20, 40)[1], 2)
        self.assertTrue(1050 < row["lowest"] < row["calibrated"] < row["highest"])
        with self.at(TUESDAY):
            missing = self.Forecast.get_forecast(QUARTER)["rates_missing"]
        self.assertIn("Machines: Demo", missing)
        self.assertNotIn("Machines: Talks", missing)

    def test_rates_are_counted(self):
        """A and G came into Talks; A is won, G open; of two that came into Demo one is lost."""
        self.move_at(TUESDAY, self.by["D"], self.stage_demo)
        self.lose_at(TUESDAY, self.by["D"])
        with self.at(TUESDAY):
            self.env["crm.forecast.rate"]._count()
        scope = [("playbook_id", "=", self.playbook.id), ("score_band", "=", False)]
        rates = self.env["crm.forecast.rate"].search(scope)
        found = {one.stage_id: (one.closed_count, one.won_count) for one in rates}
        self.assertEqual((found[self.stage_talks], found[self.stage_demo]), ((1, 1), (1, 0)))
        self.assertEqual(found[self.stage_lead], (1, 0))

    def test_target(self):
        for vals in (
            {"user_id": self.rep.id, "period": "quarter", "date_from": "2024-01-01", "amount": 3000},
            {"user_id": self.leader.id, "period": "month", "date_from": "2024-02-01", "amount": 500},
        ):
            self.env["crm.sales.target"].create({**vals, "team_id": self.team.id, "company_id": self.main.id})
        row = self.get_rows()["All Teams"]
        self.assertRow(row, target=3500, gap=2450, coverage=3200 / 2450)
        self.assertRow(self.get_rows()[self.rep.name], target=3000, gap=2000, coverage=1.0)
        self.assertIs(self.get_rows(day="2024-04-01").get("All Teams")["target"], False)

    def submit(self, user, key, amount, moment=TUESDAY, note="", **filters):
        forecast = self.env["crm.forecast"].with_user(user)
        with self.at(moment):
            forecast.submit({**QUARTER, "company_id": self.main.id, **filters}, key, amount, note)

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

    def freeze(self, moment):
        with self.at(moment):
            weeks = self.env["crm.forecast.week"]
            for company, day in weeks._get_due():
                weeks._freeze(company, day)

    def test_monday_keeps_it(self):
        self.submit(self.rep, ["person", self.team.id, self.rep.id], 2600, note="Sure.")
        monday = datetime(2024, 1, 22, 1)
        self.freeze(monday)
        self.freeze(monday)
        scope = [("date", "=", "2024-01-22"), ("company_id", "=", self.main.id), ("period", "=", "quarter")]
        kept = self.env["crm.forecast.week"].search([*scope, ("user_id", "=", self.rep.id)])
        self.assertEqual((kept.won, kept.commit, kept.own, kept.note), (1000, 2000, 2600, "Sure."))
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

    def test_who_sees_what(self):
        own = new_test_user(self.env, login="own", groups="sales_team.group_sale_salesman")
        head = new_test_user(self.env, login="head", groups="sales_team.group_sale_salesman")
        self.rep.group_ids = [Command.set(self.env.ref("sales_team.group_sale_salesman").ids)]
        self.team.user_id = head
        self.assertEqual([*self.get_rows(user=self.rep)], [self.team.name, self.rep.name])
        self.assertEqual([*self.get_rows(user=own)], [])
        names = {self.team.name, self.rep.name, self.leader.name}
        self.assertEqual({*self.get_rows(user=head)}, names)
        boss = new_test_user(self.env, login="boss", groups="sales_team.group_sale_manager")
        self.assertIn("All Teams", self.get_rows(user=boss))
        self.freeze(datetime(2024, 1, 22, 1))
        weeks = self.env["crm.forecast.week"]
        seen = weeks.with_user(self.rep).search([])
        self.assertTrue(seen)
        self.assertLessEqual({*seen.filtered("user_id").mapped("user_id")}, {self.rep})
        self.assertFalse(seen.filtered(lambda one: one.level == "company"))
        with self.assertRaises(AccessError):
            weeks.with_user(self.rep).search([], limit=1).unlink()
        with self.assertRaises(AccessError):
            seen[:1].with_user(boss).won = 1
        self.assertTrue(seen.filtered(lambda one: one.level == "team"))
        self.team.member_ids -= self.rep
        self.assertFalse(weeks.with_user(self.rep).search([("level", "=", "team")]), "a member no more")
        clerk = new_test_user(self.env, login="clerk", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.get_rows(user=clerk)

    def test_other_companies(self):
        """Whoever does not work abroad sees the own company's instead."""
        boss = new_test_user(self.env, login="boss", groups="sales_team.group_sale_manager")
        forecast = self.env["crm.forecast"].with_user(boss)
        with self.at(TUESDAY):
            found = forecast.get_forecast({**QUARTER, "company_id": self.abroad.id})
        self.assertEqual(found["filters"]["company_id"], boss.company_id.id)

    def test_arguments(self):
        for filters in (
            [1],
            {"period": "week"},
            {"period": ["week"]},
            {"day": "x"},
            {"company_id": "x"},
            {"day": "0001-01-01"},
        ):
            with self.assertRaises(UserError):
                self.Forecast.get_forecast(filters)
