from odoo import api, models

from .crm_playbook_documented import KINDS


class CrmLead(models.Model):
    """Which rules are met by orders and invoices, and by which ones."""

    _inherit = "crm.lead"

    @api.depends("has_quotation", "has_agreement", "has_order", "has_payment")
    def _compute_playbook_progress(self):
        return super()._compute_playbook_progress()

    @api.model
    def _get_document_domains(self):
        return {**super()._get_document_domains(), **KINDS}

    def _find_documents(self, kinds):
        documents = super()._find_documents(kinds)
        if not kinds & KINDS.keys():
            return documents
        orders = self.order_ids
        agreed, paid = orders._get_agreed(), orders._get_settled_lines().move_id
        invoices = paid.filtered(lambda move: move.move_type != "out_refund")
        mine = {
            "sale_quotation": self._find_quotations(),
            "sale_order": orders.filtered(lambda order: order.state == "sale"),
            "sale_agreement": agreed,
            "sale_payment": invoices,
            "sale_agreement_or_payment": [*agreed, *(invoices if self.has_payment else ())],
        }
        return {**documents, **{kind: list(mine[kind]) for kind in kinds & KINDS.keys()}}

    def _find_quotations(self):
        """Return the orders that come to the expected revenue of this deal: all confirmed ones together, else
        each that was sent and does.
        """
        confirmed = self.order_ids.filtered(lambda order: order.state == "sale")
        if confirmed and self._covers(self.ordered_amount):
            return confirmed
        currency = self._get_documents_currency()
        sent = self.order_ids.filtered(lambda order: order.state == "sent")
        return sent.filtered(lambda order: self._covers(order._get_untaxed_in(currency)))
