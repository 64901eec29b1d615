from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..two_companies import TwoCompaniesCase
from .day_common import MyDayCase


@tagged("post_install", "-at_install")
class TestMyDayAccess(MyDayCase):
    """Who sees which lines, and which day it is for them."""

    def test_mine_and_what_is_on_deals_that_i_see(self):
        own = self.user_sales_salesman
        lead = self.create_lead_at(18)
        self.plan(lead, 18)
        alone = self.plan(self.rep.partner_id, 18, "Buy a card")
        for user, seen in ((self.rep, 2), (self.leader, 1), (own, 0)):
            self.assertEqual(len(self.my_day.with_user(user).search([])), seen, user.name)
        line = self.my_day.browse(alone.id)
        for user in (self.leader, own):
            with self.assertRaises(AccessError):
                line.with_user(user).read(["summary"])
            with self.assertRaises(AccessError):
                line.with_user(user).action_done()
        self.assertTrue(alone.active)

    def test_the_leader_sees_the_team_by_person(self):
        colleague = self.user_sales_salesman
        for user in (self.rep, colleague):
            self.plan(self.create_lead_at(18, user_id=user.id), 18, user=user)
        mine = self.my_day.with_user(self.leader)
        team = mine._read_group([("team_id.user_id", "=", self.leader.id)], ["user_id"], ["__count"])
        self.assertEqual(dict(team), {self.rep: 1, colleague: 1})
        self.assertFalse(mine.search([("user_id", "=", self.leader.id)]))

    def test_private_meetings_are_for_those_who_take_part(self):
        lead = self.create_lead_at(18)
        self.meet(20, 9, lead=lead, name="Talk", people=self.rep | self.user_sales_salesman)
        self.meet(20, 12, lead=lead, name="Doctor", privacy="private")
        self.rep.with_user(self.rep).calendar_default_privacy = "private"
        self.meet(20, 15, lead=lead, name="Bank")
        with self.at(19, 9):
            self.assertFalse(
                self.my_day.with_user(self.leader).search([]), "all are of a private calendar now"
            )
            self.rep.with_user(self.rep).calendar_default_privacy = "public"
            self.env.flush_all()
            seen = self.my_day.with_user(self.leader).search([])
            self.assertEqual(sorted(seen.mapped("name")), ["Bank", "Talk", "Talk"])
            mine = self.my_day.with_user(self.rep).search([("user_id", "=", self.rep.id)])
            self.assertEqual(mine.mapped("name"), ["Talk", "Doctor", "Bank"])

    def test_whose_day_it_is(self):
        """At 20:00 UTC on the 18th it is the 19th in Shanghai and the 18th in Los Angeles."""
        lead = self.create_lead_at(18)
        self.plan(lead, 19)
        self.meet(20, 2, lead=lead)
        for tz, call, visit in (
            ("Asia/Shanghai", "today", "2024-03-20"),
            ("America/Los_Angeles", "week", "2024-03-19"),
        ):
            lines = {one.name: one for one in self.get_day(self.rep, 18, 20, tz=tz)}
            self.assertEqual(lines["Call them"].due, call)
            self.assertEqual(str(lines["Visit"].date_deadline), visit)

    def test_what_is_mine_on_a_deal_that_i_do_not_see(self):
        own = self.user_sales_salesman
        lead = self.create_lead_at(18)
        self.env["mail.activity"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
                "res_id": lead.id,
                "summary": "Check the prices",
                "user_id": own.id,
                "date_deadline": "2024-03-18",
            }
        )
        [line] = self.get_day(own, 18, 9)
        self.assertEqual((line.name, line.document), ("Check the prices", "Deal"))
        self.assertEqual(line.action_open()["res_model"], "mail.activity")
        line.web_read({"name": {}, "lead_id": {}, "document": {}})
        line.action_done()

    def test_nobody_without_a_right_on_sales(self):
        plain = new_test_user(self.env, "plain_day", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.my_day.with_user(plain).search([])


@tagged("post_install", "-at_install")
class TestMyDayOfTwoCompanies(TwoCompaniesCase):
    def test_each_company_has_its_own(self):
        for company, team in ((self.east, self.east_team), (self.west, self.west_team)):
            lead = self.lead.create(
                {"name": company.name, "team_id": team.id, "company_id": company.id, "user_id": self.boss.id}
            )
            lead.activity_schedule("mail.mail_activity_data_todo", user_id=self.boss.id)
        days = self.env["crm.my.day"].with_user(self.boss)
        for companies in (self.east, self.west, self.east | self.west):
            lines = days.with_context(allowed_company_ids=companies.ids).search([])
            self.assertEqual(sorted(lines.mapped("document")), sorted(companies.mapped("name")))
        self.assertEqual(days.with_user(self.wang).search([]).mapped("document"), ["East"])
        self.assertFalse(days.with_user(self.ann).search([]))
