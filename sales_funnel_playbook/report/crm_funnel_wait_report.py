from odoo import api, fields, models
from odoo.tools import SQL

from ..models.role.waiting import READ, WAITS

# Each wait of a deal for a role, the leader, or a person whom a rule names to approve. What nobody had the
# role for kept nobody waiting; its approval waited for the leader.
ROWS = f"""
    SELECT wait.id, wait.lead_id, wait.kind, COALESCE(wait.name->>%(lang)s, wait.name->>'en_US') AS rule_name,
        CASE WHEN held.is_so THEN wait.role_id END AS role_id, wait.began_at AS date,
        LEAST(wait.ended_at, held.until_at) AS ended_at,
        EXTRACT(EPOCH FROM LEAST(wait.ended_at, held.until_at, %(now)s) - wait.began_at) / 86400 AS days,
        CASE WHEN LEAST(wait.ended_at, held.until_at) IS NULL THEN 1 ELSE 0 END AS waiting_count,
        wait.playbook_id, wait.stage_id, wait.company_id, wait.team_id, wait.user_id, wait.product_line_id
    FROM {WAITS} WHERE held.is_so OR wait.kind = 'approval'
"""


class CrmFunnelWaitReport(models.Model):
    """How long deals wait for whom, in which stage: one row for each time that something is asked of a role,
    by the rules as they are today.
    """

    _name = "crm.funnel.wait.report"
    _description = "Waiting Times"
    _inherit = ["crm.lead.fact"]
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "rule_name"
    _depends = READ

    lead_id = fields.Many2one(string="Deal", readonly=True)
    kind = fields.Selection(
        [
            ("output", "Output"),
            ("confirmation", "Confirmation"),
            ("approval", "Approval"),
            ("action", "Key Action"),
        ],
        string="Waits For What",
        readonly=True,
    )
    rule_name = fields.Char(string="Rule", readonly=True)
    role_id = fields.Many2one(
        "crm.playbook.role",
        readonly=True,
        context={"active_test": False},
        help="Whoever approves is the team leader, or the person whom the rule names.",
    )
    date = fields.Datetime(string="Waiting Since", readonly=True)
    ended_at = fields.Datetime(string="Until", readonly=True, help="Empty: it still waits.")
    days = fields.Float(
        string="Waiting Time (Days)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Calendar days from when something was asked of the role until it was there or the deal left"
        " the stage, on average; what still waits counts until now.",
    )
    waiting_count = fields.Integer(string="Still Waiting", readonly=True)
    playbook_id = fields.Many2one("crm.playbook", readonly=True)
    stage_id = fields.Many2one("crm.stage", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    product_line_id = fields.Many2one("crm.product.line", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            ROWS,
            lang=self.env.lang or "en_US",
            now=self.env.cr.now(),
            **self.env["crm.playbook.role"]._get_approvers_role_ids(),
        )

    @api.readonly
    def action_open_lead(self):
        """Open the deal."""
        self.ensure_one()
        return self.lead_id.get_formview_action()
