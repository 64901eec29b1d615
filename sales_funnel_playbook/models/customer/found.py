"""What Odoo knows of contacts with customers, as SQL: each query returns the columns of :data:`TALK`."""

from odoo.tools import SQL

TALK = (
    *("source_model", "source_id", "contacted_at", "channel", "is_from_customer", "user_id", "partner_id"),
    *("summary", "deal_id", "with_id", "company_id"),
)
# What Odoo calls a message or a call that nobody has named, after its deal or its kind, says nothing.
MAILS = """
    SELECT 'mail.message', message.id, DATE_TRUNC('second', LEAST(message.date, %(now)s)),
        CASE WHEN message.message_type = 'comment' AND colleague.id IS NULL THEN 'message' ELSE 'email' END,
        colleague.id IS NULL, colleague.id, CASE WHEN colleague.id IS NULL THEN message.author_id ELSE (
            SELECT res_partner.id FROM mail_notification sent
            JOIN res_partner ON res_partner.id = sent.res_partner_id
            WHERE sent.mail_message_id = message.id AND res_partner.partner_share LIMIT 1) END,
        NULLIF(NULLIF(TRIM(message.subject), ''), CASE WHEN message.message_type = 'comment'
            THEN COALESCE(deal.name, person.complete_name) END),
        CASE WHEN message.model = 'crm.lead' THEN message.res_id END,
        CASE WHEN message.model = 'res.partner' THEN message.res_id END,
        CASE WHEN colleague.id IS NULL THEN parent.record_company_id ELSE message.record_company_id END
    FROM mail_message message
    LEFT JOIN mail_message parent ON parent.id = message.parent_id
    LEFT JOIN crm_lead deal ON message.model = 'crm.lead' AND deal.id = message.res_id
    LEFT JOIN res_partner person ON message.model = 'res.partner' AND person.id = message.res_id
    LEFT JOIN LATERAL (
        SELECT id FROM res_users WHERE partner_id = message.author_id AND share IS NOT TRUE
        ORDER BY active DESC, id LIMIT 1
    ) colleague ON TRUE
    WHERE message.model IN ('crm.lead', 'res.partner') AND %(which)s AND %(is_talk)s
"""
# Held with the customer: somebody from outside was invited and has not declined; or nobody but one of us
# is named at all, as with a visit that is only noted. A meeting of colleagues about a deal is none.
MEETINGS = """
    SELECT 'calendar.event', event.id, DATE_TRUNC('second', event.stop),
        CASE WHEN event.videocall_location <> '' THEN 'video' ELSE 'meeting' END, TRUE, event.user_id,
        guest.id, CASE WHEN COALESCE(event.privacy, own.calendar_default_privacy, 'public') <> 'private'
            THEN event.name END,
        event.opportunity_id, guest.id, NULL::int
    FROM calendar_event event
    LEFT JOIN res_users_settings own ON own.user_id = event.user_id
    LEFT JOIN LATERAL (
        SELECT res_partner.id FROM calendar_attendee attendee
        JOIN res_partner ON res_partner.id = attendee.partner_id
        WHERE attendee.event_id = event.id AND res_partner.partner_share AND attendee.state <> 'declined'
    ) guest ON TRUE
    WHERE event.active AND event.stop <= %(now)s AND %(which)s AND (guest.id IS NOT NULL
        OR (SELECT COUNT(*) <= 1 AND BOOL_OR(res_partner.partner_share) IS NOT TRUE
            FROM calendar_attendee attendee JOIN res_partner ON res_partner.id = attendee.partner_id
            WHERE attendee.event_id = event.id))
"""
# A meeting in the calendar tells itself when it was held; what a playbook asks for ends by itself, too.
CALLS = """
    SELECT 'mail.activity', call.id,
        DATE_TRUNC('second', LEAST(COALESCE(call.playbook_done_at, call.write_date), %(now)s)),
        CASE kind.category WHEN 'phonecall' THEN 'call' ELSE 'meeting' END, TRUE, call.user_id,
        CASE WHEN call.res_model = 'res.partner' THEN call.res_id ELSE lead.partner_id END,
        COALESCE(CASE WHEN NOT EXISTS (
                SELECT FROM JSONB_EACH_TEXT(kind.name) label WHERE label.value = TRIM(call.summary))
            THEN NULLIF(TRIM(call.summary), '') END, NULLIF(TRIM(SPLIT_PART(call.feedback, E'\\n', 1)), '')),
        lead.id, CASE WHEN call.res_model = 'res.partner' THEN call.res_id END, NULL::int
    FROM mail_activity call JOIN mail_activity_type kind ON kind.id = call.activity_type_id
    LEFT JOIN crm_lead lead ON call.res_model = 'crm.lead' AND lead.id = call.res_id
    WHERE NOT call.active AND kind.category IN ('phonecall', 'meeting') AND call.calendar_event_id IS NULL
        AND call.res_model IN ('crm.lead', 'res.partner') AND %(which)s
        AND (call.playbook_closing IS NULL OR call.playbook_closing = 'by_hand')
"""
# Of OCA's crm_phonecall, where that is installed.
PHONECALLS = """
    SELECT 'crm.phonecall', phone.id, DATE_TRUNC('second', LEAST(phone.date, %(now)s)), 'call', TRUE,
        phone.user_id, phone.partner_id, phone.name, phone.opportunity_id, phone.partner_id, phone.company_id
    FROM crm_phonecall phone
    WHERE phone.active AND phone.state = 'done' AND phone.date IS NOT NULL AND %(which)s
"""
# What is on a deal counts for that; what was with the customer, for all of their open deals that are of a
# company in which it was said. Only where the deal follows a playbook, and once.
FOUND = """
    WITH talk (%(columns)s) AS (%(talks)s),
    met AS (
        SELECT talk.*, deal_id AS lead_id, TRUE AS is_on_deal FROM talk WHERE deal_id IS NOT NULL
        UNION ALL
        SELECT talk.*, lead.id, FALSE
        FROM talk JOIN res_partner person ON person.id = talk.with_id
        JOIN res_partner mate ON mate.commercial_partner_id = person.commercial_partner_id
        JOIN crm_lead lead ON lead.partner_id = mate.id AND lead.active AND lead.won_status = 'pending'
        WHERE talk.deal_id IS NULL AND (lead.company_id IS NULL
            OR lead.company_id = COALESCE(talk.company_id, lead.company_id)
            AND (talk.user_id IS NULL OR EXISTS (
                SELECT FROM res_company_users_rel member
                WHERE member.user_id = talk.user_id AND member.cid = lead.company_id)))
    )
    SELECT DISTINCT ON (met.lead_id, met.source_model, met.source_id) met.lead_id, met.is_on_deal,
        met.source_model, met.source_id, met.contacted_at, met.channel, met.is_from_customer, met.user_id,
        met.partner_id, met.summary
    FROM met JOIN crm_lead ON crm_lead.id = met.lead_id
    WHERE met.contacted_at IS NOT NULL AND %(is_followed)s AND NOT EXISTS (
        SELECT FROM crm_lead_contact known WHERE known.lead_id = met.lead_id
            AND known.source_model = met.source_model AND known.source_id = met.source_id)
"""


class Source:
    """A kind of record that contacts are captured from.

    :ivar str query: what was said to whom
    :ivar SQL id, deal_id, moment: its columns for the record's id, its deal, and about when it was
    """

    def __init__(self, query, alias, deal_id, moment):
        self.query = query
        self.id, self.deal_id, self.moment = (SQL.identifier(alias, name) for name in ("id", deal_id, moment))


SOURCES = {
    "mail.message": Source(MAILS, "message", "res_id", "date"),
    "calendar.event": Source(MEETINGS, "event", "opportunity_id", "stop"),
    "mail.activity": Source(CALLS, "call", "res_id", "write_date"),
    "crm.phonecall": Source(PHONECALLS, "phone", "opportunity_id", "write_date"),
}
