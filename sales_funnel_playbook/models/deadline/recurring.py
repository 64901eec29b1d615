from datetime import timedelta

from odoo import models
from odoo.tools import SQL

# How many days ahead a contact that a person has planned stands for a follow-up.
PLANNED_DAYS = 30
# When this deadline was last done or cancelled on the lead, and whether it is open there.
OWN = """
    JOIN LATERAL (
        SELECT BOOL_OR(active) AS is_open,
            GREATEST(MAX(CASE WHEN playbook_closing IN ('satisfied', 'by_hand') THEN playbook_done_at END), (
                SELECT MAX(cancelled_at) FROM crm_lead_waiver WHERE crm_lead_waiver.lead_id = lead.id
                    AND crm_lead_waiver.kind = duty.kind AND crm_lead_waiver.rule_id = duty.id)) AS at
        FROM mail_activity
        WHERE res_id = lead.id AND playbook_kind = duty.kind AND playbook_rule_id = duty.id
    ) own ON own.is_open IS NOT TRUE
"""
# When a note was last written.
NOTED = """
    JOIN LATERAL (
        SELECT MAX(create_date) AS at FROM crm_lead_progress
        WHERE lead_id = lead.id AND is_imported IS NOT TRUE
    ) note ON TRUE
"""
# What nobody has done for about as long as it may take; its activity appears on the day it is due. While the
# customer is waited for nothing is due.
RECURRING = """
    SELECT touched.key, touched.lead_id,
        'since-' || EXTRACT(EPOCH FROM GREATEST(begun.at, touched.waiting_until))::bigint, begun.at,
        CASE WHEN touched.waiting_until > begun.at THEN touched.waiting_until END
    FROM (%(touched)s OFFSET 0) touched
    CROSS JOIN LATERAL (SELECT GREATEST(touched.at, (SELECT at FROM (%(came)s) came)) AS at OFFSET 0) begun
    WHERE touched.at + touched.least <= %(soon)s AND begun.at + touched.least <= %(soon)s
"""
# Kinds of segments that bring nothing up to date.
NO_UPDATE = SQL("('handed_over', 'archived', 'accepted')")
# The status was brought up to date by a move, a note, or a review marked as done.
REVIEWED = """
    SELECT duty.key, lead.id AS lead_id, lead.waiting_until, duty.least,
        GREATEST(duty.since, lead.create_date, log.at, note.at, own.at) AS at
    FROM duty CROSS JOIN lead %(own)s %(noted)s
    JOIN LATERAL (
        SELECT MAX(entered_at) AS at FROM crm_lead_stage_log
        WHERE lead_id = lead.id AND kind NOT IN %(no_update)s
    ) log ON TRUE
    WHERE duty.trigger = 'review' AND %(is_worked)s
"""
# A contact counts whoever had it, but where the leader follows up only the leader's, unless the rule says so.
# What a person has
# planned stands for the follow-up as long as it is not overdue.
FOLLOWED_UP = """
    SELECT duty.key, lead.id AS lead_id, lead.waiting_until, rhythm.least,
        GREATEST(duty.since, lead.create_date, own.at, note.at, contact.at, met.at) AS at
    FROM duty CROSS JOIN lead JOIN rhythm ON rhythm.tier = lead.tier %(own)s
    LEFT JOIN crm_team team ON team.id = lead.team_id
    JOIN LATERAL (
        SELECT MAX(communicated_at) AS at FROM crm_lead_progress
        WHERE lead_id = lead.id AND (rhythm.responsible = 'salesperson' OR user_id = team.user_id
            OR duty.id = ANY(%(anybodys)s))
    ) note ON TRUE
    JOIN LATERAL (
        SELECT MAX(contacted_at) AS at FROM crm_lead_contact
        WHERE lead_id = lead.id AND (rhythm.responsible = 'salesperson' OR user_id = team.user_id
            OR duty.id = ANY(%(anybodys)s))
    ) contact ON TRUE
    JOIN LATERAL (
        SELECT MAX(playbook_done_at) AS at,
            BOOL_OR(active AND date_deadline BETWEEN lead.today AND lead.today + %(planned)s) AS is_planned
        FROM mail_activity
        WHERE res_id = lead.id AND res_model = 'crm.lead' AND playbook_kind IS NULL
            AND (rhythm.responsible = 'salesperson' OR user_id = team.user_id
            OR duty.id = ANY(%(anybodys)s))
    ) met ON met.is_planned IS NOT TRUE
    WHERE duty.trigger = 'follow_up' AND %(is_worked)s
"""
IS_WORKED = """
    lead.active AND lead.won_status = 'pending' AND lead.type = 'opportunity'
    AND (lead.waiting_until IS NULL OR lead.waiting_until <= lead.today)
"""
# What was said longer ago needs no note any more.
COMMUNICATION_DAYS = 30
# What a playbook has written down of the contacts that were captured on its deals.
ASKED = {
    "all": SQL("TRUE"),
    "customer": SQL("contact.is_from_customer"),
    "spoken": SQL("contact.channel IN ('call', 'video', 'meeting')"),
    "none": SQL("FALSE"),
}
# The contacts captured on a lead, each with a key and the time. What a note was written from needs no other.
EVENTS = """
    SELECT CASE contact.source_model WHEN 'mail.activity' THEN 'activity'
            WHEN 'calendar.event' THEN 'meeting' WHEN 'mail.message' THEN 'message'
            ELSE contact.source_model END || '-' || contact.source_id AS key,
        contact.contacted_at AS at
    FROM crm_lead_contact contact
    WHERE contact.lead_id = lead.id AND contact.is_on_deal AND contact.is_from_before IS NOT TRUE
        AND contact.contacted_at BETWEEN %(since)s AND %(now)s AND %(is_asked)s
        AND NOT EXISTS (SELECT FROM crm_lead_progress WHERE contact_id = contact.id)
"""
# The first communication of each lead that no note was written after. One activity asks for the note,
# however many e-mails went back and forth until then.
SPOKEN = """
    SELECT duty.key, lead.id, event.key, event.at, NULL::date
    FROM duty CROSS JOIN lead %(own)s %(noted)s
    JOIN LATERAL (
        SELECT key, at FROM (%(events)s) said
        WHERE at >= duty.since AND at > GREATEST(note.at, own.at, '-infinity'::timestamp)
            AND at >= COALESCE((SELECT came.at FROM (%(came)s) came), '-infinity')
        ORDER BY at LIMIT 1
    ) event ON TRUE
    WHERE duty.trigger = 'communication' AND lead.active AND lead.won_status = 'pending'
"""


class CrmLead(models.Model):
    """Reviews and follow-ups: what comes up when nobody has done anything for some time.

    Each communication is followed by a progress note.
    """

    _inherit = "crm.lead"

    def _get_recurring_queries(self, duties):
        """Return ``{trigger: query}`` of what comes up again and again."""
        is_worked = SQL(IS_WORKED)
        touched = {
            "review": SQL(REVIEWED, own=SQL(OWN), noted=SQL(NOTED), is_worked=is_worked, no_update=NO_UPDATE),
            "follow_up": SQL(
                FOLLOWED_UP,
                own=SQL(OWN),
                planned=PLANNED_DAYS,
                is_worked=is_worked,
                anybodys=duties.get_anybodys(),
            ),
        }
        soon = self.env.cr.now() + timedelta(days=1)
        came = self._get_came_query(duties, SQL("touched.lead_id"))
        return {
            trigger: SQL(RECURRING, touched=query, soon=soon, came=came) for trigger, query in touched.items()
        }

    def _get_communication_query(self, duties):
        """Return the query of what was said to a customer and is to be written down, and was not."""
        now = self.env.cr.now()
        since = now - timedelta(days=COMMUNICATION_DAYS)
        events = SQL(EVENTS, since=since, now=now, is_asked=ASKED[duties.asked_contact])
        came = self._get_came_query(duties, SQL("lead.id"))
        return SQL(SPOKEN, events=events, own=SQL(OWN), noted=SQL(NOTED), came=came)
