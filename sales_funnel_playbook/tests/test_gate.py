from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import PlaybookCase


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

    def test_duplicate_starts_from_the_beginning(self):
        lead = self._advance(self.lead, self.stage_talks)
        copy = lead.copy()
        self.assertEqual(copy.stage_id, self.stage_lead)
        self.assertFalse(copy.confirmation_ids)
        self.assertLog(copy, [("created", "Lead", "observed")])

    def test_conversion_to_opportunity(self):
        lead = self._create_lead(type="lead")
        lead.convert_opportunity(False, team_id=self.team.id)
        self.assertEqual(lead.stage_id, self.stage_lead)
        lead.type = "lead"
        self.assertRefused(self.DEMO, lead.write, {"type": "opportunity", "stage_id": self.stage_demo.id})

    def test_conversion_dialog(self):
        self.has_phone.severity = "blocking"
        elsewhere = self.env["crm.team"].create({"name": "Elsewhere", "company_id": False})
        lead = self._create_lead(type="lead", team_id=elsewhere.id, user_id=False)
        dialog = self.env["crm.lead2opportunity.partner"].with_context(
            active_model="crm.lead", active_id=lead.id, active_ids=lead.ids
        )
        dialog.create({"name": "convert", "action": "create", "team_id": self.team.id}).action_apply()
        self.assertEqual((lead.type, lead.team_id), ("opportunity", self.team))
        self.assertRefused(self.DEMO, lead.write, {"stage_id": self.stage_demo.id})

    def test_merge(self):
        """The head of a merge keeps its stage; a stage its new team has not is given, and gated."""
        ahead = self._advance(self._create_lead(name="Ahead"), self.stage_demo)
        merged = (ahead | self.lead).merge_opportunity()
        self.assertEqual(merged, ahead)
        self.assertEqual(merged.stage_id, self.stage_demo)

        other_team = self.env["crm.team"].create({"name": "Other", "company_id": False})
        elsewhere = self._create_lead(name="Elsewhere", team_id=other_team.id, type="opportunity")
        self.has_phone.severity = "blocking"
        elsewhere.stage_id.sequence = -1  # its stage is before all, and not one of our team's
        elsewhere.stage_id.team_ids = other_team
        lonely = self._create_lead(name="Lonely", type="lead", team_id=other_team.id)
        self.assertRefused(["Phone known"], (elsewhere | lonely).merge_opportunity, team_id=self.team.id)

    def test_automation_by_server_action(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Promote",
                "model_id": self.env.ref("crm.model_crm_lead").id,
                "state": "code",
                "code": f"records.write({{'stage_id': {self.stage_demo.id}}})",
            }
        )
        run = action.with_context(active_model="crm.lead", active_ids=self.lead.ids).run
        with mute_logger("odoo.addons.base.models.ir_actions"):
            self.assertRefused(self.DEMO, run)

    def test_another_modules_write_below_ours(self):
        """A module that changes the stage inside Odoo's own write is seen all the same."""
        crm_lead = self.env.registry["crm.lead"]
        base_write = next(
            cls for cls in crm_lead.mro() if cls.__module__ == "odoo.addons.crm.models.crm_lead"
        )
        original = base_write.write
        stage_demo = self.stage_demo

        def write(self, vals):
            if vals.get("type") == "lead":
                vals = {**vals, "stage_id": stage_demo.id}
            return original(self, vals)

        self.patch(base_write, "write", write)
        self.assertRefused(self.DEMO, self.lead.write, {"type": "lead"})

    def test_team_change_gives_a_stage_and_is_not_refused(self):
        lead = self._advance(self.lead, self.stage_talks)
        other_team = self.env["crm.team"].create(
            {"name": "Other", "company_id": False, "use_opportunities": True}
        )
        first, demo = self.env["crm.stage"].create(
            [
                {"name": "Theirs first", "sequence": 1, "team_ids": other_team.ids},
                {"name": "Theirs second", "sequence": 2, "team_ids": other_team.ids},
            ]
        )
        self.env["crm.playbook"].create(
            {
                "name": "Theirs",
                "mode": "enforce",
                "company_id": False,
                "team_ids": other_team.ids,
                "stage_ids": [
                    (
                        0,
                        0,
                        {
                            "stage_id": first.id,
                            "condition_ids": [(0, 0, {"name": "Never", "domain": "[(0, '=', 1)]"})],
                        },
                    ),
                    (0, 0, {"stage_id": demo.id}),
                ],
            }
        )
        lead.team_id = other_team
        self.assertEqual(lead.stage_id, first)
        self.assertEqual(lead.stage_log_ids[0].kind, "reassigned")
        self.assertEqual(lead.stage_log_ids[0].gate, "none")
        self.assertEqual(lead.stage_log_ids[0].previous_stage_id, self.stage_talks)

    def test_recomputation_without_a_write_is_logged(self):
        lead = self._advance(self.lead, self.stage_talks)
        self.stage_talks.team_ids = self.env["crm.team"].create({"name": "Other"})
        self.env.add_to_compute(lead._fields["stage_id"], lead)
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.assertEqual(lead.stage_id, self.stage_lead)
        self.assertEqual(lead.stage_log_ids[0].kind, "reassigned")

    def test_leaving_the_playbook_in_the_same_write_is_no_way_around(self):
        self.assertRefused(self.DEMO, self.lead.write, {"stage_id": self.stage_demo.id, "team_id": False})

    def test_joining_the_playbook_in_the_same_write_asks(self):
        self.stage_gen_1.sequence = 0
        lead = self._create_lead(team_id=False, user_id=False)
        self.assertEqual((lead.playbook_id.id, lead.stage_id), (False, self.stage_gen_1))
        self.assertRefused(self.DEMO, lead.write, {"stage_id": self.stage_demo.id, "team_id": self.team.id})

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

    def test_a_siding_is_no_way_past_the_gates(self):
        """Stages that the playbook does not name may be visited; the way goes on where it left."""
        siding = self.env["crm.stage"].create({"name": "Siding", "sequence": 50})
        self.lead.stage_id = siding
        self.assertRefused(
            ["The stage “Talks” cannot be skipped", "Closing date known"][::-1],
            self.lead.write,
            {"stage_id": self.stage_signed.id},
        )
        self.assertRefused(self.DEMO, self.lead.write, {"stage_id": self.stage_demo.id})
        self.lead.stage_id = self.stage_lead
        self.assertEqual(self.lead.stage_id, self.stage_lead)

        stranger = self._create_lead(team_id=False, user_id=False, stage_id=siding.id)
        stranger.team_id = self.team
        self.assertRefused(self.DEMO, stranger.write, {"stage_id": self.stage_demo.id})

    def test_leaving_moving_and_coming_back_is_no_way_around(self):
        self.stages.team_ids = False
        self.lead.write({"team_id": False, "user_id": False})
        self.lead.stage_id = self.stage_demo
        self.assertRefused(self.DEMO, self.lead.write, {"team_id": self.team.id})

    def test_joining_by_salesperson_in_the_same_write_asks(self):
        self.stages.team_ids = False
        lead = self._create_lead(team_id=False, user_id=False)
        self.assertFalse(lead.playbook_id)
        self.assertRefused(self.DEMO, lead.write, {"user_id": self.rep.id, "stage_id": self.stage_demo.id})

    def test_giving_a_deal_away_and_moving_it(self):
        self.lead.user_id = self.user_sales_salesman
        self.needs_confirmed.active = False
        self.lead.with_user(self.user_sales_salesman).write(
            {
                "user_id": self.rep.id,
                "team_id": self.team.id,
                "expected_revenue": 5,
                "stage_id": self.stage_demo.id,
            }
        )
        self.assertEqual((self.lead.user_id, self.lead.stage_id), (self.rep, self.stage_demo))

    def test_giving_a_deal_away(self):
        self.lead.user_id = self.user_sales_salesman
        self.env.invalidate_all()
        self.lead.with_user(self.user_sales_salesman).user_id = self.rep
        self.assertEqual(self.lead.user_id, self.rep)

    def test_a_stage_that_an_inner_write_puts_instead_is_asked_for(self):
        crm_lead = self.env.registry["crm.lead"]
        base_write = next(
            cls for cls in crm_lead.mro() if cls.__module__ == "odoo.addons.crm.models.crm_lead"
        )
        original, stage_demo, stage_talks = base_write.write, self.stage_demo, self.stage_talks

        def write(self, vals):
            if vals.get("stage_id") == stage_demo.id:
                vals = {**vals, "stage_id": stage_talks.id}
            return original(self, vals)

        self.lead.expected_revenue = 1
        self.lead.confirm_condition(self.needs_confirmed.id)
        self.patch(base_write, "write", write)
        self.assertRefused(["Review passed"], self.lead.write, {"stage_id": stage_demo.id})

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

    def test_merge_keeps_what_was_confirmed(self):
        line = self.env["crm.product.line"].create({"name": "Presses", "company_id": False})
        ahead = self._advance(self._create_lead(name="Ahead"), self.stage_demo)
        self.lead.product_line_id = line
        self.lead.confirm_condition(self.review_passed.id)
        merged = (ahead | self.lead).merge_opportunity()
        self.assertEqual(merged.product_line_id, line)
        self.assertIn(self.review_passed, merged.confirmation_ids.condition_id)
        merged.stage_id = self.stage_talks
