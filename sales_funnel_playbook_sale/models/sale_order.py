from odoo import fields, models

PAID = ("paid", "in_payment")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_untaxed_in(self, currency):
        """Return the untaxed total of these orders in ``currency``, each at the rate of its date."""
        return sum(
            order.currency_id._convert_known(
                order.amount_untaxed, currency, order.company_id, order.date_order or fields.Date.today()
            )
            for order in self
        )

    def _get_agreed(self):
        """Return those to which both sides have said yes: confirmed, or signed by the customer."""
        return self.filtered(lambda order: order.state == "sale" or (order.signed_on and not order._is_off()))

    def _is_off(self):
        return self.state == "cancel"

    def _get_settled_lines(self):
        """Return the lines of customer invoices of these orders that are paid in full, and of the credit
        notes that take some of that back. What a cancelled order was paid is to be paid back.
        """
        lines = self.filtered(lambda order: not order._is_off()).order_line.invoice_lines
        lines = lines.filtered(lambda line: line.parent_state == "posted")
        paid = lines.filtered(
            lambda line: (
                line.move_type in ("out_invoice", "out_receipt") and line.move_id.payment_state in PAID
            )
        )
        credited = lines.filtered(
            lambda line: (
                line.move_type == "out_refund"
                and (not line.move_id.reversed_entry_id or line.move_id.reversed_entry_id in paid.move_id)
            )
        )
        return paid | credited


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_untaxed_in(self, currency):
        """Return what these lines of customer invoices come to without taxes, credit notes negative."""
        return sum(
            line.company_currency_id._convert_known(-line.balance, currency, line.company_id, line.date)
            for line in self
        )


class ResCurrency(models.Model):
    _inherit = "res.currency"

    def _convert_known(self, amount, currency, company, day):
        """Return ``amount`` in ``currency``; 0 where a rate is not known, for which Odoo takes one to one.

        :param company: whose rates hold
        """
        # sudo: rates are the same for everybody
        company = company.sudo().root_id
        for one in (self | currency).sudo() - (company.currency_id if self != currency else self):
            if not one.rate_ids.filtered(lambda rate: rate.company_id in (company, company.browse())):
                return 0.0
        return self._convert(amount, currency, company, day)
