from datetime import date

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .deadline_common import DeadlineCase, at

EVENING = 23, 59


@tagged("post_install", "-at_install")
class TestDeadlineRecurring(DeadlineCase):
    """Reviews, follow-ups and notes: they come up again and again, but never for nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.playbook.tier_ids = [
            Command.create({"tier": tier, "min_revenue": revenue, "min_probability": 0, **rhythm})
            for tier, revenue, rhythm in (
                ("A", 1000, {"delay_count": 1, "follow_up_responsible": "team_leader"}),
                ("B", 100, {"delay_count": 1, "delay_unit": "weeks"}),
                ("C", 0, {"delay_count": 1, "delay_unit": "months"}),
            )
        ]

    def _note(self, lead, user=None, **vals):
        notes = self.env["crm.lead.progress"].with_user(user or self.rep)
        return notes.create({"lead_id": lead.id, "summary": "They liked it, and want three", **vals})

    def test_every_deal_is_reviewed_once_a_week(self):
        self._create_deadline("Review", "review", 1, "weeks")
        lead = self.create_lead_at(4, 10)
        self.run_job(10, 9)
        self.assertFalse(self.get_work(lead), "it appears on the day it is due")
        self.run_job(11, 9)
        self.assertWork(lead, [("Review", self.rep, at(11, 10), False)])
        self.run_job(11, 10)
        self.assertEqual(len(self.get_work(lead)), 1)
        with self.at(11, 11):
            self.get_work(lead).with_user(self.rep).action_feedback("Nothing new")
        self.run_job(18, 10)
        self.assertEqual(self.get_work(lead)[1:].playbook_due_at, at(18, 11))
        with self.at(18, 12):
            self._advance(lead, self.stage_demo)
        self.assertEqual(self.get_work(lead).mapped("playbook_closing"), ["by_hand", "satisfied"])
        with self.at(24, 9):
            self._note(lead)
        self.run_job(26, 9)
        self.assertEqual(len(self.get_work(lead)), 2, "a note tells how the deal stands")

    def test_the_rhythm_of_a_follow_up_is_the_tiers(self):
        self._create_deadline("Follow up", "follow_up", 0)
        big, middle, small = (
            self.create_lead_at(18, 10, expected_revenue=revenue) for revenue in (5000, 500, 5)
        )
        self.assertEqual((big | middle | small).mapped("tier"), ["A", "B", "C"])
        self.run_job(19, 9)
        self.assertWork(big, [("Follow up", self.leader, at(19, 10), False)])
        self.assertFalse(self.get_work(middle))
        self.run_job(25, 9)
        self.assertWork(middle, [("Follow up", self.rep, at(25, 10), False)])
        self.assertFalse(self.get_work(small))
        with self.mock_datetime_and_now(at(18, 9).replace(month=4)):
            self.env["crm.playbook.refresh"]._request(self.playbook, "deadlines")
            self.env["crm.playbook.refresh"].search([("kind", "=", "deadlines")])._run_batch()
        self.assertWork(small, [("Follow up", self.rep, at(18, 10).replace(month=4), False)])

    def test_where_the_leader_follows_up_only_the_leaders_contact_counts(self):
        self._create_deadline("Follow up", "follow_up", 0)
        lead = self.create_lead_at(18, 10, expected_revenue=5000)
        self.run_job(19, 9)
        with self.at(19, 11):
            self._note(lead)
        self.assertTrue(self.get_work(lead).active)
        with self.at(19, 12):
            self._note(lead, self.leader)
        self.assertWork(lead, [("Follow up", self.leader, at(19, 10), "satisfied")])

    def test_whose_contact_counts_is_the_rules_choice(self):
        rule = self._create_deadline("Follow up", "follow_up", 0, contact_of="anybody")
        noted = self.create_lead_at(18, 10, expected_revenue=5000)
        called = self.create_lead_at(18, 10, expected_revenue=5000)
        self.run_job(19, 9)
        call = called.activity_schedule("mail.mail_activity_data_call", user_id=self.rep.id)
        with self.at(19, 11):
            self._note(noted)
            call.with_user(self.rep).action_feedback("Spoke with them")
        for lead in (noted, called):
            self.assertWork(lead, [("Follow up", self.leader, at(19, 10), "satisfied")])
        self.run_job(20, 9)
        for lead in (noted, called):
            self.assertEqual(self.get_work(lead, rule).filtered("active").playbook_due_at, at(20, 11))

    def test_whatever_contact_ends_the_salespersons_follow_up(self):
        self._create_deadline("Follow up", "follow_up", 0)
        lead = self.create_lead_at(4, 10, expected_revenue=500)
        self.run_job(11, 9)
        with self.at(11, 10):
            self._note(lead, self.leader)
        self.assertEqual(self.get_work(lead).playbook_closing, "satisfied")
        self.run_job(18, 9)
        mail = lead.activity_schedule(summary="Mail", user_id=self.leader.id)
        call = lead.activity_schedule("mail.mail_activity_data_call", date(2024, 3, 18), user_id=self.rep.id)
        with self.at(18, 12):
            call.with_user(self.rep).action_feedback("Spoke with them")
        self.assertEqual(self.get_work(lead).mapped("playbook_closing"), ["satisfied", "satisfied"])
        with self.at(20, 12):
            mail.with_user(self.leader).action_feedback("Wrote to them")
        self.run_job(26, 9)
        self.assertEqual(len(self.get_work(lead)), 2, "the last contact counts, whoever had it")
        self.run_job(27, 9)
        self.assertEqual(self.get_work(lead)[2:].playbook_due_at, at(27, 12))

    def test_what_a_person_has_planned_stands_for_the_follow_up(self):
        self._create_deadline("Follow up", "follow_up", 0)
        lead = self.create_lead_at(4, 10, expected_revenue=500)
        call = lead.activity_schedule("mail.mail_activity_data_call", date(2024, 3, 14), user_id=self.rep.id)
        self.run_job(12, 9)
        self.assertFalse(self.get_work(lead), "an agreed next step is respected")
        self.run_job(15, 9)
        self.assertTrue(self.get_work(lead), "it is past, and nobody called")
        other = self.create_lead_at(4, 10, expected_revenue=500)
        call.copy({"res_id": other.id, "date_deadline": date(2024, 6, 1)})
        self.run_job(12, 10)
        self.assertTrue(self.get_work(other), "more than 30 days ahead is no next step")

    def test_waiting_for_the_customer_pauses_review_and_follow_up(self):
        self._create_deadline("Review", "review", 1, "weeks")
        self._create_deadline("Follow up", "follow_up", 0)
        silence = self.env.ref("sales_funnel_playbook.risk_type_silence")
        lead = self.create_lead_at(4, 10, expected_revenue=500)
        self.run_job(11, 9)
        self.assertEqual(len(self.get_work(lead)), 2)
        with self.at(11, 12):
            lead.with_user(self.rep).waiting_until = "2024-03-28"
        self.assertEqual(self.get_work(lead).mapped("playbook_closing"), ["dropped", "dropped"])
        with self.mock_datetime_and_now(at(12)):
            lead.invalidate_recordset()
            self.assertTrue(lead.is_waiting)
            self.assertIn("until 03/28/2024. Updates", lead.waiting_alert)
            self.assertIn(lead, self.env["crm.lead"].search([("is_waiting", "=", True)]))
        with self.mock_datetime_and_now(at(25)):
            lead._refresh()
        self.assertNotIn(silence, lead.risk_ids.type_id)
        self.run_job(27, 9)
        self.assertFalse(self.get_work(lead).filtered("active"))
        self.run_job(28, 9)
        due = self.get_work(lead).filtered("active").mapped("playbook_due_at")
        self.assertEqual(due, [at(28, *EVENING).replace(second=59)] * 2, "on the day they asked for")

    def test_ending_the_wait_early_takes_up_what_was_due(self):
        self._create_deadline("Review", "review", 1, "weeks")
        lead = self.create_lead_at(4, 10)
        self.run_job(11, 9)
        with self.at(11, 12):
            lead.waiting_until = "2024-03-28"
        with self.at(12, 12):
            lead.waiting_until = False
        self.assertEqual(self.get_work(lead).mapped("active"), [False, True])

    def test_nobody_waits_for_more_than_30_days(self):
        lead = self.create_lead_at(1)
        for day in ("2024-04-01", "2024-02-28"):
            with self.subTest(day=day), self.at(1), self.assertRaises(ValidationError) as caught:
                lead.waiting_until = day
            self.assertIn("at most 30 days", str(caught.exception))
        with self.at(1):
            lead.waiting_until = "2024-03-20"
        with self.at(15):
            lead.waiting_until = "2024-03-31"
        with self.at(15), self.assertRaises(ValidationError) as caught:
            lead.waiting_until = "2024-04-05"
        self.assertIn("03/31/2024", str(caught.exception))
        with self.mock_datetime_and_now(at(31)):
            lead.waiting_until = "2024-04-20"  # it had run out: this is another wait
        self.assertEqual(lead.waiting_since, date(2024, 3, 31))


@tagged("post_install", "-at_install")
class TestDeadlineCommunication(DeadlineCase):
    """Each communication is followed by a note within 24 hours; one note may tell of several."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._create_deadline("Write the note", "communication", 24, "hours")
        cls.customer = cls.env["res.partner"].create({"name": "Ms Wu", "email": "wu@example.com"})

    def setUp(self):
        super().setUp()
        self.lead = self.create_lead_at(18, 9, partner_id=self.customer.id)

    def _note(self, **vals):
        notes = self.env["crm.lead.progress"].with_user(self.rep)
        return notes.create({"lead_id": self.lead.id, "summary": "They liked it, and want three", **vals})

    def _call(self, **vals):
        return self.lead.activity_schedule(
            "mail.mail_activity_data_call", date(2024, 3, 18), user_id=self.rep.id, **vals
        )

    def test_a_call_that_was_made(self):
        call = self._call()
        with self.at(18, 11):
            call.with_user(self.rep).action_feedback("They want three")
        self.assertWork(self.lead, [("Write the note", self.rep, at(19, 11), False)])
        with self.at(18, 15):
            self._note()
        self.assertWork(self.lead, [("Write the note", self.rep, at(19, 11), "satisfied")])

    def test_a_note_written_from_the_call_itself_needs_no_other(self):
        call = self._call()
        with self.at(18, 11):
            self._note(activity_id=call.id)
        with self.at(18, 12):
            call.with_user(self.rep).action_feedback("Done")
        self.run_job(18, 13)
        self.assertFalse(self.get_work(self.lead))

    def test_a_meeting_that_has_ended(self):
        self.env["calendar.event"].create(
            {
                "name": "Demo",
                "start": at(18, 14),
                "stop": at(18, 15),
                "opportunity_id": self.lead.id,
                "user_id": self.rep.id,
            }
        )
        self.run_job(18, 14)
        self.assertFalse(self.get_work(self.lead))
        self.run_job(18, 16)
        self.assertWork(self.lead, [("Write the note", self.rep, at(19, 15), False)])

    def test_e_mails_in_and_out_and_nothing_among_colleagues(self):
        with self.at(18, 10):
            self.lead.message_post(body="Inside only", message_type="comment")
            self.lead.with_user(self.rep).message_post(
                body="For you, leader", partner_ids=self.leader.partner_id.ids, message_type="comment"
            )
        self.run_job(18, 11)
        self.assertFalse(self.get_work(self.lead))
        with self.at(18, 12):
            self.lead.with_user(self.rep).message_post(
                body="Our offer",
                partner_ids=self.customer.ids,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        with self.at(18, 13):
            self.lead.message_post(body="Thank you", message_type="email", author_id=self.customer.id)
        self.run_job(18, 14)
        self.assertWork(self.lead, [("Write the note", self.rep, at(19, 13), False)])
        with self.at(18, 14):
            late = self.lead.message_post(
                body="Sent before", message_type="email", author_id=self.customer.id
            )
            late.date = at(18, 11)
        self.run_job(18, 14)
        self.assertEqual(len(self.get_work(self.lead)), 1, "one note answers for all of them")
        with self.at(18, 15):
            self.get_work(self.lead).with_user(self.rep).action_feedback("Nothing to note")
        self.run_job(18, 16)
        self.assertEqual(len(self.get_work(self.lead)), 1, "what was settled by hand stays settled")
        with self.at(19, 9):
            self.lead.message_post(body="One more thing", message_type="email", author_id=self.customer.id)
        self.run_job(19, 10)
        self.assertEqual(self.get_work(self.lead)[1:].playbook_due_at, at(20, 9))
