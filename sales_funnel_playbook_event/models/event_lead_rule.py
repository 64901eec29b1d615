from odoo import fields, models


class EventLeadRule(models.Model):
    """Which product line the deals of a rule are about: its playbook is theirs."""

    _inherit = "event.lead.rule"

    lead_product_line_id = fields.Many2one(
        "crm.product.line",
        string="Product Line",
        groups="sales_team.group_sale_salesman",
        index="btree_not_null",
        ondelete="set null",
        help="What the deals of this rule are about; they follow its playbook. Not taken over by deals of"
        " another company.",
    )
