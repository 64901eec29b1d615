from odoo import Command

from odoo.addons.sales_funnel_playbook.tests.common import PlaybookCase


class SalePlaybookCase(PlaybookCase):
    """The deal “Acme”, worth 1,000 without taxes. Its playbook asks for a draft contract before “Signed”,
    which a quotation meets, and for both sides' word or the money, which an order or an invoice does.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_accounting(cls.env.company)
        cls.customer = cls.env["res.partner"].create({"name": "Acme", "email": "acme@example.com"})
        cls.tax = cls.env["account.tax"].create({"name": "15 %", "amount": 15})
        cls.product = cls.env["product.product"].create(
            {"name": "Licence", "type": "service", "invoice_policy": "order", "taxes_id": cls.tax.ids}
        )
        cls.draft = cls._create_output(
            cls.stage_talks, "Draft contract", approval="team_leader", met_by="sale_quotation"
        )
        cls.agreed = cls._create_condition(
            cls.stage_signed, "Agreed or paid", kind="confirmation", met_by="sale_agreement_or_payment"
        )
        cls.lead = cls._create_deal()

    @classmethod
    def _set_up_accounting(cls, company):
        """Accounts and journals, as a company has them that sends invoices."""
        if not company.chart_template:
            cls.env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)

    @classmethod
    def _create_deal(cls, **vals):
        """A deal in “Talks”, of which all but the documents is there."""
        vals = {"expected_revenue": 1000, "partner_id": cls.customer.id, **vals}
        lead = cls._create_lead(name="Acme", **vals)
        for stage in (cls.stage_demo, cls.stage_talks):
            for condition in cls.rules[stage].condition_ids.filtered(lambda one: one.kind == "confirmation"):
                lead.confirm_condition(condition.id)
            lead.stage_id = stage
        lead.date_deadline = "2030-01-01"
        return lead

    @classmethod
    def _quote(cls, amount=1000, lead=None, is_sent=True, **vals):
        """A quotation for the deal, sent."""
        lead = cls.lead if lead is None else lead
        line = {"product_id": cls.product.id, "price_unit": amount, "tax_ids": cls.tax.ids}
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "opportunity_id": lead.id,
                "user_id": cls.rep.id,
                "order_line": [Command.create(line)],
                **vals,
            }
        )
        if is_sent:
            order.action_quotation_sent()
        return order

    @classmethod
    def _invoice(cls, order):
        """All of a confirmed order, posted."""
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    @classmethod
    def _pay(cls, invoice, **vals):
        context = {"active_model": "account.move", "active_ids": invoice.ids}
        cls.env["account.payment.register"].with_context(**context).create(vals)._create_payments()

    @classmethod
    def _credit(cls, invoice):
        """The credit note that takes an invoice back, posted."""
        context = {"active_model": "account.move", "active_ids": invoice.ids}
        wizard = cls.env["account.move.reversal"].with_context(**context)
        wizard = wizard.create({"journal_id": invoice.journal_id.id})
        credit_note = cls.env["account.move"].browse(wizard.refund_moves()["res_id"])
        if credit_note.state == "draft":
            credit_note.action_post()
        return credit_note

    def get_facts(self, lead=None):
        """Return what the documents of a deal show, by the letters of these words."""
        lead = self.lead if lead is None else lead
        names = {"Q": "has_quotation", "O": "has_order", "A": "has_agreement", "P": "has_payment"}
        return "".join(letter for letter, name in names.items() if lead[name])

    def get_documents(self, user=None, lead=None):
        """Return the names of the documents that the checklist links, ``{rule: [name, …] or False}``."""
        lead = self.lead if lead is None else lead
        panel = lead.with_user(user or self.rep).get_playbook_panel()
        rules = [*panel["stage"]["outputs"], *panel["next_stages"][0]["conditions"]]
        return {
            rule["name"]: rule["documents"] and [one["name"] for one in rule["documents"]]
            for rule in rules
            if rule["met_by"]
        }

    def get_unmet(self, lead=None):
        lead = self.lead if lead is None else lead
        unmet = lead.with_user(self.rep).check_gate(self.stage_signed.id)[str(lead.id)]["unmet"]
        return [item["name"] for item in unmet]
