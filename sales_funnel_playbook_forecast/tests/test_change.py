from datetime import date

from odoo.addons.sales_funnel_playbook_forecast.models import crm_pipeline_change
from odoo.exceptions import UserError
from odoo.tests import tagged

from .forecast_common import DAY, MONDAY, NEXT, NOON, WEEK, ForecastCase


@tagged("post_install", "-at_install")
class TestChange(ForecastCase):
    """A week, counted by hand.

    ======= ======== ======================================== =============================
    deal    Monday   in the week                              next Monday
    ======= ======== ======================================== =============================
    A       1,000    raised to 1,500                          1,500
    B       2,000    lowered to 1,200, then won               won
    C       3,000    lost                                     lost
    D       400      handed over to the leader                400, the leader's
    E       7,000 ¥  nothing; a dollar was 7 ¥, is 8 ¥        875 dollars, were 1,000
    F       500      archived                                 left
    G       600      its closing goes from January to March   600
    H       –        came with 250                            250
    I       –        came with 90, was lost                   –
    J       lost     comes back with 800                      800
    ======= ======== ======================================== =============================
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        day = NOON - 3 * DAY
        case = cls("setUp")
        cls.deals = cls.env["crm.lead"]
        for name, amount in (("A", 1000), ("B", 2000), ("C", 3000), ("D", 400), ("F", 500), ("J", 800)):
            cls.deals |= case.create_leads_at(day, 1, name=name, expected_revenue=amount)
        abroad = {"name": "E", "expected_revenue": 7000, "company_id": cls.abroad.id}
        cls.deals |= case.create_leads_at(day, 1, **abroad)
        closing = {"name": "G", "expected_revenue": 600, "date_deadline": date(2024, 1, 20)}
        cls.deals |= case.create_leads_at(day, 1, **closing)
        by = {one.name: one for one in cls.deals}
        case.lose_at(day + DAY, by["J"])
        case.take(NOON)
        with case.at(NOON + DAY):
            by["A"].expected_revenue = 1500
            by["B"].expected_revenue = 1200
            by["D"].user_id = cls.leader
            by["F"].action_archive()
            by["G"].date_deadline = date(2024, 3, 1)
        with case.at(NOON + 2 * DAY):
            by["B"].stage_id = cls.stage_signed
            by["C"].action_set_lost()
            by["J"].action_unarchive()
        by["H"] = case.create_leads_at(NOON + DAY, 1, name="H", expected_revenue=250)
        by["I"] = case.create_leads_at(NOON + DAY, 1, name="I", expected_revenue=90)
        case.lose_at(NOON + 2 * DAY, by["I"])
        case.take(NOON + WEEK)
        cls.by = by

    def test_week(self):
        expected = {
            "opening": (8500.0, 7),
            "rates": (-125.0, 0),
            "raised": (500.0, 0),
            "lowered": (-800.0, 0),
            "new": (340.0, 2),
            "brought_back": (800.0, 1),
            "won": (-1200.0, -1),
            "lost": (-3090.0, -2),
            "left": (-500.0, -1),
            "closing": (4425.0, 6),
        }
        self.assertEqual(self.get_parts(), expected)

    def test_of_a_person(self):
        """D went to the leader."""
        mine, theirs = (self.get_parts(user_id=user.id) for user in (self.rep, self.leader))
        self.assertEqual(mine["handed_out"], (-400.0, -1))
        self.assertEqual(mine["closing"], (4025.0, 5))
        self.assertEqual(theirs, {"handed_in": (400.0, 1), "closing": (400.0, 1)})

    def test_of_a_company(self):
        abroad = self.get_parts(company_id=self.abroad.id)
        self.assertEqual(abroad, {"opening": (7000.0, 1), "closing": (7000.0, 1)}, "in its own currency")

    def test_closing_dates(self):
        """Of the deals that close in January: G goes; B closed when it was won."""
        expected = {
            "opening": (600.0, 1),
            "pushed_out": (-600.0, -1),
            "pulled_in": (1200.0, 1),
            "new": (90.0, 1),
            "won": (-1200.0, -1),
            "lost": (-90.0, -1),
        }
        self.assertEqual(self.get_parts(closing="month"), expected)

    def test_over_is_over(self):
        """What happens later changes nothing in what was between two Mondays; now, it does."""
        before = self.get_parts()
        by = self.by
        with self.at(NOON + WEEK + DAY):
            by["A"].expected_revenue = 9000
            by["B"].write({"expected_revenue": 1, "user_id": self.leader.id})
            by["C"].action_unarchive()
            by["H"].stage_id = self.stage_signed
        self.assertEqual(self.get_parts(), before)
        with self.at(NOON + WEEK + 2 * DAY):
            now = self.get_parts(NEXT, None)
        self.assertEqual(now["opening"], before["closing"])
        self.assertEqual(now["raised"], (7500.0, 0))
        self.assertEqual(now["brought_back"], (3000.0, 1))
        self.assertEqual(now["won"], (-250.0, -1))
        self.assertEqual(now["closing"], (14675.0, 6))

    def test_without_a_playbook(self):
        """Deals that no playbook follows are told apart by what they are today."""
        team = self.env["crm.team"].create({"name": "Others", "company_id": False})
        plain = self.create_leads_at(NOON + WEEK - DAY, 3, team_id=team.id, expected_revenue=10)
        self.assertFalse(plain.stage_log_ids)
        self.env["crm.funnel.snapshot"].search([("date", "=", NEXT)]).unlink()
        self.env["crm.funnel.snapshot.day"].search([("date", "=", NEXT)]).unlink()
        self.take(NOON + WEEK)
        with self.at(NOON + WEEK + DAY):
            plain[0].action_set_won()
            plain[1].action_set_lost()
            plain[2].unlink()
            parts = self.get_parts(NEXT, None, team_id=team.id)
        one = (-10.0, -1)
        self.assertEqual(parts, {"opening": (30.0, 3), "won": one, "lost": one, "left": one})

    def test_deals_behind_a_bar(self):
        [deal] = self.get_deals("raised")
        self.assertEqual((deal["lead_id"], deal["amount"]), (self.by["A"].id, 500.0))
        self.assertEqual((deal["old"]["worth"], deal["new"]["worth"]), (1000.0, 1500.0))
        [deal] = self.get_deals("handed_out", user_id=self.rep.id)
        self.assertEqual((deal["old"]["user"], deal["new"]["user"]), (self.rep.name, self.leader.name))
        self.assertEqual([deal["name"] for deal in self.get_deals("lost")], ["C", "I"])

    def test_deals_of_a_day(self):
        """All deals of a Monday, the largest first, with what has become of them."""
        opening = self.get_deals("opening")
        self.assertEqual([deal["name"] for deal in opening], ["C", "B", "A", "E", "G", "F", "D"])
        self.assertEqual([deal["outcome"] for deal in opening[:4]], ["lost", "won", "open", "open"])
        self.assertEqual([deal["name"] for deal in self.get_deals("closing")], ["A", "E", "J", "G", "D", "H"])
        [rates] = self.get_deals("rates")
        self.assertEqual((rates["name"], rates["amount"]), ("E", -125.0))
        self.patch(crm_pipeline_change, "LIMIT", 2)
        self.assertEqual([deal["name"] for deal in self.get_deals("opening")], ["C", "B"])
        self.assertEqual(self.get_parts()["opening"], (8500.0, 7))

    def test_what_deals_are_called(self):
        """As on the last Monday, else as they are called now, else as they were called."""
        with self.at(NOON + WEEK + DAY):
            (self.by["A"] | self.by["C"]).name = "Other"
            self.by["F"].unlink()
        for part, name in (("raised", "A"), ("lost", "Other"), ("left", "F")):
            self.assertEqual(self.get_deals(part)[0]["name"], name)
        with self.at(NOON + WEEK + 2 * DAY):
            deals = self.get_deals("closing", NEXT, None)
        self.assertIn("Other", [deal["name"] for deal in deals])

    def test_days(self):
        change = self.Change.get_change({})
        self.assertEqual(change["days"], [str(NEXT), str(MONDAY)])
        self.assertEqual(change["filters"]["date_from"], str(NEXT), "since the last Monday, if none is given")
        self.assertFalse(change["filters"]["date_to"])
        for days in (
            {"date_from": "2024-01-09"},
            {"date_from": str(NEXT), "date_to": str(MONDAY)},
            {"date_from": 7},
        ):
            with self.assertRaises(UserError):
                self.Change.get_change(days)

    def test_company_that_was_not_kept(self):
        self.env["crm.funnel.snapshot.day"].search(
            [("date", "=", MONDAY), ("company_id", "=", self.abroad.id)]
        ).unlink()
        change = self.Change.get_change({"date_from": str(MONDAY), "date_to": str(NEXT)})
        self.assertEqual(change["missing_companies"], ["Abroad"])
        self.assertEqual(self.get_parts()["closing"], (3550.0, 5), "without E")

    def test_no_rate_for_where_it_went(self):
        """A deal that went where no rate is known is in no part, and the rest adds up."""
        self.env["res.currency.rate"].search([("currency_id", "=", self.abroad.currency_id.id)]).unlink()
        with self.at(NOON + WEEK + DAY):
            self.by["A"].company_id = self.abroad
            parts = self.get_parts(NEXT, None)
        self.assertEqual(parts, {"opening": (2050.0, 4), "closing": (2050.0, 4)})

    def test_no_rate_for_where_it_went_from_abroad(self):
        """What E was worth less while rates changed is not said either."""
        unrated = self._create_company("Unrated", "UTC", "base.GBP")
        self.rep.company_ids += unrated
        with self.at(NOON + WEEK + DAY):
            before = self.get_parts(MONDAY, None)
            self.by["E"].company_id = unrated
            parts = self.get_parts(MONDAY, None)
        self.assertEqual((before.pop("rates"), before["opening"]), ((-125.0, 0), (8500.0, 7)))
        self.assertEqual(parts, {**before, "opening": (7500.0, 6), "closing": (3550.0, 5)})

    def test_no_rate(self):
        self.env["res.currency.rate"].search([("currency_id", "=", self.abroad.currency_id.id)]).unlink()
        change = self.Change.get_change({"date_from": str(MONDAY), "date_to": str(NEXT)})
        self.assertEqual(change["missing_rates"], "CNY")
        self.assertEqual(self.get_parts()["closing"], (3550.0, 5), "without E")
