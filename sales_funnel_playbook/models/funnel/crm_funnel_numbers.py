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
        string="Entered", readonly=True, help="Entries into this stage in the period."
    )
    next_count = fields.Integer(
        string="Entered Next Stage",
        readonly=True,
        help="Entries into the playbook's next stage in the period.",
    )
    flow_rate = OptionalFloat(
        string="Weekly Flow (Handbook, %)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Entries into the next stage ÷ entries into this stage × 100, both within the period, as the"
        " handbook has it. More than 100 when more deals went on than came.",
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
        string="Cohort", readonly=True, help="Deals that entered this stage for the first time in the period."
    )
    reached_count = fields.Integer(
        string="Cohort, Advanced",
        readonly=True,
        help="Deals of the cohort that later entered any further stage.",
    )
    reached_rate = OptionalFloat(
        string="Conversion (%)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Of the deals that entered this stage for the first time in the period, the share that later"
        " entered any further stage. A deal counts once, a skipped stage does not lose it, and it is never"
        " more than 100.",
    )
    stay_count = fields.Integer(
        string="Left Stage",
        readonly=True,
        help="Times that a deal left this stage in the period, without lost deals.",
    )
    stay_days = OptionalFloat(
        string="Avg. Time in Stage (Days)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Average of the deals that left the stage in the period, in calendar days.",
    )
    stay_days_median = OptionalFloat(
        string="Median Time in Stage (Days)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Half of the deals that left the stage in the period were in it for less time, in calendar"
        " days.",
    )
    stay_days_p90 = OptionalFloat(
        string="90th Percentile (Days)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Nine in ten of the deals that left the stage in the period were in it for less time, in"
        " calendar days.",
    )
    stay_hours = OptionalFloat(
        string="Avg. Time in Stage (Working Hours)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Average of the deals that left the stage in the period, in working hours.",
    )
    stay_hours_median = OptionalFloat(
        string="Median Time in Stage (Working Hours)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Half of the deals that left the stage in the period were in it for less time, in working"
        " hours.",
    )
    stay_hours_p90 = OptionalFloat(
        string="90th Percentile (Working Hours)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Nine in ten of the deals that left the stage in the period were in it for less time, in"
        " working hours.",
    )

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        names = RATES.get(aggregate_spec.partition(":")[0])
        if not names:
            return super()._read_group_select(aggregate_spec, query)
        part, whole = (self._field_to_sql(self._table, name, query) for name in names)
        return SQL("SUM(%s) * 100.0 / NULLIF(SUM(%s), 0)", part, whole)
