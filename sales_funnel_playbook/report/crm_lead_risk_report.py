from odoo import api, fields, models
from odoo.tools import SQL

from ..models.risk.crm_risk_type import LEVELS

# A deal once for each type of risk it ever had, with the gravest level; those without any, once.
RISKS = """
    SELECT lead.id::bigint * 10000 + COALESCE(risk.type_id, 0) AS id, lead.id AS lead_id,
        risk.type_id, risk.level, lead.won_status, lead.team_id, lead.user_id, lead.product_line_id,
        lead.create_date AS date, lead.date_closed,
        CASE lead.won_status WHEN 'won' THEN 100.0 WHEN 'lost' THEN 0.0 END AS win_rate,
        risk.id IS NOT NULL AS has_risk
    FROM crm_lead lead
    LEFT JOIN (
        SELECT DISTINCT ON (lead_id, COALESCE(type_id, 0)) id, lead_id, type_id, level FROM crm_lead_risk
        ORDER BY lead_id, COALESCE(type_id, 0), ARRAY_POSITION(ARRAY['high', 'medium', 'low'], level::text)
    ) risk ON risk.lead_id = lead.id
    WHERE lead.type = 'opportunity' AND (risk.id IS NOT NULL OR lead.won_status IN ('won', 'lost'))
"""


class CrmLeadRiskReport(models.Model):
    """How deals ended that had a risk, by type, against those that had none.

    Win Rate = won deals ÷ (won + lost deals) × 100; open deals are counted as deals, not in the rate.
    """

    _name = "crm.lead.risk.report"
    _description = "Risk Analysis"
    _inherit = ["crm.lead.fact"]
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "type_id"
    _depends = {
        "crm.lead": ["won_status", "team_id", "user_id", "product_line_id", "date_closed", "type"],
        "crm.lead.risk": ["lead_id", "type_id", "level"],
    }

    lead_id = fields.Many2one(string="Deals", readonly=True, aggregator="count_distinct")
    type_id = fields.Many2one("crm.risk.type", string="Risk Type", readonly=True)
    level = fields.Selection(LEVELS, string="Risk Level", readonly=True)
    has_risk = fields.Boolean(string="Had a Risk", readonly=True)
    won_status = fields.Selection(
        [("won", "Won"), ("lost", "Lost"), ("pending", "Open")], string="Outcome", readonly=True
    )
    win_rate = fields.Float(
        string="Win Rate (%)",
        readonly=True,
        aggregator="avg",
        help="Won deals ÷ (won + lost deals) × 100.",
    )
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    product_line_id = fields.Many2one("crm.product.line", readonly=True)
    date = fields.Datetime(string="Created On", readonly=True)
    date_closed = fields.Datetime(string="Closed On", readonly=True)

    @property
    def _table_query(self):
        return SQL(RISKS)

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """A deal with two types of risk counts once where types are not told apart."""
        if aggregate_spec != "win_rate:avg":
            return super()._read_group_select(aggregate_spec, query)
        lead = self._field_to_sql(self._table, "lead_id", query)
        outcome = self._field_to_sql(self._table, "won_status", query)
        return SQL(
            "COUNT(DISTINCT %s) FILTER (WHERE %s = 'won') * 100.0"
            " / NULLIF(COUNT(DISTINCT %s) FILTER (WHERE %s IN ('won', 'lost')), 0)",
            lead,
            outcome,
            lead,
            outcome,
        )
