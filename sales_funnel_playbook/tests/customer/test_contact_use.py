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

    def test_key_nodes_are_offered_whatever_the_note_is_made_from(self):
        """And what they stand for follows."""
        type_ = self.env["crm.risk.type"].create({"name": "They have changed", "level": "medium"})
        met = self.env["crm.progress.milestone"].create({"name": "Buyer met", "risk_type_id": type_.id})
        message = self.receive((18, 10), body="We take three, and pay in June.")
        with self.at(18, 12):
            made = self.lead.contact_ids.with_user(self.rep).action_make_note()
            action = message.with_user(self.rep).action_log_progress()
            for opened in (action, made):
                notes = self.env[opened["res_model"]].with_user(self.rep).with_context(**opened["context"])
                with Form(notes, view=opened["views"][0][0]) as form:
                    form.milestone_ids.add(met)
                self.assertEqual(form.record.milestone_ids, met)
        self.assertEqual(self.lead.risk_ids.type_id, type_)

    def test_a_note_from_the_source_itself_is_about_the_contact_too(self):
        message = self.receive((18, 10))
        call = self.call((18, 11))
        notes = self.env["crm.lead.progress"].with_user(self.rep)
        with self.at(18, 12):
            note = notes.create(
                {
                    "lead_id": self.lead.id,
                    "summary": "They agree to the price of May",
                    "message_id": message.id,
                }
            )
            from_call = notes.create(
                {"lead_id": self.lead.id, "summary": "They call us back next Monday", "activity_id": call.id}
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
                with self.at(18, 9):  # what was before asks for nothing
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
                {"lead_id": self.lead.id, "summary": "They agree to the price of May"}
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

    def _write_note(self, vals):
        with self.at(18, 13):
            self.env["crm.lead.progress"].with_user(self.rep).create(vals)

    def test_the_card_shows_what_was_captured(self):
        """When it was and how, and its subject; what is later takes its place, a note tells more."""
        lines = [{"contact_at": "2024-03-18 10:00:00", "channel": "E-mail", "summary": "Your offer"}]
        lines.append({"contact_at": "2024-03-18 12:00:00", "channel": "Call", "summary": "They want three"})
        note = {"lead_id": self.lead.id, "summary": "They want three presses by June", "feedback": "Too dear"}
        lines.append({"contact_at": "2024-03-18 13:00:00", "channel": "Call", **note})
        del lines[2]["lead_id"]
        names = ("contact_at", "channel", "summary", "feedback")
        for line, contact in zip(
            lines,
            (
                lambda: self.receive((18, 10)),
                lambda: self.call((18, 12)),
                lambda: self._write_note(note),
            ),
            strict=True,
        ):
            contact()
            card = self.lead.with_user(self.rep).playbook_card
            self.assertEqual({name: card[name] for name in names if name in card}, line)

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

    def _ask_for_follow_ups(self, count, responsible="salesperson", **vals):
        """Deals on which a follow-up has been asked for."""
        self._create_deadline("Follow up", "follow_up", 0, **vals)
        tier = {"tier": "A", "min_revenue": 0, "min_probability": 0, "delay_count": 1}
        self.playbook.tier_ids = [Command.create({**tier, "follow_up_responsible": responsible})]
        leads = [self.create_lead_at(18, 9, partner_id=self.wu.id) for _ in range(count)]
        self.run_job(19, 9)
        return leads

    def assertFollowUp(self, lead, user):
        """Assert that a contact has ended what ``user`` was asked for."""
        [work] = self.get_work(lead).filtered(lambda one: one.summary == "Follow up")
        self.assertEqual((work.user_id, work.playbook_closing), (user, "satisfied"))

    def test_mails_count_as_whose_contact_the_rule_says(self):
        """Where anybody's counts, the salesperson's and the customer's end what the leader is asked for."""
        leads = self._ask_for_follow_ups(3, "team_leader", contact_of="anybody")
        self.send((19, 10), record=leads[0])
        self.receive((19, 11), record=leads[1])
        self.receive((19, 12), record=self.harbour)
        for lead in leads:
            self.assertFollowUp(lead, self.leader)

    def test_whoever_stands_in_for_the_salesperson(self):
        """The follow-up is the salesperson's, whoever has it now: contact of anybody ends it."""
        colleague = self.rep.copy({"login": "colleague", "name": "Colleague", "email": "c@ours.example.com"})
        leads = self._ask_for_follow_ups(3)
        with self.at(19, 9, 30):
            leads[2].user_id = False
            self.get_work(leads[1]).with_user(self.rep).user_id = colleague
        self.receive((19, 10), record=leads[1])
        with self.at(19, 11):
            self.rep.action_archive()
        self.receive((19, 12), record=leads[0])
        with self.at(19, 12):
            self.env["crm.lead.progress"].with_user(colleague).create(
                {"lead_id": leads[2].id, "summary": "They like it, and want three presses"}
            )
        for lead, user in zip(leads, (self.leader, colleague, self.leader), strict=True):
            self.assertFollowUp(lead, user)

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
