from odoo import api, fields, models

# Who sees all orders sees what they come to.
SEES_AMOUNTS = "sales_team.group_sale_salesman_all_leads"
FACTS = frozenset(
    {
        *("quoted_amount", "ordered_amount", "paid_amount"),
        *("has_quotation", "has_order", "has_agreement", "has_payment"),
    }
)
# the playbook, whose currency it is, follows from these
ASSIGNED = ("company_id", "team_id", "product_line_id")
ORDERS = (
    *ASSIGNED,
    *("order_ids.state", "order_ids.signed_on", "order_ids.amount_untaxed"),
    *("order_ids.currency_id", "order_ids.date_order", "order_ids.company_id"),
)
INVOICES = tuple(
    f"order_ids.order_line.invoice_lines.{name}"
    for name in ("balance", "move_id.state", "move_id.payment_state")
)


class CrmLead(models.Model):
    """What quotations, orders and invoices show of a deal, stored: rules can name it, and what waits for it
    follows at once. Amounts are without taxes, in the currency of the deal.
    """

    _inherit = "crm.lead"

    quoted_amount = fields.Monetary(
        compute="_compute_ordered",
        store=True,
        currency_field="company_currency",
        groups=SEES_AMOUNTS,
        help="The highest quotation that was sent, or all confirmed orders together, without taxes.",
    )
    ordered_amount = fields.Monetary(
        compute="_compute_ordered",
        store=True,
        currency_field="company_currency",
        groups=SEES_AMOUNTS,
        help="All confirmed orders together, without taxes.",
    )
    paid_amount = fields.Monetary(
        compute="_compute_paid",
        store=True,
        currency_field="company_currency",
        groups=SEES_AMOUNTS,
        help="All invoices of the orders that are paid in full, less credit notes, without taxes.",
    )
    has_quotation = fields.Boolean(
        string="Quotation of at Least the Expected Revenue",
        compute="_compute_has_quotation",
        store=True,
        help="A quotation that was sent, or all confirmed orders together, come to the expected revenue or"
        " more.",
    )
    has_order = fields.Boolean(string="Order Confirmed", compute="_compute_ordered", store=True)
    has_agreement = fields.Boolean(
        string="Order Confirmed or Signed",
        compute="_compute_ordered",
        store=True,
        help="An order is confirmed, or the customer has signed the quotation.",
    )
    has_payment = fields.Boolean(
        string="Invoice Paid",
        compute="_compute_paid",
        store=True,
        help="An invoice of the orders is paid in full, and was not taken back by a credit note.",
    )

    @api.model
    def _has_field_access(self, field, operation):
        """What documents show nobody writes."""
        is_free = operation == "read" or self.env.su or field.name not in FACTS
        return is_free and super()._has_field_access(field, operation)

    def _get_documents_currency(self):
        """Return the currency of this deal's amounts, the same whoever looks."""
        return self.playbook_id._get_deal_currency(self.company_id)

    @api.depends(*ORDERS)
    def _compute_ordered(self):
        self.quoted_amount = self.ordered_amount = 0
        self.has_order = self.has_agreement = False
        for lead in self.filtered("order_ids"):
            currency = lead._get_documents_currency()
            by_state = lead.order_ids.grouped("state")
            confirmed, sent = (by_state.get(state, lead.order_ids.browse()) for state in ("sale", "sent"))
            lead.ordered_amount = confirmed._get_untaxed_in(currency)
            lead.quoted_amount = max(
                lead.ordered_amount, *(order._get_untaxed_in(currency) for order in sent), 0
            )
            lead.has_order = bool(confirmed)
            lead.has_agreement = bool(lead.order_ids._get_agreed())

    @api.depends("quoted_amount", "expected_revenue", *ASSIGNED)
    def _compute_has_quotation(self):
        self.has_quotation = False
        for lead in self.filtered("quoted_amount"):
            lead.has_quotation = lead._covers(lead.quoted_amount)

    def _covers(self, amount):
        """Tell whether ``amount`` comes to the expected revenue of this deal or more."""
        return self._get_documents_currency().compare_amounts(amount, self.expected_revenue or 0) >= 0

    @api.depends(*ASSIGNED, "order_ids.state", *INVOICES)
    def _compute_paid(self):
        self.paid_amount, self.has_payment = 0, False
        for lead in self.filtered("order_ids"):
            currency = lead._get_documents_currency()
            paid = lead.order_ids._get_settled_lines()._get_untaxed_in(currency)
            lead.paid_amount = max(paid, 0)
            lead.has_payment = currency.compare_amounts(paid, 0) > 0
