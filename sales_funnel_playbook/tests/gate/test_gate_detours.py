from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestGateDetours(PlaybookCase):
    """Ways around an enforced gate: over another playbook, over being lost, over stages that nobody names."""

    TO_SIGNED = ["Closing date known", "The stage “Talks” cannot be skipped"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage_beyond, cls.stage_done = cls.env["crm.stage"].create(
            [
                {
                    "name": name,
                    "sequence": sequence,
                    "is_won": is_won,
                    "team_ids": [Command.set(cls.team.ids)],
                }
                for name, sequence, is_won in (("Beyond", 8, False), ("Done", 9, True))
            ]
        )
        cls.line, cls.other_line = cls.env["crm.product.line"].create(
            [{"name": "Presses", "company_id": False}, {"name": "Spare parts", "company_id": False}]
        )
        cls.playbook.product_line_ids = cls.line
        stages = cls.stage_lead | cls.stage_talks | cls.stage_beyond
        cls.observing = cls.env["crm.playbook"].create(
            {
                "name": "Spare parts",
                "company_id": False,
                "stage_ids": [Command.create({"stage_id": stage.id}) for stage in stages],
                "product_line_ids": [Command.set(cls.other_line.ids)],
            }
        )
        cls.lead = cls._create_lead(name="Acme", product_line_id=cls.line.id)

    def _take_detour(self, stage):
        """Bring the deal to a stage under the playbook that refuses nothing."""
        self.lead.product_line_id = self.other_line
        self.lead.stage_id = stage

    def test_over_a_stage_behind_the_last_one_of_another_playbook(self):
        self._take_detour(self.stage_beyond)
        self.lead.product_line_id = self.line
        to_signed = {"stage_id": self.stage_signed.id}
        self.assertRefused(self.TO_SIGNED, self.lead.write, to_signed)
        self.assertFalse(self.lead.check_gate(self.stage_signed.id)[str(self.lead.id)]["allowed"])
        to_demo = ["Amount known", "Needs confirmed"]
        self.assertRefused(to_demo, self.lead.write, {"stage_id": self.stage_demo.id})
        self.lead.expected_revenue = 1
        self.lead.confirm_condition(self.needs_confirmed.id)
        self.lead.stage_id = self.stage_demo
        self.assertEqual(self.lead.stage_log_ids[0].gate, "passed")

    def test_over_being_lost_under_another_playbook(self):
        self._take_detour(self.stage_talks)
        self.lead.action_set_lost()
        self.lead.product_line_id = self.line
        self.assertRefused(["Review passed"], self.lead.action_restore)
        self.assertRefused(["Review passed"], self.lead.write, {"active": True})
        # nor by going on while it is lost, or while it is restored
        self.assertRefused(self.TO_SIGNED, self.lead.write, {"stage_id": self.stage_signed.id})
        to_demo = ["Amount known", "Needs confirmed"]
        back = {"stage_id": self.stage_demo.id, "active": True, "probability": 10}
        self.assertRefused(to_demo, self.lead.write, back)
        self.lead.confirm_condition(self.review_passed.id)
        self.lead.action_restore()
        self.assertEqual(self.lead.stage_log_ids[0].kind, "restored")
        self.assertEqual(self.lead.stage_log_ids[0].gate, "passed")

    def test_restoring_is_observed_where_nothing_is_refused(self):
        self.playbook.mode = "observe"
        self._take_detour(self.stage_talks)
        self.lead.action_set_lost()
        self.lead.product_line_id = self.line
        self.lead.action_restore()
        self.assertEqual(self.lead.stage_log_ids[0].gate, "observed")
        self.assertEqual([item["name"] for item in self.lead.stage_log_ids[0].unmet], ["Review passed"])

    def test_lost_by_mistake_is_free_to_come_back(self):
        lead = self._advance(self.lead, self.stage_talks)
        lead.expected_revenue = 0
        lead.withdraw_confirmation(self.review_passed.id)
        lead.action_set_lost()
        lead.action_restore()
        self.assertEqual((lead.stage_log_ids[0].kind, lead.stage_log_ids[0].gate), ("restored", "none"))

    def test_a_manager_lets_a_lost_deal_come_back(self):
        self._take_detour(self.stage_talks)
        self.lead.action_set_lost()
        self.lead.product_line_id = self.line
        reason = self.env["crm.playbook.override.reason"].create({"name": "Old customer"})
        lead = self.lead.with_user(self.leader)
        refusal = self.assertRefused(["Review passed"], lead.action_restore)
        self.assertTrue(refusal.context["refused"][0]["can_override"])
        lead.override_gate(self.stage_talks.id, reason.id, "They came back to us by themselves.")
        stay = self.lead.stage_log_ids[0]
        self.assertEqual((stay.kind, stay.gate), ("restored", "overridden"))
        self.assertEqual((self.lead.won_status, self.lead.stage_id), ("pending", self.stage_talks))
        self.assertIn("Outstanding: Review passed", self.lead.activity_ids.mapped("summary"))

    def test_winning_in_a_stage_that_nobody_names(self):
        """Any won stage asks for what the playbook's own won stage asks for, wherever the deal comes from."""
        report = self._create_output(self.stage_lead, "Report", evidence="note")
        asked = ["Closing date known", "Report", "The stage “Talks” cannot be skipped"]
        to_done = {"stage_id": self.stage_done.id}
        self.assertRefused(asked, self.lead.write, to_done)
        self.assertFalse(self.lead.check_gate(self.stage_done.id)[str(self.lead.id)]["allowed"])
        self.assertRefused(asked, self._create_lead, stage_id=self.stage_done.id)
        self.lead.stage_id = self.stage_beyond  # which the playbook does not name: free, and no way past
        self.assertRefused(asked, self.lead.write, to_done)
        self.assertRefused(asked, self.lead.action_set_won)
        self.lead.stage_id = self.stage_lead
        self.lead.submit_output(report.id, note="What the customer of this deal needs.")
        lead = self._advance(self.lead, self.stage_talks)
        lead.stage_id = self.stage_done
        self.assertEqual((lead.stage_log_ids[0].kind, lead.stage_log_ids[0].gate), ("won", "passed"))
        lead.date_deadline = False
        lead.stage_id = self.stage_beyond
        self.assertRefused(["Closing date known"], lead.write, to_done)

    def test_a_stage_becomes_a_won_one(self):
        """That wins the deals in it, which a probability of 100 alone does not: those that may not be won
        there are named, and it becomes none.
        """
        self.lead.with_user(self.rep).write({"stage_id": self.stage_beyond.id, "probability": 100})
        self.assertEqual(self.lead.won_status, "pending")
        passed = self._advance(self._create_lead(product_line_id=self.line.id), self.stage_talks)
        for stage, is_refused in ((self.stage_beyond, True), (self.stage_talks, False)):
            for user in (self.env.user, self.leader):
                with self.subTest(stage=stage.name, user=user.name), self.env.cr.savepoint() as savepoint:
                    become = stage.with_user(user).write
                    if is_refused:
                        self.assertRefused(self.TO_SIGNED, become, {"is_won": True})
                    else:
                        become({"is_won": True})
                        self.assertEqual((passed.won_status, self.lead.won_status), ("won", "pending"))
                    savepoint.rollback()
                    self.env.invalidate_all()
        self.playbook.mode = "observe"
        self.stage_beyond.is_won = True
        stay = self.lead.stage_log_ids[0]
        self.assertEqual((stay.kind, stay.gate), ("won", "observed"))
        self.assertEqual([item["name"] for item in stay.unmet], self.TO_SIGNED)
        self.stage_beyond.is_won = False
        self.assertEqual(self.lead.stage_log_ids[0].state, "open")
        self.assertFalse(self.env["crm.playbook.integrity"]._find_faults())

    def test_winning_where_the_playbook_names_no_won_stage(self):
        """All outputs of all its stages are asked for."""
        self.observing.mode = "enforce"
        outputs = self.env["crm.playbook.output"].create(
            [
                {"name": f"Of {stage.display_name}", "playbook_stage_id": stage.id, "evidence": "note"}
                for stage in self.observing.stage_ids
            ]
        )
        lead = self._create_lead(product_line_id=self.other_line.id)
        self.assertRefused(outputs.mapped("name"), lead.action_set_won)
        for output in outputs:
            lead.submit_output(output.id, note=f"{output.name}: what was agreed with the customer.")
        lead.action_set_won()
        self.assertEqual((lead.won_status, lead.stage_log_ids[0].gate), ("won", "passed"))

    def test_a_leader_accepts_a_deal_where_it_stands(self):
        """Handed over into a late stage: with a reason, dated work, and from then on it counts from there."""
        self._take_detour(self.stage_talks)
        self.lead.product_line_id = self.line
        panel = self.lead.get_playbook_panel()["stage"]
        self.assertTrue(panel["is_siding"])
        reason = self.env["crm.playbook.override.reason"].create({"name": "Old customer"})
        lead, known = self.lead.with_user(self.leader), self.lead.stage_log_ids
        lead.override_gate(self.stage_talks.id, reason.id, "Known since 2010")
        accepted = self.lead.stage_log_ids - known
        self.assertRecordValues(
            accepted,
            [
                {
                    "kind": "accepted",
                    "gate": "overridden",
                    "override_note": "Known since 2010",
                    "gate_stage_id": self.stage_talks.id,
                    "is_entry": False,
                    "stay_sequence": known[0].stay_sequence,
                }
            ],
        )
        self.assertTrue(accepted.unmet)
        self.assertEqual(len(self.lead.activity_ids), len(accepted.unmet))
        self.assertFalse(self.lead.get_playbook_panel()["stage"]["is_siding"])
        self.assertFalse(self.env["crm.playbook.integrity"]._find_faults())
        told = self.lead.check_gate(self.stage_signed.id)[str(self.lead.id)]
        self.assertEqual([item["name"] for item in told["unmet"]], ["Closing date known"])
        lead.override_gate(self.stage_talks.id, reason.id, "Once more")
        self.assertEqual(self.lead.stage_log_ids - known, accepted, "it is accepted already")

    def test_a_representative_accepts_nothing(self):
        self._take_detour(self.stage_talks)
        self.lead.product_line_id = self.line
        reason = self.env["crm.playbook.override.reason"].create({"name": "Old customer"})
        with self.assertRaises(AccessError):
            self.lead.with_user(self.rep).override_gate(self.stage_talks.id, reason.id, "Mine")
