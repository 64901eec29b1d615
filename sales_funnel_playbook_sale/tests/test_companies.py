from odoo import Command, fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .sale_common import SalePlaybookCase


@tagged("post_install", "-at_install")
class TestCompanies(SalePlaybookCase):
    """Amounts are compared in the currency of the deal, whoever looks from which company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.main = cls.env.company
        cls.foreign = cls.env.ref("base.EUR" if cls.main.currency_id.name != "EUR" else "base.USD")
        cls.foreign.active = True
        cls.foreign.rate_ids.unlink()
        cls.env["res.currency.rate"].create(
            {
                "currency_id": cls.foreign.id,
                "company_id": cls.main.id,
                "name": "2020-01-01",
                "rate": 0.5,  # one foreign unit is two of the company's
            }
        )

    def _quote_foreign(self, amount, **vals):
        pricelist = self.env["product.pricelist"].create({"name": "Abroad", "currency_id": self.foreign.id})
        return self._quote(amount, pricelist_id=pricelist.id, **vals)

    def test_a_quotation_in_another_currency(self):
        order = self._quote_foreign(499)
        self.assertEqual((order.currency_id, self.get_facts()), (self.foreign, ""))
        order.order_line.price_unit = 500
        self.assertEqual((self.get_facts(), self.lead.quoted_amount), ("Q", 1000))
        order.action_confirm()
        invoice = self._invoice(order)
        self._pay(invoice)
        self.assertEqual((self.get_facts(), self.lead.paid_amount), ("QOAP", 1000))

    def test_what_is_in_a_currency_without_a_rate_proves_no_amount(self):
        """Odoo takes one to one for it: a million yen were a million dollars."""
        self.foreign.rate_ids.unlink()
        order = self._quote_foreign(5000)
        self.assertEqual((self.get_facts(), self.lead.quoted_amount), ("", 0))
        self.assertFalse(self.lead.offered_revenue)
        order.action_confirm()
        self.assertEqual(self.get_facts(), "OA", "an order it is")

    def test_an_order_counts_at_the_rate_of_its_day(self):
        self._quote_foreign(500).action_confirm()
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.foreign.id,
                "company_id": self.main.id,
                "name": fields.Date.add(fields.Date.today(), days=1),
                "rate": 5,
            }
        )
        self.lead._compute_ordered()
        self.assertEqual(self.lead.ordered_amount, 1000)

    def test_a_deal_of_all_companies_and_an_order_of_one(self):
        """It is in the main company's currency, and its documents are for who works in theirs."""
        abroad = self.env["res.company"].create({"name": "Abroad", "currency_id": self.foreign.id})
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.main.currency_id.id,
                "company_id": abroad.id,
                "name": "2020-01-01",
                "rate": 2,
            }
        )
        self.env.user.company_ids = [Command.link(abroad.id)]
        self.lead.company_id = False
        order = self.env["sale.order"].with_company(abroad)
        order = order.create(
            {
                "partner_id": self.customer.id,
                "company_id": abroad.id,
                "opportunity_id": self.lead.id,
                "order_line": [
                    Command.create({"product_id": self.product.id, "price_unit": 500, "tax_ids": False})
                ],
            }
        )
        order.action_confirm()
        self.assertEqual((order.currency_id, self.lead.ordered_amount), (self.foreign, 1000))
        self.assertEqual(self.get_facts(), "QOA")
        self.assertEqual(self.get_documents(), {"Draft contract": [], "Agreed or paid": []})
        self.assertEqual(self.lead.with_user(self.rep).offered_revenue, 0)
        self.rep.company_ids = [Command.link(abroad.id)]
        as_rep = self.lead.with_user(self.rep).with_context(allowed_company_ids=[self.main.id, abroad.id])
        panel = as_rep.get_playbook_panel()
        self.assertEqual(panel["stage"]["outputs"][0]["documents"][0]["name"], order.name)

    def test_another_company_another_currency(self):
        self._quote_foreign(500)
        abroad = self.env["res.company"].create({"name": "Abroad", "currency_id": self.foreign.id})
        lead = self._create_deal(company_id=abroad.id, team_id=self.team.id, user_id=False)
        self.assertEqual(lead._get_documents_currency(), self.foreign)
        self.assertEqual(self.lead._get_documents_currency(), self.main.currency_id)

    @mute_logger("odoo.sql_db")
    def test_the_sample_goes_though_something_was_quoted_in_it(self):
        playbooks = self.env["crm.playbook"].with_user(self.env.ref("base.user_admin"))
        company = self.env["res.company"].browse(playbooks.action_load_sample()["company_id"])
        lead = self.env["crm.lead"].search([("company_id", "=", company.id)], limit=1)
        customer = self.env["res.partner"].create({"name": "Quoted to", "company_id": company.id})
        vals = {"partner_id": customer.id, "company_id": company.id, "opportunity_id": lead.id}
        order = self.env["sale.order"].with_company(company).create({**vals, "team_id": lead.team_id.id})
        self.assertTrue(playbooks.action_remove_sample())
        self.assertFalse(lead.exists() or customer.active or company.active)
        self.assertEqual(order.partner_id, customer)
