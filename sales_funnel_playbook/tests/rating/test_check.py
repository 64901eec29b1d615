from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestCheck(PlaybookCase):
    """Checks make dressed-up data visible: what flags a deal, who explains it, and that it never blocks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.playbook.mode = "observe"
        cls.lead = cls._create_lead(expected_revenue=100, probability=20)

    def _check(self, name):
        return self.env.ref(f"sales_funnel_playbook.check_{name}")

    def _night(self):
        """Run the nightly job on the playbook's deals, without its commits."""
        self.env["crm.playbook.refresh"]._cron_start()
        for refresh in self.env["crm.playbook.refresh"].search([]):
            refresh._run_batch()

    def _note(self, lead=None, hours=0, **vals):
        moment = fields.Datetime.now() - timedelta(hours=hours)
        vals = {"summary": "Called", "communicated_at": moment, **vals}
        return self.env["crm.lead.progress"].create({"lead_id": (lead or self.lead).id, **vals})

    def _add_decision_maker(self):
        person = self.env["res.partner"].create({"name": "Chief"})
        vals = {"lead_id": self.lead.id, "partner_id": person.id, "role": "decision_maker"}
        return self.env["crm.lead.stakeholder"].create(vals)

    def test_high_probability_without_a_decision_maker(self):
        check = self._check("no_decision_maker")
        self.assertNotIn(check, self.lead.check_ids)
        self.lead.probability = 80
        self.assertIn(check, self.lead.check_ids)
        person = self._add_decision_maker()
        self.assertNotIn(check, self.lead.check_ids)
        person.date_to = fields.Date.today()
        self.assertIn(check, self.lead.check_ids)

    def test_high_probability_with_a_low_score(self):
        check = self._check("low_score")
        self.lead.probability = 80
        self.assertNotIn(check, self.lead.check_ids, "there is no score sheet")
        self.playbook.criterion_ids = [
            Command.create({"name": "Budget", "points": 10, "domain": "[('budget_max', '>', 0)]"})
        ]
        self._night()
        self.assertIn(check, self.lead.check_ids)
        self.lead.budget_max = 10
        self.assertNotIn(check, self.lead.check_ids)

    def test_high_probability_without_contact_for_30_days(self):
        check = self._check("no_contact")
        self.lead.probability = 80
        self.lead.flush_recordset()
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = create_date - INTERVAL '31 days' WHERE id = %s", [self.lead.id]
        )
        self.env.invalidate_all()
        self._night()
        self.assertIn(check, self.lead.check_ids)
        self._note()
        self.assertNotIn(check, self.lead.check_ids)

    def test_no_amount_from_the_third_stage_on(self):
        check = self._check("no_amount")
        self.lead.expected_revenue = 0
        self.assertNotIn(check, self.lead.check_ids)
        self.lead.stage_id = self.stage_talks
        self.assertEqual(self.lead.playbook_position, 3)
        self._night()
        self.assertIn(check, self.lead.check_ids)
        self.lead.expected_revenue = 5
        self.assertNotIn(check, self.lead.check_ids)

    def test_several_stages_within_an_hour(self):
        self.lead.stage_id = self.stage_demo
        self._night()
        self.assertNotIn(self._check("rushed"), self.lead.check_ids)
        self.lead.stage_id = self.stage_talks
        self._night()
        self.assertEqual(self.lead.rushed_stage_count, 2)
        self.assertIn(self._check("rushed"), self.lead.check_ids)

    def test_what_the_module_keeps_nobody_writes(self):
        """A score would open the gate, an empty count hides who pushed: over no channel, by no default."""
        lead = self.lead.with_user(self.lead.user_id)
        kept = ("closing_push_count", "is_raised_on_closing", "is_won_at_once", "rushed_stage_count")
        for name in (*kept, "batch_note_count", "copied_note_count", "waiting_since", "score", "tier"):
            with self.subTest(name=name):
                with self.assertRaises(AccessError):
                    lead.write({name: False})
                with self.assertRaises(AccessError):
                    lead.create({"name": "Deal", name: False})
                with self.assertRaises(AccessError):
                    lead.with_context(**{f"default_{name}": False}).create({"name": "Deal"})
        lead.write({"date_deadline": "2030-01-01"})
        lead.write(
            {"date_deadline": "2030-01-02", "waiting_until": fields.Date.add(fields.Date.today(), days=3)}
        )
        self.assertEqual(lead.closing_push_count, 1, "it goes on counting for users")
        self.assertTrue(lead.waiting_since)
        lead.waiting_until = False
        self.assertFalse(lead.waiting_since)

    def test_closing_pushed_three_times_or_past(self):
        check = self._check("pushed")
        today = fields.Date.today()
        for days in (10, 20, 15, 30, 40):
            self.assertNotIn(check, self.lead.check_ids)
            self.lead.date_deadline = today + timedelta(days=days)
        self.assertEqual(self.lead.closing_push_count, 3, "nearer is not pushed")
        self.assertIn(check, self.lead.check_ids)
        late = self._create_lead(date_deadline=today - timedelta(days=2))
        self.assertIn(check, late.check_ids)

    def test_created_and_won_on_the_same_day_and_raised_on_the_way(self):
        self.lead.action_set_won()
        self._night()
        self.assertIn(self._check("won_at_once"), self.lead.check_ids)
        self.assertNotIn(self._check("raised"), self.lead.check_ids)
        self.lead.expected_revenue = 5000
        self._night()
        self.assertIn(self._check("raised"), self.lead.check_ids)

    def test_notes_written_in_one_batch_long_after(self):
        check = self._check("batch_notes")
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = create_date - INTERVAL '9 days' WHERE id = %s", [self.lead.id]
        )
        self.env.invalidate_all()
        for hours in (100, 80):
            self._note(hours=hours)
        self._note(hours=2)
        self._night()
        self.assertNotIn(check, self.lead.check_ids)
        self._note(hours=60)
        self._night()
        self.assertIn(check, self.lead.check_ids)

    def test_the_same_note_on_several_deals(self):
        check, other = self._check("copied_note"), self._create_lead("Other")
        for lead in (self.lead, other):
            self._note(lead, summary="Called")
        self._night()
        self.assertFalse(
            (self.lead | other).filtered(lambda lead: check in lead.check_ids), "too short to tell"
        )
        for lead in (self.lead, other):
            self._note(lead, summary="The customer asks for three more modules")
        self._night()
        self.assertIn(check, self.lead.check_ids)
        self.assertIn(check, other.check_ids)

    def test_what_is_explained_is_no_flag_any_more(self):
        check = self._check("no_decision_maker")
        self.lead.probability = 80
        for note, message in ((False, "needs at least"), ("ok", "needs at least")):
            with self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
                self.lead.explain_check(check.id, note)
        lead = self.lead.with_user(self.rep)
        action = check.with_user(self.rep).with_context(explained_lead_id=lead.id).action_explain()
        dialog = self.env[action["res_model"]].with_user(self.rep).with_context(**action["context"])
        dialog.create({"note": "The owner decides alone and wants no name here"}).action_explain()
        self.assertNotIn(check, self.lead.check_ids)
        self.assertEqual(self.lead.explanation_ids.user_id, self.rep)
        self._night()
        self.assertNotIn(check, self.lead.check_ids)
        with self.assertRaisesRegex(UserError, "no such flag any more"):
            lead.explain_check(check.id, "Once more, with a long enough note")

    def test_a_flag_leads_to_its_evidence(self):
        self._note()
        for name, model in (
            ("copied_note", "crm.lead.progress"),
            ("rushed", "crm.lead.stage.log"),
            ("pushed", "crm.lead"),
        ):
            check = self._check(name).with_user(self.rep).with_context(explained_lead_id=self.lead.id)
            action = check.action_show_evidence()
            self.assertEqual(action["res_model"], model)
            if model != "crm.lead":
                shown = self.env[model].with_user(self.rep).search(action["domain"])
                self.assertEqual(shown.lead_id, self.lead)

    def test_only_the_module_writes_explanations(self):
        vals = {
            "lead_id": self.lead.id,
            "check_id": self._check("pushed").id,
            "note": "x",
            "user_id": self.rep.id,
        }
        for user in (self.rep, self.leader, self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError):
                self.env["crm.lead.explanation"].with_user(user).create(vals)
        with self.assertRaises(AccessError):
            self.lead.with_user(self.user_sales_salesman).explain_check(self._check("pushed").id, "note " * 9)

    def test_a_check_of_one_playbook_and_one_that_looks_at_checks(self):
        mine = self.env["crm.playbook.check"].create(
            {
                "name": "Phone",
                "message": "No phone",
                "playbook_id": self.playbook.id,
                "domain": "[('phone', '=', False)]",
            }
        )
        self._night()
        self.assertIn(mine, self.lead.check_ids)
        self.lead.phone = "1"
        self.assertNotIn(mine, self.lead.check_ids)
        free = self._create_lead("Free", team_id=False)
        self.assertFalse(free.check_ids)
        with self.assertRaisesRegex(ValidationError, "cannot look at the checks"):
            mine.domain = "[('check_ids', '!=', False)]"

    def test_flags_never_block(self):
        self.playbook.mode = "enforce"
        self.lead.write({"phone": "1", "probability": 90})
        self.assertTrue(self.lead.check_ids)
        self.lead.confirm_condition(self.needs_confirmed.id)
        self.lead.stage_id = self.stage_demo
        self.assertEqual(self.lead.stage_id, self.stage_demo)
