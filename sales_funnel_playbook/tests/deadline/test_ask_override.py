from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .deadline_common import DeadlineCase

WHY = "They sign on Friday, the deck follows"


@tagged("post_install", "-at_install")
class TestAskOverride(DeadlineCase):
    """A salesperson who is held back asks whoever may override."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_deadline("Call", playbook_stage_id=cls.rules[cls.stage_lead].id)
        cls.lead = cls._create_lead()
        cls.as_rep = cls.lead.with_user(cls.rep)

    def get_requests(self):
        return self.get_work(self.lead).filtered(lambda one: one.playbook_kind == "request")

    def test_the_leader_is_asked_and_decides(self):
        self.assertEqual(self.as_rep.ask_override(self.stage_demo.id, WHY), self.leader.name)
        request = self.get_requests()
        self.assertEqual(request.user_id, self.leader)
        self.assertIn("Demo", request.summary)
        self.assertIn(WHY, request.note)
        self.assertIn(WHY, self.lead.message_ids[0].body)
        with self.assertRaisesRegex(UserError, "requested already"):
            self.as_rep.ask_override(self.stage_demo.id, WHY)
        reason = self.env["crm.playbook.override.reason"].search([], limit=1)
        self.lead.with_user(self.leader).override_gate(self.stage_demo.id, reason.id, "Agreed")
        self.assertEqual(request.playbook_closing, "satisfied")
        self.assertFalse(request.active)

    def test_it_ends_when_the_deal_passes_by_itself(self):
        self.as_rep.ask_override(self.stage_demo.id, WHY)
        self._advance(self.as_rep, self.stage_demo)
        self.env.cr.flush()
        self.assertEqual(self.get_requests().playbook_closing, "satisfied")

    def test_it_ends_with_the_deal_and_reaches_who_is_there(self):
        self.as_rep.ask_override(self.stage_demo.id, WHY)
        with self.at(18):
            self.leader.action_archive()
        self.assertEqual(self.get_requests().filtered("active").user_id, self.env.ref("base.user_admin"))
        self.lead.action_set_lost()
        self.env.cr.flush()
        self.assertFalse(self.get_requests().filtered("active"))

    def test_what_is_refused(self):
        self.playbook.responsible_user_id = False
        for user, note, reason in (
            (self.rep, " ", "Write why"),
            (self.leader, WHY, "yourself"),
        ):
            with self.assertRaisesRegex(UserError, reason):
                self.lead.with_user(user).ask_override(self.stage_demo.id, note)
        self.team.user_id = False
        with self.assertRaisesRegex(UserError, "Nobody is there"):
            self.as_rep.ask_override(self.stage_demo.id, WHY)
        self.playbook.mode = "observe"
        with self.assertRaisesRegex(UserError, "Nothing holds"):
            self.as_rep.ask_override(self.stage_demo.id, WHY)
        with self.assertRaises(AccessError):
            self.lead.with_user(self.user_sales_salesman).ask_override(self.stage_demo.id, WHY)
