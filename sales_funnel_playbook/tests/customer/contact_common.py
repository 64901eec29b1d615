from email.message import EmailMessage
from email.utils import format_datetime
from itertools import count

import pytz

from odoo import Command

from ..deadline.deadline_common import DeadlineCase, at

CUSTOMER = "wu@harbour.example.com"
NUMBERS = count(1)  # so that no two mails are the same


class ContactCase(DeadlineCase):
    """A deal with Harbour, whose Ms Wu writes mails; they come in through Odoo's gateway as they are sent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.harbour = cls.env["res.partner"].create({"name": "Harbour", "is_company": True})
        cls.wu = cls.env["res.partner"].create(
            {"name": "Ms Wu", "email": CUSTOMER, "parent_id": cls.harbour.id}
        )
        cls.rep.email = "rep@ours.example.com"
        cls.leader.email = "leader@ours.example.com"

    def setUp(self):
        super().setUp()
        self.lead = self.create_lead_at(18, 9, partner_id=self.wu.id)

    def receive(self, moment, record=None, sender=CUSTOMER, answers=None, body="We take it.", **headers):
        """Let an e-mail come in at ``moment``, a day and hour of March 2024, and return its message.

        :param record: in whose chatter it belongs
        :param answers: the message whose answer it is
        :param headers: more of them, ``_`` for ``-``
        """
        record = self.lead if record is None else record
        mail = EmailMessage()
        mail["From"], mail["To"] = sender, "sales@ours.example.com"
        mail["Message-ID"] = f"<{next(NUMBERS)}@harbour.example.com>"
        mail["Date"] = format_datetime(pytz.utc.localize(at(*moment)))
        mail["Subject"] = "Your offer"
        if answers:
            mail["In-Reply-To"] = answers.message_id
        for name, value in headers.items():
            del mail[name.replace("_", "-")]
            mail[name.replace("_", "-")] = value
        mail.set_content(body)
        with self.at(*moment):
            self.env["mail.thread"].message_process(
                record._name, mail.as_bytes(), thread_id=None if answers else record.id
            )
        return self.env["mail.message"].search([("message_id", "=", mail["Message-ID"])])

    def send(self, moment, record=None, user=None, to=None, **vals):
        """Let a colleague write to Ms Wu from the chatter."""
        record = self.lead if record is None else record
        with self.at(*moment):
            return record.with_user(user or self.rep).message_post(
                **{
                    "body": "Our offer is attached",
                    "partner_ids": (self.wu if to is None else to).ids,
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_comment",
                    **vals,
                }
            )

    def meet(self, start, stop, guests=None, **vals):
        """Enter a meeting on the deal, of the salesperson with ``guests``, as late as it ends."""
        partners = self.rep.partner_id | (self.wu if guests is None else guests)
        with self.at(*vals.pop("entered", stop)):
            return (
                self.env["calendar.event"]
                .with_context(no_mail_to_attendees=True)
                .create(
                    {
                        "name": "Demo",
                        "start": at(*start),
                        "stop": at(*stop),
                        "user_id": self.rep.id,
                        "opportunity_id": self.lead.id,
                        "partner_ids": [Command.set(partners.ids)],
                        **vals,
                    }
                )
            )

    def call(self, moment, record=None, kind="call", user=None, **vals):
        """Plan a call and mark it as done at ``moment``."""
        record = self.lead if record is None else record
        user = user or self.rep
        with self.at(*moment):
            activity = record.activity_schedule(
                f"mail.mail_activity_data_{kind}", at(*moment).date(), user_id=user.id, **vals
            )
            activity.with_user(user).action_feedback(feedback="They want three")
        return activity

    def assertContacts(self, lead, expected):
        """Assert what was captured of ``lead``, oldest first: ``(when, channel, what, they spoke)``."""
        contacts = lead.contact_ids.sorted(lambda one: (one.contacted_at, one.id))
        self.assertEqual(
            [(one.contacted_at, one.channel, one.summary, one.is_from_customer) for one in contacts], expected
        )
