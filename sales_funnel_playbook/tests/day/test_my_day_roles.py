from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..role.contributor_common import CONTRIBUTOR, ContributorCase


@tagged("post_install", "-at_install")
class TestMyDayRoles(ContributorCase):
    """Who has a role has what waits for it in My Day, dated or not, and nothing of others."""

    def get_lines(self, user):
        lines = self.env["crm.my.day"].with_user(user).search([("user_id", "=", user.id)])
        return {line.name: line for line in lines}

    def test_what_waits_for_a_role(self):
        lines = self.get_lines(self.cora)
        self.assertEqual(set(lines), {"Submit: Invoice", "Confirm: Needs confirmed"})
        line = lines["Confirm: Needs confirmed"]
        self.assertEqual((line.lead_id, line.due, line.kind), (self.lead, "today", "confirmation"))
        self.assertFalse(line.can_log or line.can_cancel or line.can_snooze or line.can_decide)
        self.assertTrue(line.is_ended_by_event)
        self.assertEqual(line.action_open()["res_id"], self.lead.id)
        self.as_cora.confirm_condition(self.needs_confirmed.id, note="It is on our account")
        self.assertEqual(set(self.get_lines(self.cora)), {"Submit: Invoice"})
        self.assertEqual(set(self.get_lines(self.amy)), {"Submit: Invoice"}, "each who has the role")

    def test_what_is_dated_is_there_once(self):
        self.invoice.write({"delay_count": 2, "effective_from": "2000-01-01"})
        with self.at(18):
            lead = self._create_lead(name="Dated")
        lines = self.env["crm.my.day"].with_user(self.cora).search([("lead_id", "=", lead.id)])
        mine = lines.filtered(lambda line: line.user_id == self.cora)
        submitting = mine.filtered(lambda line: line.name == "Submit: Invoice")
        self.assertEqual((len(submitting), submitting.kind), (1, "output"))
        self.assertTrue(submitting.activity_id)

    def test_what_is_theirs_is_put_off_and_no_deal_waits_for_it(self):
        self.lead.activity_schedule(user_id=self.cora.id, summary="Call the bank")
        line = self.get_lines(self.cora)["Call the bank"]
        dialogs = self.env["crm.my.day.snooze"].with_user(self.cora)
        until = fields.Date.context_today(self.lead) + timedelta(days=7)
        vals = {"activity_id": line.activity_id.id, "until": until, "reason": "The bank is closed"}
        self.assertFalse(dialogs.create(vals).can_wait)
        self.refuse(dialogs.create({**vals, "is_waiting": True}).action_snooze)
        dialogs.create(vals).action_snooze()
        self.assertEqual(self.get_lines(self.cora)["Call the bank"].due, "week")
        self.assertIn("The bank is closed", self.lead.message_ids[0].body)
        self.assertFalse(self.lead.waiting_until)

    def test_approvals_and_own_activities(self):
        self.deck.write({"approval": "role", "approval_role_id": self.finance.id})
        file = self.upload(self.rep, "deck.pdf")
        self.lead.with_user(self.rep).submit_output(self.deck.id, attachment_ids=file.ids)
        self.hidden.activity_schedule(user_id=self.rep.id, summary="Secret")
        self.lead.activity_schedule(user_id=self.cora.id, summary="Call the bank")
        lines = self.get_lines(self.cora)
        self.assertIn("Call the bank", lines)
        self.assertTrue(lines["Approve: Deck"].can_decide)
        lines["Call the bank"].action_done()
        lines["Approve: Deck"].action_approve()
        self.assertEqual(self.lead.output_ids.state, "approved")
        every = self.env["crm.my.day"].with_user(self.cora).search([])
        self.assertNotIn("Secret", every.mapped("summary"))
        self.assertLessEqual(every.lead_id, self.lead)

    def test_the_tier_is_an_amount(self):
        self.env.cr.execute("UPDATE crm_lead SET tier = 'A' WHERE id = %s", (self.lead.id,))
        self.env.invalidate_all()
        for user, tiers in ((self.cora, {False}), (self.amy, {"A"})):
            self.assertEqual({line.tier for line in self.get_lines(user).values()}, tiers)
        hidden = self.env["crm.my.day"].with_user(self.cora).search([("tier", "=", "A")])
        self.assertFalse(hidden)

    def test_the_notice_of_the_day(self):
        self.cora.notification_type = "inbox"
        self.cora.company_id.resource_calendar_id = False
        self.cora._tell_day()
        [message] = self.env["mail.message"].search(
            [("partner_ids", "in", self.cora.partner_id.ids), ("subject", "like", "My Day")]
        )
        self.assertIn("Needs confirmed", message.body)

    def test_a_role_that_ends_and_who_leaves(self):
        self.lead.member_ids.filtered(lambda one: one.user_id == self.cora).with_user(self.rep).unlink()
        self.assertFalse(self.get_lines(self.cora))
        self.amy.action_archive()
        self.assertFalse(self.get_lines(self.amy))

    def test_salespeople_with_a_role_have_it_too(self):
        self.rep.group_ids += self.env.ref(CONTRIBUTOR)
        self.choose(self.lead, self.finance, self.rep)
        self.assertIn("Confirm: Needs confirmed", self.get_lines(self.rep))
