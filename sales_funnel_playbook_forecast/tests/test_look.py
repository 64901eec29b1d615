from datetime import date, datetime, timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .forecast_common import ForecastCase

EARLY = datetime(2024, 1, 3, 10)
MONDAY = datetime(2024, 1, 15, 1)
TUESDAY = datetime(2024, 1, 16, 10)
QUARTER = {"period": "quarter", "day": "2024-01-16"}


class LookCase(ForecastCase):
    """Deals of the first quarter of 2024, looked at on Tuesday 16 January. A call is planned of all but H.

    ==== ======= ======== =========== ===========================================================
    deal worth   chance   closes      what is of it
    ==== ======= ======== =========== ===========================================================
    A    8,000   50 %     1 March     decides: 2,000; larger than three times 1,000
    B    2,000   90 %     1 March     decides: 180; 20 February on Monday
    C    400     50 %     1 March     decides: 100
    D    900     100 %    2 March     commit, and has no phone
    E    300     50 %     2 March     decides: 75; put off twice, the last time before Monday
    F    100     100 %    10 January  its closing date is over
    G    500     10 %     5 April     decides nothing; 5 March on Monday
    H    200     100 %    3 March     no call is planned
    I    300     20 %     3 March     decides: 48
    J    100     50 %     3 March     25: the sixth
    K    9,000   50 %     3 March     omitted
    L    5,000   50 %     1 May       of the next quarter
    ==== ======= ======== =========== ===========================================================

    Ten deals of 1,000 were won.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls("setUp")
        cls.rules[cls.stage_talks].forecast_category = "commit"
        cls.env["crm.playbook.commit"].create(
            {
                "playbook_id": cls.playbook.id,
                "name": "Phone known",
                "missing": "no phone",
                "domain": "[('phone', '!=', False)]",
            }
        )
        won = case.create_leads_at(EARLY - timedelta(days=90), 10)
        case.move_at(EARLY - timedelta(days=80), won, cls.stage_signed)
        cls.by = {}
        for name, worth, chance, month, day in (
            *(("A", 8000, 50, 3, 1), ("B", 2000, 90, 2, 20), ("C", 400, 50, 3, 1), ("D", 900, 100, 3, 2)),
            *(("E", 300, 50, 2, 1), ("F", 100, 100, 1, 10), ("G", 500, 10, 3, 5), ("H", 200, 100, 3, 3)),
            *(("I", 300, 20, 3, 3), ("J", 100, 50, 3, 3), ("K", 9000, 50, 3, 3), ("L", 5000, 50, 5, 1)),
        ):
            vals = {"expected_revenue": worth, "probability": chance, "date_deadline": date(2024, month, day)}
            vals |= {"stage_id": cls.stage_talks.id} if name == "D" else {}
            cls.by[name] = case.create_leads_at(EARLY, 1, name=name, **vals)
            if name != "H":
                cls.plan(cls.by[name], date(2024, 2, 1))
        with case.at(EARLY + timedelta(days=1)):
            cls.by["K"].own_forecast_category = "omitted"
            cls.by["E"].date_deadline = date(2024, 3, 1)
        with case.at(EARLY + timedelta(days=2)):
            cls.by["E"].date_deadline = date(2024, 3, 2)
        case.take(MONDAY)
        with case.at(TUESDAY - timedelta(hours=1)):
            cls.by["B"].date_deadline = date(2024, 3, 1)
            cls.by["G"].date_deadline = date(2024, 4, 5)

    @classmethod
    def plan(cls, lead, day, **vals):
        """Plan a call."""
        return lead.activity_schedule("mail.mail_activity_data_call", day, user_id=cls.rep.id, **vals)

    def get_looks(self, user=None, moment=TUESDAY, **filters):
        looks = self.env["crm.forecast.look"].with_user(user or self.env.user)
        with self.at(moment):
            return looks.with_context(allowed_company_ids=self.main.ids).get_looks({**QUARTER, **filters})

    def get_reasons(self, user=None, moment=TUESDAY, **filters):
        """Return ``{name: names of its reasons}``."""
        deals = self.get_looks(user, moment, **filters)["deals"]
        return {deal["name"]: [one["name"] for one in deal["reasons"]] for deal in deals}

    def get_texts(self, name):
        [deal] = [one for one in self.get_looks()["deals"] if one["name"] == name]
        return {one["name"]: one["text"].replace("\N{NO-BREAK SPACE}", " ") for one in deal["reasons"]}


@tagged("post_install", "-at_install")
class TestLook(LookCase):
    """Each deal is told once, with all its reasons."""

    def test_reasons(self):
        expected = {
            "A": ["decides", "large"],
            "B": ["decides", "slipped"],
            "D": ["unproven"],
            "G": ["slipped"],
            "C": ["decides"],
            "E": ["decides", "slipped"],
            "I": ["decides"],
            "H": ["no_step"],
            "F": ["overdue"],
        }
        found = self.get_reasons()
        self.assertEqual(found, expected)
        self.assertEqual([*found][:4], ["A", "B", "D", "G"], "the largest first")
        self.assertEqual(self.get_looks()["count"], len(expected))

    def test_reasons_are_told_in_numbers(self):
        self.assertEqual(
            self.get_texts("A"),
            {
                "decides": "$ 8,000 × 50 % × 50 % = $ 2,000",
                "large": "8.0 × the median of $ 1,000",
            },
        )
        self.assertEqual(self.get_texts("B")["slipped"], "02/20/2024 → 03/01/2024")
        self.assertEqual(self.get_texts("E")["slipped"], "postponed 2 times")
        self.assertEqual(self.get_texts("D"), {"unproven": "no phone"})

    def test_what_is_done_about_it(self):
        """A call ends that there is no next step; a date that is over, or a playbook's weekly review, does
        not.
        """
        rule = self._create_deadline("Weekly", "review")
        self.plan(self.by["H"], date(2024, 1, 15))
        recurring = self.plan(self.by["H"], date(2024, 1, 20))
        recurring.sudo().write({"playbook_deadline_id": rule.id, "playbook_kind": "deadline"})
        self.assertIn("H", self.get_reasons())
        self.plan(self.by["H"], date(2024, 1, 17), summary="Ask for the date")
        self.assertNotIn("H", self.get_reasons())
        self.plan(self.by["F"], date(2024, 1, 17), summary="Ask for the date")
        [deal] = [one for one in self.get_looks()["deals"] if one["name"] == "F"]
        planned = {"summary": "Ask for the date", "user": self.rep.name, "date": "2024-01-17"}
        self.assertEqual(deal["planned"], planned)
        self.by["F"].activity_ids.unlink()
        self.assertIn("no_step", self.get_reasons()["F"])
        with self.at(TUESDAY):
            self.by["F"].waiting_until = date(2024, 1, 25)
        self.assertNotIn("no_step", self.get_reasons()["F"])

    def test_what_becomes_of_it(self):
        """Lost, won, archived and merged deals are looked at no more; restored, they are again."""
        with self.at(TUESDAY):
            self.by["A"].action_set_lost()
            self.by["B"].stage_id = self.stage_signed
            self.by["G"].action_archive()
            (self.by["C"] | self.by["H"]).merge_opportunity()
        found = self.get_reasons()
        self.assertFalse({"A", "B", "G", "H"} & {*found})
        self.assertIn("J", found, "it decides now")
        with self.at(TUESDAY):
            self.by["A"].action_unarchive()
        self.assertIn("A", self.get_reasons())
        copy = self.by["E"].copy({"name": "Copy"})
        self.assertNotIn("slipped", self.get_reasons()[copy.name], "a copy was never put off")

    def test_on_a_monday_it_is_compared_with_the_one_before(self):
        self.take(datetime(2024, 1, 22, 1))
        self.assertIn("slipped", self.get_reasons(moment=datetime(2024, 1, 22, 9))["B"])
        self.assertNotIn("slipped", self.get_reasons(moment=datetime(2024, 1, 23, 9))["B"])

    def test_too_few_won_deals_for_usual(self):
        self.env["crm.lead"].search([("won_status", "=", "won")], limit=1).unlink()
        self.assertEqual(self.get_reasons()["A"], ["decides"])

    def test_another_company_and_currency(self):
        """7,000 yuan abroad are not larger than usual at home."""
        lead = self.create_leads_at(
            EARLY, 1, name="X", company_id=self.abroad.id, date_deadline=date(2024, 3, 1)
        )
        self.assertNotIn("X", self.get_reasons())
        looks = self.env["crm.forecast.look"].with_context(allowed_company_ids=self.abroad.ids)
        with self.at(TUESDAY):
            [deal] = looks.get_looks({**QUARTER, "company_id": self.abroad.id})["deals"]
        self.assertEqual((deal["lead_id"], deal["name"]), (lead.id, "X"))

    def test_list_and_filter(self):
        """The list of its own has the same deals, and says why."""
        with self.at(TUESDAY):
            leads = self.env["crm.lead"].with_context(allowed_company_ids=self.main.ids)
            found = leads.search([("is_to_look_at", "=", True)])
            self.assertEqual({*found.mapped("name")}, {*self.get_reasons()})
            rest = leads.search(
                [("is_to_look_at", "=", False), ("id", "in", [x.id for x in self.by.values()])]
            )
            self.assertEqual({*rest.mapped("name")}, {"J", "K", "L"})
            lead = leads.browse(self.by["D"].id)
            self.assertEqual(lead.look_reasons, "Commit Without Evidence: no phone")
            self.assertFalse(leads.browse(self.by["J"].id).look_reasons)
            self.assertFalse(leads.new({"name": "New"}).is_to_look_at)

    def test_on_a_phone_they_are_cards(self):
        """A list leaves the reasons a word a line there."""
        action = self.env.ref("sales_funnel_playbook_forecast.crm_lead_look_action")
        self.assertEqual(action.mobile_view_mode, "kanban")
        self.assertIn("kanban", [kind for _id, kind in action.views])
        view = self.env.ref("sales_funnel_playbook_forecast.crm_lead_look_view_kanban")
        self.assertIn((view.id, "kanban"), action.views)
        self.assertIn("look_reasons", self.env["crm.lead"].get_view(view.id, "kanban")["arch"])

    def test_who_sees_what(self):
        own, other = (
            new_test_user(self.env, login=login, groups="sales_team.group_sale_salesman")
            for login in ("own", "other")
        )
        (self.by["J"] | self.by["G"]).user_id = own
        self.assertEqual(
            self.get_reasons(own), {"G": ["slipped"], "J": ["decides"]}, "of one's own it decides"
        )
        self.assertEqual(self.get_reasons(other), {})
        self.rep.group_ids = [Command.link(self.env.ref("sales_team.group_sale_salesman_all_leads").id)]
        self.assertIn("G", self.get_reasons(self.rep))
        clerk = new_test_user(self.env, login="clerk", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.get_looks(clerk)
        for filters in ({"period": "week"}, {"day": "x"}, {"company_id": "x"}):
            with self.assertRaises(UserError):
                self.get_looks(**filters)

    def test_handed_over(self):
        """Whoever has the deal now sees it."""
        own = new_test_user(self.env, login="own", groups="sales_team.group_sale_salesman")
        with self.at(TUESDAY):
            self.by["A"].user_id = own
        self.assertEqual(self.get_reasons(own), {"A": ["decides", "large"]})

    def test_queries_do_not_grow(self):
        leads = self.env["crm.lead"].browse([one.id for one in self.by.values()])
        with self.at(TUESDAY):
            leads.mapped("look_reasons")
            counts = []
            for some in (leads[:2], leads):
                self.env.invalidate_all()
                before = self.cr.sql_log_count
                some.mapped("look_reasons")
                counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)
