from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from .crm_playbook_duty_rows import DOER, Duties

# What is no longer asked for: by the rules as they are now, and by where the lead is.
IS_DROPPED = """
    CASE
        WHEN work.kind NOT IN ('deadline', 'output') THEN lead.won_status = 'lost' OR NOT lead.active
        WHEN duty.key IS NULL THEN
            work.playbook_id IS DISTINCT FROM %(playbook)s OR work.key <> ALL(%(broken)s)
        WHEN duty.trigger IN ('won', 'lost') THEN lead.won_status <> duty.trigger
        WHEN NOT lead.active OR lead.won_status = 'lost' THEN TRUE
        WHEN duty.trigger = 'stage_entered' THEN lead.stage_id IS DISTINCT FROM duty.stage_id
        WHEN lead.won_status <> 'pending' THEN TRUE
        ELSE duty.trigger IN ('review', 'follow_up') AND COALESCE(lead.waiting_until > %(today)s, FALSE)
    END
"""
# What was recorded after it began and says that it is done, besides what the rules name.
IS_RECORDED = """
    CASE
        WHEN duty.trigger IN ('communication', 'review') AND EXISTS (
            SELECT FROM crm_lead_progress note WHERE note.lead_id = lead.id
                AND note.create_date > work.playbook_started_at AND note.is_imported IS NOT TRUE) THEN TRUE
        WHEN duty.trigger = 'review' THEN EXISTS (
            SELECT FROM crm_lead_stage_log log WHERE log.lead_id = lead.id AND log.left_at IS NULL
                AND log.entered_at > work.playbook_started_at)
        WHEN duty.trigger = 'follow_up' THEN EXISTS (
            SELECT FROM crm_lead_progress note WHERE note.lead_id = lead.id
                AND note.communicated_at > work.playbook_started_at
                AND work.user_id IN (note.user_id, lead.user_id)
            UNION ALL
            SELECT FROM mail_activity met WHERE met.res_id = lead.id AND met.res_model = 'crm.lead'
                AND NOT met.active AND met.playbook_cause IS NULL
                AND met.playbook_done_at > work.playbook_started_at
                AND work.user_id IN (met.user_id, lead.user_id))
        WHEN duty.trigger = 'risk_raised' THEN EXISTS (
            SELECT FROM crm_lead_risk risk
            WHERE risk.lead_id = lead.id AND work.playbook_cause = duty.key || ':risk-' || risk.id
                AND (risk.state = 'closed' OR TRIM(risk.response) <> ''))
        ELSE FALSE
    END
"""
# Who has it has left; or they are whom it was given to, and that is somebody else by now.
IS_MOVED = """
    doer.id IS DISTINCT FROM work.user_id AND doer.id IS NOT NULL AND (holder.id IS NULL
        OR work.user_id = work.playbook_assigned_id AND doer.id <> work.playbook_assigned_id)
"""
OPEN = """
    WITH %(duties)s
    SELECT verdict, user_id, ARRAY_AGG(id) FROM (
        SELECT work.id, doer.id AS user_id,
            CASE WHEN %(is_dropped)s THEN 'dropped' WHEN %(is_satisfied)s OR %(is_recorded)s THEN 'satisfied'
                WHEN %(is_moved)s THEN 'moved' END AS verdict
        FROM (
            SELECT id, res_id, user_id, playbook_id, playbook_cause, playbook_started_at,
                playbook_assigned_id, SPLIT_PART(playbook_cause, ':', 1) AS kind,
                SPLIT_PART(playbook_cause, ':', 1) || ':' || SPLIT_PART(playbook_cause, ':', 2) AS key
            FROM mail_activity
            WHERE res_model = 'crm.lead' AND res_id = ANY(%(ids)s) AND active
                AND playbook_cause IS NOT NULL AND playbook_escalation_of_id IS NULL
        ) work
        JOIN crm_lead ON crm_lead.id = work.res_id JOIN crm_lead lead ON lead.id = work.res_id
        LEFT JOIN duty ON duty.key = work.key AND work.playbook_id = %(playbook)s
        %(people)s
        LEFT JOIN res_users holder ON holder.id = work.user_id AND holder.active
        CROSS JOIN LATERAL (SELECT CASE WHEN duty.key IS NOT NULL THEN %(doer)s
            WHEN work.kind = 'approval'
                THEN COALESCE(leader.id, CASE WHEN %(may_keeper_approve)s THEN keeper.id END)
            WHEN work.kind NOT IN ('question', 'override') THEN NULL
            WHEN owner.id IS NULL AND holder.id IS NULL THEN COALESCE(leader.id, keeper.id)
            ELSE owner.id END AS id) doer
    ) judged WHERE verdict IS NOT NULL GROUP BY verdict, user_id
"""


class CrmLead(models.Model):
    """What is done, or no longer asked for, ends; what another person does now goes over to them. One
    statement finds it, however many activities are open: most are left as they are.
    """

    _inherit = "crm.lead"

    def _end_deadlines(self, playbook_id=False, duties=None):
        """End the open activities of these leads that are satisfied or no longer asked for, and hand over
        those of a deal that somebody else works on now.

        :param int playbook_id: which all of these leads follow, or False
        :param Duties duties: what it asks for
        """
        verdicts = defaultdict(list)
        if duties is None:  # there still are approvals, questions and work to make up for
            playbook = self.env["crm.playbook"].browse(playbook_id or ())
            duties = Duties(responsible_user_id=playbook.responsible_user_id.id)
        for verdict, user_id, ids in self.env.execute_query(self._get_open_query(playbook_id, duties)):
            verdicts[verdict, user_id if verdict == "moved" else None] += ids
        activities = self.env["mail.activity"]
        for (verdict, user_id), ids in verdicts.items():
            if verdict == "moved":
                activities.browse(ids).write({"user_id": user_id, "playbook_assigned_id": user_id})
            else:
                activities.browse(ids)._end_playbook(verdict)

    def _get_open_query(self, playbook_id, duties):
        """Return the query of the open activities of these leads that are to be ended or handed over."""
        keeper = self.env["res.users"].browse(duties.responsible_user_id or ())
        return SQL(
            OPEN,
            ids=self.ids,
            playbook=playbook_id or None,
            duties=duties.get_tables(),
            people=duties.get_people(),
            doer=DOER,
            may_keeper_approve=bool(keeper) and keeper.has_group("sales_team.group_sale_manager"),
            is_dropped=SQL(
                IS_DROPPED,
                playbook=playbook_id or None,
                broken=list(duties.broken),
                today=self.env.cr.now().date(),
            ),
            is_satisfied=SQL("COALESCE(%s, FALSE)", self._get_satisfied_test(duties, SQL("lead.id"))),
            is_recorded=SQL(IS_RECORDED),
            is_moved=SQL(IS_MOVED),
        )
