from odoo import Command
from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .sale_common import SalePlaybookCase

MET = {"Draft contract": [], "Agreed or paid": []}


@tagged("post_install", "-at_install")
class TestAccess(SalePlaybookCase):
    """Whoever may not read a document sees that the rule is met, and no more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesman = cls.user_sales_salesman  # reads their own documents only
        cls.lead.user_id = cls.salesman
        cls.order = cls._quote()
        cls.order.action_confirm()

    def test_a_salesperson_with_their_own_documents(self):
        self.assertEqual(self.get_documents(self.salesman), MET)
        as_salesman = self.lead.with_user(self.salesman)
        self.assertEqual((as_salesman.offered_revenue, as_salesman.has_order), (0, True))
        for name in ("quoted_amount", "ordered_amount", "paid_amount"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                as_salesman.read([name])
            with self.subTest(name=name), self.assertRaises(AccessError):
                as_salesman.search([(name, ">", 0)])
        self.order.user_id = self.salesman
        self.assertEqual(self.get_documents(self.salesman), {name: [self.order.name] for name in MET})
        as_salesman.invalidate_recordset(["offered_revenue"])
        self.assertEqual(as_salesman.offered_revenue, 1000)

    def test_an_invoice_of_others(self):
        invoice = self._invoice(self.order)
        self._pay(invoice)
        self.assertEqual(self.get_documents(self.salesman), MET)
        self.order.user_id = self.salesman
        self.assertEqual(self.get_documents(self.salesman)["Agreed or paid"], [self.order.name])

    def test_they_move_the_deal_all_the_same(self):
        self.lead.with_user(self.salesman).stage_id = self.stage_signed
        self.assertEqual(self.lead.stage_id, self.stage_signed)

    def test_a_contributor_without_any_right_on_sales(self):
        groups = "base.group_user,sales_funnel_playbook.group_funnel_contributor"
        finance = mail_new_test_user(self.env, "sale_finance", groups=groups)
        role = self.env.ref("sales_funnel_playbook.crm_playbook_role_finance")
        self.lead.member_ids = [Command.create({"role_id": role.id, "user_id": finance.id})]
        self.assertEqual(self.get_documents(finance), MET)
        as_finance = self.lead.with_user(finance)
        for name in ("has_order", "ordered_amount", "offered_revenue"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                as_finance.read([name])
        with self.assertRaises(AccessError):
            as_finance.action_take_offered_revenue()
        self.assertTrue(as_finance.get_view(view_type="form")["arch"])

    def test_nobody_writes_what_follows_from_documents(self):
        for name in ("has_order", "has_payment", "paid_amount"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                self.lead.with_user(self.leader).write({name: 1})
        lead = self.env["crm.lead"].with_user(self.leader).with_context(default_has_order=True)
        with self.assertRaises(AccessError):
            lead.create({"name": "New"})

    def test_the_views_open_for_everybody(self):
        for user in (self.salesman, self.rep, self.leader):
            views = self.env["crm.lead"].with_user(user).get_views([(False, "form"), (False, "search")])
            self.assertIn("offered_revenue", views["views"]["form"]["arch"])
