from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .renewal_common import RenewalCase


@tagged("post_install", "-at_install")
class TestRenewalTours(HttpCase, RenewalCase):
    """A renewal deal in the browser: renewed, not renewed, and more sold than before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rep.write({"password": "rep_of_renewals", "lang": "en_US"})
        cls.reason.name = "Made in house"  # Odoo has one that is too expensive
        cls.contract = {"contract_start": "2023-01-01", "contract_end": "2024-12-31"}

    def walk(self, tour, won):
        """Take a tour that begins on a won deal, and return the last deal that follows it."""
        self.env.flush_all()
        with mute_logger("odoo.http"):  # it logs the refusals that are filled in
            self.start_tour(f"/odoo/crm.lead/{won.id}", tour, login=self.rep.login)
        self.env.invalidate_all()
        return won.renewal_ids.sorted("id")[-1:]

    def test_proposed_worked_renewed(self):
        won = self._create_won("2023-01-02 09:00:00", **self.contract)
        renewal = self.walk("playbook_renewal", won)
        self.assertEqual((renewal.won_status, renewal.stage_id), ("won", self.stage_signed))
        self.assertEqual((won.won_status, won.expected_revenue), ("won", 1000))

    def test_not_renewed_and_upsold(self):
        """And what the numbers say of it."""
        won = self._create_won("2023-01-02 09:00:00", **self.contract)
        lost = self.walk("playbook_not_renewed", won)
        self.assertEqual(
            (lost.won_status, lost.lost_reason_id, lost.renewal_kind), ("lost", self.reason, "renewal")
        )
        self.assertEqual((won.won_status, won.expected_revenue), ("won", 1000))
        other = self.env["res.partner"].create({"name": "Fabrikam", "is_company": True})
        theirs = self._create_won("2023-01-02 09:00:00", 600, partner_id=other.id, **self.contract)
        self._win(self._renew(theirs, "2024-10-01 09:00:00"), "2024-11-04 09:00:00")
        upsell = self.walk("playbook_upsold", theirs)
        self.assertEqual(
            (upsell.won_status, upsell.renewal_kind, upsell.expected_revenue, theirs.expected_revenue),
            ("won", "upsell", 200, 600),
        )
        self.assertEqual(upsell.stage_log_ids.sorted("id")[-1:].gate, "passed")
        report = self.env.ref("sales_funnel_playbook.crm_renewal_report_action").id
        self.start_tour(f"/odoo/action-{report}", "playbook_renewal_numbers", login=self.rep.login)
        names = ("asked_amount:sum", "renewed_amount:sum", "not_renewed_amount:sum", "growth_amount:sum")
        rates = ("amount_rate:avg", "customer_rate:avg")
        mine = [("playbook_id", "=", self.playbook.id)]
        [numbers] = self.env["crm.renewal.report"]._read_group(mine, [], [*names, *rates])
        self.assertEqual(numbers, (1600, 600, 1000, 200, 37.5, 50))
