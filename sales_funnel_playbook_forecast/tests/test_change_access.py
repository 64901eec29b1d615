from odoo.addons.sales_funnel_playbook_forecast.tools.change import PARTS
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .forecast_common import DAY, MONDAY, NOON, WEEK, ForecastCase


@tagged("post_install", "-at_install")
class TestChangeAccess(ForecastCase):
    """Salespeople see what became of their own deals, leaders of those of their teams."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls("setUp")
        cls.own, cls.head, cls.boss = (
            new_test_user(cls.env, login=login, groups=f"sales_team.{group}")
            for login, group in (
                ("own", "group_sale_salesman"),
                ("head", "group_sale_salesman"),
                ("boss", "group_sale_manager"),
            )
        )
        cls.team.user_id = cls.head
        day = NOON - 3 * DAY
        cls.mine = case.create_leads_at(day, 2, name="Mine", user_id=cls.own.id)
        cls.others = case.create_leads_at(day, 3, name="Theirs")
        cls.elsewhere = case.create_leads_at(day, 4, team_id=False, user_id=cls.leader.id)
        cls.abroads = case.create_leads_at(day, 1, company_id=cls.abroad.id)
        case.take(NOON)
        with case.at(NOON + DAY):
            cls.mine[0].write({"user_id": cls.rep.id, "expected_revenue": 7777})
            cls.others[0].expected_revenue = 1200
        case.take(NOON + WEEK)

    def as_user(self, user):
        return self.env["crm.pipeline.change"].with_user(user)

    def test_own(self):
        expected = {"opening": (2000.0, 2), "handed_out": (-1000.0, -1), "closing": (1000.0, 1)}
        for filters in ({}, {"user_id": self.rep.id}, {"team_id": self.team.id}):
            self.assertEqual(self.get_parts(change=self.as_user(self.own), **filters), expected)
        [deal] = self.get_deals("handed_out", change=self.as_user(self.own))
        self.assertEqual((deal["name"], deal["lead_id"], deal["new"]), ("Mine", False, False))
        self.assertFalse(deal["outcome"])
        self.assertEqual(deal["old"]["user"], self.own.name)

    def test_leader(self):
        parts = self.get_parts(change=self.as_user(self.head), team_id=self.team.id)
        self.assertEqual(parts["closing"], (11977.0, 5))
        deals = self.get_deals("raised", change=self.as_user(self.head), team_id=self.team.id)
        self.assertEqual(len(deals), 2)
        self.assertNotIn(
            "Theirs",
            [deal["name"] for deal in deals],
            "Odoo does not show it to somebody with own deals only",
        )
        self.assertEqual(self.get_parts(change=self.as_user(self.head)), {}, "none of their own")

    def test_manager_and_companies(self):
        self.assertEqual(self.get_parts(change=self.as_user(self.boss))["closing"], (15977.0, 9))
        abroad = self.get_parts(change=self.as_user(self.boss), company_id=self.abroad.id)
        self.assertEqual(abroad["closing"], (15977.0, 9), "another company's are not to be had")

    def test_nobody_else(self):
        change = self.as_user(new_test_user(self.env, login="clerk", groups="base.group_user"))
        for call in (
            lambda: change.get_change({}),
            lambda: change.get_options(),
            lambda: change.get_change_deals({}, "won"),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_arguments(self):
        change = self.as_user(self.own)
        for filters in ([], {"user_id": "x"}, {"team_id": -1}, {"closing": "never"}, {"date_from": "x"}):
            with self.assertRaises(UserError):
                change.get_change(filters or [1])
        with self.assertRaises(UserError):
            change.get_change({"date_to": MONDAY.isoformat()})
        for name in ("lead_id", "1; DROP TABLE crm_lead", None, [*PARTS]):
            with self.assertRaises(UserError):
                change.get_change_deals({}, name)
        self.assertEqual([*change.get_options()["user_id"]], [{"id": self.own.id, "name": self.own.name}])
