from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.date_utils import parse_date

from ..tools.funnel_events import EVENTS, TRAITS
from .crm_lead_trait import get_monday

KINDS = [
    ("begun", "Entered"),
    ("next", "Entered Next Stage"),
    ("first", "Entered for the First Time"),
    ("left", "Stage Left"),
    ("stay", "Time in Stage Ended"),
    ("came", "Came Under the Playbook"),
]
OUTCOMES = [("won", "Won"), ("lost", "Lost"), ("pending", "Open")]
DAY = timedelta(days=1)
PERCENTILES = {
    f"stay_{unit}_{name}": (share, f"stay_{unit}")
    for unit in ("days", "hours")
    for name, share in (("median", 0.5), ("p90", 0.9))
}


def get_day_span(value, env):
    """Return a day, which may be relative to today, as the first and the last day of itself."""
    day = parse_date(value, env) if isinstance(value, str) else value
    return day, day


def get_week_span(value, _env):
    """Return the first and the last day of a week as ``week`` has it."""
    monday = get_monday(value)
    return monday, monday + 6 * DAY


SPANS = {"day": get_day_span, "week": get_week_span}


class CrmFunnelReport(models.Model):
    """What happened in the funnel, an event a row, with what it adds to the numbers of its stage."""

    _name = "crm.funnel.report"
    _description = "Funnel Analysis"
    _inherit = ["crm.lead.fact", "crm.lead.trait", "crm.funnel.numbers"]
    _auto = False
    _is_history = True
    _order = "date desc, id desc"
    _rec_name = "lead_id"
    _depends = {
        "crm.lead": ["tier", "won_status", "renewal_kind", *TRAITS],
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
            *("is_entry", "is_first", "came_further_at", "closes_stay", "went"),
            *("kind", "origin", "sequence", "stage_rank", "previous_stage_id"),
        ],
        "crm.playbook.stage": ["playbook_id", "stage_id", "is_renewal"],
        "crm.stage": ["sequence"],
    }

    lead_id = fields.Many2one(string="Deals", readonly=True, aggregator="count_distinct")
    outcome = fields.Selection(OUTCOMES, readonly=True, help="What has become of the deal until today.")
    event = fields.Selection(KINDS, string="What Happened", readonly=True)
    date = fields.Datetime(readonly=True, help="When it happened.")
    came_count = fields.Integer(
        string="New Deals", readonly=True, help="Deals that came under the playbook in the period."
    )
    day = fields.Date(readonly=True, help="The day on which it happened, where the deal is worked.")
    week = fields.Char(
        readonly=True,
        help="The week, from Monday to Sunday, in which it happened where the deal is worked, by its number.",
    )

    @property
    def _table_query(self):
        zone = self.env["crm.playbook"]._get_zone_sql(SQL("log.playbook_id"), SQL("log.company_id"))
        return SQL(EVENTS, zone=zone)

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Days and weeks say between which moments to look, for which there are indexes."""
        domain = Domain(domain).optimize(self).map_conditions(self._add_moments)
        return super()._search(domain, *args, **kwargs)

    @api.model
    def _add_moments(self, condition):
        """Return the same condition, with the moments between which its days are, whatever the time zone."""
        name, operator, value = condition.field_expr, condition.operator, condition.value
        if name not in SPANS or operator not in ("<", "<=", ">", ">=", "in"):
            return condition
        try:
            spans = [SPANS[name](one, self.env) for one in (value if operator == "in" else [value])]
            since, until = min(spans)[0] - DAY, max(spans)[1] + 2 * DAY
        except (TypeError, ValueError, OverflowError):  # no day, or none that is near
            return condition
        bounds = {">=": since, "<": until}
        return condition & Domain.AND(
            Domain("date", one, datetime.combine(day, time()))
            for one, day in bounds.items()
            if operator == "in" or operator[0] == one[0]
        )

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
