from datetime import date, datetime

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .forecast_common import ForecastCase

APRIL = date(2024, 4, 1)


@tagged("post_install", "-at_install")
class TestTarget(ForecastCase):
    """What somebody is to win in a month or a quarter."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Target = cls.env["crm.sales.target"]

    @classmethod
    def create_target(cls, amount, period="month", day=APRIL, user=None, team=None, **vals):
        vals |= {"amount": amount, "period": period, "date_from": day}
        vals.setdefault("company_id", cls.main.id)
        vals |= {"team_id": team.id} if team else {}
        return cls.Target.create({**vals, "user_id": user and user.id})

    def get_target(self, owner, period, first):
        found = self.Target._get_targets([self.main.id], date(2024, 1, 1), date(2024, 12, 31))
        return found[self.main.id].get(owner, period, first)

    def test_first_day_is_kept(self):
        target = self.create_target(10, "quarter", date(2024, 5, 17), team=self.team)
        self.assertEqual(target.date_from, APRIL)
        target.period = "month"
        target.date_from = date(2024, 6, 30)
        self.assertEqual(target.date_from, date(2024, 6, 1))
        self.assertIn("2024-06", target.display_name)

    def test_those_of_the_sample_go_with_it(self):
        playbooks = self.env["crm.playbook"].with_user(self.env.ref("base.user_admin"))
        company = self.env["res.company"].browse(playbooks.action_load_sample()["company_id"])
        mine, theirs = self.create_target(10), self.create_target(10, company_id=company.id)
        vals = {"date": "2024-04-01", "date_from": "2024-04-01", "level": "company", "period": "month"}
        said = [
            self.env[model].create({**vals, "company_id": company.id})
            for model in ("crm.forecast.figure", "crm.forecast.week")
        ]
        playbooks.action_remove_sample()
        self.assertFalse(any(record.exists() for record in (theirs, *said)))
        self.assertTrue(mine.exists())

    def test_imported_from_a_list(self):
        """A year in a file, as people write it; once more changes nothing, and a wrong row says why."""
        boss = new_test_user(self.env, "boss", groups="sales_team.group_sale_manager")
        targets = self.Target.with_user(boss).with_context(import_file=True)
        names = ["id", "company_id", "team_id", "user_id", "period", "date_from", "amount"]
        months = [
            [
                f"target_{month}",
                self.main.name,
                self.team.name,
                "",
                "Month",
                f"2024-{month:02}-15",
                str(month),
            ]
            for month in range(1, 13)
        ]
        for _time in range(2):
            result = targets.load(names, months)
            self.assertEqual((result["messages"], len(result["ids"])), ([], 12))
        found = self.Target.search(
            [("team_id", "=", self.team.id), ("period", "=", "month")], order="date_from"
        )
        self.assertEqual(found.mapped("amount"), [*map(float, range(1, 13))])
        self.assertEqual(found[3].date_from, APRIL, "the first day is kept")
        self.assertEqual(self.get_target(("team", self.team.id), "quarter", APRIL), 4 + 5 + 6)
        [message] = targets.load(
            names, [["other", self.main.name, "Nowhere", "", "Month", "2024-04-01", "1"]]
        )["messages"]
        self.assertIn("Nowhere", message["message"])

    def test_one_for_each(self):
        self.create_target(10, team=self.team)
        refused = self.assertRaisesRegex(IntegrityError, "crm_sales_target_owner_uniq")
        with mute_logger("odoo.sql_db"), refused, self.env.cr.savepoint():
            self.create_target(20, day=date(2024, 4, 30), team=self.team)

    def test_own_wins_over_sum(self):
        self.create_target(100, user=self.rep, team=self.team)
        self.create_target(50, user=self.leader, team=self.team)
        team, company = ("team", self.team.id), ("company",)
        self.assertEqual(self.get_target(team, "month", APRIL), 150)
        self.create_target(200, team=self.team)
        self.assertEqual(self.get_target(team, "month", APRIL), 200)
        self.assertEqual(self.get_target(company, "quarter", APRIL), 200)
        self.create_target(1000, "quarter")
        self.assertEqual(self.get_target(company, "year", date(2024, 1, 1)), 1000)
        self.assertIsNone(self.get_target(company, "month", date(2024, 5, 1)))

    def test_team_of_a_person(self):
        person = new_test_user(self.env, login="one", groups="sales_team.group_sale_salesman")
        self.env["crm.team.member"].create({"crm_team_id": self.team.id, "user_id": person.id})
        target = self.create_target(10, user=person)
        self.assertEqual(target.team_id, self.team)
        other = self.env["crm.team"].create({"name": "Others", "company_id": False})
        follower = new_test_user(self.env, login="two", groups="sales_team.group_sale_salesman")
        self.env["crm.team.member"].create({"crm_team_id": other.id, "user_id": follower.id})
        target.user_id = follower
        self.assertEqual(target.team_id, other)
        self.fill(kind="split", total=120, user_id=person.id)
        self.assertEqual(self.Target.search([("user_id", "=", person.id)]).team_id, self.team)

    def test_change_is_kept(self):
        target = self.create_target(100, team=self.team)
        self.flush_tracking()
        target.amount = 120
        self.env.cr.flush()
        self.flush_tracking()
        values = target.message_ids.tracking_value_ids
        self.assertEqual((values.old_value_float, values.new_value_float), (100, 120))

    def fill(self, user=None, **vals):
        fill = self.env["crm.sales.target.fill"].with_user(user or self.env.user)
        return fill.create({"company_id": self.main.id, "year": 2025, **vals}).action_fill()

    def test_copy_last_year(self):
        self.create_target(100, team=self.team)
        self.create_target(100, "quarter")
        self.create_target(7, "quarter", date(2025, 4, 1))
        self.fill(growth=10)
        found = self.Target.search([("date_from", "=", "2025-04-01")])
        self.assertEqual(sorted(found.mapped("amount")), [7, 110])
        self.fill(growth=10)
        self.assertEqual(self.Target.search_count([("date_from", "=", "2025-04-01")]), 2)

    def test_split(self):
        self.fill(kind="split", total=100, team_id=self.team.id)
        found = self.Target.search([("team_id", "=", self.team.id)], order="date_from")
        self.assertEqual(len(found), 12)
        self.assertAlmostEqual(sum(found.mapped("amount")), 100)
        self.fill(kind="split", total=1200, team_id=self.team.id)
        self.assertEqual(found.mapped("amount"), [100] * 12, "those that there are are changed")

    def test_split_by_season(self):
        for day, amount in (("2024-02-10", 300), ("2024-08-10", 100)):
            lead = self.create_leads_at(datetime.fromisoformat(day), 1, expected_revenue=amount)
            self.move_at(datetime.fromisoformat(day), lead, self.stage_signed)
        self.fill(kind="split", total=1000, by="season", team_id=self.team.id)
        found = self.Target.search([("team_id", "=", self.team.id), ("amount", "!=", 0)], order="date_from")
        self.assertEqual([(one.date_from.month, one.amount) for one in found], [(2, 750), (8, 250)])

    def test_rights(self):
        own, head, every, boss = (
            new_test_user(self.env, login=login, groups=f"sales_team.{group}")
            for login, group in (
                ("own", "group_sale_salesman"),
                ("head", "group_sale_salesman"),
                ("every", "group_sale_salesman_all_leads"),
                ("boss", "group_sale_manager"),
            )
        )
        self.env["crm.team.member"].create({"crm_team_id": self.team.id, "user_id": own.id})
        self.team.user_id = head
        mine = self.create_target(1, user=own, team=self.team)
        other = self.create_target(2, user=self.leader, team=self.team)
        team = self.create_target(3, team=self.team)
        company = self.create_target(4)
        abroad = self.Target.create({"company_id": self.abroad.id, "amount": 5, "date_from": APRIL})
        for user, seen in (
            (own, mine | team),
            (head, mine | other | team),
            (every, mine | other | team | company),
            (boss, mine | other | team | company),
        ):
            self.assertEqual({*self.Target.with_user(user).search([])}, {*seen}, user.login)
            if user != boss:
                with self.assertRaises(AccessError):
                    mine.with_user(user).amount = 9
                with self.assertRaises(AccessError):
                    self.fill(user)
        mine.with_user(boss).amount = 9
        with self.assertRaises(AccessError):
            abroad.with_user(boss).amount = 9
        with self.assertRaises(UserError):
            self.fill(boss, year=3)
        self.team.member_ids -= own
        self.assertEqual(self.Target.with_user(own).search([]), mine, "of a team, who is in it")
