from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.zones import get_known_name
from ..deadline.kinds import WORK_KINDS
from ..rating.crm_playbook_tier import TIERS
from ..role.contributing import AMOUNTS
from ..role.waiting import IN_STAGES, READ

KINDS = [
    *WORK_KINDS,
    ("confirmation", "Confirmation"),
    ("meeting", "Meeting"),
    ("funnel_review", "Funnel Review"),
    ("case", "Case"),
    ("activity", "Activity"),
]
DUE = [("overdue", "Overdue"), ("today", "Today"), ("week", "Next 7 Days"), ("weeks", "Later")]

# The tier follows from amounts, which not everybody sees.
TIER = "CASE WHEN %(sees_amounts)s THEN lead.tier END"
# What waits for a role, for each who has it, where no activity says so: it is due as long as it waits.
WAITING = f"""
    SELECT -(1000000000000 + waits.id * 100000 + MOD(member.id, 100000)), NULL, NULL, 'crm.lead', lead.id,
        lead.id, COALESCE(waits.name->>%(lang)s, waits.name->>'en_US'), NULL, lead.name, member.user_id, NULL,
        NULL, %(today)s, NULL::timestamp, waits.kind, lead.partner_id, lead.stage_id, {TIER},
        lead.product_line_id, lead.team_id, lead.company_id, FALSE
    FROM crm_lead_member member JOIN crm_lead lead ON lead.id = member.lead_id
    CROSS JOIN LATERAL (
        SELECT * FROM ({IN_STAGES}) wait
        WHERE wait.lead_id = member.lead_id AND wait.role_id = member.role_id AND wait.ended_at IS NULL
        OFFSET 0
    ) waits
    WHERE member.left_at IS NULL AND NOT EXISTS (
        SELECT FROM mail_activity asked WHERE asked.res_model = 'crm.lead' AND asked.res_id = member.lead_id
            AND asked.active AND asked.playbook_kind = waits.kind AND asked.playbook_rule_id = waits.rule_id)
"""
# Open activities, whatever they are on, and meetings that have not ended, with an id below 0 for each who
# takes part: a meeting that is somebody's activity, too, is the activity.
WORK = f"""
    SELECT work.*,
        CASE WHEN work.date_deadline < %(today)s THEN 'overdue'
            WHEN work.date_deadline = %(today)s AND work.due_at < %(now)s AND work.kind <> 'meeting'
                THEN 'overdue'
            WHEN work.date_deadline = %(today)s THEN 'today'
            WHEN work.date_deadline <= %(today)s + 7 THEN 'week'
            ELSE 'weeks' END AS due
    FROM (
        SELECT activity.id, activity.id AS activity_id, activity.calendar_event_id AS event_id,
            activity.res_model, activity.res_id, lead.id AS lead_id, activity.summary,
            activity.activity_type_id, COALESCE(lead.name, activity.res_name) AS document,
            activity.user_id, COALESCE(missed.user_id, submission.user_id) AS about_user_id,
            submission.id AS submission_id, activity.date_deadline,
            CASE WHEN event.allday IS NOT TRUE THEN COALESCE(activity.playbook_due_at, event.start) END
                AS due_at,
            CASE WHEN activity.playbook_escalation_of_id IS NOT NULL THEN 'escalation'
                WHEN activity.calendar_event_id IS NOT NULL THEN 'meeting'
                WHEN activity.res_model = 'crm.funnel.review' OR decision.id IS NOT NULL THEN 'funnel_review'
                WHEN activity.res_model = 'crm.playbook.case' THEN 'case'
                ELSE COALESCE(deadline.trigger, activity.playbook_kind, 'activity') END AS kind,
            lead.partner_id, lead.stage_id, {TIER} AS tier, lead.product_line_id,
            COALESCE(lead.team_id, review.team_id, holder.sale_team_id) AS team_id,
            COALESCE(lead.company_id, review.company_id) AS company_id, FALSE AS is_private
        FROM mail_activity activity
        LEFT JOIN res_users holder ON holder.id = activity.user_id
        LEFT JOIN crm_lead lead ON lead.id = activity.res_id AND activity.res_model = 'crm.lead'
        LEFT JOIN crm_funnel_review review
            ON review.id = activity.res_id AND activity.res_model = 'crm.funnel.review'
        LEFT JOIN crm_funnel_review_decision decision ON decision.activity_id = activity.id
        LEFT JOIN crm_playbook_deadline deadline ON deadline.id = activity.playbook_deadline_id
        LEFT JOIN mail_activity missed ON missed.id = activity.playbook_escalation_of_id
        LEFT JOIN calendar_event event ON event.id = activity.calendar_event_id
        LEFT JOIN crm_lead_output submission
            ON submission.activity_id = activity.id AND submission.is_current
        WHERE activity.active
        UNION ALL
        SELECT -attendee.id, NULL, event.id, 'calendar.event', event.id, lead.id, event.name,
            NULL, lead.name, holder.id, NULL, NULL,
            GREATEST(CASE WHEN event.allday THEN event.start_date
                ELSE (event.start AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date END, %(today)s),
            CASE WHEN event.allday IS NOT TRUE THEN event.start END, 'meeting',
            lead.partner_id, lead.stage_id, {TIER} AS tier, lead.product_line_id,
            COALESCE(lead.team_id, holder.sale_team_id), lead.company_id,
            COALESCE(event.privacy, habits.calendar_default_privacy) = 'private'
        FROM calendar_attendee attendee
        JOIN calendar_event event ON event.id = attendee.event_id AND event.active
        JOIN res_users holder ON holder.partner_id = attendee.partner_id AND holder.active
            AND holder.share IS NOT TRUE
        LEFT JOIN res_users_settings habits ON habits.user_id = event.user_id
        LEFT JOIN crm_lead lead ON lead.id = event.opportunity_id
        WHERE attendee.state IS DISTINCT FROM 'declined'
            AND CASE WHEN event.allday THEN event.stop_date >= %(today)s ELSE event.stop > %(now)s END
            AND NOT EXISTS (SELECT FROM mail_activity planned WHERE planned.active
                AND planned.calendar_event_id = event.id AND planned.user_id = holder.id)
        UNION ALL
        {WAITING}
    ) work
"""


class CrmMyDay(models.Model):
    """Everything dated that is open and somebody's: what playbooks ask for, approvals and questions that
    wait, decisions of reviews, other activities, meetings. Which day it is, the reader's time zone says.

    Who has it sees it; others see what is on deals and reviews that they may see, but no private meeting.
    """

    _name = "crm.my.day"
    _description = "My Day"
    _auto = False
    _order = "date_deadline, due_at, tier, id"
    _rec_name = "summary"
    _depends = {
        **READ,
        "mail.activity": [
            *("res_model", "res_id", "res_name", "summary", "activity_type_id", "user_id", "date_deadline"),
            *("active", "calendar_event_id", "playbook_deadline_id", "playbook_kind", "playbook_due_at"),
            *("playbook_escalation_of_id", "playbook_rule_id", "playbook_done_at", "playbook_closing"),
        ],
        "calendar.event": [
            *("name", "active", "start", "stop", "allday", "start_date", "stop_date"),
            *("opportunity_id", "privacy", "user_id"),
        ],
        "calendar.attendee": ["event_id", "partner_id", "state"],
        "crm.lead": [
            *("name", "team_id", "product_line_id", "tier", "stage_id", "partner_id", "company_id"),
            *("user_id", "active", "won_status"),
        ],
        "crm.lead.output": [*READ["crm.lead.output"], "activity_id", "is_current", "user_id"],
        "crm.funnel.review": ["team_id", "company_id"],
        "crm.funnel.review.decision": ["activity_id"],
        "crm.playbook.deadline": [*READ["crm.playbook.deadline"], "trigger"],
        "res.users": ["partner_id", "active", "share", "sale_team_id"],
        "res.users.settings": ["user_id", "calendar_default_privacy"],
    }

    name = fields.Char(string="Task", compute="_compute_name", help="What is to be done.")
    summary = fields.Char(readonly=True)
    kind = fields.Selection(KINDS, readonly=True, help="What has begun it.")
    due = fields.Selection(DUE, string="When", readonly=True)
    activity_id = fields.Many2one("mail.activity", readonly=True)
    event_id = fields.Many2one("calendar.event", string="Meeting", readonly=True)
    activity_type_id = fields.Many2one("mail.activity.type", readonly=True)
    submission_id = fields.Many2one("crm.lead.output", string="Submitted Output", readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    document = fields.Char(readonly=True)
    linked_to = fields.Char(string="Linked to", compute="_compute_linked_to")
    lead_id = fields.Many2one("crm.lead", string="Deal", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    stage_id = fields.Many2one("crm.stage", readonly=True)
    tier = fields.Selection(TIERS, readonly=True)
    product_line_id = fields.Many2one("crm.product.line", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", string="Responsible", readonly=True)
    about_user_id = fields.Many2one(
        "res.users", string="Whose", readonly=True, help="Who has missed it, or has submitted it."
    )
    date_deadline = fields.Date(string="Due Date", readonly=True)
    due_at = fields.Datetime(readonly=True)
    is_private = fields.Boolean(readonly=True)
    is_ended_by_event = fields.Boolean(
        compute="_compute_is_ended_by_event", help="It ends automatically, when something else has happened."
    )
    can_decide = fields.Boolean(
        compute="_compute_can_decide", help="You may approve or reject what was submitted."
    )
    can_cancel = fields.Boolean(compute="_compute_can_cancel")
    can_snooze = fields.Boolean(compute="_compute_can_cancel", help="A meeting is put off in the calendar.")
    can_log = fields.Boolean(compute="_compute_can_log", help="A note can be written about it.")

    @property
    def _table_query(self):
        tz = get_known_name(self.env.tz.zone, self.env["crm.playbook"]._get_sql_zones())
        today, lang = fields.Date.context_today(self), self.env.lang or "en_US"
        user = self.env.user
        sees_amounts = self.env.su or not user._is_contributor() or user.has_group(AMOUNTS)
        return SQL(
            WORK, now=self.env.cr.now(), today=today, tz=tz, lang=lang, sees_amounts=bool(sees_amounts)
        )

    @api.depends("summary", "activity_type_id", "kind")
    @api.depends_context("lang")
    def _compute_name(self):
        for one in self:
            one.name = one.summary or one.activity_type_id.sudo().name  # sudo: what it is called
            if not one.activity_id and not one.event_id:
                texts = {"output": self.env._("Submit: %s", one.summary)}
                one.name = texts.get(one.kind) or self.env._("Confirm: %s", one.summary)

    @api.depends("document", "res_model", "res_id")
    @api.depends_context("lang")
    def _compute_linked_to(self):
        """A review is called as its reader's language has it; an activity keeps the name of one language."""
        reviews = self.filtered(lambda one: one.res_model == "crm.funnel.review" and one.res_id)
        # sudo: what it is called, as the activity says as well
        named = self.env["crm.funnel.review"].sudo().browse({one.res_id for one in reviews}).exists()
        names = {review.id: review.display_name for review in named}
        for one in self:
            one.linked_to = (one in reviews and names.get(one.res_id)) or one.document

    @api.depends("activity_id")
    def _compute_is_ended_by_event(self):
        ended = self.activity_id._filter_ended_by_event()
        for one in self:
            one.is_ended_by_event = not one.activity_id or one.activity_id in ended

    @api.depends("submission_id", "lead_id")
    @api.depends_context("uid")
    def _compute_can_decide(self):
        for one in self:
            # sudo: whether somebody may decide on a deal, whoever sees it
            output = one.sudo().submission_id
            may_decide = output.awaits_approval and output._can_be_approved_by(self.env.user)
            one.can_decide = bool(may_decide)

    @api.depends("activity_id", "kind")
    def _compute_can_cancel(self):
        waiting = self.activity_id._filter_waiting()
        may_cancel = not self.env.user._is_contributor()
        for one in self:
            one.can_snooze = bool(one.activity_id) and one.kind != "meeting"
            one.can_cancel = may_cancel and one.can_snooze and one.activity_id not in waiting

    @api.depends("lead_id", "kind", "due_at")
    def _compute_can_log(self):
        now, may_log = self.env.cr.now(), not self.env.user._is_contributor()
        for one in self:
            is_ahead = one.kind == "meeting" and not (one.due_at and one.due_at <= now)
            is_work = one.kind != "approval" and (one.activity_id or one.event_id)
            one.can_log = may_log and one.lead_id and is_work and not is_ahead

    @api.model
    def _get_visible_domain(self):
        """Return the domain of what the current user sees: own work, and what is on deals and reviews."""
        companies = [*self.env.companies.ids, False]
        own = Domain("user_id", "=", self.env.uid) & Domain("company_id", "in", companies)
        # documents decide who sees what is on them, archived ones too
        every = self.with_context(active_test=False).env
        on_deals = Domain("lead_id", "in", every["crm.lead"]._search([])) & Domain("is_private", "=", False)
        if not every["crm.funnel.review"].has_access("read"):
            return own | on_deals
        reviews = Domain("res_model", "=", "crm.funnel.review")
        return own | on_deals | reviews & Domain("res_id", "in", every["crm.funnel.review"]._search([]))

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        if not self.env.su and not bypass_access:
            domain = Domain(domain) & self._get_visible_domain()
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    def _check_access(self, operation):
        result = super()._check_access(operation)
        allowed = self - result[0] if result else self
        if self.env.su or not any(allowed._ids):
            return result
        visible = self.browse(self._search([("id", "in", allowed.ids)]))
        hidden = allowed - visible
        if not hidden:
            return result
        error = result[1] if result else lambda: self.env["ir.rule"]._make_access_error(operation, hidden)
        return (result[0] if result else self.browse()) | hidden, error
