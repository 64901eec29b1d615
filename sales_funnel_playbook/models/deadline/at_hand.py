from datetime import timedelta
from typing import NamedTuple

from odoo import models
from odoo.tools import SQL

from ..core.crm_playbook_duty import ENTERING, RECURRING
from .recurring import COMMUNICATION_DAYS

# So many leads at most are looked at first for what may concern them: of more, everything does.
FEW = 20
# What decides about a lead which duties may begin or end there, and what it was asked for.
TRAITS = """
    SELECT lead.stage_id, lead.active AND lead.won_status = 'pending',
        lead.active AND lead.won_status <> 'lost',
        lead.won_status, lead.risk_level = 'high',
        lead.last_contact_at >= %(since)s,
        COALESCE(ARRAY_AGG(work.key) FILTER (WHERE work.active AND NOT work.is_told), '{}'),
        COALESCE(ARRAY_AGG(work.key) FILTER (WHERE playbook_is_final AND work.occurrence = 'created'), '{}'),
        COALESCE(ARRAY_AGG(work.key) FILTER (WHERE work.occurrence = 'stay'
            AND work.closing IS DISTINCT FROM 'dropped'), '{}')
    FROM crm_lead lead
    LEFT JOIN (
        SELECT res_id, playbook_kind || ':' || playbook_rule_id AS key, active, playbook_is_final,
            playbook_occurrence AS occurrence, playbook_closing AS closing,
            playbook_escalation_of_id IS NOT NULL AS is_told
        FROM mail_activity
        WHERE res_model = 'crm.lead' AND res_id = ANY(%(ids)s) AND playbook_kind IS NOT NULL
    ) work ON work.res_id = lead.id
    WHERE lead.id = ANY(%(ids)s) GROUP BY lead.id
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
    was_spoken_with: bool
    open: list
    begun: list
    acted: list

    def may_begin(self, duty):
        """Tell whether ``duty`` may begin: what another module begins always may."""
        if duty.trigger == "lead_created":
            return self.is_open and duty.key not in self.begun
        if duty.trigger == ENTERING:
            return self.is_kept and self.stage_id == duty.stage_id and duty.key not in self.acted
        if duty.trigger == "risk_raised":
            return self.is_open and bool(self.is_at_risk)
        if duty.trigger in ("won", "lost"):
            return self.won_status == duty.trigger
        if duty.trigger == "communication":
            return self.is_open and bool(self.was_spoken_with) and duty.key not in self.open
        if duty.trigger in RECURRING:
            return self.is_open and duty.key not in self.open
        return True


class CrmLead(models.Model):
    """A save touches one deal, which most rules do not concern: PostgreSQL takes longer to plan a statement
    with all of them than to run it.
    """

    _inherit = "crm.lead"

    def _get_duties_at_hand(self, duties):
        """Return what of one playbook's duties may end on these few leads, and what may begin: two
        :class:`Duties`, None where nothing may.
        """
        since = self.env.cr.now() - timedelta(days=COMMUNICATION_DAYS)
        rows = self.env.execute_query(SQL(TRAITS, ids=self.ids, since=since))
        traits = [Traits(*row) for row in rows]
        has_work = any(one.open for one in traits)
        open_keys = {key for one in traits for key in one.open}
        ending = tuple(duty for duty in duties.duties if duty.key in open_keys)
        beginning = tuple(duty for duty in duties.duties if any(one.may_begin(duty) for one in traits))
        return (
            duties._replace(duties=ending) if has_work else None,
            duties._replace(duties=beginning) if beginning else None,
        )
