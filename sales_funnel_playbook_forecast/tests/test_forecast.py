from datetime import date, datetime, timedelta

from odoo import Command
from odoo.addons.sales_funnel_playbook_forecast.tools.forecast import LATER
from odoo.addons.sales_funnel_playbook_forecast.tools.rates import get_interval
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .numbers_case import EARLY, QUARTER, TUESDAY, NumbersCase


@tagged("post_install", "-at_install")
class TestForecast(NumbersCase):
    """What stands on the page of that quarter."""

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
        self.assertEqual(
            quick, {**whole, "rates_missing": [], "accuracy": [], "nearest": False, "nothing_came": []}
        )

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
