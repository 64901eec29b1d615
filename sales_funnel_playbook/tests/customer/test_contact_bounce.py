from odoo.tests import tagged
from odoo.tools import mute_logger

from ..deadline.deadline_common import at
from .contact_common import ContactCase

BOUNCE = b"""Return-Path: <>
From: MAILER-DAEMON@harbour.example.com (Mail Delivery System)
To: bounce@ours.example.com
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-1@harbour.example.com>
Date: Mon, 18 Mar 2024 12:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain; charset=us-ascii

I am sorry: <wu@harbour.example.com>: user unknown

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; harbour.example.com

Final-Recipient: rfc822; wu@harbour.example.com
Action: failed
Status: 5.1.1

--part
Content-Type: message/rfc822

Message-ID: %s
From: rep@ours.example.com
To: wu@harbour.example.com
Subject: Our offer

Our offer is attached

--part--
"""


@tagged("post_install", "-at_install")
class TestContactBounce(ContactCase):
    """A mail that did not arrive was no contact."""

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def _bounce(self, message):
        with self.at(18, 12):
            self.env["mail.thread"].message_process(False, BOUNCE % message.message_id.encode())

    def test_a_mail_that_comes_back(self):
        self.receive((18, 10))
        sent = self.send((18, 11))
        self.assertEqual(self.lead.last_contact_at, at(18, 11))
        self._bounce(sent)
        self.assertEqual(sent.notification_ids.notification_status, "bounce")
        self.assertContacts(self.lead, [(at(18, 10), "email", "Your offer", True)])
        self.assertEqual(self.lead.last_contact_at, at(18, 10))
        self.run_job(18, 13)
        self.assertEqual(len(self.lead.contact_ids), 1)

    def test_one_that_another_reader_has_got_is_contact(self):
        other = self.env["res.partner"].create({"name": "Mr Li", "email": "li@harbour.example.com"})
        sent = self.send((18, 11), to=self.wu | other)
        self._bounce(sent)
        self.assertEqual(self.lead.last_contact_at, at(18, 11))

    def test_one_that_could_not_be_sent_and_is_sent_again(self):
        sent = self.send((18, 11))
        for moment, status, count in (((18, 12), "exception", 0), ((18, 13), "sent", 1)):
            with self.at(*moment):
                sent.sudo().notification_ids.write({"notification_status": status})
            self.assertEqual(len(self.lead.contact_ids), count)
