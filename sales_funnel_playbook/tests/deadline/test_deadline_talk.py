from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .deadline_common import DeadlineCase, at

MAIL = """\
MIME-Version: 1.0
Date: Mon, 18 Mar 2024 13:00:00 +0000
Message-ID: <answer-{number}@customer.example>
From: {sender}
To: {to}
Subject: Re: Our offer
References: {parent}
In-Reply-To: {parent}
{header}Content-Type: {kind}

{text}
"""


@tagged("post_install", "-at_install")
class TestDeadlineTalk(DeadlineCase):
    """What is talk with a customer asks for a note, and nothing else does: mails as they come in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.playbook.asked_contact = "all"
        cls._create_deadline("Write the note", "communication", 24, "hours")
        cls.customer = cls.env["res.partner"].create({"name": "Ms Wu", "email": "wu@customer.example"})
        domain = cls.env["mail.alias.domain"].create({"name": "talk.example"})
        cls.env.company.alias_domain_id = domain
        cls.catchall = domain.catchall_email
        cls.rep.email = "rep@talk.example"
        cls.number = 0

    def setUp(self):
        super().setUp()
        self.lead = self.create_lead_at(18, 9, partner_id=self.customer.id)
        with self.at(18, 10):
            self.told = self.lead.with_user(self.leader).message_post(
                body="Whom shall we visit?", partner_ids=self.rep.partner_id.ids, message_type="comment"
            )

    def _receive(self, sender="Ms Wu <wu@customer.example>", header="", kind="text/plain", **values):
        """Let an answer to the deal's last message come in through the gateway."""
        type(self).number += 1
        values = {
            "to": self.catchall,
            "text": "I am back on Monday.",
            "parent": self.told.message_id,
            **values,
        }
        mail = MAIL.format(
            number=self.number, sender=sender, header=header and f"{header}\n", kind=kind, **values
        )
        with self.at(18, 13), mute_logger("odoo.addons.mail.models.mail_thread"):
            self.assertEqual(self.env["mail.thread"].message_process("crm.lead", mail), self.lead.id)
        self.run_job(18, 14)
        return self.lead.message_ids.filtered(lambda one: f"answer-{self.number}@" in one.message_id)

    def test_a_customers_answer(self):
        message = self._receive()
        self.assertRecordValues(message, [{"author_id": self.customer.id, "is_automatic": False}])
        self.assertWork(self.lead, [("Write the note", self.rep, at(19, 13), False)])

    def test_somebody_unknown_at_the_customer(self):
        self._receive("Mr Li <li@customer.example>")
        self.assertWork(self.lead, [("Write the note", self.rep, at(19, 13), False)])

    def test_what_a_program_answers(self):
        """Whichever of the headers its maker has chosen."""
        for header in (
            "Auto-Submitted: auto-replied",
            "Auto-Submitted: auto-generated; owner-email=x@customer.example",
            "X-Autoreply: yes",
            "X-Autorespond: Out of office",
            "Precedence: auto_reply",
            "Precedence: bulk",
            "Return-Path: <>",
        ):
            with self.subTest(header=header):
                self.assertTrue(self._receive(header=header).is_automatic)
                self.assertFalse(self.get_work(self.lead))

    def test_what_only_looks_like_it(self):
        """A header that says no, and the address of a group at the customer's."""
        for header in ("Auto-Submitted: no", "Precedence: list"):
            with self.subTest(header=header):
                self.assertFalse(self._receive(header=header).is_automatic)
        self.assertWork(self.lead, [("Write the note", self.rep, at(19, 13), False)])

    def test_a_colleague_answers_a_notification(self):
        message = self._receive(f"{self.rep.name} <rep@talk.example>")
        self.assertEqual(message.author_id, self.rep.partner_id)
        self.assertFalse(self.get_work(self.lead))
        self.rep.active = False
        self.run_job(18, 15)
        self.assertFalse(self.get_work(self.lead), "who has left was a colleague")

    def test_a_colleague_answers_the_customer(self):
        """Odoo passes it on to whom it answers; or the customer's address is in it."""
        with self.at(18, 11):
            self.told = self.lead.message_post(
                body="And the price?",
                message_type="email",
                author_id=self.customer.id,
                subtype_xmlid="mail.mt_comment",
            )
            self.told.date = at(1).replace(month=1)  # which is another matter, and long ago
        self._receive(f"{self.rep.name} <rep@talk.example>")
        self.assertWork(self.lead, [("Write the note", self.rep, at(19, 13), False)])

    def test_a_colleague_writes_to_the_customer_and_copies_the_deal(self):
        self._receive(f"{self.rep.name} <rep@talk.example>", to=f"Wu@customer.example, {self.catchall}")
        self.assertWork(self.lead, [("Write the note", self.rep, at(19, 13), False)])

    def test_a_mailing(self):
        """Sent to the deals of a list, by Odoo's own composer: each has it in its chatter."""
        context = {
            **{"default_model": "crm.lead", "default_res_ids": self.lead.ids, "active_ids": self.lead.ids},
            "default_composition_mode": "mass_mail",
        }
        with self.at(18, 12), self.mock_mail_gateway():
            composer = Form(self.env["mail.compose.message"].with_user(self.rep).with_context(**context))
            composer.subject, composer.body = "News of spring", "Our presses are faster now."
            composer.save()._action_send_mail()
        sent = self.lead.message_ids.filtered(lambda one: one.subject == "News of spring")
        self.assertEqual(sent.message_type, "email_outgoing")
        self.run_job(18, 14)
        self.assertFalse(self.get_work(self.lead))

    def test_nobody_says_that_a_program_wrote_what_they_write(self):
        """It would ask for no note: neither as it is posted, nor later, nor of what others have written."""
        written = self._receive()
        mine = self.env["mail.message"].with_user(self.rep)
        vals = {"model": "crm.lead", "res_id": self.lead.id, "body": "Our offer"}
        forging = {"default_is_automatic": True}
        for attempt in (
            lambda: mine.create({**vals, "is_automatic": True}),
            lambda: mine.with_context(**forging).create(vals),
            lambda: written.with_user(self.rep).write({"is_automatic": True}),
            lambda: written.with_user(self.rep).write({"is_automatic": False}),
        ):
            with self.assertRaises(AccessError):
                attempt()
        with self.assertRaises(ValueError):
            self.lead.with_user(self.rep).message_post(body="Our offer", is_automatic=True)
        posted = self.lead.with_user(self.rep).with_context(**forging).message_post(body="Our offer")
        logged = mine.sudo().with_context(**forging).create(vals)
        self.assertEqual((posted | logged).sudo().mapped("is_automatic"), [False, False])
