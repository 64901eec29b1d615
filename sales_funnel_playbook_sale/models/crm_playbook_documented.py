from odoo import fields, models

# Kinds of documents, and the deals that have one.
KINDS = {
    "sale_quotation": "[('has_quotation', '=', True)]",
    "sale_order": "[('has_order', '=', True)]",
    "sale_agreement": "[('has_agreement', '=', True)]",
    "sale_payment": "[('has_payment', '=', True)]",
    "sale_agreement_or_payment": "['|', ('has_agreement', '=', True), ('has_payment', '=', True)]",
}


class CrmPlaybookDocumented(models.AbstractModel):
    _inherit = "crm.playbook.documented"

    met_by = fields.Selection(
        selection_add=[
            ("sale_quotation", "Quotation of at least the expected revenue, sent or confirmed"),
            ("sale_order", "Order confirmed"),
            ("sale_agreement", "Order confirmed, or signed by the customer"),
            ("sale_payment", "Invoice paid"),
            ("sale_agreement_or_payment", "Order confirmed or signed, or invoice paid"),
        ],
        ondelete=dict.fromkeys(KINDS, "set null"),
    )
