from datetime import timedelta

from odoo import models
from odoo.tools import SQL

from .crm_lead_deadline_recurring import NOTED, OWN

# What was said longer ago needs no note any more.
COMMUNICATION_DAYS = 30
# A call or meeting that was marked as done, a meeting that has ended, an e-mail in or out: each with
# the time and a key. What a note was written from needs no other.
EVENTS = """
    SELECT 'activity-' || call.id AS key, call.playbook_done_at AS at
    FROM mail_activity call JOIN mail_activity_type kind ON kind.id = call.activity_type_id
    WHERE call.res_id = lead.id AND call.res_model = 'crm.lead' AND NOT call.active
        AND kind.category IN ('phonecall', 'meeting') AND call.calendar_event_id IS NULL
        AND call.playbook_done_at BETWEEN %(since)s AND %(now)s
        AND (call.playbook_closing IS NULL OR call.playbook_closing = 'by_hand')
        AND NOT EXISTS (SELECT FROM crm_lead_progress WHERE lead_id = lead.id AND activity_id = call.id)
    UNION ALL
    SELECT 'meeting-' || meeting.id, meeting.stop FROM calendar_event meeting
    WHERE meeting.opportunity_id = lead.id AND meeting.active AND meeting.stop BETWEEN %(since)s AND %(now)s
        AND NOT EXISTS (
            SELECT FROM crm_lead_progress WHERE lead_id = lead.id AND calendar_event_id = meeting.id)
    UNION ALL
    SELECT 'message-' || message.id, message.date FROM mail_message message
    WHERE message.model = 'crm.lead' AND message.res_id = lead.id
        AND message.date BETWEEN %(since)s AND %(now)s
        AND (message.message_type IN ('email', 'email_outgoing') OR message.message_type = 'comment'
            AND message.is_internal IS NOT TRUE AND EXISTS (
                SELECT FROM mail_notification sent JOIN res_partner ON res_partner.id = sent.res_partner_id
                WHERE sent.mail_message_id = message.id AND res_partner.partner_share))
        AND NOT EXISTS (SELECT FROM crm_lead_progress WHERE lead_id = lead.id AND message_id = message.id)
"""
# The first communication of each lead that no note was written after. One activity asks for the note,
# however many e-mails went back and forth until then.
SPOKEN = """
    SELECT duty.key, lead.id, event.key, event.at, NULL::date
    FROM duty CROSS JOIN lead %(own)s %(noted)s
    JOIN LATERAL (
        SELECT key, at FROM (%(events)s) said
        WHERE at >= duty.since AND at > GREATEST(note.at, own.at, '-infinity'::timestamp)
        ORDER BY at LIMIT 1
    ) event ON TRUE
    WHERE duty.trigger = 'communication' AND lead.active AND lead.won_status = 'pending'
"""


class CrmLead(models.Model):
    """Each communication is followed by a progress note."""

    _inherit = "crm.lead"

    def _get_communication_query(self):
        """Return the query of what was said to a customer and not written down."""
        now = self.env.cr.now()
        since = now - timedelta(days=COMMUNICATION_DAYS)
        events = SQL(EVENTS, since=since, now=now)
        return SQL(SPOKEN, events=events, own=SQL(OWN), noted=SQL(NOTED))
