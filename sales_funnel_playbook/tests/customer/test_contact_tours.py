from odoo.tests import HttpCase, tagged

from .contact_common import ContactCase


@tagged("post_install", "-at_install")
class TestContactTours(HttpCase, ContactCase):
    """What a deal's mails say becomes a note in the browser."""

    def test_a_mail_becomes_a_note(self):
        self.receive((18, 10))
        action = self.env.ref("crm.crm_lead_opportunities")
        self.start_tour(
            f"/odoo/action-{action.id}/{self.lead.id}", "playbook_make_it_a_note", login=self.rep.login
        )
        note = self.lead.progress_ids
        self.assertEqual(note.summary, "They want the offer for three presses")
        self.assertEqual((note.channel, note.contact_id), ("email", self.lead.contact_ids))
