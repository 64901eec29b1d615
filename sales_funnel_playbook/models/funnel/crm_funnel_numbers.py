from odoo import api, fields, models
from odoo.tools import SQL

from ...fields import OptionalFloat

# What a group's rows make together: a rate of sums, never a mean of rates.
RATES = {"flow_rate": ("next_count", "begun_count"), "reached_rate": ("reached_count", "cohort_count")}


class CrmFunnelNumbers(models.AbstractModel):
    """The numbers of a stage. The help of each is its definition, printed wherever the number is shown."""

    _name = "crm.funnel.numbers"
    _description = "Funnel Numbers"

    begun_count = fields.Integer(
        string="Stays Begun", readonly=True, help="Stays in this stage that began in the period."
    )
    next_count = fields.Integer(
        string="Begun in the Next Stage",
        readonly=True,
        help="Stays in the playbook's next stage that began in the period.",
    )
    flow_rate = OptionalFloat(
        string="Flow Rate (%)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Stays begun in the next stage ÷ stays begun in this stage × 100, both within the period.",
    )
    advanced_count = fields.Integer(
        string="Advanced", readonly=True, help="Deals that went on to a further stage, won ones included."
    )
    won_count = fields.Integer(string="Won", readonly=True, help="Deals that were won from this stage.")
    lost_count = fields.Integer(string="Lost", readonly=True, help="Deals that were lost in this stage.")
    returned_count = fields.Integer(
        string="Returned", readonly=True, help="Deals that went back to an earlier stage."
    )
    cohort_count = fields.Integer(
        string="Cohort", readonly=True, help="Deals whose first stay in this stage began in the period."
    )
    reached_count = fields.Integer(
        string="Reached", readonly=True, help="Deals of the cohort that later entered any further stage."
    )
    reached_rate = OptionalFloat(
        string="Reached Rate (%)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Of the deals whose first stay in this stage began in the period, the share that later entered"
        " any further stage. A deal counts once, and a skipped stage does not lose it.",
    )
    stay_count = fields.Integer(
        string="Stays Ended", readonly=True, help="Stays in this stage that ended in the period."
    )
    stay_days = OptionalFloat(
        string="Mean Stay (Days)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Of the stays that ended in the period, in calendar days.",
    )
    stay_days_median = OptionalFloat(
        string="Median Stay (Days)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Half of the stays that ended in the period were shorter, in calendar days.",
    )
    stay_days_p90 = OptionalFloat(
        string="90 % of Stays Under (Days)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Nine in ten of the stays that ended in the period were shorter, in calendar days.",
    )
    stay_hours = OptionalFloat(
        string="Mean Stay (Working Hours)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Of the stays that ended in the period, in working hours.",
    )
    stay_hours_median = OptionalFloat(
        string="Median Stay (Working Hours)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Half of the stays that ended in the period were shorter, in working hours.",
    )
    stay_hours_p90 = OptionalFloat(
        string="90 % of Stays Under (Working Hours)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Nine in ten of the stays that ended in the period were shorter, in working hours.",
    )

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        names = RATES.get(aggregate_spec.partition(":")[0])
        if not names:
            return super()._read_group_select(aggregate_spec, query)
        part, whole = (self._field_to_sql(self._table, name, query) for name in names)
        return SQL("SUM(%s) * 100.0 / NULLIF(SUM(%s), 0)", part, whole)
