from datetime import datetime, timedelta
from typing import NamedTuple

from odoo import models
from odoo.tools import SQL

from ..core.crm_playbook_duty import ENTERING, RECURRING, get_least_seconds
from .recurring import ASKED, COMMUNICATION_DAYS, NO_UPDATE

# So many leads at most are looked at first for what may concern them: of more, everything does.
FEW = 20
# What decides about a lead which duties may begin or end there, and what it was asked for.
TRAITS = """
    SELECT lead.stage_id, lead.active AND lead.won_status = 'pending',
        lead.active AND lead.won_status <> 'lost',
        lead.won_status, lead.risk_level = 'high', lead.tier, lead.create_date,
        (SELECT MAX(entered_at) FROM crm_lead_stage_log log
            WHERE log.lead_id = lead.id AND kind NOT IN %(no_update)s),
        note.noted_at, GREATEST(note.communicated_at, contact.at), contact.unnoted_at,
        COALESCE(ARRAY_AGG(work.key) FILTER (WHERE work.active AND NOT work.is_told), '{}'),
        COALESCE(ARRAY_AGG(work.key) FILTER (WHERE playbook_is_final AND work.occurrence = 'created'), '{}'),
        COALESCE(ARRAY_AGG(work.key) FILTER (WHERE work.occurrence = 'stay'
            AND work.closing IS DISTINCT FROM 'dropped'), '{}')
    FROM crm_lead lead
    CROSS JOIN LATERAL (
        SELECT MAX(create_date) FILTER (WHERE is_imported IS NOT TRUE) AS noted_at,
            MAX(communicated_at) AS communicated_at
        FROM crm_lead_progress WHERE lead_id = lead.id
    ) note
    CROSS JOIN LATERAL (
        SELECT MAX(contacted_at) AS at, MAX(contacted_at) FILTER (WHERE is_on_deal
            AND is_from_before IS NOT TRUE AND contacted_at > COALESCE(note.noted_at, '-infinity')
            AND %(is_asked)s) AS unnoted_at
        FROM crm_lead_contact contact WHERE lead_id = lead.id
    ) contact
    LEFT JOIN (
        SELECT res_id, playbook_kind || ':' || playbook_rule_id AS key, active, playbook_is_final,
            playbook_occurrence AS occurrence, playbook_closing AS closing,
            playbook_escalation_of_id IS NOT NULL AS is_told
        FROM mail_activity
        WHERE res_model = 'crm.lead' AND res_id = ANY(%(ids)s) AND playbook_kind IS NOT NULL
    ) work ON work.res_id = lead.id
    WHERE lead.id = ANY(%(ids)s)
    GROUP BY lead.id, note.noted_at, note.communicated_at, contact.at, contact.unnoted_at
"""


class Traits(NamedTuple):
    """What decides about a lead which duties may begin or end there. ``open``, ``begun`` and ``acted`` are
    keys of duties: what is open, what was asked because it was captured, and what as it entered a stage.
    """

    stage_id: int
    is_open: bool
    is_kept: bool  # not lost
    won_status: str
    is_at_risk: bool
    tier: str
    created_at: datetime
    moved_at: datetime  # when a move was last an update of the deal
    noted_at: datetime
    spoken_at: datetime
    unnoted_at: datetime  # the last contact after which a note is asked for
    open: list
    begun: list
    acted: list

    def may_begin(self, duty, duties, now):
        """Tell whether ``duty``, one of ``duties``, may begin ``now``: what another module begins always
        may.
        """
        if duty.trigger == "lead_created":
            return self.is_open and duty.key not in self.begun
        if duty.trigger == ENTERING:
            return self.is_kept and self.stage_id == duty.stage_id and duty.key not in self.acted
        if duty.trigger == "risk_raised":
            return self.is_open and bool(self.is_at_risk)
        if duty.trigger in ("won", "lost"):
            return self.won_status == duty.trigger
        if duty.trigger == "communication":
            since = now - timedelta(days=COMMUNICATION_DAYS)
            return self.is_open and self._is_free(duty) and bool(self.unnoted_at and self.unnoted_at >= since)
        if duty.trigger in RECURRING:
            return self.is_open and self._is_free(duty) and self._may_come_up(duty, duties, now)
        return True

    def _is_free(self, duty):
        return duty.key not in self.open

    def _may_come_up(self, duty, duties, now):
        """Tell whether what comes up again and again may be due within a day, by the last time that somebody
        was at it as far as one look at the lead shows: who it was is asked later.
        """
        delay, touched = duty.delay, [self.moved_at, self.noted_at]
        if duty.trigger == "follow_up":
            if self.tier not in duties.tiers:
                return False
            delay, responsible = duties.tiers[self.tier]
            is_anybodys = responsible == "salesperson" or duty.contact_of == "anybody"
            touched = [self.spoken_at] if is_anybodys else []
        since = max(moment for moment in (duty.effective_from, self.created_at, *touched) if moment)
        return since + timedelta(seconds=get_least_seconds(delay)) <= now + timedelta(days=1)


class CrmLead(models.Model):
    """A save touches one deal, which most rules do not concern: PostgreSQL takes longer to plan a statement
    with all of them than to run it.
    """

    _inherit = "crm.lead"

    def _get_duties_at_hand(self, duties, keys=None):
        """Return what of one playbook's duties may end on these few leads, and what may begin: two
        :class:`Duties`, None where nothing may.

        :param keys: of the duties that what has changed concerns; None: all, and what no rule asks for
        """
        now = self.env.cr.now()
        query = SQL(TRAITS, ids=self.ids, is_asked=ASKED[duties.asked_contact], no_update=NO_UPDATE)
        traits = [Traits(*row) for row in self.env.execute_query(query)]
        concerned = duties.restrict(keys)
        open_keys = {key for one in traits for key in one.open}
        others = open_keys - {duty.key for duty in duties.duties} if keys is None else ()
        ending = tuple(duty for duty in concerned.duties if duty.key in open_keys)
        beginning = tuple(
            duty for duty in concerned.duties if any(one.may_begin(duty, duties, now) for one in traits)
        )
        return (
            duties._replace(duties=ending, has_others=bool(others)) if ending or others else None,
            duties._replace(duties=beginning) if beginning else None,
        )
