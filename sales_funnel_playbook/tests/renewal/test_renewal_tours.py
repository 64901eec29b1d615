from odoo.tests import HttpCase, tagged

from .renewal_common import RenewalCase


@tagged("post_install", "-at_install")
class TestRenewalTours(HttpCase, RenewalCase):
    def test_proposed_worked_renewed(self):
        self.rep.write({"password": "rep_of_renewals", "lang": "en_US"})
        won = self._create_won("2023-01-02 09:00:00", contract_start="2023-01-01", contract_end="2024-12-31")
        self.start_tour(f"/odoo/crm.lead/{won.id}", "playbook_renewal", login=self.rep.login)
        renewal = won.renewal_ids
        self.assertEqual((renewal.won_status, renewal.stage_id), ("won", self.stage_signed))
        self.assertEqual((won.won_status, won.expected_revenue), ("won", 1000))
