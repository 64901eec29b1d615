from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestGate(PlaybookCase):
    """Every way into a stage is the same way."""

    DEMO = ["Amount known", "Needs confirmed"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._create_lead(name="Acme")

    def test_write_is_refused_until_met(self):
        lead = self.lead.with_user(self.rep)
        error = self.assertRefused(self.DEMO, lead.write, {"stage_id": self.stage_demo.id})
        self.assertIn("Acme", str(error))
        self.assertIn("How to meet: Amount known.", str(error))
        self.assertEqual(lead.stage_id, self.stage_lead)

        lead.expected_revenue = 500
        self.assertRefused(["Needs confirmed"], lead.write, {"stage_id": self.stage_demo.id})
        lead.confirm_condition(self.needs_confirmed.id)
        lead.stage_id = self.stage_demo
        self.assertEqual(lead.stage_id, self.stage_demo)

    def test_administrator_and_superuser_are_no_way_around(self):
        for lead in (self.lead.with_user(self.leader), self.lead.sudo()):
            self.assertRefused(self.DEMO, lead.write, {"stage_id": self.stage_demo.id})

    def test_no_context_key_is_a_way_around(self):
        context = dict.fromkeys(
            ("tracking_disable", "mail_notrack", "install_mode", "skip_gate", "no_gate", "force"), True
        )
        lead = self.lead.with_user(self.rep).with_context(**context, active_test=False)
        self.assertRefused(self.DEMO, lead.write, {"stage_id": self.stage_demo.id})

    def test_one_save_may_fill_in_and_move(self):
        self.lead.confirm_condition(self.needs_confirmed.id)
        self.lead.write({"expected_revenue": 500, "stage_id": self.stage_demo.id})
        self.assertEqual(self.lead.stage_id, self.stage_demo)
        self.assertEqual(self.lead.expected_revenue, 500)

    def test_refused_save_keeps_nothing(self):
        self.assertRefused(
            ["Needs confirmed"],
            self.lead.write,
            {"expected_revenue": 500, "stage_id": self.stage_demo.id},
        )
        self.assertEqual(self.lead.expected_revenue, 0)

    def test_what_the_move_brings_is_no_fact(self):
        """Moving to a won stage sets the probability to 100: that must not open its own gate."""
        self.has_closing.domain = "[('probability', '>=', 80)]"
        lead = self._advance(self.lead, self.stage_talks)
        lead.probability = 40
        self.assertRefused(["Closing date known"], lead.action_set_won)
        lead.probability = 85
        lead.action_set_won()
        self.assertEqual(lead.won_status, "won")

    def test_stated_probability_counts_as_a_fact(self):
        self.has_amount.domain = "[('probability', '>=', 60)]"
        self.lead.confirm_condition(self.needs_confirmed.id)
        self.lead.write({"probability": 60, "stage_id": self.stage_demo.id})
        self.assertEqual((self.lead.stage_id, self.lead.probability), (self.stage_demo, 60))

    def test_won_button(self):
        lead = self._advance(self.lead, self.stage_talks)
        lead.date_deadline = False
        self.assertRefused(["Closing date known"], lead.action_set_won_rainbowman)
        self.assertEqual(lead.won_status, "pending")

    def test_won_button_jumps_nothing(self):
        self.lead.date_deadline = "2030-01-01"
        self.assertRefused(["The stage “Talks” cannot be skipped"], self.lead.action_set_won)

    def test_stage_that_may_be_skipped(self):
        self.lead.confirm_condition(self.review_passed.id)
        self.lead.stage_id = self.stage_talks
        self.assertLog(self.lead, [("created", "Lead", "observed"), ("skip", "Talks", "passed")])

    def test_form(self):
        form = Form(self.lead.with_user(self.rep))
        form.stage_id = self.stage_demo
        self.assertRefused(self.DEMO, form.save)
        self.lead.confirm_condition(self.needs_confirmed.id)
        with Form(self.lead.with_user(self.rep)) as form:
            form.expected_revenue = 10
            form.stage_id = self.stage_demo
        self.assertEqual(self.lead.stage_id, self.stage_demo)

    def test_list_edit_moves_all_or_none(self):
        ready = self._create_lead(name="Ready", expected_revenue=1)
        ready.confirm_condition(self.needs_confirmed.id)
        leads = (self.lead | ready).with_user(self.rep)
        error = self.assertRefused(self.DEMO, leads.web_save, {"stage_id": self.stage_demo.id}, {})
        self.assertIn("1 of 2 deals are held back", str(error))
        self.assertNotIn("“Ready”", str(error))
        self.assertEqual(leads.stage_id, self.stage_lead)

    def test_created_in_a_stage(self):
        vals = {"stage_id": self.stage_demo.id, "expected_revenue": 5}
        error = self.assertRefused(["Needs confirmed"], self._create_lead, **vals)
        self.assertIn("Create it in an earlier stage", str(error))
        self.assertFalse(error.context["refused"][0]["lead_id"])
        self.assertFalse(self.env["crm.lead"].search([("name", "=", "Deal")]))

        self.needs_confirmed.severity = "advisory"
        lead = self._create_lead(**vals)
        self.assertLog(lead, [("created", "Demo", "observed")])

    def test_created_jumps_over_a_stage_that_may_not_be_skipped(self):
        self.assertRefused(
            ["The stage “Talks” cannot be skipped"],
            self._create_lead,
            stage_id=self.stage_signed.id,
            date_deadline="2030-01-01",
        )

    def test_advisory_condition_never_refuses(self):
        lead = self._create_lead(name="No phone")
        self.assertEqual(lead.stage_log_ids.unmet[0]["name"], "Phone known")
        self.assertFalse(lead.stage_log_ids.unmet[0]["blocking"])

    def test_backward_and_lost_are_free(self):
        lead = self._advance(self.lead, self.stage_talks)
        lead.stage_id = self.stage_lead
        lead.action_set_lost(lost_reason_id=self.env.ref("crm.lost_reason_1").id)
        self.assertEqual(lead.won_status, "lost")
        self.assertEqual([log.kind for log in lead.stage_log_ids[:2]], ["lost", "backward"])

    def test_losing_is_no_way_around(self):
        """A deal lost and moved on in one write would come back in a stage it never earned."""
        self.assertRefused(
            self.DEMO,
            self.lead.write,
            {"active": False, "probability": 0, "stage_id": self.stage_demo.id},
        )

    def test_lost_without_reason_is_flagged_not_refused(self):
        self.lead.action_set_lost()
        self.assertEqual(self.lead.stage_log_ids[0].unmet[0]["kind"], "lost_reason")

    def test_lost_dialog_wants_a_reason(self):
        dialog = self.env["crm.lead.lost"].create({"lead_ids": self.lead.ids})
        with self.assertRaisesRegex(UserError, "lost reason"):
            dialog.action_lost_reason_apply()
        dialog.lost_reason_id = self.env.ref("crm.lost_reason_1")
        dialog.action_lost_reason_apply()
        self.assertEqual(self.lead.won_status, "lost")

    def test_lost_dialog_lets_others_ask_for_a_reason_in_any_case(self):
        view = self.env.ref("sales_funnel_playbook.crm_lead_lost_view_form")
        required = '<attribute name="required">True</attribute>'
        arch = f'<field name="lost_reason_id" position="attributes">{required}</field>'
        view.copy({"name": "Always", "priority": 16, "arch": arch})
        view.copy()  # installed after the other one
        view.active = False
        form = self.env["crm.lead.lost"].get_view(view.inherit_id.id, "form")["arch"]
        [reason] = etree.fromstring(form).xpath("//field[@name='lost_reason_id']")
        self.assertEqual(reason.get("required"), "True")

    def test_observe_refuses_nothing_and_records(self):
        self.playbook.mode = "observe"
        self.lead.stage_id = self.stage_demo
        log = self.lead.stage_log_ids[0]
        self.assertEqual((log.gate, log.kind), ("observed", "forward"))
        self.assertEqual([item["name"] for item in log.unmet], self.DEMO)

    def test_stage_without_rules_has_no_gate(self):
        self.playbook.stage_ids.filtered(lambda s: s.stage_id == self.stage_demo).unlink()
        self.lead.stage_id = self.stage_demo
        self.assertLog(self.lead, [("created", "Lead", "observed"), ("forward", "Demo", "none")])

    def test_check_gate_tells_and_changes_nothing(self):
        ready = self._create_lead(name="Ready", expected_revenue=1)
        ready.confirm_condition(self.needs_confirmed.id)
        free = self._create_lead(team_id=False, user_id=False)
        leads = self.lead | ready | free
        verdicts = leads.with_user(self.leader).check_gate(self.stage_demo.id)
        self.assertFalse(verdicts[str(self.lead.id)]["allowed"])
        self.assertEqual(
            verdicts[str(self.lead.id)]["unmet"][0],
            {
                "kind": "domain",
                "rule_id": self.has_amount.id,
                "name": "Amount known",
                "guidance": "How to meet: Amount known.",
                "blocking": True,
            },
        )
        self.assertEqual(verdicts[str(ready.id)], {"allowed": True, "unmet": []})
        self.assertEqual(verdicts[str(free.id)], {"allowed": True, "unmet": []})
        self.assertEqual(leads.stage_id, self.lead.stage_id | free.stage_id)

        self.playbook.mode = "observe"
        verdict = self.lead.check_gate(self.stage_demo.id)[str(self.lead.id)]
        self.assertTrue(verdict["allowed"])
        self.assertEqual(len(verdict["unmet"]), 2)

    def test_check_gate_backward_is_allowed(self):
        lead = self._advance(self.lead, self.stage_talks)
        self.assertEqual(lead.check_gate(self.stage_lead.id), {str(lead.id): {"allowed": True, "unmet": []}})

    def test_facts_decide_not_who_asks(self):
        """A condition about something the salesperson may not see holds for them too."""
        company = self.env["res.company"].create({"name": "Far away"})
        partner = self.env["res.partner"].create({"name": "Hidden", "company_id": company.id})
        self.has_amount.domain = "[('partner_id.name', '=', 'Hidden')]"
        self.lead.flush_recordset()
        self.env.cr.execute("UPDATE crm_lead SET partner_id = %s WHERE id = %s", (partner.id, self.lead.id))
        self.lead.invalidate_recordset()
        self.lead.confirm_condition(self.needs_confirmed.id)
        self.lead.with_user(self.rep).stage_id = self.stage_demo
        self.assertEqual(self.lead.stage_id, self.stage_demo)

    def test_lost_with_a_reason_and_no_probability_left(self):
        self.lead.probability = 0
        self.lead.action_set_lost(lost_reason_id=self.env.ref("crm.lost_reason_1").id)
        self.assertEqual(self.lead.stage_log_ids[0].kind, "lost")
        self.assertFalse(self.lead.stage_log_ids[0].unmet)

    def test_hostile_arguments_get_a_sentence(self):
        for stage_id in (None, False, "21", 999_999_999, [21], {}, self.stage_demo):
            with self.subTest(stage_id=stage_id), self.assertRaisesRegex(UserError, "no stage"):
                self.lead.check_gate(stage_id)
        for condition_id in (None, "abc", [1, 2], {}, 999_999_999):
            with self.subTest(condition_id=condition_id), self.assertRaises(UserError):
                self.lead.confirm_condition(condition_id)
        for files, sentence in (
            (["abc"], "attachment_ids"),
            ([999_999_999], "Upload the evidence"),
            ([[1]], "attachment_ids"),
        ):
            with self.subTest(files=files), self.assertRaisesRegex(UserError, sentence):
                self.lead.confirm_condition(self.needs_confirmed.id, "n", files)
