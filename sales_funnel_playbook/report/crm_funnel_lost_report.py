from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.funnel_events import DAYS, TRAIT_COLUMNS, TRAITS

LOST = "COALESCE(loss.left_at, loss.entered_at)"
# Each deal that is lost today, by the entry that ended with the loss: its own where it was created as lost.
LOSSES = f"""
    SELECT log.lead_id AS id, log.lead_id, loss.playbook_id, loss.company_id, loss.product_line_id,
        loss.team_id, loss.user_id, loss.stage_id, lead.tier, {TRAIT_COLUMNS},
        (SELECT currency_id FROM crm_playbook playbook WHERE playbook.id = loss.playbook_id) AS currency_id,
        {LOST} AS date, {DAYS["day"].format(date=LOST)} AS day, {DAYS["week"].format(date=LOST)} AS week,
        1 AS lost_count, %(worth)s * (%(rate)s)::float8 AS amount
    FROM crm_lead_stage_log log JOIN crm_lead lead ON lead.id = log.lead_id
    CROSS JOIN LATERAL (
        SELECT * FROM crm_lead_stage_log one WHERE one.lead_id = log.lead_id
            AND (one.id = log.id OR one.went = 'lost')
        ORDER BY one.id = log.id, one.sequence DESC LIMIT 1
    ) loss
    WHERE log.left_at IS NULL AND log.state = 'lost'
"""


class CrmFunnelLostReport(models.Model):
    """Why deals are lost: reason, stage and competitors of each that is lost today, a deal a row. Competitors
    are a many2many, so that a deal with two counts once wherever they are not told apart.
    """

    _name = "crm.funnel.lost.report"
    _description = "Why Deals Are Lost"
    _inherit = ["crm.lead.fact", "crm.lead.trait"]
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "lead_id"
    _depends = {
        "crm.lead": [
            *("tier", "team_id", "company_id", "expected_revenue", "recurring_revenue", "recurring_plan"),
            *("product_line_id", *TRAITS),
        ],
        "crm.lead.stage.log": [
            *("lead_id", "playbook_id", "company_id", "product_line_id", "team_id", "user_id", "stage_id"),
            *("entered_at", "left_at", "state", "went", "sequence"),
        ],
        "crm.lead.competitor": ["lead_id", "competitor_id"],
        "crm.playbook": ["currency_id"],
    }

    lead_id = fields.Many2one(string="Deal", readonly=True)
    stage_id = fields.Many2one(help="The stage in which the deal was lost.")
    competitor_ids = fields.Many2many(
        *("crm.competitor", "crm_lead_competitor", "lead_id", "competitor_id"),
        string="Competitors",
        readonly=True,
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    date = fields.Datetime(string="Lost On", readonly=True)
    day = fields.Date(readonly=True, help="The day on which it was lost, where the deal is worked.")
    week = fields.Char(
        readonly=True,
        help="The week, from Monday to Sunday, in which it was lost where the deal is worked, by its number.",
    )
    lost_count = fields.Integer(
        string="Lost Deals", readonly=True, help="Deals that followed a playbook and are lost today."
    )
    amount = fields.Monetary(
        string="Amount Lost",
        readonly=True,
        help="Worth of the lost deals in the playbook's currency at today's rate; one without a rate is left"
        " out.",
    )

    @property
    def _table_query(self):
        playbook, company = SQL("loss.playbook_id"), SQL("loss.company_id")
        playbooks = self.env["crm.playbook"]
        return SQL(
            LOSSES,
            zone=playbooks._get_zone_sql(playbook, company),
            worth=self.env["crm.lead"]._field_to_sql("lead", "worth"),
            rate=playbooks._get_rate_sql(playbook, company),
        )

    @api.readonly
    def action_open_lead(self):
        """Open the deal."""
        self.ensure_one()
        return self.lead_id.get_formview_action()
