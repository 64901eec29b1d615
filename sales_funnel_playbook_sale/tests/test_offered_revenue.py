from odoo.exceptions import UserError
from odoo.tests import tagged

from .sale_common import SalePlaybookCase


@tagged("post_install", "-at_install")
class TestOfferedRevenue(SalePlaybookCase):
    """What the orders come to is offered, and written by a click alone."""

    def test_the_latest_quotation_is_offered_and_taken_over(self):
        self._quote(1500, date_order="2024-03-01")
        self._quote(1200, date_order="2024-03-02")
        self.assertEqual((self.lead.offered_revenue, self.lead.expected_revenue), (1200, 1000))
        self.lead.with_user(self.rep).action_take_offered_revenue()
        self.assertEqual(self.lead.expected_revenue, 1200)

    def test_orders_are_offered_together_and_cancelled_ones_are_not(self):
        orders = self._quote(300) | self._quote(400)
        self._quote(5000)
        orders.action_confirm()
        self.assertEqual(self.lead.offered_revenue, 700)
        orders.action_cancel()
        self.assertEqual(self.lead.offered_revenue, 5000)
        self.assertEqual(self.lead.expected_revenue, 1000, "nothing was written")

    def test_there_is_nothing_to_take_over(self):
        self._quote(1500, is_sent=False)
        with self.assertRaisesRegex(UserError, "no quotation that was sent"):
            self.lead.action_take_offered_revenue()
