from odoo import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestTours(HttpCase, PlaybookCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).active = False
        cls.stages.team_ids = False  # the kanban of all deals shows the stages of all teams
        cls.rules[cls.stage_lead].objective = "Find out who they are"
        cls.lead = cls._create_lead(name="Acme")

    def test_drag_refused_confirmed_dragged_again(self):
        self.lead.expected_revenue = 1
        parked = self.env["crm.stage"].create({"name": "Parked", "sequence": 99})
        brown = self._create_lead(name="Brown", stage_id=parked.id)
        action = self.env.ref("crm.crm_lead_opportunities")
        with mute_logger("odoo.http"):  # it logs the refusal that the tour is about
            self.start_tour(f"/odoo/action-{action.id}", "playbook_gate_kanban", login=self.rep.login)
        self.assertEqual(self.lead.stage_id, self.stage_demo)
        self.assertEqual(self.lead.confirmation_ids.user_id, self.rep)
        self.assertEqual(self.lead.stage_log_ids[0].moved_by_id, self.rep)
        self.assertEqual(brown.stage_id, self.stage_lead)

    def test_fill_in_where_it_was_refused(self):
        deck = self._create_output(self.stage_lead, "Deck")
        minutes = self._create_output(self.stage_lead, "Minutes", evidence="note")
        self._start_on_lead("playbook_fill_in", self.rep.login)
        self.assertEqual((self.lead.stage_id, self.lead.expected_revenue), (self.stage_demo, 7000))
        self.assertEqual(self.lead.output_ids.output_id, deck | minutes)
        self.assertEqual(self.lead.output_ids.attachment_ids.raw, b"%PDF")
        self.assertEqual(self.lead.stage_log_ids[0].gate, "passed")

    def test_a_key_action_is_done_on_the_checklist(self):
        self._create_deadline("Call them", unit="days", playbook_stage_id=self.rules[self.stage_lead].id)
        self.lead = self._create_lead(name="Brown")
        self.env.cr.flush()
        self._start_on_lead("playbook_key_action", self.rep.login)
        done = self.lead.with_context(active_test=False).activity_ids
        self.assertEqual(
            (done.summary, done.active, done.feedback), ("Call them", False, "They want three presses")
        )

    def test_the_cursor_stays_on_the_checklist(self):
        self._start_on_lead("playbook_by_keyboard", self.rep.login)
        self.assertTrue(self.lead.confirmation_ids.withdrawn_at)

    def test_what_waits_for_others_where_it_was_refused(self):
        deck = self._create_output(self.stage_lead, "Deck", evidence="note", approval="team_leader")
        finance = self.env.ref("sales_funnel_playbook.crm_playbook_role_finance")
        self.needs_confirmed.role_id = finance
        self.env["crm.lead.member"].create(
            {"lead_id": self.lead.id, "role_id": finance.id, "user_id": self.leader.id}
        )
        self.lead.with_user(self.rep).submit_output(deck.id, note="They need three presses in spring")
        self.env.cr.flush()
        self._start_on_lead("playbook_fill_in_waiting", self.rep.login)
        self.assertTrue(self.lead.output_ids.reminded_at)
        self.assertIn(
            "Demo", self.lead.activity_ids.filtered(lambda one: one.playbook_kind == "request").summary
        )

    def test_tab(self):
        self.review_passed.evidence_required = True
        self._start_on_lead("playbook_tab", self.rep.login)
        self.assertEqual(self.lead.expected_revenue, 5000)
        in_force = self.lead.confirmation_ids.filtered(lambda c: not c.withdrawn_at)
        self.assertEqual(in_force.condition_id, self.review_passed)
        self.assertEqual(in_force.note, "Minutes of 15 March")

    def test_use_the_template(self):
        self.start_tour("/odoo", "playbook_use_template", login="admin")
        team = self.env["crm.team"].search([("name", "=", "Cloud team")])
        playbook = self.env["crm.playbook"].search([("team_ids", "in", team.ids)])
        self.assertEqual(playbook.mode, "observe")
        self.assertEqual(len(playbook.stage_ids), 6)

    def _start_on_lead(self, tour, login):
        action = self.env.ref("crm.crm_lead_opportunities")
        with mute_logger("odoo.http"):  # it logs the refusals that the tours are about
            self.start_tour(f"/odoo/action-{action.id}/{self.lead.id}", tour, login=login)

    def test_hand_in_outputs(self):
        deck = self._create_output(self.stage_lead, "Deck", approval="team_leader")
        self._create_output(self.stage_lead, "Contract")
        minutes = self._create_output(self.stage_lead, "Minutes", evidence="note")
        trial = self._create_output(self.stage_lead, "Trial", evidence="link")
        self._start_on_lead("playbook_outputs", self.rep.login)
        submitted = {submission.output_id: submission for submission in self.lead.output_ids}
        self.assertEqual(set(submitted), {deck, minutes, trial})
        self.assertEqual(submitted[deck].attachment_ids.raw, b"%PDF")
        self.assertEqual(submitted[trial].url, "https://trial.example.com")
        self.assertFalse(self.env["ir.attachment"].search([("name", "=", "empty.pdf")]))

    def test_approve_and_reject(self):
        for name in ("Deck", "Minutes"):
            output = self._create_output(self.stage_lead, name, evidence="note", approval="team_leader")
            self.lead.with_user(self.rep).submit_output(output.id, note=f"{name}: three presses in May")
        self._start_on_lead("playbook_approval", self.leader.login)
        states = {submission.output_id.name: submission.state for submission in self.lead.output_ids}
        self.assertEqual(states, {"Deck": "rejected", "Minutes": "approved"})

    def test_override(self):
        self.env["crm.playbook.override.reason"].create({"name": "Old customer"})
        self.lead.expected_revenue = 1
        action = self.env.ref("crm.crm_lead_opportunities")
        with mute_logger("odoo.http"):
            self.start_tour(f"/odoo/action-{action.id}", "playbook_override", login=self.leader.login)
        self.assertEqual(self.lead.stage_log_ids[0].gate, "overridden")
        self.assertEqual(self.lead.activity_ids.summary, "Outstanding: Needs confirmed")

    def test_advance_stage(self):
        ready = self._create_lead(name="Ready", expected_revenue=5)
        ready.confirm_condition(self.needs_confirmed.id)
        action = self.env.ref("crm.crm_lead_opportunities")
        url = f"/odoo/action-{action.id}?view_type=list"
        self.start_tour(url, "playbook_advance", login=self.rep.login)
        self.assertEqual((ready.stage_id, self.lead.stage_id), (self.stage_demo, self.stage_lead))

    def test_advance_stage_and_fill_in(self):
        ready = self._create_lead(name="Ready")
        ready.confirm_condition(self.needs_confirmed.id)
        action = self.env.ref("crm.crm_lead_opportunities")
        url = f"/odoo/action-{action.id}?view_type=list"
        self.start_tour(url, "playbook_advance_fill_in", login=self.rep.login)
        self.assertEqual((ready | self.lead).stage_id, self.stage_demo)
        self.assertEqual((ready | self.lead).mapped("expected_revenue"), [900, 900])

    def test_a_representatives_afternoon(self):
        """Meeting done → note with a milestone → risk → response."""
        self.lead.activity_schedule("mail.mail_activity_data_meeting", summary="Visit", user_id=self.rep.id)
        self._start_on_lead("playbook_afternoon", self.rep.login)
        self.assertEqual(self.lead.progress_ids.channel, "meeting")
        self.assertEqual(self.lead.risk_ids.type_id.name, "Budget cut or frozen")
        self.assertEqual(self.lead.risk_response, "A director visits them")

    def test_what_is_refused_stands_under_its_field(self):
        self._start_on_lead("playbook_refused_note", self.rep.login)
        self.assertFalse(self.lead.progress_ids)

    def test_the_score_sheet_and_a_flag(self):
        """What earned each point, an answer, an honest "not known yet", and a flag that is explained."""
        choices = {"Fit": (("Poor fit", 0), ("Full", 3)), "Timing": (("None", 0), ("Now", 3))}
        self.playbook.criterion_ids = [
            Command.create({"name": "Budget", "points": 4, "domain": "[('budget_max', '>', 0)]"}),
            *(
                Command.create(
                    {
                        "name": name,
                        "kind": "choice",
                        "option_ids": [Command.create({"name": n, "points": p}) for n, p in options],
                    }
                )
                for name, options in choices.items()
            ),
        ]
        self.lead.write({"budget_max": 1, "probability": 90})
        self._start_on_lead("playbook_score_sheet", self.rep.login)
        self.assertEqual((self.lead.score, self.lead.is_scored), (7, True))
        self.assertEqual(self.lead.question_ids.criterion_id.name, "Timing")
        self.assertEqual(self.lead.explanation_ids.user_id, self.rep)
