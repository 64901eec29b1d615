from psycopg2.errors import ForeignKeyViolation, UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestPlaybook(PlaybookCase):
    def test_two_rules_for_one_pipeline_stage(self):
        stages = [Command.create({"stage_id": self.stage_demo.id})]
        with self.assertRaises(UniqueViolation) as caught, mute_logger("odoo.sql_db"):
            self.playbook.stage_ids = stages
        message = self.playbook.stage_ids._sql_error_to_message(caught.exception)
        self.assertIn("already has rules for that pipeline stage", message)

    def test_a_playbook_without_stages_is_not_used(self):
        draft = self.env["crm.playbook"].create({"name": "Draft"})
        team = self.env["crm.team"].create({"name": "Other"})
        line = self.env["crm.product.line"].create({"name": "Line"})
        for vals in (
            {"mode": "enforce"},
            {"team_ids": team.ids},
            {"product_line_ids": line.ids},
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(ValidationError, "no stages"):
                draft.write(vals)
        line.playbook_id = draft  # a line may be prepared: until there are stages nothing follows it
        self.assertFalse(self._create_lead(team_id=team.id, product_line_id=line.id).playbook_id)

    def test_stage_of_a_playbook_wants_a_pipeline_stage(self):
        with self.assertRaisesRegex(ValidationError, "Choose a pipeline stage"):
            self.playbook.stage_ids = [Command.create({"name": "Only a name"})]

    def test_rules_are_read_by_all_and_written_by_managers(self):
        self.assertTrue(self.playbook.with_user(self.rep).stage_ids.condition_ids.mapped("name"))
        for record in (self.playbook, self.playbook.stage_ids[0], self.has_amount):
            with self.assertRaises(AccessError):
                record.with_user(self.rep).write({"active" if "active" in record else "objective": False})
        self.has_amount.with_user(self.leader).guidance = "Ask them."
        self.playbook.with_user(self.leader).mode = "observe"

    def test_changed_rule_is_right_for_every_deal_at_once(self):
        lead = self._create_lead(expected_revenue=1)
        lead.confirm_condition(self.needs_confirmed.id)
        self.assertTrue(lead.check_gate(self.stage_demo.id)[str(lead.id)]["allowed"])
        self.has_amount.domain = "[('expected_revenue', '>', 1)]"
        self.assertFalse(lead.check_gate(self.stage_demo.id)[str(lead.id)]["allowed"])
        self.has_amount.severity = "advisory"
        self.assertTrue(lead.check_gate(self.stage_demo.id)[str(lead.id)]["allowed"])

    def test_a_rule_of_defaults_alone_counts_at_once(self):
        lead = self._create_lead()
        lead.check_gate(self.stage_demo.id)
        self.env["crm.playbook.condition"].with_context(
            default_name="Visited",
            default_kind="confirmation",
            default_playbook_stage_id=self.rules[self.stage_demo].id,
        ).create({})
        unmet = lead.check_gate(self.stage_demo.id)[str(lead.id)]["unmet"]
        self.assertIn("Visited", [item["name"] for item in unmet])

    def test_stages_follow_the_pipelines_order(self):
        self.stage_talks.sequence = 1
        self.stage_lead.sequence = 2
        self.assertEqual(self.playbook.stage_ids.sorted()[0].stage_id, self.stage_talks)

    def test_copy_observes_and_governs_nothing(self):
        copy = self.playbook.copy()
        self.assertEqual((copy.mode, copy.team_ids.ids), ("observe", []))
        self.assertEqual(copy.name, "Machines (copy)")
        self.assertEqual(
            copy.stage_ids.condition_ids.mapped("name"), self.playbook.stage_ids.condition_ids.mapped("name")
        )

    def test_mode_change_is_tracked(self):
        self.playbook.mode = "observe"
        self.flush_tracking()
        self.assertIn("mode", self.playbook.message_ids.tracking_value_ids.field_id.mapped("name"))

    def test_stage_with_rules_cannot_be_deleted(self):
        with self.assertRaises(ForeignKeyViolation), mute_logger("odoo.sql_db"):
            self.stage_demo.unlink()

    def test_open_deals(self):
        lead = self._create_lead()
        action = self.playbook.action_open_leads()
        self.assertIn(lead, self.env["crm.lead"].search(action["domain"]))
        self.assertGreaterEqual(self.playbook.lead_count, 1)
