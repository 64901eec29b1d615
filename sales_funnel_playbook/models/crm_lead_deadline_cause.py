from datetime import datetime, timedelta
from typing import NamedTuple

from odoo import models
from odoo.tools import SQL

from .crm_playbook_duty import ENTERING, Duty

# A playbook's communications older than this need no note any more.
COMMUNICATION_DAYS = 30
# How many days ahead a contact that a person has planned stands for a follow-up.
PLANNED_DAYS = 30
# At least so many seconds pass in one of a delay's unit, whatever the calendar: to find candidates in SQL.
LEAST_SECONDS = {
    **{"working_hours": 3600, "hours": 3600, "days": 86400, "working_days": 86400},
    **{"weeks": 7 * 86400, "months": 28 * 86400},
}
# No activity of this deadline is open on the lead.
NOT_PENDING = SQL(
    "NOT EXISTS (SELECT FROM mail_activity pending WHERE pending.res_id = lead.id AND pending.active"
    " AND pending.playbook_deadline_id = duty.id AND pending.playbook_cause IS NOT NULL"
    " AND pending.playbook_escalation_of_id IS NULL)"
)


class Cause(NamedTuple):
    """Something that begins a deadline for a lead. ``resumed_on`` is the day on which waiting for the
    customer ended, where it was longer than the delay.
    """

    duty: Duty
    lead_id: int
    key: str
    started_at: datetime
    resumed_on: datetime | None = None


class CrmLead(models.Model):
    """What begins deadlines, found in SQL for any number of leads: one statement for each trigger that the
    playbook has, which returns only what has no activity yet.
    """

    _inherit = "crm.lead"

    def _find_causes(self, duties):
        """Return the :class:`Cause` of each activity that these leads of one playbook have not got."""
        finders = {
            "lead_created": self._get_capture_query,
            ENTERING: self._get_entering_query,
            "communication": self._get_communication_query,
            "review": self._get_review_query,
            "follow_up": self._get_follow_up_query,
            "risk_raised": self._get_risk_query,
            "won": self._get_closing_query,
            "lost": self._get_closing_query,
        }
        by_key = {duty.key: duty for duty in duties.duties}
        causes = []
        for trigger, get_query in finders.items():
            if its_duties := duties.having(trigger):
                for key, *row in self.env.execute_query(get_query(its_duties, duties)):
                    causes.append(Cause(by_key[key], *row))
        return self._continue_restored(causes)

    def _get_cause_query(self, duties, source, suffix, started_at, condition, resumed=None):
        """Return the query of causes that have no activity yet.

        :param SQL source: what is joined to the leads, as ``JOIN … ON …``
        :param SQL suffix: text that tells this cause from others of the same rule and lead
        :param SQL started_at: when it began
        :param SQL condition: on ``lead``, ``duty (key, id, since, stage_id, seconds)`` and ``source``
        """
        return SQL(
            "SELECT duty.key, lead.id, duty.key || ':' || %(suffix)s, %(started_at)s, %(resumed)s"
            " FROM (VALUES %(duties)s) AS duty (key, id, since, stage_id, seconds)"
            " CROSS JOIN crm_lead lead %(source)s"
            " WHERE lead.id = ANY(%(ids)s) AND %(condition)s AND NOT EXISTS ("
            " SELECT FROM mail_activity known WHERE known.res_id = lead.id"
            " AND known.playbook_cause = duty.key || ':' || %(suffix)s)",
            suffix=suffix,
            started_at=started_at,
            resumed=resumed or SQL("NULL"),
            duties=SQL(", ").join(self._get_duty_row(duty) for duty in duties),
            source=source,
            ids=self.ids,
            condition=condition,
        )

    def _get_duty_row(self, duty):
        count, unit = duty.delay or (0, "days")
        # a working day may end soon after midnight of the day it is counted for
        seconds = LEAST_SECONDS[unit] * (count - (unit == "working_days"))
        return SQL(
            "(%s, %s, %s::timestamp, %s::int, %s * INTERVAL '1 second')",
            *(duty.key, duty.id, duty.effective_from, duty.stage_id or None, seconds),
        )

    def _get_capture_query(self, duties, _all):
        return self._get_cause_query(
            duties,
            SQL(""),
            SQL("'created'"),
            SQL("COALESCE(lead.captured_at, lead.create_date)"),
            SQL("lead.active AND lead.won_status = 'pending' AND lead.create_date >= duty.since"),
        )

    def _get_entering_query(self, duties, _all):
        """A key action that was done is not asked for again when the deal comes back to the stage."""
        return self._get_cause_query(
            duties,
            SQL(
                "JOIN crm_lead_stage_log log ON log.lead_id = lead.id AND log.left_at IS NULL"
                " AND log.stage_id = duty.stage_id AND log.stage_id = lead.stage_id AND log.kind <> 'lost'"
            ),
            SQL("'stay-' || log.id"),
            SQL("log.entered_at"),
            SQL(
                "lead.active AND lead.won_status <> 'lost' AND log.entered_at >= duty.since AND NOT EXISTS ("
                " SELECT FROM mail_activity earlier WHERE earlier.res_id = lead.id"
                " AND earlier.playbook_cause LIKE duty.key || ':stay-%%'"
                " AND earlier.playbook_closing IS DISTINCT FROM 'dropped')"
            ),
        )

    def _get_risk_query(self, duties, _all):
        return self._get_cause_query(
            duties,
            SQL("JOIN crm_lead_risk risk ON risk.lead_id = lead.id"),
            SQL("'risk-' || risk.id"),
            SQL("risk.raised_at"),
            SQL(
                "lead.active AND lead.won_status = 'pending' AND risk.state = 'open' AND risk.level = 'high'"
                " AND risk.raised_at >= duty.since AND COALESCE(TRIM(risk.response), '') = ''"
            ),
        )

    def _get_closing_query(self, duties, _all):
        """Lost deals are archived; an archived deal that was won still has its renewal."""
        status = duties[0].trigger
        return self._get_cause_query(
            duties,
            SQL(""),
            SQL("%s || '-' || EXTRACT(EPOCH FROM lead.date_closed)::bigint", status),
            SQL("lead.date_closed"),
            SQL("lead.won_status = %s AND lead.date_closed >= duty.since", status),
        )

    def _get_review_query(self, duties, _all):
        """The status was brought up to date by a move, a note, or a review marked as done."""
        touched = SQL("GREATEST(duty.since, lead.create_date, log.entered_at, note.at, own.at)")
        return self._get_recurring_query(
            duties,
            SQL(
                "LEFT JOIN crm_lead_stage_log log ON log.lead_id = lead.id AND log.left_at IS NULL"
                " LEFT JOIN (%s) note ON note.lead_id = lead.id",
                self._get_notes_query(),
            ),
            touched,
            SQL("duty.seconds"),
            SQL("TRUE"),
        )

    def _get_recurring_query(self, duties, source, touched, seconds, condition):
        """Return the query of what nobody has done for about as long as it may take: its activity appears on
        the day it is due. While the customer is waited for nothing is due.
        """
        return self._get_cause_query(
            duties,
            SQL(
                "%s LEFT JOIN (%s) own ON own.res_id = lead.id AND own.playbook_deadline_id = duty.id",
                source,
                self._get_done_query(),
            ),
            SQL("'since-' || EXTRACT(EPOCH FROM GREATEST(%s, lead.waiting_until))::bigint", touched),
            touched,
            SQL(
                "lead.active AND lead.won_status = 'pending' AND lead.type = 'opportunity'"
                " AND (lead.waiting_until IS NULL OR lead.waiting_until <= %s)"
                " AND %s + %s <= %s AND %s AND %s",
                self.env.cr.now().date(),
                touched,
                seconds,
                self.env.cr.now() + timedelta(days=1),
                condition,
                NOT_PENDING,
            ),
            resumed=SQL("CASE WHEN lead.waiting_until > %s THEN lead.waiting_until END", touched),
        )

    def _get_follow_up_query(self, duties, all_duties):
        """A contact counts whoever had it; where the leader follows up, the leader's own. What a person has
        planned for the next weeks stands for the follow-up as long as it is not overdue.
        """
        rhythms = SQL(", ").join(
            SQL(
                "(%s, %s * INTERVAL '1 second', %s)",
                tier,
                LEAST_SECONDS[unit] * (count - (unit == "working_days")),
                responsible == "team_leader",
            )
            for tier, ((count, unit), responsible) in all_duties.tiers.items()
        )
        if not all_duties.tiers:
            rhythms = SQL("(NULL, INTERVAL '0', FALSE)")
        today = self.env.cr.now().date()

        def is_whose(table):
            return SQL("(NOT rhythm.is_led OR %s = team.user_id)", SQL.identifier(table, "user_id"))

        contact = SQL(
            "LEFT JOIN LATERAL (SELECT MAX(note.communicated_at) AS at FROM crm_lead_progress note"
            " WHERE note.lead_id = lead.id AND %s) note ON TRUE"
            " LEFT JOIN LATERAL (SELECT MAX(met.playbook_done_at) AS at FROM mail_activity met"
            " WHERE met.res_id = lead.id AND met.res_model = 'crm.lead' AND NOT met.active"
            " AND met.playbook_cause IS NULL AND %s) met ON TRUE",
            is_whose("note"),
            is_whose("met"),
        )
        return self._get_recurring_query(
            duties,
            SQL(
                "JOIN (VALUES %s) AS rhythm (tier, seconds, is_led) ON rhythm.tier = lead.tier"
                " LEFT JOIN crm_team team ON team.id = lead.team_id %s",
                rhythms,
                contact,
            ),
            SQL("GREATEST(duty.since, lead.create_date, note.at, met.at, own.at)"),
            SQL("rhythm.seconds"),
            SQL(
                "NOT EXISTS (SELECT FROM mail_activity planned WHERE planned.res_id = lead.id"
                " AND planned.res_model = 'crm.lead' AND planned.active AND planned.playbook_cause IS NULL"
                " AND planned.date_deadline BETWEEN %s AND %s AND %s)",
                today,
                today + timedelta(days=PLANNED_DAYS),
                is_whose("planned"),
            ),
        )

    def _get_notes_query(self):
        """Return the query of when the last progress note was written on each of these leads."""
        return SQL(
            "SELECT lead_id, MAX(create_date) AS at FROM crm_lead_progress"
            " WHERE lead_id = ANY(%s) AND is_imported IS NOT TRUE GROUP BY lead_id",
            self.ids,
        )

    def _get_done_query(self):
        """Return the query of when each deadline was last done on each of these leads."""
        return SQL(
            "SELECT res_id, playbook_deadline_id, MAX(playbook_done_at) AS at FROM mail_activity"
            " WHERE res_id = ANY(%s) AND playbook_cause IS NOT NULL AND NOT active"
            " AND playbook_closing IN ('satisfied', 'by_hand') GROUP BY res_id, playbook_deadline_id",
            self.ids,
        )

    def _continue_restored(self, causes):
        """Return ``causes``; being lost in a stage and restored there is no new beginning of it."""
        restored = (
            self.env["crm.lead.stage.log"]
            .search(
                [
                    ("lead_id", "in", [cause.lead_id for cause in causes if cause.duty.trigger == ENTERING]),
                    ("left_at", "=", False),
                    ("kind", "=", "restored"),
                ]
            )
            .lead_id
        )
        begun = {lead.id: lead.stage_log_ids.sorted()._get_begun_at(lead.stage_id.id) for lead in restored}
        return [
            cause._replace(started_at=begun.get(cause.lead_id) or cause.started_at)
            if cause.duty.trigger == ENTERING
            else cause
            for cause in causes
        ]
