from odoo import api, fields, models
from odoo.tools import SQL

from ..fields import OptionalFloat
from ..models.renewal.crm_lead import KINDS
from ..tools.funnel_events import DAYS, TRAIT_COLUMNS, TRAITS
from .crm_funnel_report import OUTCOMES

# When it was won or lost, while it is: the first of the segments in which it is that.
DECIDED = "decided.at"
# Each renewal and each upsell that follows a playbook, by the segment that it is in. What was up for renewal
# is renewed as far as the new contract is worth it; what that is worth beyond, and upsells, is growth.
RENEWALS = f"""
    SELECT log.lead_id AS id, log.lead_id, log.playbook_id, log.company_id, log.product_line_id, log.team_id,
        log.user_id, log.stage_id, lead.tier, lead.won_status AS outcome, lead.renewal_kind AS kind,
        {TRAIT_COLUMNS}, partner.commercial_partner_id AS customer_id,
        (SELECT currency_id FROM crm_playbook playbook WHERE playbook.id = log.playbook_id) AS currency_id,
        {DECIDED} AS date, {DAYS["day"].format(date=DECIDED)} AS day,
        {DAYS["week"].format(date=DECIDED)} AS week, 1 AS deal_count,
        (renewal.is_asked AND log.state = 'open')::int AS open_count,
        (renewal.is_asked AND renewal.is_won)::int AS renewed_count,
        (renewal.is_asked AND lead.won_status = 'lost')::int AS not_renewed_count,
        (renewal.is_asked AND decided.at IS NOT NULL)::int AS decided_count,
        CASE WHEN renewal.is_asked AND decided.at IS NOT NULL THEN renewal.customer END AS asked_customer,
        CASE WHEN renewal.is_asked AND renewal.is_won THEN renewal.customer END AS renewed_customer,
        CASE WHEN log.state = 'open' THEN renewal.base END AS open_amount,
        CASE WHEN decided.at IS NOT NULL THEN renewal.base END AS asked_amount,
        CASE WHEN renewal.is_won THEN LEAST(renewal.worth, renewal.base) END AS renewed_amount,
        CASE WHEN renewal.is_won THEN renewal.base - LEAST(renewal.worth, renewal.base)
            WHEN lead.won_status = 'lost' THEN renewal.base END AS not_renewed_amount,
        CASE WHEN renewal.is_won THEN GREATEST(renewal.worth - renewal.base, 0) END AS growth_amount,
        NULL::float8 AS amount_rate, NULL::float8 AS customer_rate
    FROM crm_lead_stage_log log JOIN crm_lead lead ON lead.id = log.lead_id
    LEFT JOIN res_partner partner ON partner.id = lead.partner_id
    CROSS JOIN LATERAL (
        SELECT lead.renewal_kind = 'renewal' AS is_asked, lead.won_status = 'won' AS is_won,
            COALESCE(partner.commercial_partner_id, -lead.id) AS customer,
            COALESCE(%(worth)s, 0) * (%(rate)s)::float8 AS worth,
            COALESCE(lead.renewal_base, 0) * (%(rate)s)::float8 AS base OFFSET 0
    ) renewal
    LEFT JOIN LATERAL (
        SELECT MAX(one.entered_at) AS at FROM crm_lead_stage_log one
        WHERE one.lead_id = log.lead_id AND one.state = log.state AND log.state IN ('won', 'lost')
            AND NOT EXISTS (SELECT FROM crm_lead_stage_log before WHERE before.lead_id = one.lead_id
                AND before.sequence = one.sequence - 1 AND before.state = one.state)
    ) decided ON TRUE
    WHERE log.left_at IS NULL AND lead.renewal_kind IS NOT NULL
"""
RATES = {
    "amount_rate": "SUM(%(renewed_amount)s) * 100.0 / NULLIF(SUM(%(asked_amount)s), 0)",
    "customer_rate": "COUNT(DISTINCT %(renewed_customer)s) * 100.0"
    " / NULLIF(COUNT(DISTINCT %(asked_customer)s), 0)",
}
PARTS = ("renewed_amount", "asked_amount", "renewed_customer", "asked_customer")


class CrmRenewalReport(models.Model):
    """What becomes of won deals: who renews, what is added, who does not renew and why; a renewal or upsell a
    row. The help of each number is its definition.
    """

    _name = "crm.renewal.report"
    _description = "Renewals"
    _inherit = ["crm.lead.fact", "crm.lead.trait"]
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "lead_id"
    _depends = {
        "crm.lead": [
            *("tier", "team_id", "company_id", "expected_revenue", "recurring_revenue", "recurring_plan"),
            *("product_line_id", "partner_id", "won_status", "renewal_kind", "renewal_base", *TRAITS),
        ],
        "crm.lead.stage.log": [
            *("lead_id", "playbook_id", "company_id", "product_line_id", "team_id", "user_id", "stage_id"),
            *("entered_at", "left_at", "state", "sequence"),
        ],
        "crm.playbook": ["currency_id"],
        "res.partner": ["commercial_partner_id"],
    }

    lead_id = fields.Many2one(string="Deal", readonly=True)
    customer_id = fields.Many2one("res.partner", readonly=True)
    kind = fields.Selection(KINDS, readonly=True)
    outcome = fields.Selection(OUTCOMES, readonly=True)
    lost_reason_id = fields.Many2one(string="Why Not Renewed")
    currency_id = fields.Many2one("res.currency", readonly=True)
    date = fields.Datetime(
        string="Decided On", readonly=True, help="When it was won or lost; empty while open."
    )
    day = fields.Date(readonly=True, help="The day on which it was won or lost, where the deal is worked.")
    week = fields.Char(
        readonly=True,
        help="The week, from Monday to Sunday, in which it was won or lost where the deal is worked, by its"
        " number.",
    )
    deal_count = fields.Integer(string="Deals", readonly=True, help="Renewal deals and upsells.")
    open_count = fields.Integer(string="Open", readonly=True, help="Renewal deals that are open.")
    decided_count = fields.Integer(
        string="Decided", readonly=True, help="Renewal deals that are won or lost today."
    )
    renewed_count = fields.Integer(string="Renewed", readonly=True, help="Renewal deals that are won today.")
    not_renewed_count = fields.Integer(
        string="Not Renewed", readonly=True, help="Renewal deals that are lost today."
    )
    asked_customer = fields.Integer(
        string="Customers Decided",
        readonly=True,
        aggregator="count_distinct",
        help="Customers, each once, with renewal deals that are won or lost today.",
    )
    renewed_customer = fields.Integer(
        string="Customers Renewed",
        readonly=True,
        aggregator="count_distinct",
        help="Customers, each once, with renewal deals that are won today.",
    )
    open_amount = fields.Monetary(
        readonly=True,
        help="What the contracts are worth whose renewal is open, in the playbook's currency at today's rate;"
        " one without a rate is left out, here and below.",
    )
    asked_amount = fields.Monetary(
        string="Up for Renewal",
        readonly=True,
        help="What the contracts were worth whose renewal is won or lost today.",
    )
    renewed_amount = fields.Monetary(
        readonly=True,
        help="Of that, what was renewed: of each won renewal what it is worth, up to what it was before.",
    )
    not_renewed_amount = fields.Monetary(
        readonly=True, help="Of that, what was not: contracts that were lost, and what others are worth less."
    )
    growth_amount = fields.Monetary(
        string="Upsell",
        readonly=True,
        help="What won renewals are worth beyond what they were before, and won upsells.",
    )
    amount_rate = OptionalFloat(
        string="Renewal Rate by Amount (%)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Renewed amount ÷ up for renewal × 100, of what is decided; upsells do not count.",
    )
    customer_rate = OptionalFloat(
        string="Renewal Rate by Customer (%)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Customers renewed ÷ customers decided × 100. A customer who renews one of two contracts"
        " renews.",
    )

    @property
    def _table_query(self):
        playbook, company = SQL("log.playbook_id"), SQL("log.company_id")
        playbooks = self.env["crm.playbook"]
        return SQL(
            RENEWALS,
            zone=playbooks._get_zone_sql(playbook, company),
            worth=self.env["crm.lead"]._field_to_sql("lead", "worth"),
            rate=playbooks._get_rate_sql(playbook, company),
        )

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """A rate is one of sums, or of customers."""
        rate = RATES.get(aggregate_spec.partition(":")[0])
        if not rate:
            return super()._read_group_select(aggregate_spec, query)
        return SQL(rate, **{name: self._field_to_sql(self._table, name, query) for name in PARTS})

    @api.readonly
    def action_open_lead(self):
        """Open the deal."""
        self.ensure_one()
        return self.lead_id.get_formview_action()
