from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .output_common import OutputCase


@tagged("post_install", "-at_install")
class TestOutput(OutputCase):
    """What must come out of a stage is handed in, approved where asked, and part of the gate."""

    def test_required_output_of_the_stage_left(self):
        self.assertRefused(["Needs report"], self.as_rep.write, {"stage_id": self.stage_demo.id})
        self._hand_in()
        self.as_rep.stage_id = self.stage_demo
        self.assertEqual(self.lead.stage_log_ids[0].gate, "passed")

    def test_required_outputs_of_stages_jumped(self):
        self._create_output(self.stage_demo, "Deck")
        self._create_output(self.stage_talks, "Contract")
        self.lead.confirm_condition(self.review_passed.id)
        self.assertRefused(["Needs report", "Deck"], self.lead.write, {"stage_id": self.stage_talks.id})

    def test_created_further_on_owes_the_outputs_of_all_stages_before(self):
        self.needs_confirmed.severity = "advisory"
        self.assertRefused(
            ["Needs report"], self._create_lead, stage_id=self.stage_demo.id, expected_revenue=1
        )

    def test_optional_and_archived_outputs_hold_nobody_back(self):
        self.report.is_required = False
        archived = self._create_output(self.stage_lead, "Old form")
        archived.active = False
        self.lead.stage_id = self.stage_demo
        self.assertFalse(self.lead.stage_log_ids[0].unmet)

    def test_backward_asks_for_nothing(self):
        self._hand_in()
        self.lead.stage_id = self.stage_demo
        self._create_output(self.stage_demo, "Deck")
        self.lead.stage_id = self.stage_lead
        self.assertEqual(self.lead.stage_id, self.stage_lead)

    def test_check_gate_says_it(self):
        verdict = self.lead.check_gate(self.stage_demo.id)[str(self.lead.id)]
        self.assertEqual(
            verdict["unmet"],
            [
                {
                    "kind": "output",
                    "rule_id": self.report.id,
                    "name": "Needs report",
                    "guidance": "Submit it on the deal's Playbook tab.",
                    "blocking": True,
                }
            ],
        )

    # bad input

    def test_approval(self):
        self.report.approval = "team_leader"
        handed_in = self._hand_in()
        self.assertRefused(["Needs report"], self.as_rep.write, {"stage_id": self.stage_demo.id})
        activity = self.lead.activity_ids
        self.assertEqual((activity.user_id, activity.summary), (self.leader, "Approve: Needs report"))
        with self.assertRaisesRegex(AccessError, "Only a sales manager or the leader of the team"):
            handed_in.with_user(self.rep).action_approve()

        handed_in.with_user(self.leader).action_approve()
        self.assertEqual((handed_in.state, handed_in.reviewed_by_id), ("approved", self.leader))
        self.assertFalse(self.lead.activity_ids, "there is nothing left to approve")
        self.assertEqual(self.lead.message_ids[0].partner_ids, self.rep.partner_id)
        self.as_rep.stage_id = self.stage_demo
        with self.assertRaisesRegex(UserError, "does not await approval"):
            handed_in.with_user(self.leader).action_approve()

    def test_rejection_wants_a_comment_and_tells_the_submitter(self):
        self.report.approval = "team_leader"
        handed_in = self._hand_in()
        dialog = self.env["crm.lead.output.reject"].with_user(self.leader)
        for comment in (False, "  "):
            with self.assertRaisesRegex(UserError, "Give a reason"):
                dialog.create({"submission_id": handed_in.id, "comment": comment}).action_reject()
        dialog.create({"submission_id": handed_in.id, "comment": "Whose budget?"}).action_reject()
        message = self.lead.message_ids[0]
        self.assertIn("Whose budget?", message.body)
        self.assertIn(self.rep.partner_id, message.notified_partner_ids)
        self.assertRefused(["Needs report"], self.as_rep.write, {"stage_id": self.stage_demo.id})

        again = self._hand_in(note="The plant manager decides on 200,000 a year")
        self.assertEqual((again.state, handed_in.is_current), ("submitted", False))
        with self.assertRaisesRegex(UserError, "does not await approval"):
            handed_in.with_user(self.leader).action_approve()

    def test_the_leader_of_another_team_is_nobody_here(self):
        self.report.approval = "team_leader"
        handed_in = self._hand_in()
        other_leader = self.rep.copy({"login": "other_leader"})
        self.env["crm.team"].create({"name": "Other", "user_id": other_leader.id})
        with self.assertRaises(AccessError):
            handed_in.with_user(other_leader).action_approve()
        self.team.user_id = other_leader
        handed_in.with_user(other_leader).action_approve()

    def test_awaits_approval_can_be_searched(self):
        self.report.approval = "team_leader"
        handed_in = self._hand_in()
        for value, expected in [
            ([True], handed_in),
            ([False], handed_in.browse()),
            ([True, False], handed_in),
        ]:
            found = handed_in.search([("awaits_approval", "in", value), ("id", "in", handed_in.ids)])
            self.assertEqual(found, expected, value)

    def test_losing_and_restoring_is_no_new_beginning(self):
        self.report.write({"delay_count": 2, "delay_unit": "days"})
        with self.mock_datetime_and_now(datetime(2024, 3, 15, 9)):
            lead = self._create_lead()
        with self.mock_datetime_and_now(datetime(2024, 3, 20, 9)):
            lead.action_set_lost(lost_reason_id=self.env.ref("crm.lost_reason_1").id)
            lead.action_restore()
            self.assertTrue(self._hand_in(lead).is_late)

    def test_the_rule_as_it_is_now_decides(self):
        self._hand_in()
        self.report.approval = "team_leader"
        self.assertRefused(["Needs report"], self.as_rep.write, {"stage_id": self.stage_demo.id})
        self.report.approval = "none"
        self.as_rep.stage_id = self.stage_demo

    # withdrawing, lateness, life cycle

    def test_withdrawn_no_longer_counts(self):
        self.report.approval = "team_leader"
        self._hand_in()
        self.as_rep.withdraw_output(self.report.id)
        self.assertFalse(self.lead.activity_ids)
        self.assertEqual(self.lead.output_ids.withdrawn_by_id, self.rep)
        with self.assertRaisesRegex(UserError, "nothing to withdraw"):
            self.as_rep.withdraw_output(self.report.id)
        self.lead.with_user(self.leader).submit_output(self.report.id, note=self.NOTE)
        with self.assertRaisesRegex(UserError, "sales manager can withdraw"):
            self.as_rep.withdraw_output(self.report.id)

    def test_late_or_on_time(self):
        self.report.write({"delay_count": 3, "delay_unit": "working_days"})
        with self.mock_datetime_and_now(datetime(2024, 3, 15, 16, 0)):  # a Friday
            lead = self._create_lead()
        with self.mock_datetime_and_now(datetime(2024, 3, 20, 12, 0)):
            on_time = self._hand_in(lead)
        self.assertEqual(on_time.due_at.date(), datetime(2024, 3, 20).date())
        self.assertFalse(on_time.is_late)
        with self.mock_datetime_and_now(datetime(2024, 3, 21, 8, 0)):
            late = self._hand_in(lead)
        self.assertTrue(late.is_late)

    def test_without_a_limit_nothing_is_late(self):
        handed_in = self._hand_in()
        self.assertFalse(handed_in.due_at or handed_in.is_late)

    def test_duplicate_and_delete(self):
        deck = self._create_output(self.stage_lead, "Deck")
        file = self.env["ir.attachment"].with_user(self.rep).create({"name": "deck.pdf", "raw": b"%PDF"})
        handed_in = self._hand_in(output=deck, attachment_ids=file.ids)
        self.assertFalse(self.lead.copy().output_ids)
        self.lead.unlink()
        self.assertFalse(handed_in.exists())
        self.assertFalse(file.exists(), "the file goes with the deal")
