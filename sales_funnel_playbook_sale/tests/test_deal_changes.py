from odoo.tests import tagged

from .sale_common import SalePlaybookCase


@tagged("post_install", "-at_install")
class TestDealChanges(SalePlaybookCase):
    """Documents belong to a deal, and what they show goes with them."""

    def test_merged_deals_have_the_orders_of_all(self):
        other = self._create_deal()
        order = self._quote(lead=other)
        order.action_confirm()
        self._pay(self._invoice(order))
        merged = (self.lead | other).merge_opportunity()
        self.assertEqual((order.opportunity_id, self.get_facts(merged)), (merged, "QOAP"))
        self.assertEqual((merged.ordered_amount, merged.paid_amount), (1000, 1000))

    def test_an_order_that_goes_to_another_deal(self):
        other = self._create_deal()
        order = self._quote()
        order.opportunity_id = other
        self.assertEqual((self.get_facts(), self.get_facts(other)), ("", "Q"))
        order.action_cancel()
        order.unlink()
        self.assertEqual(self.get_facts(other), "")

    def test_a_copy_has_none_of_them(self):
        self._quote().action_confirm()
        copied = self.lead.copy()
        self.assertEqual((self.get_facts(copied), copied.ordered_amount), ("", 0))

    def test_archived_and_lost_deals_follow_too(self):
        order = self._quote()
        order.action_confirm()
        self.lead.action_set_lost()
        order.action_cancel()
        self.assertEqual(self.get_facts(), "")
        order.action_draft()
        order.action_confirm()
        self.lead.action_unarchive()
        self.assertEqual(self.get_facts(), "QOA")

    def test_a_won_deal_stays_won_and_its_checklist_says_what_is_gone(self):
        order = self._quote()
        order.action_confirm()
        self.lead.stage_id = self.stage_signed
        order.action_cancel()
        self.assertEqual((self.lead.won_status, self.get_facts()), ("won", ""))

    def test_a_deal_without_a_playbook(self):
        self.playbook.active = False
        order = self._quote()
        order.action_confirm()
        self.assertEqual(self.get_facts(), "QOA")
        self.assertFalse(self.lead.get_playbook_panel())

    def test_deals_without_orders_cost_nothing(self):
        leads = self._create_lead() | self._create_lead()
        self.env.flush_all()
        leads.invalidate_recordset()
        leads.fetch(["expected_revenue", "quoted_amount", "has_quotation", "company_id"])
        field = leads._fields["has_quotation"]
        self.env.add_to_compute(field, leads)
        with self.assertQueryCount(0):
            leads._recompute_field(field)
