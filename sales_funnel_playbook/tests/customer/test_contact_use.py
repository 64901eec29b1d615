from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from ..deadline.deadline_common import at
from .contact_common import ContactCase

MAIL = """\
<p>We need three more modules.</p><p>And by June.</p>
<div class="gmail_quote"><p>On Monday you wrote:</p><blockquote>Our offer is attached</blockquote></div>
"""


@tagged("post_install", "-at_install")
class TestContactNote(ContactCase):
    """A captured contact becomes a note in one click, with what is known filled in."""

    def _make_note(self, contact, user=None, **vals):
        action = contact.with_user(user or self.rep).action_make_note()
        notes = self.env[action["res_model"]].with_user(user or self.rep).with_context(**action["context"])
        form = Form(notes, view=action["views"][0][0])
        for name, value in vals.items():
            form[name] = value
        return form.save()

    def test_a_mail_with_its_moment_its_people_and_its_text_quoted(self):
        message = self.receive((18, 10), Content_Type="text/html", body="x")
        message.body = MAIL
        with self.at(18, 12):
            note = self._make_note(self.lead.contact_ids)
        self.assertRecordValues(
            note,
            [{"channel": "email", "communicated_at": at(18, 10), "contact_id": self.lead.contact_ids.id}],
        )
        self.assertEqual(
            note.summary,
            "Your offer\nWith: Ms Wu\n> We need three more modules.\n> And by June.",
        )
        self.assertFalse(self.lead.open_contact_ids)
        self.assertEqual(self.lead.contact_ids.note_ids, note)
        self.assertEqual(self.lead.last_contact_summary, note.summary, "a note tells more than a subject")

    def test_a_mail_without_a_subject_is_quoted_once(self):
        self.send((18, 11))
        text = self.lead.contact_ids.with_user(self.rep).action_make_note()["context"]["default_summary"]
        self.assertEqual(text, f"With: Ms Wu, {self.rep.name}\n> Our offer is attached")

    def test_a_meeting_with_who_was_there(self):
        self.meet((18, 14), (18, 15), description="<p>Bring the samples</p>")
        with self.at(18, 16):
            note = self._make_note(self.lead.contact_ids, feedback="They like it")
        self.assertEqual(
            note.summary.splitlines()[:3], ["Demo", f"With: Ms Wu, {self.rep.name}", "Bring the samples"]
        )
        self.assertEqual((note.channel, note.communicated_at), ("meeting", at(18, 15)))
        self.assertEqual(self.lead.customer_feedback, "They like it")

    def test_a_note_from_the_source_itself_is_about_the_contact_too(self):
        message = self.receive((18, 10))
        call = self.call((18, 11))
        notes = self.env["crm.lead.progress"].with_user(self.rep)
        with self.at(18, 12):
            note = notes.create({"lead_id": self.lead.id, "summary": "They agree", "message_id": message.id})
            from_call = notes.create(
                {"lead_id": self.lead.id, "summary": "They call back", "activity_id": call.id}
            )
        first, second = self.lead.contact_ids.sorted("contacted_at")
        self.assertEqual((first.note_ids, second.note_ids), (note, from_call))

    def test_a_mail_from_just_before_the_deal_was_made_can_be_noted(self):
        """The mail that made the deal was sent a minute before that."""
        self.receive((18, 10), Date="Mon, 18 Mar 2024 08:58:00 +0000")
        with self.at(18, 12):
            note = self._make_note(self.lead.contact_ids)
        self.assertEqual(note.communicated_at, at(18, 8, 58))

    def test_who_may_not_read_the_source_gets_what_everybody_knows(self):
        self.meet((18, 14), (18, 15), privacy="private", description="<p>Secret</p>")
        action = self.lead.contact_ids.with_user(self.leader).action_make_note()
        self.assertNotIn("Secret", action["context"]["default_summary"])

    def test_deals_of_others_keep_their_contacts_to_themselves(self):
        self.receive((18, 10))
        contact = self.lead.contact_ids
        other = new_test_user(self.env, "contact_other", "sales_team.group_sale_salesman")
        for user, method in ((other, "read"), (other, "action_make_note")):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(contact.with_user(user), method)()
        for user in (self.rep, self.leader, self.user_sales_manager):
            for change in (
                lambda mine: mine.write({"summary": "Forged"}),
                lambda mine: mine.unlink(),
                lambda mine: mine.create({"lead_id": self.lead.id, "channel": "call"}),
            ):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    change(contact.with_user(user))

    def test_wechat_and_video_calls_are_channels(self):
        labels = dict(self.env["crm.lead.progress"]._fields["channel"].selection)
        self.assertEqual((labels["wechat"], labels["video"]), ("WeChat", "Video Call"))
        with self.at(18, 12):
            self.env["crm.lead.progress"].create(
                {"lead_id": self.lead.id, "summary": "They sent a picture", "channel": "wechat"}
            )
        self.assertEqual(self.lead.last_contact_channel, "wechat")


@tagged("post_install", "-at_install")
class TestContactDeadlines(ContactCase):
    """Notes are asked for where there is something to write down; silence and rhythm look at contact."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._create_deadline("Write the note", "communication", 24, "hours")

    def test_what_a_playbook_wants_written_down(self):
        for asked, expected in (
            ("all", [at(19, 10)]),
            ("customer", [at(19, 11)]),
            ("spoken", [at(19, 12)]),
            ("none", []),
        ):
            with self.subTest(asked=asked), self.env.cr.savepoint() as undone:
                self.playbook.asked_contact = asked
                self.send((18, 10))
                self.receive((18, 11))
                self.call((18, 12))
                self.run_job(18, 13)
                self.assertEqual(self.get_work(self.lead).mapped("playbook_due_at"), expected)
                undone.rollback()

    def test_captured_contact_is_enough_from_now_on(self):
        self.call((18, 12))
        self.assertTrue(self.get_work(self.lead).active)
        with self.at(18, 13):
            self.playbook.asked_contact = "none"
        self.run_job(18, 14)
        self.assertEqual(self.get_work(self.lead).playbook_closing, "dropped")

    def test_one_note_is_asked_for_and_ends_with_any_note(self):
        self.receive((18, 10))
        self.receive((18, 11))
        self.assertWork(self.lead, [("Write the note", self.rep, at(19, 10), False)])
        with self.at(18, 12):
            self.env["crm.lead.progress"].with_user(self.rep).create(
                {"lead_id": self.lead.id, "summary": "They agree"}
            )
        self.assertEqual(self.get_work(self.lead).playbook_closing, "satisfied")
        self.run_job(18, 13)
        self.assertEqual(len(self.get_work(self.lead)), 1)

    def test_a_mail_on_the_contact_asks_for_no_note_on_each_deal(self):
        self.receive((18, 10), record=self.wu)
        self.run_job(18, 11)
        self.assertTrue(self.lead.contact_ids)
        self.assertFalse(self.get_work(self.lead))

    def test_who_writes_mails_is_not_warned_of_silence(self):
        silence = self.env.ref("sales_funnel_playbook.risk_type_silence")
        quiet = self.create_lead_at(18, 9)
        self.send((28, 10))
        with self.mock_datetime_and_now(at(18).replace(month=4, day=5)):
            (self.lead | quiet)._refresh()
        self.assertNotIn(silence, self.lead.risk_ids.type_id)
        self.assertIn(silence, quiet.risk_ids.type_id)

    def test_a_mail_ends_the_salespersons_follow_up_and_not_the_leaders(self):
        self._create_deadline("Follow up", "follow_up", 0)
        self.playbook.tier_ids = [
            Command.create({"tier": "A", "min_revenue": 0, "min_probability": 0, "delay_count": 1})
        ]
        tier = self.playbook.tier_ids
        for responsible, user, closing in (
            ("salesperson", self.leader, "satisfied"),
            ("team_leader", self.rep, False),
            ("team_leader", self.leader, "satisfied"),
        ):
            with self.subTest(responsible=responsible, user=user.login), self.env.cr.savepoint() as undone:
                tier.follow_up_responsible = responsible
                lead = self.create_lead_at(18, 9, partner_id=self.wu.id)
                self.run_job(19, 9)
                self.assertEqual(self.get_work(lead).mapped("summary"), ["Follow up"])
                self.send((19, 10), record=lead, user=user)
                self.assertEqual(self.get_work(lead)[:1].playbook_closing, closing)
                undone.rollback()

    def test_the_rhythm_counts_from_the_last_mail(self):
        self._create_deadline("Follow up", "follow_up", 0)
        self.playbook.tier_ids = [
            Command.create({"tier": "A", "min_revenue": 0, "min_probability": 0, "delay_count": 1})
        ]
        self.playbook.tier_ids.follow_up_responsible = "salesperson"
        lead = self.create_lead_at(18, 9, partner_id=self.wu.id)
        self.send((18, 16), record=lead)
        self.run_job(19, 8)
        self.assertEqual(self.get_work(lead).mapped("playbook_due_at"), [at(19, 16)])


@tagged("post_install", "-at_install")
class TestContactDeals(ContactCase):
    """Contacts of deals that are merged, copied, archived and handed over, and of those that come and go."""

    def test_merged_deals_keep_each_contact_once(self):
        second = self.create_lead_at(18, 9, partner_id=self.wu.id)
        message = self.receive((18, 10), record=self.wu)
        self.receive((18, 11), record=second, Subject="On the second")
        with self.at(18, 12):
            merged = (self.lead | second).with_user(self.leader).merge_opportunity()
        self.assertContacts(
            merged,
            [(at(18, 10), "email", "Your offer", True), (at(18, 11), "email", "On the second", True)],
        )
        self.assertIn(message.id, merged.contact_ids.mapped("source_id"))
        self.assertEqual(merged.last_contact_at, at(18, 11))
        self.assertFalse(
            self.env["crm.lead.contact"].search([("lead_id", "not in", merged.ids)]) & merged.contact_ids
        )

    def test_a_copy_has_none_and_an_archived_or_lost_deal_keeps_its_own(self):
        self.receive((18, 10))
        self.assertFalse(self.lead.copy().contact_ids)
        self.assertFalse(self.lead.copy().last_contact_at)
        self.lead.action_set_lost()
        self.receive((18, 11), Subject="A pity")
        self.assertEqual(self.lead.last_contact_at, at(18, 11))
        self.assertFalse(self.get_work(self.lead))

    def test_what_is_known_comes_with_a_deal_that_comes_under_a_playbook(self):
        self._create_deadline("Write the note", "communication", 24, "hours")
        lead = self.create_lead_at(18, 9, partner_id=self.wu.id, team_id=False)
        self.receive((18, 10), record=lead)
        self.send((18, 11), record=lead)
        self.receive((18, 12), record=lead, Auto_Submitted="auto-replied")
        self.meet((18, 14), (18, 15), opportunity_id=lead.id)
        self.call((18, 16), record=lead)
        self.assertFalse(lead.contact_ids)
        with self.at(19, 9):
            lead.team_id = self.team
        self.assertEqual(
            lead.contact_ids.sorted("contacted_at").mapped("contacted_at"),
            [at(18, 10), at(18, 11), at(18, 15), at(18, 16)],
        )
        self.assertRecordValues(lead, [{"last_contact_at": at(18, 16), "last_contact_channel": "call"}])
        self.run_job(19, 10)
        self.assertFalse(self.get_work(lead), "no note is asked for of what was before")

    def test_what_is_known_comes_with_a_team_that_comes_under_a_playbook(self):
        self.playbook.team_ids = False
        lead = self.create_lead_at(18, 9, partner_id=self.wu.id)
        self.receive((18, 10), record=lead)
        self.assertFalse(lead.contact_ids)
        with self.at(19, 9):
            self.playbook.team_ids = self.team
            for job in self.env["crm.playbook.refresh"].search([("kind", "=", "history")]):
                job._run_batch()
        self.assertEqual(lead.last_contact_at, at(18, 10))

    def test_written_as_an_import_does_the_same_contact_is_no_new_one(self):
        self.receive((18, 10))
        with self.at(18, 12):
            self.lead.write({"last_contact_at": at(18, 10), "last_contact_summary": "Your offer"})
        self.assertFalse(self.lead.progress_ids)
        with self.at(18, 13):
            self.lead.write({"last_contact_at": at(18, 12), "last_contact_summary": "They called"})
        self.assertEqual(self.lead.progress_ids.summary, "They called")
        self.assertEqual(self.lead.last_contact_at, at(18, 12))


@tagged("post_install", "-at_install")
class TestContactSpeed(ContactCase):
    """Capturing costs the same few queries for one message and for many, and nothing without a playbook."""

    def _count(self, func):
        self.env.flush_all()
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        func()
        self.env.cr.flush()
        return self.env.cr.sql_log_count - before

    def _write(self, leads):
        for lead in leads:
            lead.message_post(body="We take it", message_type="email", author_id=self.wu.id)

    def _capture(self, leads):
        """Return how many queries it takes to capture a mail on each of ``leads``."""
        self._write(leads)
        self.env.flush_all()
        return self._count_precommit()

    def _count_precommit(self):
        before = self.env.cr.sql_log_count
        self.env.cr.flush()
        return self.env.cr.sql_log_count - before

    def test_many_messages_cost_as_many_queries_as_one(self):
        leads = self.env["crm.lead"].browse()
        for __ in range(31):
            leads |= self._create_lead(partner_id=self.wu.id)
        self.env.cr.flush()
        self._capture(leads[:1])
        few, many = self._capture(leads[:2]), self._capture(leads[2:])
        self.assertEqual(many, few)
        self.assertLessEqual(few, 12)
        self.assertTrue(all(lead.contact_ids for lead in leads))

    def test_a_deal_without_a_playbook_costs_nothing(self):
        plain = self._create_lead(partner_id=self.wu.id, team_id=False)
        self._count(lambda: self._write(plain))
        used = self._count(lambda: self._write(plain))
        self.env["crm.playbook"].search([]).action_archive()
        self._count(lambda: self._write(plain))
        self.assertEqual(used, self._count(lambda: self._write(plain)))
        self.assertFalse(plain.contact_ids)

    def test_looking_for_ended_meetings_costs_one_query_where_there_are_none(self):
        self.env["crm.lead.contact"]._cron_capture()
        self.env.flush_all()
        with self.assertQueryCount(2):
            self.env["crm.lead.contact"]._cron_capture()

    def test_meetings_are_found_by_when_they_were(self):
        now = self.env.cr.now()
        self.env.cr.execute("SET LOCAL enable_seqscan TO off")
        self.env.cr.execute(
            "EXPLAIN SELECT id FROM calendar_event WHERE start BETWEEN %s AND %s", [now - timedelta(7), now]
        )
        self.assertIn("Index", str(self.env.cr.fetchall()))
