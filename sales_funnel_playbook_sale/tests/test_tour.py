from odoo import Command
from odoo.tests import HttpCase, tagged

from .sale_common import SalePlaybookCase


@tagged("post_install", "-at_install")
class TestTour(HttpCase, SalePlaybookCase):
    """In a browser: quotation, order, invoice and payment take a deal to “Signed”, and back."""

    def test_signed_without_a_tick_and_back(self):
        account = self.env.ref("account.group_account_invoice")
        self.leader.write({"group_ids": [Command.link(account.id)]})
        payment = self._create_condition(
            self.stage_signed, "Payment received", kind="confirmation", met_by="sale_payment"
        )
        order = self._quote(is_sent=False, user_id=self.leader.id)
        self.lead.expected_revenue = 1200
        action = self.env.ref("crm.crm_lead_opportunities")
        url = f"/odoo/action-{action.id}/{self.lead.id}"
        self.start_tour(url, "playbook_sale_documents", login=self.leader.login)
        self.assertEqual((order.state, order.invoice_ids.payment_state), ("sale", "paid"))
        self.assertEqual((self.lead.stage_id, self.lead.expected_revenue), (self.stage_signed, 1000))
        self.assertEqual((self.lead.won_status, self.lead.stage_log_ids[0].gate), ("won", "passed"))
        self.lead.stage_id = self.stage_talks
        self.start_tour(url, "playbook_sale_cancelled", login=self.leader.login)
        self.assertEqual(order.state, "cancel")
        self.assertFalse(
            self.lead.confirmation_ids.filtered(lambda one: one.condition_id in self.agreed | payment)
        )
