from odoo import api, fields, models
from odoo.tools import SQL

from ...fields import OptionalFloat

# What a group's deals make together.
RATES = {
    "complete_rate": ("complete_count", "asked_count"),
    "further_rate": ("further_count", "captured_count"),
    "won_rate": ("won_count", "captured_count"),
}


class CrmFunnelIntakeNumbers(models.AbstractModel):
    """The numbers of what channels brought. The help of each is its definition, wherever it is shown."""

    _name = "crm.funnel.intake.numbers"
    _description = "Intake Numbers"

    currency_id = fields.Many2one("res.currency", readonly=True)
    captured_count = fields.Integer(
        string="Captured", readonly=True, help="Deals that follow a playbook, by when they were captured."
    )
    asked_count = fields.Integer(
        string="To Complete",
        readonly=True,
        help="Deals of which the playbook asked to complete them, and of which it is settled whether that"
        " was in time.",
    )
    complete_count = fields.Integer(
        string="Complete in Time",
        readonly=True,
        help="Deals that met in time what the playbook asks for when a deal is captured.",
    )
    complete_rate = OptionalFloat(
        string="Complete in Time (%)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Complete in time ÷ to complete × 100.",
    )
    contacted_count = fields.Integer(
        string="Contacted", readonly=True, help="Deals with a progress note on a contact with the customer."
    )
    contact_hours = OptionalFloat(
        string="First Contact (Median Hours)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="From when a deal was captured until the first contact with the customer that a progress note"
        " tells of, in calendar hours; half of the deals that were contacted had it in less.",
    )
    further_count = fields.Integer(
        string="Past First Stage",
        readonly=True,
        help="Deals that have come further than the playbook's first stage, such as to preliminary intent.",
    )
    further_rate = OptionalFloat(
        string="Past First Stage (%)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Past first stage ÷ captured × 100.",
    )
    won_count = fields.Integer(string="Won", readonly=True, help="Deals that are won today.")
    lost_count = fields.Integer(string="Lost", readonly=True, help="Deals that are lost today.")
    won_rate = OptionalFloat(
        string="Won (%)", readonly=True, aggregator="avg", digits=(16, 1), help="Won ÷ captured × 100."
    )
    won_amount = fields.Monetary(
        string="Amount Won",
        readonly=True,
        help="Worth of the won deals in the playbook's currency at today's rate; one without a rate is left"
        " out.",
    )

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """A rate is one of sums; the middle one of the hours tells more than their mean."""
        name = aggregate_spec.partition(":")[0]
        if name == "contact_hours":
            hours = self._field_to_sql(self._table, name, query)
            return SQL("PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY %s)", hours)
        if name in RATES:
            part, whole = (self._field_to_sql(self._table, one, query) for one in RATES[name])
            return SQL("SUM(%s) * 100.0 / NULLIF(SUM(%s), 0)", part, whole)
        return super()._read_group_select(aggregate_spec, query)
