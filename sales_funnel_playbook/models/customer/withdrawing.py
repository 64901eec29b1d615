from odoo import models
from odoo.tools import SQL

# A meeting that was put off, called off or deleted, or is another deal's, was no contact.
WITHDRAWN = """
    SELECT contact.id FROM crm_lead_contact contact
    LEFT JOIN calendar_event event ON event.id = contact.source_id AND event.active
    WHERE contact.source_model = 'calendar.event' AND contact.source_id = ANY(%(ids)s) AND (
        event.id IS NULL OR DATE_TRUNC('second', event.stop) <> contact.contacted_at OR event.stop > %(now)s
        OR contact.is_on_deal AND event.opportunity_id IS DISTINCT FROM contact.lead_id
        OR NOT contact.is_on_deal AND event.opportunity_id IS NOT NULL)
"""
# What was no talk after all, such as a mail that came back.
BOUNCED = """
    SELECT contact.id FROM crm_lead_contact contact
    JOIN mail_message message ON message.id = contact.source_id
    WHERE contact.source_model = 'mail.message' AND contact.source_id = ANY(%(ids)s)
        AND NOT COALESCE(%(is_talk)s, FALSE)
"""


class CrmLeadContact(models.Model):
    """What turns out to have been no contact is forgotten."""

    _inherit = "crm.lead.contact"

    def _withdraw_meetings(self, ids):
        """Forget the contacts of meetings of these that were not held as it was captured."""
        if not ids:
            return
        found = self.env.execute_query(SQL(WITHDRAWN, ids=ids, now=self.env.cr.now()))
        self.browse(id_ for (id_,) in found).unlink()

    def _withdraw_mails(self, ids):
        """Forget the contacts of messages of these that have not reached anybody."""
        is_talk = self.env["mail.message"]._get_talk_sql()
        if ids:
            found = self.env.execute_query(SQL(BOUNCED, ids=ids, is_talk=is_talk))
            self.browse(id_ for (id_,) in found).unlink()
