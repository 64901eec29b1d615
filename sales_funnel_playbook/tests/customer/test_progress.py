from datetime import datetime, timedelta

from markupsafe import Markup

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import SQL

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestProgress(PlaybookCase):
    """Progress notes: where they come from, when they count as late, and what the lead shows of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._create_lead()
        cls.lead.flush_recordset()
        cls.env.cr.execute(
            "UPDATE crm_lead SET create_date = create_date - interval '30 days' WHERE id = %s", [cls.lead.id]
        )
        cls.env.invalidate_all()
        cls.now = cls.env.cr.now().replace(microsecond=0)

    def _note(self, hours=0, user=None, **vals):
        return (
            self.env["crm.lead.progress"]
            .with_user(user or self.rep)
            .create(
                {
                    "lead_id": self.lead.id,
                    "summary": "They like it, and want three",
                    "communicated_at": self.now - timedelta(hours=hours),
                    **vals,
                }
            )
        )

    def _fill(self, action):
        """Open the dialog of ``action`` as the screen does, and save it."""
        model = self.env[action["res_model"]].with_user(self.rep).with_context(**action["context"])
        return Form(model, view=action["views"][0][0]).save()

    def test_the_latest_contact_is_on_the_lead(self):
        self._note(hours=5, summary="Later they wanted to wait", feedback="")
        self._note(hours=50, summary="Earlier they wanted it at once", feedback="Too dear")
        self.assertRecordValues(
            self.lead,
            [
                {
                    "last_contact_at": self.now - timedelta(hours=5),
                    "last_contact_summary": "Later they wanted to wait",
                    "customer_feedback": "Too dear",
                }
            ],
        )

    def test_a_note_more_than_a_day_after_is_late(self):
        self.assertFalse(self._note(hours=23).is_late)
        late = self._note(hours=25)
        self.assertTrue(late.is_late)
        self.assertAlmostEqual(late.delay_hours, 25, places=1)

    def test_neither_in_the_future_nor_before_the_deal(self):
        with self.assertRaisesRegex(ValidationError, "Contact Date.*future"), self.env.cr.savepoint():
            self._note(hours=-1)
        with self.assertRaisesRegex(ValidationError, "before the deal"), self.env.cr.savepoint():
            self._note(hours=31 * 24)
        with self.assertRaisesRegex(ValidationError, "Summary"), self.env.cr.savepoint():
            self._note(summary=" ")

    def test_a_talk_from_between_capturing_and_entering(self):
        """The fair was on Saturday, and on Monday somebody enters it: a deal begins when it was captured."""
        with self.mock_datetime_and_now(datetime(2024, 3, 18, 9)):
            lead = self._create_lead(captured_at="2024-03-16 10:00:00")
            with self.assertRaisesRegex(ValidationError, "before the deal"), self.env.cr.savepoint():
                self._note(lead_id=lead.id, communicated_at=datetime(2024, 3, 16, 9))
            note = self._note(lead_id=lead.id, communicated_at=datetime(2024, 3, 16, 15))
        self.assertEqual(lead.last_contact_at, note.communicated_at)
        self.assertEqual(lead.stage_log_ids.entered_at, datetime(2024, 3, 18, 9))

    def test_a_note_comes_with_its_deal_in_the_same_second(self):
        with self.mock_datetime_and_now(datetime(2024, 3, 18, 9, 0, 0, 407_321)):
            lead = self._create_lead(progress_ids=[Command.create({"summary": "They want the green press"})])
        self.assertEqual(lead.last_contact_at, datetime(2024, 3, 18, 9))

    def test_when_and_who_are_fixed(self):
        note = self._note(hours=30, user_id=self.leader.id, is_imported=True)
        self.assertEqual((note.user_id, note.is_imported), (self.rep, False))
        call = self.lead.activity_schedule("mail.mail_activity_data_call", user_id=self.rep.id)
        for vals in (
            {"communicated_at": self.now},
            {"user_id": self.leader.id},
            {"is_imported": True},
            {"activity_id": call.id},
            {"message_id": self.lead.message_ids[:1].id},
            {"calendar_event_id": False},
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                note.write(vals)
        note.summary = "They like it very much by now"
        with self.assertRaises(AccessError):
            note.unlink()

    def test_saving_a_note_costs_at_most_15_queries(self):
        self._note(hours=3)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(15):
            self._note(hours=2, feedback="Fine")
            self.env.flush_all()

    def test_a_milestone_opens_its_risk_once(self):
        needs = self.env.ref("sales_funnel_playbook.milestone_needs")
        note = self._note(summary="They need three more modules", milestone_ids=needs.ids)
        self.assertEqual(self.lead.risk_ids.type_id, needs.risk_type_id)
        self.assertEqual(self.lead.risk_description, "They need three more modules")
        note.milestone_ids = False
        note.milestone_ids = needs
        self.assertEqual(len(self.lead.risk_ids), 1)

    def test_from_the_lead(self):
        note = self._fill_with(
            self.lead.with_user(self.rep).action_log_progress(), summary="Called about the price they want"
        )
        self.assertEqual((note.lead_id, note.user_id), (self.lead, self.rep))

    def _fill_with(self, action, **vals):
        model = self.env[action["res_model"]].with_user(self.rep).with_context(**action["context"])
        form = Form(model, view=action["views"][0][0])
        for name, value in vals.items():
            form[name] = value
        return form.save()

    def test_from_a_finished_call(self):
        activity = self.lead.activity_schedule(
            "mail.mail_activity_data_call", summary="Call about price", user_id=self.rep.id
        ).with_user(self.rep)
        activity.action_feedback(feedback="They accept 5 %")
        note = self._fill(activity.action_log_progress())
        self.assertRecordValues(note, [{"channel": "call", "activity_id": activity.id}])
        self.assertEqual(note.summary, "Call about price\nThey accept 5 %")

    def test_from_a_meeting(self):
        start = self.now - timedelta(hours=4)
        event = self.env["calendar.event"].create(
            {
                "name": "Visit",
                "start": start,
                "stop": start + timedelta(hours=1),
                "opportunity_id": self.lead.id,
                "user_id": self.rep.id,
                "partner_ids": self.rep.partner_id.ids,
            }
        )
        note = self._fill(event.with_user(self.rep).action_log_progress())
        self.assertRecordValues(
            note,
            [{"channel": "meeting", "communicated_at": event.stop, "calendar_event_id": event.id}],
        )
        event.start = fields.Datetime.now() + timedelta(days=1)
        with self.assertRaises(UserError):
            event.action_log_progress()

    def test_from_an_email(self):
        message = self.lead.message_post(
            body=Markup("<p>We <b>approve</b> the price</p>"),
            subject="Your offer",
            message_type="email",
            date=self.now,
        )
        note = self._fill(message.with_user(self.rep).action_log_progress())
        self.assertRecordValues(note, [{"channel": "email", "message_id": message.id}])
        self.assertEqual(note.summary, "Your offer\nWe *approve* the price")

    def test_written_on_the_lead_it_becomes_a_note(self):
        self.lead.write({"last_contact_at": self.now, "last_contact_summary": "Called"})
        self.lead.write({"last_contact_at": self.now, "last_contact_summary": "Called"})
        self.assertEqual(self.lead.progress_ids.summary, "Called")
        older = self.now - timedelta(days=3)
        self.lead.write({"last_contact_at": older, "last_contact_summary": "Before"})
        self.assertEqual(len(self.lead.progress_ids), 2)
        self.assertEqual(self.lead.last_contact_summary, "Called", "the latest contact stays the latest")
        self.assertTrue(self.lead.progress_ids[1].is_late)

    def test_what_came_with_the_deal_is_not_late(self):
        lead = self._create_lead(
            stage_entered_at=datetime(2024, 3, 15),
            last_contact_at=datetime(2024, 3, 1),
            customer_feedback="Yes",
        )
        self.assertRecordValues(
            lead.progress_ids,
            [{"is_late": False, "communicated_at": datetime(2024, 3, 1), "feedback": "Yes"}],
        )
        self.assertEqual(lead.last_contact_at, datetime(2024, 3, 1))

    def test_found_across_deals_of_one_customer(self):
        customer = self.env["res.partner"].create({"name": "Harbour", "is_company": True})
        self.lead.partner_id = customer
        note = self._note(summary="They expect delivery in June")
        found = (
            self.env["crm.lead.progress"]
            .with_user(self.rep)
            .search([("lead_id.partner_id", "child_of", customer.id), ("summary", "ilike", "june")])
        )
        self.assertEqual(found, note)

    def test_merging_keeps_the_notes(self):
        self._note()
        second = self._create_lead("Second", last_contact_summary="Met")
        merged = (self.lead | second).merge_opportunity()
        self.assertEqual(len(merged.progress_ids), 2)

    def test_a_note_keeps_what_it_came_from_wherever_its_deal_goes(self):
        """Handed over, archived, restored, merged by the leader and copied; nobody on the way changes it."""
        call = self.lead.activity_schedule("mail.mail_activity_data_call", user_id=self.rep.id)
        note = self._note(activity_id=call.id)
        colleague = self.user_sales_salesman
        self.lead.with_user(self.leader).user_id = colleague
        self.lead.action_archive()
        self.lead.action_unarchive()
        second = self._create_lead("Second", user_id=colleague.id)
        merged = (self.lead | second).with_user(self.leader).merge_opportunity()
        self.assertEqual((note.lead_id, note.activity_id, note.user_id), (merged, call, self.rep))
        for user in (colleague, self.leader):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                note.with_user(user).write({"activity_id": False})
        self.env["crm.lead.risk"].create({"lead_id": merged.id, "level": "high", "description": "Dear"})
        copied = merged.copy()
        self.assertFalse(copied.progress_ids or copied.risk_ids, "a copy has a history of its own")
        self.assertFalse(copied.last_contact_summary or copied.risk_level)

    def test_deleting_what_a_note_came_from_needs_no_look_at_every_note(self):
        """PostgreSQL looks for the notes that name it, for each activity that anybody marks as done."""
        notes = self.env["crm.lead.progress"]
        self.env.cr.execute("SET LOCAL enable_seqscan TO off")
        for name in ("activity_id", "calendar_event_id", "message_id"):
            self.env.cr.execute(
                SQL("EXPLAIN SELECT 1 FROM %s WHERE %s = 1", notes._table_sql, SQL.identifier(name))
            )
            plan = "\n".join(line for (line,) in self.env.cr.fetchall())
            self.assertIn(f"crm_lead_progress__{name}_index", plan)
