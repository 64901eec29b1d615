from odoo import api, fields, models
from odoo.tools import SQL

from ..models.crm_playbook_tier import TIERS
from ..tools.funnel_events import EVENTS

KINDS = [
    ("begun", "Stay Begun"),
    ("next", "Next Stage Begun"),
    ("first", "First Stay Begun"),
    ("left", "Stage Left"),
    ("stay", "Stay Ended"),
]
OUTCOMES = [("won", "Won"), ("lost", "Lost"), ("pending", "Open")]
# What a group's events make together: a rate of sums, never a mean of rates.
RATE = "SUM(%s) * 100.0 / NULLIF(SUM(%s), 0)"
AGGREGATES = {
    "flow_rate": (RATE, ("next_count", "begun_count")),
    "reached_rate": (RATE, ("reached_count", "cohort_count")),
    **{
        f"stay_{unit}_{name}": (f"PERCENTILE_CONT({share}) WITHIN GROUP (ORDER BY %s)", (f"stay_{unit}",))
        for unit in ("days", "hours")
        for name, share in (("median", 0.5), ("p90", 0.9))
    },
}


class CrmFunnelReport(models.Model):
    """What happened in the funnel, an event a row. The help of each measure is its definition; it is printed
    wherever the number is shown.
    """

    _name = "crm.funnel.report"
    _description = "Funnel Analysis"
    _inherit = ["crm.lead.fact"]
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "lead_id"
    _depends = {
        "crm.lead": ["tier", "won_status"],
        "crm.lead.stage.log": [
            *("lead_id", "playbook_id", "product_line_id", "team_id", "user_id", "stage_id"),
            *("previous_stage_id", "kind", "entered_at", "left_at", "duration_days", "working_hours"),
        ],
        "crm.playbook.stage": ["playbook_id", "stage_id"],
        "crm.stage": ["sequence"],
    }

    lead_id = fields.Many2one(string="Deals", readonly=True, aggregator="count_distinct")
    playbook_id = fields.Many2one("crm.playbook", readonly=True)
    product_line_id = fields.Many2one("crm.product.line", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    stage_id = fields.Many2one("crm.stage", readonly=True)
    tier = fields.Selection(TIERS, readonly=True, help="The deal's tier today.")
    outcome = fields.Selection(OUTCOMES, readonly=True, help="What has become of the deal until today.")
    event = fields.Selection(KINDS, readonly=True)
    date = fields.Datetime(readonly=True, help="When it happened.")
    begun_count = fields.Integer(
        string="Begun", readonly=True, help="Stays in this stage that began in the period."
    )
    next_count = fields.Integer(
        string="Begun in the Next Stage",
        readonly=True,
        help="Stays in the playbook's next stage that began in the period.",
    )
    flow_rate = fields.Float(
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
    reached_rate = fields.Float(
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
    stay_days = fields.Float(
        string="Mean Stay (Days)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Of the stays that ended in the period, in calendar days.",
    )
    stay_days_median = fields.Float(
        string="Median Stay (Days)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Half of the stays that ended in the period were shorter, in calendar days.",
    )
    stay_days_p90 = fields.Float(
        string="90 % of Stays Under (Days)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Nine in ten of the stays that ended in the period were shorter, in calendar days.",
    )
    stay_hours = fields.Float(
        string="Mean Stay (Working Hours)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Of the stays that ended in the period, in working hours.",
    )
    stay_hours_median = fields.Float(
        string="Median Stay (Working Hours)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Half of the stays that ended in the period were shorter, in working hours.",
    )
    stay_hours_p90 = fields.Float(
        string="90 % of Stays Under (Working Hours)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Nine in ten of the stays that ended in the period were shorter, in working hours.",
    )

    @property
    def _table_query(self):
        return SQL(EVENTS)

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        template, names = AGGREGATES.get(aggregate_spec.partition(":")[0], (None, ()))
        if not template:
            return super()._read_group_select(aggregate_spec, query)
        return SQL(template, *(self._field_to_sql(self._table, name, query) for name in names))

    def action_open_lead(self):
        """Open the deal."""
        self.ensure_one()
        return self.lead_id.get_formview_action()
