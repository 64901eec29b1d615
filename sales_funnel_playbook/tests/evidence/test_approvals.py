from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .output_common import OutputCase


@tagged("post_install", "-at_install")
class TestApprovals(OutputCase):
    """One list of what waits for somebody, and a word to them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report.approval = "team_leader"
        cls.submissions = cls.env["crm.lead.output"]

    def find(self, user, **domain):
        """Return what the list shows ``user`` with its default filter, in its order."""
        found = self.submissions.with_user(user).search(
            [("waits_for_me", "=", True)], order="submitted_at, id"
        )
        return found.sudo()

    def test_what_waits_for_me_the_oldest_first(self):
        with self.mock_datetime_and_now(datetime(2024, 3, 18, 9)):
            first = self._hand_in()
        with self.mock_datetime_and_now(datetime(2024, 3, 20, 9)):
            second = self._hand_in(self._create_lead(), note=f"{self.NOTE} or later")
        with self.mock_datetime_and_now(datetime(2024, 3, 25, 9)):
            self.assertEqual(self.find(self.leader), first | second)
            self.assertEqual((first | second).mapped("waiting_days"), [7, 5])
            self.assertEqual(first.with_user(self.leader).waits_for_me, True)
            self.assertFalse(first.with_user(self.rep).waits_for_me)
        self.assertFalse(self.find(self.rep), "the salesperson waits, and decides nothing")
        self.assertEqual((first.user_id, first.waits_for_id), (self.rep, self.leader))
        self.assertEqual((first.lead_amount, first.company_currency), (1, self.env.company.currency_id))

    def test_what_is_decided_taken_back_or_of_a_closed_deal_waits_no_more(self):
        decided, taken_back, lost, archived, won = (
            self._hand_in(self._create_lead(), note=f"{self.NOTE}, number {number}") for number in "abcde"
        )
        decided.with_user(self.leader).action_approve()
        taken_back.lead_id.withdraw_output(self.report.id)
        lost.lead_id.action_set_lost()
        archived.lead_id.active = False
        won.lead_id.action_archive()
        won.lead_id.action_unarchive()
        self.assertEqual(self.find(self.leader), won)
        open_ones = self.submissions.search([("is_deal_open", "=", True), ("awaits_approval", "=", True)])
        self.assertEqual(open_ones & (lost | archived | won), won)
        self.assertFalse(lost.is_deal_open)

    def test_a_role_and_a_person_find_theirs(self):
        role = self.env.ref("sales_funnel_playbook.crm_playbook_role_legal")
        other = self.env.ref("base.user_admin")
        self.report.write({"approval": "role", "approval_role_id": role.id})
        for user in (self.leader, other):
            self.lead.member_ids = [(0, 0, {"role_id": role.id, "user_id": user.id})]
        submission = self._hand_in()
        for user in (self.leader, other):
            self.assertIn(submission, self.find(user), "each of them may do it")
        self.report.write({"approval": "user", "approval_user_id": other.id})
        submission = self._hand_in()
        self.assertIn(submission, self.find(other))
        self.assertNotIn(submission, self.find(self.leader))

    def test_a_reminder_reaches_whom_it_waits_for_once_a_day(self):
        submission = self._hand_in(self.as_rep)
        asked = submission.with_user(self.rep)
        with self.mock_mail_gateway():
            asked.action_remind()
        message = self.env["mail.message"].search([("partner_ids", "=", self.leader.partner_id.id)], limit=1)
        self.assertIn("Needs report", message.subject)
        self.assertIn(self.rep.name, message.body)
        with self.assertRaisesRegex(UserError, "within the last 24 hours"):
            asked.action_remind()
        submission.reminded_at -= timedelta(hours=25)
        asked.action_remind()
        with self.assertRaisesRegex(UserError, "waits for you"):
            submission.with_user(self.leader).action_remind()
        with self.assertRaises(AccessError):
            submission.with_user(self.user_sales_salesman).action_remind()
        submission.with_user(self.leader).action_approve()
        with self.assertRaisesRegex(UserError, "does not await approval"):
            asked.action_remind()

    def test_who_submitted_reads_the_decision_in_their_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.rep.lang = "zh_CN"
        submission = self._hand_in(self.as_rep).with_user(self.leader)
        submission.with_context(lang="en_US").action_approve()
        told = self.lead.message_ids.filtered(lambda one: self.rep.partner_id in one.partner_ids)
        self.assertTrue(told)
        self.assertNotIn("Output approved", told[0].body)

    def test_nobody_to_remind(self):
        self.team.user_id = self.playbook.responsible_user_id = False
        submission = self._hand_in()
        with self.assertRaisesRegex(UserError, "Nobody is asked"):
            submission.action_remind()
        panel = self.lead.get_playbook_panel()["stage"]["outputs"][0]
        self.assertFalse(panel["submission"]["can_remind"])

    def test_the_checklist_says_for_whom_it_waits(self):
        self._hand_in(self.as_rep)
        for user, can_remind, can_review in ((self.rep, True, False), (self.leader, False, True)):
            shown = self.lead.with_user(user).get_playbook_panel()["stage"]["outputs"][0]["submission"]
            self.assertEqual(shown["waits_for"], self.leader.name)
            self.assertEqual((shown["can_remind"], shown["can_review"]), (can_remind, can_review))

    def test_what_was_submitted_opens(self):
        note = self._hand_in()
        self.assertEqual(note.evidence_name, self.NOTE)
        self.assertEqual(note.action_open_evidence()["res_id"], note.id)
        link = self._create_output(self.stage_lead, "Trial", evidence="link")
        opened = self._hand_in(output=link, url="https://example.com/trial").with_user(self.rep)
        self.assertEqual(opened.action_open_evidence()["url"], "https://example.com/trial")
        paper = self._create_output(self.stage_lead, "Paper", evidence="file")
        file = self.env["ir.attachment"].with_user(self.rep).create({"name": "offer.txt", "raw": b"Ten"})
        opened = self._hand_in(self.as_rep, paper, attachment_ids=file.ids).with_user(self.leader)
        self.assertIn(str(file.id), opened.action_open_evidence()["url"])
        self.assertEqual(opened.evidence_name, "offer.txt")
        with self.assertRaises(AccessError):
            opened.with_user(self.user_sales_salesman).action_open_evidence()

    def test_who_cannot_open_the_deal_any_more_neither_gets_it_nor_holds_it_up(self):
        named = new_test_user(self.env, "named", groups="sales_team.group_sale_salesman_all_leads")
        head = new_test_user(self.env, "head", groups="sales_team.group_sale_salesman_all_leads")
        self.team.user_id = head
        self.report.write({"approval": "user", "approval_user_id": named.id})
        before = self._hand_in()
        self.assertEqual(before.activity_id.user_id, named)
        named.group_ids = self.env.ref("sales_team.group_sale_salesman")
        after = self._hand_in(self._create_lead(), note=f"{self.NOTE} or later")
        for submission in (before, after):
            submission.lead_id._keep_deadlines()
            self.assertEqual(submission.activity_id.user_id, head)
            submission.with_user(head).action_approve()
            self.assertEqual(submission.state, "approved")
