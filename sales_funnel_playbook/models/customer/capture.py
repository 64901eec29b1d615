import logging
from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ...exceptions import CONCURRENCY_ERRORS
from .crm_lead_progress import SOURCES as NOTE_SOURCES
from .found import FOUND, SOURCES, TALK

_logger = logging.getLogger(__name__)

QUEUE = "crm.lead.contact"
# Meetings that have ended and calls that were noted since are looked for so many days back.
ENDED_DAYS = 7
# What is known of a deal that comes under a playbook: longer ago it tells little.
KNOWN_DAYS = 90
# What tells of which model the record is that these are on.
OF_ANY = {"mail.message": SQL("message.model"), "mail.activity": SQL("call.res_model")}
# What may change about a meeting whether, when and with whom it was held.
MEETING_KEYS = {"start", "stop", "active", "opportunity_id", "partner_ids", "attendee_ids"}
INSERT = """
    INSERT INTO crm_lead_contact (lead_id, is_on_deal, source_model, source_id, contacted_at, channel,
        is_from_customer, user_id, partner_id, summary, is_from_before, create_date, write_date)
    SELECT found.*, TRUE, %(now)s, %(now)s FROM (%(found)s) found
    ON CONFLICT DO NOTHING RETURNING id, lead_id
"""
NOTED = """
    UPDATE crm_lead_progress note SET contact_id = contact.id FROM crm_lead_contact contact
    WHERE contact.id = ANY(%(ids)s) AND note.lead_id = contact.lead_id AND note.contact_id IS NULL
        AND contact.source_id = CASE contact.source_model WHEN 'mail.activity' THEN note.activity_id
            WHEN 'calendar.event' THEN note.calendar_event_id WHEN 'mail.message' THEN note.message_id END
"""
LATEST = """
    UPDATE crm_lead lead SET last_contact_at = latest.contacted_at, last_contact_summary = latest.summary,
        last_contact_channel = latest.channel
    FROM (
        SELECT DISTINCT ON (lead_id) lead_id, contacted_at, summary, channel FROM crm_lead_contact
        WHERE lead_id = ANY(%(ids)s) ORDER BY lead_id, contacted_at DESC, id DESC
    ) latest
    WHERE lead.id = latest.lead_id
        AND (lead.last_contact_at IS NULL OR lead.last_contact_at < latest.contacted_at)
"""


class CrmLeadContact(models.Model):
    """Contacts are found in one statement when a transaction ends, for all that it posted, held and called;
    and four times an hour for the meetings that have ended meanwhile.
    """

    _inherit = "crm.lead.contact"

    @api.model
    def _queue(self, records):
        """Have contacts captured from ``records`` when the transaction ends."""
        if not records:
            return
        hooks = self.env.cr.precommit
        if QUEUE not in hooks.data:
            hooks.data[QUEUE] = defaultdict(set)
            hooks.add(self.env["crm.lead.contact"]._capture_queued)
        hooks.data[QUEUE][records._name].update(records.ids)

    @api.model
    def _capture_queued(self):
        """Capture the contacts of what this transaction has queued. What cannot be captured keeps no mail
        from coming in; who is too slow tries again, as with every save.
        """
        queued = self.env.cr.precommit.data.pop(QUEUE, {})
        # sudo: what was said is captured, whoever said it
        contacts = self.sudo()
        conditions = {
            model: SQL("%s = ANY(%s)", SOURCES[model].id, sorted(ids)) for model, ids in queued.items() if ids
        }
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.flush_all()  # what follows reads in SQL
                contacts._withdraw_meetings(sorted(queued.get("calendar.event", ())))
                contacts._withdraw_mails(sorted(queued.get("mail.message", ())))
                contacts._capture(conditions)
                self.env.flush_all()
        except CONCURRENCY_ERRORS:
            raise
        except Exception:
            self.env.transaction.clear()
            _logger.warning("Contacts could not be captured: %s", dict(queued), exc_info=True)

    @api.model
    def _cron_capture(self):
        """Capture the meetings that have ended since, and the calls that another module keeps."""
        if not self.env["crm.playbook"]._get_assignment():
            return
        now = self.env.cr.now()
        since = now - timedelta(days=ENDED_DAYS)
        ended = SQL(
            "event.start BETWEEN %s AND %s AND event.stop >= %s", since - timedelta(days=1), now, since
        )
        conditions = {"calendar.event": ended}
        if "crm.phonecall" in self.env:
            conditions["crm.phonecall"] = SQL("phone.write_date >= %s", since)
        self.env.flush_all()
        self._capture(conditions)

    def _capture(self, conditions):
        """Create the contacts that are not captured yet.

        :param dict conditions: ``{model: SQL}``, which of its records are looked at
        """
        if not conditions or not self.env["crm.playbook"]._get_assignment():
            return self.browse()
        rows = self.env.execute_query_dict(self._get_found_query(conditions))
        self._add_summaries(rows)
        contacts = self.create(rows)
        if contacts:
            contacts.flush_recordset()
            self._link_notes(contacts.ids)
        return contacts

    @api.model
    def _link_notes(self, ids):
        """Let notes that were written before, from what these were captured from, be about these."""
        notes = self.env["crm.lead.progress"]
        notes.flush_model(["lead_id", "contact_id", *NOTE_SOURCES])
        self.env.cr.execute(SQL(NOTED, ids=ids))
        notes.invalidate_model(["contact_id"], flush=False)
        self.invalidate_model(["note_ids"], flush=False)

    def _get_found_query(self, conditions):
        """Return the query of the contacts that follow from ``conditions`` and are not captured yet."""
        leads = self.env["crm.lead"]
        followed = dict.fromkeys(leads._get_playbook_domains(), SQL("TRUE"))
        now = self.env.cr.now()
        is_talk = self.env["mail.message"]._get_talk_sql()
        talks = []
        for model, which in conditions.items():
            query = SOURCES[model].query
            talks.append(SQL("(%s)", SQL(query, which=which, now=now, is_talk=is_talk)))
        return SQL(
            FOUND,
            columns=SQL(", ").join(map(SQL.identifier, TALK)),
            talks=SQL(" UNION ALL ").join(talks),
            is_followed=leads._get_playbook_case(followed, SQL("FALSE"), "crm_lead"),
        )

    def _add_summaries(self, rows):
        """Let a mail without a subject be called by its first line."""
        unnamed = [row for row in rows if not row["summary"] and row["source_model"] == "mail.message"]
        messages = self.env["mail.message"].browse({row["source_id"] for row in unnamed}).grouped("id")
        for row in unnamed:
            row["summary"] = messages[row["source_id"]]._get_own_text().partition("\n")[0]

    @api.model
    def _capture_known(self, lead_ids):
        """Capture what is known of leads that have come under a playbook, and let rules look at it."""
        # sudo: the module keeps what was said, whoever brings a deal under a playbook
        leads = self.sudo()._insert_known(lambda column: SQL("%s = ANY(%s)", column, list(lead_ids)))
        leads._follow_change("crm.lead", ("last_contact_at",))

    @api.model
    def _insert_known(self, which):
        """Capture what is known of leads from before they came under their playbook, in few statements.

        :param which: what tells whether a column of lead ids has one of them, as a function of that column
        :return: the leads of which something was
        """
        self.env.flush_all()
        # planning machine code for statements over few rows takes longer than they do
        self.env.cr.execute("SET LOCAL jit TO off")
        now = self.env.cr.now()
        since = now - timedelta(days=KNOWN_DAYS)
        conditions = {
            model: SQL("%s AND %s >= %s", which(source.deal_id), source.moment, since)
            for model, source in SOURCES.items()
            if model in self.env
        }
        for model in conditions.keys() & OF_ANY.keys():
            conditions[model] = SQL("%s = 'crm.lead' AND %s", OF_ANY[model], conditions[model])
        found = self._get_found_query(conditions)
        rows = self.env.execute_query(SQL(INSERT, found=found, now=now))
        ids = sorted({lead_id for __, lead_id in rows})
        self.env.cr.execute(SQL(LATEST, ids=ids))
        self._link_notes([id_ for id_, __ in rows])
        self.invalidate_model(flush=False)
        leads = self.env["crm.lead"].browse(ids)
        leads.invalidate_recordset(flush=False)
        return leads


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        if msg_values.get("message_type") in ("email", "comment") and self._get_playbook_ids():
            self.env["crm.lead.contact"]._queue(message)
        return result


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        is_talk = msg_values.get("message_type") in ("email", "comment")
        if is_talk and self.env["crm.playbook"]._get_assignment():
            self.env["crm.lead.contact"]._queue(message)
        return result


class CalendarEvent(models.Model):
    """A meeting counts once it has ended: at once where it is entered afterwards."""

    _inherit = "calendar.event"

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        if self.env["crm.playbook"]._get_assignment():
            now = self.env.cr.now()
            ended = events.filtered(lambda event: event.stop and event.stop <= now)
            if ended:
                self.env["crm.lead.contact"]._queue(ended)
        return events

    def write(self, vals):
        result = super().write(vals)
        if not MEETING_KEYS.isdisjoint(vals) and self.env["crm.playbook"]._get_assignment():
            self.env["crm.lead.contact"]._queue(self)
        return result

    def unlink(self):
        if self and self.env["crm.playbook"]._get_assignment():
            self.env["crm.lead.contact"]._queue(self)
        return super().unlink()


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def write(self, vals):
        # what the module ends by itself is no call that somebody made
        is_ending = vals.get("active") is False and "playbook_closing" not in vals
        is_ending = is_ending and self.env["crm.playbook"]._get_assignment()
        ending = self._get_ending_calls() if is_ending else self.browse()
        result = super().write(vals)
        if ending:
            self.env["crm.lead.contact"]._queue(ending)
        return result

    def _get_ending_calls(self):
        """Return the open calls and meetings among these that may be a contact with a customer."""
        talks = self.filtered(
            lambda one: one.active and one.activity_type_id.category in ("phonecall", "meeting")
        )
        on_deals = talks.filtered(lambda one: one.res_model == "crm.lead")
        # sudo: which playbook a deal follows, whoever has the activity
        followed = self.env["crm.lead"].sudo().browse(set(on_deals.mapped("res_id"))).exists()
        followed = followed._get_playbook_ids()
        on_contacts = talks.filtered(lambda one: one.res_model == "res.partner")
        return on_contacts | on_deals.filtered(lambda one: one.res_id in followed)


class CrmLeadStageLog(models.Model):
    """A deal that comes under a playbook comes with what is known of it."""

    _inherit = "crm.lead.stage.log"

    @api.model
    def _catch_up(self, lead_ids, moment):
        result = super()._catch_up(lead_ids, moment)
        self.env["crm.lead.contact"]._capture_known(lead_ids)
        return result

    @api.model
    def _record(self, segments, endings=()):
        result = super()._record(segments, endings)
        joined = [segment.lead_id for segment in segments if segment.kind == "joined"]
        if joined:
            self.env["crm.lead.contact"]._capture_known(joined)
        return result
