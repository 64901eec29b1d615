from datetime import timedelta

from odoo import models
from odoo.tools import SQL

# How many days ahead a contact that a person has planned stands for a follow-up.
PLANNED_DAYS = 30
# When each deadline was last done on each lead, and on which leads it is open.
OWN = """
    LEFT JOIN (
        SELECT res_id, playbook_deadline_id, BOOL_OR(active) AS is_open,
            MAX(CASE WHEN playbook_closing IN ('satisfied', 'by_hand') THEN playbook_done_at END) AS at
        FROM work WHERE playbook_cause IS NOT NULL AND playbook_escalation_of_id IS NULL
        GROUP BY res_id, playbook_deadline_id
    ) own ON own.res_id = lead.id AND own.playbook_deadline_id = duty.id
"""
# When a note was last written.
NOTED = """
    LEFT JOIN (
        SELECT lead_id, MAX(create_date) AS at FROM crm_lead_progress
        WHERE lead_id = ANY(%s) AND is_imported IS NOT TRUE GROUP BY lead_id
    ) note ON note.lead_id = lead.id
"""
# What nobody has done for about as long as it may take; its activity appears on the day it is due. While the
# customer is waited for nothing is due.
RECURRING = """
    SELECT touched.key, touched.lead_id,
        'since-' || EXTRACT(EPOCH FROM GREATEST(touched.at, touched.waiting_until))::bigint, touched.at,
        CASE WHEN touched.waiting_until > touched.at THEN touched.waiting_until END
    FROM (%(touched)s) touched
    WHERE touched.at + touched.least <= %(soon)s
        AND (touched.waiting_until IS NULL OR touched.waiting_until <= %(today)s)
"""
# The status was brought up to date by a move, a note, or a review marked as done.
REVIEWED = """
    SELECT duty.key, lead.id AS lead_id, lead.waiting_until, duty.least,
        GREATEST(duty.since, lead.create_date, log.entered_at, note.at, own.at) AS at
    FROM duty CROSS JOIN lead %(own)s %(noted)s
    LEFT JOIN crm_lead_stage_log log ON log.lead_id = lead.id AND log.left_at IS NULL
        AND log.lead_id = ANY(%(ids)s)
    WHERE duty.trigger = 'review' AND lead.active AND lead.won_status = 'pending'
        AND lead.type = 'opportunity' AND own.is_open IS NOT TRUE
"""
# A contact counts whoever had it, but where the leader follows up only the leader's. What a person has
# planned stands for the follow-up as long as it is not overdue.
FOLLOWED_UP = """
    SELECT duty.key, lead.id AS lead_id, lead.waiting_until, rhythm.least,
        GREATEST(duty.since, lead.create_date, own.at, note.at,
            CASE WHEN rhythm.responsible = 'salesperson' THEN met.at ELSE led.at END) AS at
    FROM duty CROSS JOIN lead JOIN rhythm ON rhythm.tier = lead.tier %(own)s
    LEFT JOIN crm_team team ON team.id = lead.team_id
    LEFT JOIN LATERAL (
        SELECT MAX(communicated_at) AS at FROM crm_lead_progress
        WHERE lead_id = lead.id AND (rhythm.responsible = 'salesperson' OR user_id = team.user_id)
    ) note ON TRUE
    LEFT JOIN (
        SELECT res_id, MAX(playbook_done_at) AS at FROM work
        WHERE NOT active AND playbook_cause IS NULL GROUP BY res_id
    ) met ON met.res_id = lead.id
    LEFT JOIN (
        SELECT res_id, user_id, MAX(playbook_done_at) AS at FROM work
        WHERE NOT active AND playbook_cause IS NULL GROUP BY res_id, user_id
    ) led ON led.res_id = lead.id AND led.user_id = team.user_id
    WHERE duty.trigger = 'follow_up' AND lead.active AND lead.won_status = 'pending'
        AND lead.type = 'opportunity' AND own.is_open IS NOT TRUE
        AND NOT EXISTS (
            SELECT FROM work WHERE work.res_id = lead.id AND work.active AND work.playbook_cause IS NULL
                AND work.date_deadline BETWEEN %(today)s AND %(planned)s
                AND (rhythm.responsible = 'salesperson' OR work.user_id = team.user_id))
"""


class CrmLead(models.Model):
    """Reviews and follow-ups: what comes up when nobody has done anything for some time."""

    _inherit = "crm.lead"

    def _get_trigger_queries(self, duties):
        now = self.env.cr.now()
        today = now.date()
        own, noted = SQL(OWN), SQL(NOTED, self.ids)
        planned = today + timedelta(days=PLANNED_DAYS)
        touched = {
            "review": SQL(REVIEWED, own=own, noted=noted, ids=self.ids),
            "follow_up": SQL(FOLLOWED_UP, own=own, today=today, planned=planned),
        }
        soon = now + timedelta(days=1)
        return super()._get_trigger_queries(duties) | {
            trigger: SQL(RECURRING, touched=query, soon=soon, today=today)
            for trigger, query in touched.items()
        }
