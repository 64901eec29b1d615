from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

# Texts shorter than this say the same by chance ("Called").
MIN_COPIED_LENGTH = 20
SIGNALS = {
    "rushed_stage_count": """
        SELECT lead_id, MAX(moves) FROM (
            SELECT lead_id, COUNT(*) OVER (PARTITION BY lead_id ORDER BY entered_at
                RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW) AS moves
            FROM crm_lead_stage_log WHERE lead_id = ANY(%(ids)s) AND kind IN ('forward', 'skip', 'won')
        ) AS moved GROUP BY lead_id
    """,
    "batch_note_count": """
        SELECT lead_id, MAX(notes) FROM (
            SELECT lead_id, COUNT(*) OVER (PARTITION BY lead_id, user_id ORDER BY create_date
                RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW) AS notes
            FROM crm_lead_progress WHERE lead_id = ANY(%(ids)s) AND is_late AND is_imported IS NOT TRUE
        ) AS written GROUP BY lead_id
    """,
    "copied_note_count": """
        SELECT note.lead_id, COUNT(*) FROM crm_lead_progress note
        WHERE note.lead_id = ANY(%(ids)s) AND LENGTH(note.summary) >= %(length)s AND EXISTS (
            SELECT FROM crm_lead_progress other
            WHERE MD5(other.summary) = MD5(note.summary) AND other.lead_id <> note.lead_id
        ) GROUP BY note.lead_id
    """,
}
# When deals were won says the log: Odoo's own closing date moves when a won deal is archived.
WON = """
    SELECT lead.id, lead.create_date, COALESCE(log.won_at, lead.date_closed)
    FROM crm_lead lead CROSS JOIN LATERAL (
        SELECT MAX(entered_at) AS won_at FROM crm_lead_stage_log
        WHERE lead_id = lead.id AND state = 'won' AND (kind = 'won' OR sequence = 1)
    ) log
    WHERE lead.id = ANY(%(ids)s) AND lead.won_status = 'won'
"""
LONGEST_DAY = timedelta(hours=26)  # also where clocks are set back
WON_AT_ONCE = """
    UPDATE crm_lead SET is_won_at_once = NOT COALESCE(is_won_at_once, FALSE)
    WHERE id = ANY(%(ids)s) AND COALESCE(is_won_at_once, FALSE) <> (id = ANY(%(found)s))
"""


class CrmLeadProgress(models.Model):
    _inherit = "crm.lead.progress"

    _summary_md5 = models.Index("(MD5(summary))")


class CrmLead(models.Model):
    """What a domain cannot say, as numbers that it can name: how a deal came to look as it does."""

    _inherit = "crm.lead"

    closing_push_count = fields.Integer(
        string="Closing Date Postponed",
        readonly=True,
        copy=False,
        help="How often the expected closing was postponed.",
    )
    is_raised_on_closing = fields.Boolean(
        string="Amount Raised on Closing Day",
        readonly=True,
        copy=False,
        help="The expected revenue was raised on the day the deal was won.",
    )
    is_won_at_once = fields.Boolean(
        string="Won the Day It Was Created", readonly=True, copy=False, help="Looked at every night."
    )
    rushed_stage_count = fields.Integer(
        string="Stages Within an Hour",
        readonly=True,
        copy=False,
        help="The most moves forward within one hour. Counted every night.",
    )
    batch_note_count = fields.Integer(
        string="Late Notes Within an Hour",
        readonly=True,
        copy=False,
        help="The most progress notes that one person wrote within an hour, each of them more than 24 hours"
        " after it happened. Counted every night.",
    )
    copied_note_count = fields.Integer(
        string="Copied Notes",
        readonly=True,
        copy=False,
        help="Progress notes that are identical to a note on another deal. Counted every night.",
    )

    def _count_saved_signals(self, save):
        """Count what a save shows by itself: a closing date pushed, an amount raised on the last day."""
        day, revenue = (
            fields.Date.to_date(save.written.get("date_deadline")),
            save.written.get("expected_revenue"),
        )
        if not day and not revenue:
            return
        followed = {id_: state for id_, state in save.before.items() if state.playbook_id}
        pushed = [i for i, one in followed.items() if day and one.date_deadline and one.date_deadline < day]
        raised = [i for i, one in followed.items() if revenue and one.expected_revenue < revenue]
        # sudo: the module counts, whoever saves
        for count, leads in self.sudo().browse(pushed).grouped("closing_push_count").items():
            leads.write({"closing_push_count": count + 1})
        won = self.sudo().browse(raised).filtered(lambda lead: lead.won_status == "won")
        if closing := won._find_won_today(followed):
            closing.write({"is_raised_on_closing": True})

    def _find_won_today(self, before):
        """Return those of these won leads that were won today, or by the save before which they were
        ``before``.
        """
        new = self.filtered(lambda lead: before[lead.id].won_status != "won")
        earlier = self - new
        days = {id_: won for id_, _created, won in earlier._get_won_days()} if earlier else {}
        return new | earlier.filtered(lambda lead: days[lead.id] == lead._get_today())

    def _get_won_days(self, within=None):
        """Return ``[(lead id, day of its creation, day on which it was won), …]`` of those that are won, or
        were won ``within`` that time.
        """
        self.flush_model(["won_status", "date_closed"])
        leads = {lead.id: lead for lead in self}  # which are read together
        return [
            (id_, leads[id_]._get_day(created), leads[id_]._get_day(won))
            for id_, created, won in self.env.execute_query(SQL(WON, ids=self.ids))
            if within is None or won - created < within
        ]

    def _find_won_at_once(self):
        """Return the ids of those of these leads that were won on the day they were created."""
        return [id_ for id_, created, won in self._get_won_days(LONGEST_DAY) if created == won]

    def _refresh(self):
        self._count_signals()
        return super()._refresh()

    def _count_signals(self):
        """Count anew what only the log and the notes show."""
        self.env["crm.lead.progress"].flush_model()
        self.flush_model([*SIGNALS, "is_won_at_once", "won_status", "date_closed"])
        self.env.cr.execute(SQL(WON_AT_ONCE, ids=self.ids, found=self._find_won_at_once()))
        for name, query in SIGNALS.items():
            column = SQL.identifier(name)
            found = SQL(query, ids=self.ids, length=MIN_COPIED_LENGTH)
            self.env.cr.execute(
                SQL(
                    "UPDATE crm_lead SET %s = COALESCE(signal.count, 0) FROM unnest(%s::int[]) AS batch(id)"
                    " LEFT JOIN (%s) AS signal(lead_id, count) ON signal.lead_id = batch.id"
                    " WHERE crm_lead.id = batch.id"
                    " AND COALESCE(crm_lead.%s, 0) <> COALESCE(signal.count, 0)",
                    column,
                    self.ids,
                    found,
                    column,
                )
            )
        self.invalidate_recordset([*SIGNALS, "is_won_at_once"], flush=False)
