from datetime import timedelta

from odoo import models
from odoo.tools import SQL

from .crm_lead_deadline_cause import COMMUNICATION_DAYS, NOT_PENDING

# A call or meeting that was marked as done, a meeting that has ended, an e-mail in or out: each with
# the time and a key. What a note was written from needs no other.
EVENTS = """
    SELECT activity.res_id AS lead_id, 'activity-' || activity.id AS key, activity.playbook_done_at AS at
    FROM mail_activity activity JOIN mail_activity_type kind ON kind.id = activity.activity_type_id
    WHERE activity.res_model = 'crm.lead' AND activity.res_id = ANY(%(ids)s) AND NOT activity.active
        AND kind.category IN ('phonecall', 'meeting') AND activity.calendar_event_id IS NULL
        AND activity.playbook_done_at BETWEEN %(since)s AND %(now)s
        AND (activity.playbook_closing IS NULL OR activity.playbook_closing = 'by_hand')
        AND NOT EXISTS (SELECT FROM crm_lead_progress WHERE activity_id = activity.id)
    UNION ALL
    SELECT meeting.opportunity_id, 'meeting-' || meeting.id, meeting.stop
    FROM calendar_event meeting
    WHERE meeting.opportunity_id = ANY(%(ids)s) AND meeting.active
        AND meeting.stop BETWEEN %(since)s AND %(now)s
        AND NOT EXISTS (SELECT FROM crm_lead_progress WHERE calendar_event_id = meeting.id)
    UNION ALL
    SELECT message.res_id, 'message-' || message.id, message.date
    FROM mail_message message
    WHERE message.model = 'crm.lead' AND message.res_id = ANY(%(ids)s)
        AND message.date BETWEEN %(since)s AND %(now)s
        AND (message.message_type IN ('email', 'email_outgoing') OR message.message_type = 'comment'
            AND message.is_internal IS NOT TRUE AND EXISTS (
                SELECT FROM mail_notification sent JOIN res_partner ON res_partner.id = sent.res_partner_id
                WHERE sent.mail_message_id = message.id AND res_partner.partner_share))
        AND NOT EXISTS (SELECT FROM crm_lead_progress WHERE message_id = message.id)
"""


class CrmLead(models.Model):
    """Each communication is followed by a progress note."""

    _inherit = "crm.lead"

    def _get_communication_query(self, duties, _all):
        """Return the query of the first communication of each lead that no note was written after. One
        activity asks for the note, however many e-mails went back and forth until then.
        """
        now = self.env.cr.now()
        since = max(min(duty.effective_from for duty in duties), now - timedelta(days=COMMUNICATION_DAYS))
        causes = self._get_cause_query(
            duties,
            SQL(
                "JOIN (%s) event ON event.lead_id = lead.id LEFT JOIN (%s) note ON note.lead_id = lead.id"
                " LEFT JOIN (%s) own ON own.res_id = lead.id AND own.playbook_deadline_id = duty.id",
                SQL(EVENTS, ids=self.ids, since=since, now=now),
                self._get_notes_query(),
                self._get_done_query(),
            ),
            SQL("event.key"),
            SQL("event.at"),
            SQL(
                "lead.active AND lead.won_status = 'pending' AND event.at >= duty.since"
                " AND event.at > GREATEST(note.at, own.at, '-infinity'::timestamp)"
                " AND %s",
                NOT_PENDING,
            ),
        )
        return SQL("SELECT DISTINCT ON (1, 2) * FROM (%s) AS cause ORDER BY 1, 2, 4", causes)
