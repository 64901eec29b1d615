from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmLead(models.Model):
    """What the orders come to is offered as the expected revenue, and taken over by a click."""

    _inherit = "crm.lead"

    offered_revenue = fields.Monetary(
        compute="_compute_offered_revenue",
        currency_field="company_currency",
        help="All confirmed orders together, else the latest quotation that was sent, without taxes; of those"
        " that you may read.",
    )

    @api.depends("order_ids.state", "order_ids.amount_untaxed", "order_ids.currency_id", "company_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_offered_revenue(self):
        self.offered_revenue = 0
        orders = self.env["sale.order"]
        if not orders.has_access("read"):
            return
        wanted = [("opportunity_id", "in", self.ids), ("state", "in", ("sent", "sale"))]
        for lead, its_orders in (
            orders.search(wanted, order="date_order, id").grouped("opportunity_id").items()
        ):
            confirmed = its_orders.filtered(lambda order: order.state == "sale")
            offered = confirmed or its_orders[-1:]
            lead.offered_revenue = offered._get_untaxed_in(lead.company_currency)

    def action_take_offered_revenue(self):
        """Take over what the orders come to as the expected revenue.

        :raise UserError: when no quotation was sent and no order is confirmed
        """
        self.ensure_one()
        if not self.offered_revenue:
            raise UserError(
                self.env._("“%s” has no quotation that was sent, and no confirmed order.", self.name)
            )
        self.expected_revenue = self.offered_revenue
        return True
