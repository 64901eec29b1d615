from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

from odoo import models
from odoo.tools import SQL

from .crm_playbook_duty import ENTERING, RECURRING
from .mail_activity import OF_THE_OWNER

# The open activities of leads, with what decides whether they are still asked for.
OPEN = """
    SELECT activity.id, activity.res_id, activity.user_id, activity.playbook_id,
        SPLIT_PART(activity.playbook_cause, ':', 1),
        SPLIT_PART(activity.playbook_cause, ':', 1) || ':' || SPLIT_PART(activity.playbook_cause, ':', 2),
        activity.playbook_started_at,
        activity.playbook_assigned_id, lead.active, lead.won_status, lead.stage_id, lead.waiting_until,
        note.at, log.entered_at,
        risk.id IS NOT NULL AND (risk.state = 'closed' OR TRIM(risk.response) <> '')
    FROM mail_activity activity JOIN crm_lead lead ON lead.id = activity.res_id
    LEFT JOIN (%(notes)s) note ON note.lead_id = lead.id
    LEFT JOIN crm_lead_stage_log log ON log.lead_id = lead.id AND log.left_at IS NULL
    LEFT JOIN crm_lead_risk risk ON risk.lead_id = lead.id
        AND activity.playbook_cause LIKE '%%:risk-' || risk.id
    WHERE activity.res_model = 'crm.lead' AND activity.res_id = ANY(%(ids)s) AND activity.active
        AND activity.playbook_cause IS NOT NULL AND activity.playbook_escalation_of_id IS NULL
"""


DATED = ("deadline", "output")


class OpenDuty(NamedTuple):
    """An open activity that a deadline began, and its lead as it is now."""

    id: int
    lead_id: int
    user_id: int
    playbook_id: int
    kind: str  # what the cause begins with
    key: str  # of its Duty, if it has one
    started_at: datetime
    assigned_id: int
    is_active: bool
    won_status: str
    stage_id: int
    waiting_until: datetime
    noted_at: datetime
    entered_at: datetime
    is_answered: bool

    @property
    def is_dated(self):
        """Whether a deadline or an output began it, and not a person's decision."""
        return self.kind in DATED


class CrmLead(models.Model):
    """What is done, or no longer asked for, ends; what another person does now goes over to them."""

    _inherit = "crm.lead"

    def _end_deadlines(self):
        """End the open activities of these leads that are satisfied or no longer asked for, and hand over
        those of a deal that somebody else works on now.
        """
        rows = self._get_open_duties()
        if not rows:
            return
        duties, playbook_ids = self.env["crm.playbook"]._get_duties(), self._get_playbook_ids()
        known = {duty.key: duty for one in duties.values() for duty in one.duties}
        dropped = {row for row in rows if not self._is_asked_for(row, known.get(row.key), playbook_ids)}
        kept = [row for row in rows if row not in dropped]
        done = self._get_done_duties(kept, known)
        activities = self.env["mail.activity"]
        activities.browse(row.id for row in dropped)._end_playbook("dropped")
        activities.browse(row.id for row in done)._end_playbook("satisfied")
        self._hand_over([row for row in kept if row not in done], known, duties)

    def _get_open_duties(self):
        """Return the :class:`OpenDuty` of each open activity of these leads that a deadline began."""
        query = SQL(OPEN, ids=self.ids, notes=self._get_notes_query())
        return [OpenDuty(*row) for row in self.env.execute_query(query)]

    def _is_asked_for(self, row, duty, playbook_ids):
        """Tell whether what an open activity is about is still to be done, by the rules as they are now."""
        if not row.is_dated:
            return row.is_active and row.won_status != "lost"
        if not duty or playbook_ids.get(row.lead_id) != row.playbook_id:
            return False
        if duty.trigger in ("won", "lost"):
            return row.won_status == duty.trigger
        if duty.trigger == ENTERING:
            return row.is_active and row.won_status != "lost" and row.stage_id == duty.stage_id
        is_waiting = row.waiting_until and row.waiting_until > self.env.cr.now().date()
        return (
            row.is_active and row.won_status == "pending" and not (duty.trigger in RECURRING and is_waiting)
        )

    def _get_done_duties(self, rows, known):
        """Return the set of ``rows`` that are done: by what their rule names, or by what was recorded."""
        by_duty = defaultdict(set)
        rows = [row for row in rows if row.is_dated]
        for row in rows:
            by_duty[known[row.key]].add(row.lead_id)
        leads = self.browse(set().union(*by_duty.values()))
        satisfied = leads._get_satisfied(by_duty)
        contacts = leads._get_contacts() if any(d.trigger == "follow_up" for d in by_duty) else {}
        return {
            row
            for row in rows
            if row.lead_id in satisfied[known[row.key]] or self._is_recorded(row, known[row.key], contacts)
        }

    def _is_recorded(self, row, duty, contacts):
        """Tell whether a fact that came after the activity began says that it is done."""
        is_noted = row.noted_at and row.noted_at > row.started_at
        if duty.trigger == "communication":
            return is_noted
        if duty.trigger == "review":
            return is_noted or bool(row.entered_at and row.entered_at > row.started_at)
        if duty.trigger == "follow_up":
            return any(at > row.started_at for at in contacts.get((row.lead_id, row.user_id), ()) if at)
        return duty.trigger == "risk_raised" and row.is_answered

    def _get_contacts(self):
        """Return ``{(lead id, user id): [moment, …]}`` of who had contact when; a lead's salesperson has
        whatever contact anybody had.
        """
        rows = SQL(
            "SELECT note.lead_id, note.user_id, MAX(note.communicated_at) FROM crm_lead_progress note"
            " WHERE note.lead_id = ANY(%s) GROUP BY note.lead_id, note.user_id UNION ALL"
            " SELECT met.res_id, met.user_id, MAX(met.playbook_done_at) FROM mail_activity met"
            " WHERE met.res_model = 'crm.lead' AND met.res_id = ANY(%s) AND NOT met.active"
            " AND met.playbook_cause IS NULL GROUP BY met.res_id, met.user_id",
            self.ids,
            self.ids,
        )
        owners = {lead.id: lead.user_id.id for lead in self}
        contacts = defaultdict(list)
        for lead_id, user_id, at in self.env.execute_query(rows):
            contacts[lead_id, user_id].append(at)
            if user_id != owners[lead_id]:
                contacts[lead_id, owners[lead_id]].append(at)
        return contacts

    def _hand_over(self, rows, known, duties):
        """Give activities to whoever does them now. What somebody has passed on stays where it is."""
        leads = {lead.id: lead for lead in self}
        movable = defaultdict(list)
        for row in rows:
            lead = leads[row.lead_id]
            user = lead.user_id.filtered("active") if row.kind in OF_THE_OWNER else lead.browse().user_id
            if row.is_dated:
                user = lead._get_duty_user(known[row.key], duties[row.playbook_id])
            was_passed_on = row.user_id and row.user_id != row.assigned_id
            if user and user.id != row.assigned_id and not was_passed_on:
                movable[user.id].append(row.id)
        for user_id, ids in movable.items():
            self.env["mail.activity"].browse(ids).write({"user_id": user_id, "playbook_assigned_id": user_id})
