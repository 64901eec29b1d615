from odoo import Command, fields
from odoo.tests import tagged

from .sale_common import SalePlaybookCase


@tagged("post_install", "-at_install")
class TestDocuments(SalePlaybookCase):
    """What quotations, orders and invoices show of a deal, and no longer when they are taken back."""

    def test_from_the_quotation_to_signed_without_a_tick(self):
        """Each step is read by the gate in the transaction that makes it."""
        as_rep = self.lead.with_user(self.rep)
        order = self._quote(is_sent=False)
        self.assertRefused(
            ["Agreed or paid", "Draft contract"], as_rep.write, {"stage_id": self.stage_signed.id}
        )
        order.action_quotation_sent()
        self.assertRefused(["Agreed or paid"], as_rep.write, {"stage_id": self.stage_signed.id})
        order.action_confirm()
        as_rep.stage_id = self.stage_signed
        self.assertEqual((self.lead.won_status, self.lead.stage_log_ids[0].gate), ("won", "passed"))
        self.assertFalse(self.lead.confirmation_ids.filtered(lambda one: one.condition_id == self.agreed))
        self.assertFalse(self.lead.output_ids)

    def test_cancelled_is_unmet_again(self):
        order = self._quote()
        order.action_confirm()
        self.assertEqual((self.get_facts(), self.get_unmet()), ("QOA", []))
        self.assertEqual((self.lead.quoted_amount, self.lead.ordered_amount), (1000, 1000))
        order.action_cancel()
        self.assertEqual((self.get_facts(), self.lead.quoted_amount, self.lead.ordered_amount), ("", 0, 0))
        move = {"stage_id": self.stage_signed.id}
        self.assertRefused(["Agreed or paid", "Draft contract"], self.lead.with_user(self.rep).write, move)
        order.action_draft()
        order.action_quotation_sent()
        self.assertEqual(self.get_facts(), "Q")

    def test_a_quotation_counts_from_the_expected_revenue_on(self):
        self._quote(999.99)
        self.assertEqual((self.get_facts(), self.lead.quoted_amount), ("", 999.99))
        self.lead.expected_revenue = 999.99
        self.assertEqual(self.get_facts(), "Q")
        self.lead.expected_revenue = 1500
        self.assertEqual(self.get_facts(), "")

    def test_variants_are_no_sum_and_orders_are(self):
        """Of several quotations the customer takes one; what was ordered is ordered."""
        orders = self._quote(600) | self._quote(700)
        self.assertEqual((self.get_facts(), self.lead.quoted_amount), ("", 700))
        orders.action_confirm()
        self.assertEqual((self.get_facts(), self.lead.quoted_amount), ("QOA", 1300))
        self.assertEqual(
            self.get_documents()["Draft contract"], orders.sorted("id", reverse=True).mapped("name")
        )

    def test_signed_by_the_customer_is_agreed_and_no_order_yet(self):
        """The customer signs online as nobody in particular; the down payment is still missing."""
        self.draft.delay_count = 3
        order = self._quote(require_payment=True)
        public = self.env.ref("base.public_user")
        order.with_user(public).sudo().write(
            {
                "signed_by": "Zoe",
                "signed_on": fields.Datetime.now(),
                "signature": "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7",
            }
        )
        self.env.cr.flush()
        self.assertEqual((self.get_facts(), self.get_unmet()), ("QA", []))
        order.action_draft()
        self.assertEqual(self.get_facts(), "", "what is changed is to be signed again")

    def test_an_invoice_shows_payment_when_it_is_paid_in_full(self):
        order = self._quote()
        order.action_confirm()
        invoice = self._invoice(order)
        self.assertEqual(self.get_facts(), "QOA")
        self._pay(invoice, amount=400)
        self.assertEqual((self.get_facts(), self.lead.paid_amount), ("QOA", 0))
        self._pay(invoice)
        self.assertEqual((self.get_facts(), self.lead.paid_amount), ("QOAP", 1000))
        self.assertEqual(self.get_documents()["Agreed or paid"], [order.name, invoice.display_name])
        order.action_cancel()
        self.assertEqual((self.get_facts(), self.lead.paid_amount), ("", 0), "that is to be paid back")

    def test_an_invoice_that_is_taken_back_shows_nothing(self):
        for is_paid in (True, False):
            lead = self._create_deal()
            order = self._quote(lead=lead)
            order.action_confirm()
            invoice = self._invoice(order)
            if is_paid:
                self._pay(invoice)
            self._credit(invoice)
            with self.subTest(is_paid=is_paid):
                self.assertEqual((self.get_facts(lead), lead.paid_amount), ("QOA", 0))

    def test_a_credit_note_on_one_invoice_takes_nothing_from_another(self):
        first, second = self._quote(), self._quote(500)
        (first | second).action_confirm()
        paid, unpaid = self._invoice(first), self._invoice(second)
        self._pay(paid)
        self._credit(unpaid)
        self.assertEqual((self.get_facts(), self.lead.paid_amount), ("QOAP", 1000))

    def test_a_payment_that_is_taken_back(self):
        order = self._quote()
        order.action_confirm()
        invoice = self._invoice(order)
        self._pay(invoice)
        self.assertIn("P", self.get_facts())
        payment = invoice.matched_payment_ids
        payment.action_draft()
        payment.action_cancel()
        self.assertNotIn("P", self.get_facts())

    def test_one_invoice_of_several_deals(self):
        """Each deal has what was invoiced of its own order."""
        other = self._create_deal()
        orders = self._quote() | self._quote(250, lead=other)
        orders.action_confirm()
        invoice = orders._create_invoices()
        self.assertEqual(len(invoice), 1)
        invoice.action_post()
        self._pay(invoice)
        self.assertEqual((self.lead.paid_amount, other.paid_amount), (1000, 250))

    def test_a_line_that_is_added_counts(self):
        order = self._quote(900)
        self.assertEqual(self.get_facts(), "")
        line = {"product_id": self.product.id, "price_unit": 100}
        order.order_line = [Command.create(line)]
        self.assertEqual(self.get_facts(), "Q")
