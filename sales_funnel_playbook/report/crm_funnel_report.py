from odoo import api, fields, models
from odoo.tools import SQL

from ..models.rating.crm_playbook_tier import TIERS
from ..tools.funnel_events import EVENTS

KINDS = [
    ("begun", "Entered"),
    ("next", "Entered Next Stage"),
    ("first", "Entered for the First Time"),
    ("left", "Stage Left"),
    ("stay", "Time in Stage Ended"),
]
OUTCOMES = [("won", "Won"), ("lost", "Lost"), ("pending", "Open")]
PERCENTILES = {
    f"stay_{unit}_{name}": (share, f"stay_{unit}")
    for unit in ("days", "hours")
    for name, share in (("median", 0.5), ("p90", 0.9))
}


class CrmFunnelReport(models.Model):
    """What happened in the funnel, an event a row, with what it adds to the numbers of its stage."""

    _name = "crm.funnel.report"
    _description = "Funnel Analysis"
    _inherit = ["crm.lead.fact", "crm.funnel.numbers"]
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "lead_id"
    _depends = {
        "crm.lead": ["tier", "won_status"],
        "crm.lead.stage.log": [
            *(
                "lead_id",
                "playbook_id",
                "company_id",
                "product_line_id",
                "team_id",
                "user_id",
                "stage_id",
                "state",
            ),
            *("entered_at", "left_at", "ended_as", "duration_days", "working_hours"),
            *("is_entry", "is_first", "came_further_at", "closes_stay"),
        ],
        "crm.playbook.stage": ["playbook_id", "stage_id"],
        "crm.stage": ["sequence"],
    }

    lead_id = fields.Many2one(string="Deals", readonly=True, aggregator="count_distinct")
    playbook_id = fields.Many2one("crm.playbook", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    product_line_id = fields.Many2one("crm.product.line", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    stage_id = fields.Many2one("crm.stage", readonly=True)
    tier = fields.Selection(TIERS, readonly=True, help="The deal's tier today.")
    outcome = fields.Selection(OUTCOMES, readonly=True, help="What has become of the deal until today.")
    event = fields.Selection(KINDS, readonly=True)
    date = fields.Datetime(readonly=True, help="When it happened.")

    @property
    def _table_query(self):
        return SQL(EVENTS)

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        share, name = PERCENTILES.get(aggregate_spec.partition(":")[0], (None, None))
        if not name:
            return super()._read_group_select(aggregate_spec, query)
        length = self._field_to_sql(self._table, name, query)
        return SQL("PERCENTILE_CONT(%s) WITHIN GROUP (ORDER BY %s)", share, length)

    @api.readonly
    def action_open_lead(self):
        """Open the deal."""
        self.ensure_one()
        return self.lead_id.get_formview_action()
