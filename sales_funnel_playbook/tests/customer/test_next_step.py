from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..deadline.deadline_common import DeadlineCase

SAID = "They want three presses in May"


@tagged("post_install", "-at_install")
class TestNextStep(DeadlineCase):
    """Call, note, next step: in one dialog."""

    def _plan(self, lead, user=None, **vals):
        return lead.activity_schedule(
            "mail.mail_activity_data_call", date(2024, 3, 18), user_id=(user or self.rep).id, **vals
        ).with_user(user or self.rep)

    def _fill(self, action, user=None, **vals):
        model = self.env[action["res_model"]].with_user(user or self.rep).with_context(**action["context"])
        form = Form(model, view=action["views"][0][0])
        for name, value in vals.items():
            form[name] = value
        return form.save()

    def test_call_note_and_next_step_at_once(self):
        lead = self.create_lead_at(18)
        with self.at(18, 10):
            call = self._plan(lead, summary="Call Ms Li")
            step = {"next_step": "Send the offer", "next_date": date(2024, 3, 22)}
            note = self._fill(call.action_log_progress(), summary=SAID, **step)
        self.assertFalse(call.active, "what the note is about is done")
        self.assertEqual((note.activity_id, lead.progress_ids), (call, note))
        self.assertRecordValues(
            lead.activity_ids,
            [{"summary": "Send the offer", "date_deadline": step["next_date"], "user_id": self.rep.id}],
        )
        self.assertTrue(lead.contact_ids.note_ids, "and the call needs no other note")

    def test_the_activity_stays_open_if_one_says_so(self):
        lead = self.create_lead_at(18)
        with self.at(18, 10):
            call = self._plan(lead)
            self._fill(call.action_log_progress(), summary=SAID, ends_activity=False)
        self.assertTrue(call.active)

    def test_what_a_playbook_asks_for_is_not_what_was_said(self):
        """Its note begins with the talk that it asks about, and with nothing where there is none."""
        asked = self._create_deadline("Write the note", "communication", 24, "hours")
        step = self._create_deadline(
            "Send our offer to them", playbook_stage_id=self.rules[self.stage_lead].id
        )
        step.guidance = "Say what it costs, and until when it holds"
        lead = self.create_lead_at(18)
        with self.at(18, 10):
            self._plan(lead, summary="Call Ms Li").action_feedback("They want three")
        with self.at(18, 12):
            work = self.get_work(lead, step).with_user(self.rep)
            self.assertNotIn("default_summary", work.action_log_progress()["context"])
            context = self.get_work(lead, asked).with_user(self.rep).action_log_progress()["context"]
        self.assertEqual(
            [context[f"default_{name}"] for name in ("channel", "communicated_at", "contact_id")],
            ["call", "2024-03-18 10:00:00", lead.contact_ids.id],
        )
        self.assertIn("They want three", context["default_summary"])

    def test_a_note_ends_nothing_that_something_else_ends(self):
        rule = self._create_deadline(
            "Complete it", "lead_created", satisfied_domain="[('phone', '!=', False)]"
        )
        lead = self.create_lead_at(18)
        work = self.get_work(lead, rule).with_user(self.rep)
        with self.at(18, 10):
            action = work.action_log_progress()
            self.assertNotIn("default_ends_activity", action["context"])
            vals = {"lead_id": lead.id, "summary": SAID, "activity_id": work.id, "ends_activity": True}
            self.env["crm.lead.progress"].with_user(self.rep).create(vals)
        self.assertTrue(work.active)

    def test_nor_what_is_on_another_deal_or_of_somebody_else(self):
        own = self.user_sales_salesman
        lead, other = self.create_lead_at(18, user_id=own.id), self.create_lead_at(18)
        call = self._plan(other)
        notes = self.env["crm.lead.progress"].with_user(own)
        vals = {"lead_id": lead.id, "summary": SAID, "activity_id": call.id, "ends_activity": True}
        with self.at(18, 10):
            notes.create(vals)
        self.assertTrue(call.active)
        with self.assertRaises(AccessError), self.at(18, 10):
            notes.create({**vals, "lead_id": other.id})

    def test_a_next_step_is_both_and_stays(self):
        lead = self.create_lead_at(18)
        notes = self.env["crm.lead.progress"].with_user(self.rep)
        for half in (
            {"next_step": "Call"},
            {"next_date": "2024-03-20"},
            {"next_step": " ", "next_date": "2024-03-20"},
        ):
            with self.assertRaisesRegex(ValidationError, "needs both"), self.at(18, 10):
                notes.create({"lead_id": lead.id, "summary": SAID, **half})
        with self.at(18, 10):
            note = notes.create(
                {"lead_id": lead.id, "summary": SAID, "next_step": "Call", "next_date": "2024-03-20"}
            )
        with self.assertRaises(UserError):
            note.next_step = "Write"
        self.assertEqual(
            lead.activity_ids.filtered(lambda one: not one.playbook_kind).mapped("summary"), ["Call"]
        )

    def test_ok_is_no_note(self):
        lead = self.create_lead_at(18)
        notes = self.env["crm.lead.progress"].with_user(self.rep)
        for short in ("ok", "They want three", ". . . . . . . . . . . . . . . . . . . . . .", "客户同意"):
            refused = self.assertRaisesRegex(ValidationError, "at least 20")
            with self.subTest(short), refused, self.at(18, 10):
                notes.create({"lead_id": lead.id, "summary": short})
        with self.at(18, 10):
            note = notes.create({"lead_id": lead.id, "summary": "客户同意五月启动项目"})
            with self.assertRaisesRegex(ValidationError, "at least 20"):
                note.summary = "ok"
