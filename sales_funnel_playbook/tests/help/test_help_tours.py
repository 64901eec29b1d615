from odoo.tests import HttpCase, tagged

from .help_common import HelpCase


@tagged("post_install", "-at_install")
class TestHelpTours(HttpCase, HelpCase):
    """Help is unfolded where it stands, and its mail is sent from there."""

    def test_help_on_the_checklist(self):
        self.rule.write(
            {
                "help_text": "Ask who decides.",
                "help_attachment_ids": self._upload("questions.en_US.docx"),
                "help_template_ids": self.mail,
            }
        )
        self.env.flush_all()
        action = self.env.ref("crm.crm_lead_opportunities")
        url = f"/odoo/action-{action.id}/{self.lead.id}"
        self.start_tour(url, "playbook_help", login=self.rep.login)
        self.assertEqual(self.lead.message_ids[:1].subject, "About Acme")
