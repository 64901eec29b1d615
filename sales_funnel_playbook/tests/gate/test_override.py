from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Date
from odoo.tests import Form, tagged

from odoo.addons.sales_funnel_playbook.models.gate.crm_playbook_override_reason import OVERRIDE

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestOverride(PlaybookCase):
    """A manager lets a deal pass: with a reason that is never lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._create_lead(name="Acme")
        cls.reason = cls.env["crm.playbook.override.reason"].create({"name": "Old customer"})

    def _override(self, user=None, lead=None, **arguments):
        lead = (lead or self.lead).with_user(user or self.leader)
        arguments = {
            "stage_id": self.stage_demo.id,
            "reason_id": self.reason.id,
            "note": "They buy every year",
            **arguments,
        }
        return lead.override_gate(**arguments)

    def test_manager(self):
        due = Date.context_today(self.lead) + timedelta(days=3)
        self._override(date_deadline=due)
        stay = self.lead.stage_log_ids[0]
        self.assertRecordValues(
            stay,
            [
                {
                    "stage_id": self.stage_demo.id,
                    "gate": "overridden",
                    "override_reason_id": self.reason.id,
                    "override_note": "They buy every year",
                    "moved_by_id": self.leader.id,
                }
            ],
        )
        self.assertEqual([item["name"] for item in stay.unmet], ["Amount known", "Needs confirmed"])
        body = self.lead.message_ids.filtered(lambda message: "Old customer" in message.body).body
        for text in ("They buy every year", "Amount known", "Needs confirmed"):
            self.assertIn(text, body)
        activities = self.lead.activity_ids.sorted("id")
        self.assertEqual(
            activities.mapped("summary"), ["Outstanding: Amount known", "Outstanding: Needs confirmed"]
        )
        self.assertEqual(activities.user_id, self.rep)
        self.assertEqual(set(activities.mapped("date_deadline")), {due})

    def test_leader_of_the_leads_team_without_being_a_manager(self):
        leader = self.rep.copy({"login": "leader"})
        with self.assertRaises(AccessError):
            self._override(user=leader)
        self.team.user_id = leader
        self._override(user=leader)
        self.assertEqual(self.lead.stage_log_ids[0].moved_by_id, leader)

    def test_representative(self):
        with self.assertRaisesRegex(AccessError, "Only a sales manager or the leader of the team"):
            self._override(user=self.rep)
        self.assertEqual(self.lead.stage_id, self.stage_lead)
        self.assertFalse(self.lead.activity_ids)

    def test_nobody_forges_it(self):
        forged = {OVERRIDE: [[self.lead.id], self.stage_demo.id, self.reason.id, "forged"]}
        lead = self.lead.with_user(self.rep).with_context(**forged)
        self.assertRefused(["Amount known", "Needs confirmed"], lead.write, {"stage_id": self.stage_demo.id})

    def test_covers_these_leads_and_this_stage_only(self):
        """What an automation does with other deals while one is let pass is not let pass."""
        other = self._create_lead(name="Other")
        automation = self.registry["crm.lead"]._tell_override

        def move_other_too(leads, stays):
            other.with_env(leads.env).write({"stage_id": self.stage_demo.id})
            return automation(leads, stays)

        self.patch(self.registry["crm.lead"], "_tell_override", move_other_too)
        self.assertRefused(["Amount known", "Needs confirmed"], self._override)

    def test_reason_note_and_date(self):
        for arguments, message in [
            ({"reason_id": False}, "Choose a reason"),
            ({"reason_id": 999_999_999}, "Choose a reason"),
            ({"note": "  \n"}, "Write a note"),
            ({"date_deadline": "2020-01-01"}, "today or a later date"),
            ({"date_deadline": "soon"}, "today or a later date"),
            ({"stage_id": 999_999_999}, "There is no stage"),
        ]:
            with self.subTest(arguments=arguments), self.assertRaisesRegex(UserError, message):
                self._override(**arguments)
        self.reason.active = False
        with self.assertRaisesRegex(UserError, "Choose a reason"):
            self._override()

    def test_what_misses_nothing_simply_moves(self):
        self.lead.expected_revenue = 1
        self.lead.confirm_condition(self.needs_confirmed.id)
        self._override()
        self.assertEqual(self.lead.stage_log_ids[0].gate, "passed")
        self.assertFalse(self.lead.activity_ids)

    def test_skipped_stage_and_several_deals(self):
        leads = self.lead | self._create_lead(name="Second", user_id=False)
        self._override(lead=leads, stage_id=self.stage_signed.id)
        self.assertEqual(leads.mapped("won_status"), ["won", "won"])
        self.assertEqual(leads[1].activity_ids.user_id, self.leader, "nobody owns it: who let it pass")
        self.assertIn("The stage “Talks” cannot be skipped", self.lead.stage_log_ids[0].unmet_summary)

    def test_what_is_there_already_is_not_overridden_again(self):
        self._override()
        other = self._create_lead(name="Other")
        self._override(lead=self.lead | other, note="Second")
        self.assertEqual(len(self.lead.activity_ids), 2)
        self.assertEqual(self.lead.stage_log_ids[0].override_note, "They buy every year")
        self.assertEqual(other.stage_log_ids[0].override_note, "Second")

    def test_a_lost_deal_that_nobody_said_why(self):
        self.lead.action_set_lost()
        self._override()
        stay = self.lead.stage_log_ids[0]
        self.assertEqual((stay.kind, stay.gate, stay.override_reason_id), ("lost", "overridden", self.reason))
        names = ["Lost without a reason", "Amount known", "Needs confirmed"]
        self.assertEqual([item["name"] for item in stay.unmet], names)
        self.assertIn("They buy every year", "".join(self.lead.message_ids.mapped("body")))

    def test_who_left_the_company_gets_no_work(self):
        self.rep.active = False
        self._override()
        self.assertEqual(self.lead.activity_ids.user_id, self.leader)

    def test_html_is_text(self):
        self._override(note="<img src=x onerror=alert(1)>")
        self.assertIn("&lt;img", self.lead.message_ids.filtered(lambda m: "Old customer" in m.body).body)

    def test_a_reason_in_use_is_archived_not_deleted(self):
        self._override()
        self.reason.active = False
        self.assertEqual(self.lead.stage_log_ids[0].override_reason_id, self.reason)

    def test_the_refusal_says_who_may(self):
        error = self.assertRefused(
            ["Amount known", "Needs confirmed"],
            self.lead.with_user(self.leader).write,
            {"stage_id": self.stage_demo.id},
        )
        [refusal] = error.context["refused"]
        self.assertTrue(refusal["can_override"])
        self.assertEqual(refusal["stage_id"], self.stage_demo.id)
        error = self.assertRefused(
            ["Amount known", "Needs confirmed"],
            self.lead.with_user(self.rep).write,
            {"stage_id": self.stage_demo.id},
        )
        self.assertFalse(error.context["refused"][0]["can_override"])

    def test_dialog_shows_what_is_unmet_and_only_that(self):
        self.lead.expected_revenue = 1
        context = {"default_lead_ids": self.lead.ids, "default_stage_id": self.stage_demo.id}
        dialog = Form(self.env["crm.lead.override"].with_user(self.leader).with_context(**context))
        self.assertEqual(dialog.unmet_summary, "• Needs confirmed")

    def test_dialog(self):
        dialog = (
            self.env["crm.lead.override"]
            .with_user(self.leader)
            .create({"lead_ids": self.lead.ids, "stage_id": self.stage_demo.id, "note": "As agreed"})
        )
        self.assertIn("Amount known", dialog.unmet_summary)
        with self.assertRaisesRegex(UserError, "Choose a reason"):
            dialog.action_override()
        dialog.reason_id = self.reason
        dialog.action_override()
        self.assertEqual(self.lead.stage_id, self.stage_demo)
