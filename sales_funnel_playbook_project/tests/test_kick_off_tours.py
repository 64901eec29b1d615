from odoo.tests import HttpCase, tagged

from .project_common import KickOffCase


@tagged("post_install", "-at_install")
class TestKickOffTours(HttpCase, KickOffCase):
    def test_sales_wins_and_delivery_begins(self):
        lead = self._create_lead("Presses")
        self.submit_file(lead, self.file)
        self.bring_close(lead)
        url = f"/odoo/crm.lead/{lead.id}"
        self.start_tour(url, "playbook_kick_off_win", login=self.rep.login)
        self.assertEqual(self.get_projects(lead).user_id, self.dan)
        self.start_tour(url, "playbook_kick_off_delivery", login=self.dan.login)

    def test_with_a_button(self):
        self.playbook.kickoff_when = "button"
        lead = self._create_lead("Roofs")
        self.assertFalse(self.win(lead))
        self.start_tour(f"/odoo/crm.lead/{lead.id}", "playbook_kick_off_button", login=self.dan.login)
        self.assertEqual(self.get_projects(lead).name, "Roofs")
