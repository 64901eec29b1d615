from odoo import api, fields, models
from odoo.tools import SQL

from ..models.deadline.crm_lead_waiver import ON_RECORD
from ..models.deadline.kinds import WORK_KINDS
from ..models.rating.crm_playbook_tier import TIERS

STATES = [
    ("open", "Open"),
    ("overdue", "Overdue"),
    ("on_time", "On Time"),
    ("late", "Late"),
    ("missed", "Missed"),
    ("dropped", "Cancelled"),
]
# What has become of an ``activity``.
STATE = """
    CASE
        WHEN activity.active AND COALESCE(activity.playbook_due_at < %(now)s,
            activity.date_deadline < %(today)s) THEN 'overdue'
        WHEN activity.active THEN 'open'
        WHEN activity.playbook_closing = 'dropped'
            AND activity.playbook_due_at < activity.playbook_done_at THEN 'missed'
        WHEN activity.playbook_closing = 'dropped' THEN 'dropped'
        WHEN COALESCE(activity.playbook_done_at <= activity.playbook_due_at,
            activity.date_done <= activity.date_deadline) THEN 'on_time'
        ELSE 'late'
    END
"""
WORK = f"""
    SELECT work.*,
        CASE WHEN work.state <> 'dropped' THEN
            GREATEST(EXTRACT(EPOCH FROM COALESCE(work.done_at, %(now)s) - work.due_at) / 3600, 0)
            END AS delay_hours,
        CASE WHEN work.state IN ('on_time', 'late') THEN
            EXTRACT(EPOCH FROM work.done_at - work.started_at) / 3600 END AS taken_hours,
        CASE work.state WHEN 'on_time' THEN 100.0 WHEN 'late' THEN 0.0 WHEN 'missed' THEN 0.0 END
            AS on_time_rate
    FROM (
        SELECT activity.id, CASE WHEN activity.id > 0 THEN activity.id END AS activity_id,
            activity.res_id AS lead_id, activity.summary,
            activity.playbook_id, activity.playbook_deadline_id AS deadline_id,
            activity.playbook_output_id AS output_id, activity.activity_type_id, activity.user_id,
            activity.date_deadline, activity.playbook_started_at AS started_at,
            activity.playbook_due_at AS due_at, activity.playbook_done_at AS done_at,
            activity.playbook_closing = 'by_hand' OR activity.id < 0 AS is_by_hand,
            activity.cancelled_by_id, activity.reason,
            activity.playbook_escalated_at IS NOT NULL
                AND activity.playbook_kind <> 'escalation' AS is_escalated,
            lead.team_id, lead.product_line_id, lead.tier, lead.stage_id, lead.partner_id,
            COALESCE(deadline.trigger, activity.playbook_kind) AS kind,
            {STATE} AS state
        FROM {ON_RECORD} activity JOIN crm_lead lead ON lead.id = activity.res_id
        LEFT JOIN crm_playbook_deadline deadline ON deadline.id = activity.playbook_deadline_id
            AND activity.playbook_escalation_of_id IS NULL
    ) work
"""


class CrmPlaybookDeadlineReport(models.Model):
    """What playbooks have asked for: what is still to be done by whom, and what was done in time.

    On-Time Rate = on time ÷ (on time + late + missed) × 100. *Missed* is what was overdue when nobody asked
    for it any more (the deal was lost, or left the stage); what was dropped before it was due does not count.
    """

    _name = "crm.playbook.deadline.report"
    _description = "Deadline Compliance"
    _inherit = ["crm.lead.fact"]
    _auto = False
    _order = "tier, date_deadline, due_at, id"
    _rec_name = "summary"
    _depends = {
        "mail.activity": [
            *("res_model", "res_id", "summary", "activity_type_id", "user_id", "date_deadline", "date_done"),
            *("active", "playbook_id", "playbook_deadline_id", "playbook_output_id", "playbook_kind"),
            *("playbook_started_at", "playbook_due_at", "playbook_done_at", "playbook_closing"),
            *("playbook_escalated_at", "playbook_escalation_of_id"),
        ],
        "crm.lead": ["team_id", "product_line_id", "tier", "stage_id", "partner_id"],
        "crm.playbook.deadline": ["trigger"],
        "crm.lead.waiver": [
            *("lead_id", "playbook_id", "deadline_id", "output_id", "kind", "occurrence", "summary"),
            *("activity_type_id", "user_id", "started_at", "due_at", "date_deadline", "escalated_at"),
            *("cancelled_at", "cancelled_by_id", "reason"),
        ],
    }

    lead_id = fields.Many2one(string="Deal", readonly=True)
    activity_id = fields.Many2one("mail.activity", readonly=True)
    summary = fields.Char(string="Task", readonly=True)
    kind = fields.Selection(WORK_KINDS, readonly=True, help="What has begun it.")
    playbook_id = fields.Many2one("crm.playbook", readonly=True)
    deadline_id = fields.Many2one("crm.playbook.deadline", readonly=True)
    output_id = fields.Many2one("crm.playbook.output", readonly=True)
    activity_type_id = fields.Many2one("mail.activity.type", readonly=True)
    user_id = fields.Many2one("res.users", string="Responsible", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    product_line_id = fields.Many2one("crm.product.line", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    stage_id = fields.Many2one("crm.stage", readonly=True)
    tier = fields.Selection(TIERS, readonly=True)
    state = fields.Selection(STATES, readonly=True)
    date_deadline = fields.Date(string="Due Date", readonly=True)
    started_at = fields.Datetime(string="Begun At", readonly=True)
    due_at = fields.Datetime(readonly=True)
    done_at = fields.Datetime(string="Ended At", readonly=True)
    is_by_hand = fields.Boolean(string="Closed Manually", readonly=True)
    is_escalated = fields.Boolean(string="Escalated", readonly=True)
    cancelled_by_id = fields.Many2one("res.users", readonly=True)
    reason = fields.Text(string="Reason for Cancelling", readonly=True)
    on_time_rate = fields.Float(
        string="On Time (%)",
        readonly=True,
        aggregator="avg",
        help="On time ÷ (on time + late + missed) × 100.",
    )
    delay_hours = fields.Float(
        string="Median Delay (Hours)",
        readonly=True,
        aggregator="avg",
        help="From when it was due until it was done, or until now; 0 when it is in time.",
    )
    taken_hours = fields.Float(
        string="Median Time Taken (Hours)",
        readonly=True,
        aggregator="avg",
        help="From when it began until it was done, in calendar hours.",
    )

    @property
    def _table_query(self):
        today = self.env["crm.playbook"]._get_today_sql(SQL("activity.playbook_id"))
        return SQL(WORK, now=self.env.cr.now(), today=today)

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """The middle one of delays tells more than their mean: one forgotten deal would hide the others."""
        name, _colon, _function = aggregate_spec.partition(":")
        if name not in ("delay_hours", "taken_hours") or not aggregate_spec.endswith(":avg"):
            return super()._read_group_select(aggregate_spec, query)
        hours = self._field_to_sql(self._table, name, query)
        return SQL("PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY %s)", hours)

    def action_done(self):
        """Mark the activities as done, as in the chatter of their deals."""
        self.activity_id.action_feedback()
        return True

    @api.readonly
    def action_cancel(self):
        """Ask why this is not done; then it is cancelled."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cancel Work"),
            "res_model": "crm.lead.waive",
            "view_mode": "form",
            "target": "new",
            "context": {"default_activity_id": self.activity_id.id},
        }

    @api.readonly
    def action_log_progress(self):
        """Open a progress note on the deal of this activity."""
        self.ensure_one()
        return self.activity_id.action_log_progress()

    @api.readonly
    def action_open_lead(self):
        """Open the deal."""
        self.ensure_one()
        return self.lead_id.get_formview_action()
