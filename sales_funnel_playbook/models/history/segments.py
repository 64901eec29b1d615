import json
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Datetime

from ..core.save import LeadState
from ..gate.types import StageMove, Verdict
from .types import ENTERING, Current, Segment

REASSIGNED = "crm.lead.playbook_reassigned"


class Change(NamedTuple):
    """A lead that is not what its log says: ``old`` is its current segment, None where it has none; from
    ``from_stage_id`` and ``from_state`` it came.
    """

    lead_id: int
    old: Current | None
    new: LeadState
    from_stage_id: int | None
    from_state: str | None
    kind: str

    @property
    def is_kept(self):
        """Whether it is under the same playbook as before."""
        return bool(self.old) and self.old.playbook_id == self.new.playbook_id

    def is_amended(self, now):
        """Whether it only says whose a deal is that has come into its segment in this very moment."""
        return self.kind == "handed_over" and self.old.entered_at >= now

    def is_instead(self, now):
        """Whether it takes the place of a segment that was but a step on the way: Odoo archives a deal, then
        says that it is lost.
        """
        return (
            bool(self.old)
            and (self.old.state, self.new.state) == ("archived", "lost")
            and self.old.is_same_stay(self.new)
            and self.old.entered_at >= now
        )

    def get_move(self, has_new_line):
        """Return the :class:`StageMove` that a gate has to see, or None. Choosing a product line on a deal
        that is won is winning it.
        """
        is_moved = self.from_stage_id != (self.new.stage_id or None)
        is_restored = self.from_state == "lost" != self.new.state
        if self.kind == "reassigned" or not (is_moved or is_restored or self.kind in ("created", "joined")):
            return None
        status = "pending" if self.from_state in ("open", "archived") else self.from_state
        if self.kind == "joined" and self.new.state == "won" and has_new_line:
            status = "pending"
        return StageMove(
            self.lead_id, self.new.playbook_id, self.from_stage_id or False, self.new.stage_id, status
        )

    def is_refusable(self, has_new_line):
        """Tell whether a gate may refuse it: who comes under a playbook stands where it stands."""
        return self.kind != "joined" or (self.new.state == "won" and has_new_line)


class CrmLead(models.Model):
    """Each save is followed by one comparison of what the deals are with what their log says they are: where
    that differs, a segment ends and the next one begins. By whatever path it came about, what is logged is
    what is there.
    """

    _inherit = "crm.lead"

    def _settle_segments(self, before=None, verdicts=(), is_new=False, reassigned=frozenset(), present=None):
        """Log what became of these leads. A move that no gate has seen yet (a lead created in a stage or
        restored in one, another module's write) passes it now.

        :param dict before: ``{lead id: LeadState}``, of those that may have no segment
        :param dict verdicts: ``{lead id: Verdict}`` of the moves the gate has seen
        :param bool is_new: whether they have just been created
        :param reassigned: ids of leads whose stage was given to them, besides those that a team has given
        :param tuple present: ``({lead id: Current}, version)`` as the log had it at a version of it
        :raise PlaybookGateError: see :meth:`_pass_gate`
        """
        if not self:
            return
        if is_new:
            self.env["crm.lead.stage.log"]._forget_new(self.ids)
        current = {} if is_new else self._get_current(present)
        changes, left = self._get_changes(before or {}, current, is_new, reassigned)
        verdicts = self._judge_changes(changes, dict(verdicts), before or {})
        self._log_changes(changes, left, verdicts)
        self._forget_reassigned(self.ids)

    def _get_current(self, present):
        """Return ``{lead id: Current}`` of these leads: what was ``present`` when the gate was asked, unless
        something was logged since.
        """
        log = self.env["crm.lead.stage.log"]
        if present and present[1] is log._get_version():
            return present[0]
        return log._get_current(self.ids)

    def _get_changes(self, before, current, is_new, reassigned):
        """Return ``([Change, …], [Current, …])``: what these leads have become, and the segments of those
        that follow no playbook any more.
        """
        changes, left = [], []
        playbook_ids = self._get_playbook_ids()
        for lead in self:
            state, old = lead._get_state(playbook_ids.get(lead.id, False)), current.get(lead.id)
            if old and not state.playbook_id:
                left.append(old)
            elif state.playbook_id and (not old or old.identity != state.identity):
                was = before.get(lead.id)
                changes.append(self._get_change(lead.id, old, was, state, is_new, reassigned))
        return changes, left

    def _log_changes(self, changes, left, verdicts):
        """Write these changes, and the ends of what was left, into the log."""
        log, now = self.env["crm.lead.stage.log"], self.env.cr.now().replace(microsecond=0)
        log._amend([change for change in changes if change.is_amended(now)])
        changes = [change for change in changes if not change.is_amended(now)]
        log._take_back([change.old for change in changes if change.is_instead(now)])
        endings = [
            change.old.get_ending(change.new, change.kind)
            for change in changes
            if change.old and not change.is_instead(now)
        ]
        segments = self._prepare_segments(changes, verdicts)
        log._record(segments, [*endings, *(old.get_ending() for old in left)])

    @api.model
    def _get_change(self, lead_id, old, was, new, is_new, reassigned):
        """Return the :class:`Change` of a lead from its segment ``old`` or its state ``was`` to ``new``."""
        if is_new:
            came_from = (None, None)
        elif old:
            came_from = (old.stage_id, old.state)
        else:
            was = was or new
            came_from = (was.stage_id or None, was.state)
        given = self.env.cr.precommit.data.get(REASSIGNED, {})
        is_given = lead_id in reassigned or given.get(lead_id) == new.stage_id
        kind = self.env["crm.lead.stage.log"]._get_kind(
            *came_from, new, bool(old) and old.playbook_id == new.playbook_id, is_new, is_given
        )
        return Change(lead_id, old, new, *came_from, kind)

    @api.model
    def _judge_changes(self, changes, seen, before):
        """Return ``{lead id: Verdict}`` of these changes.

        :raise PlaybookGateError: see :meth:`_pass_gate`
        """
        seen = {
            change.lead_id: seen[change.lead_id]
            for change in changes
            if change.lead_id in seen and seen[change.lead_id].stage_id == change.new.stage_id
        }
        passing, joining = [], []
        for change in changes:
            was = before.get(change.lead_id)
            has_new_line = bool(was) and was.product_line_id != change.new.product_line_id
            move = change.lead_id not in seen and change.get_move(has_new_line)
            if move:
                (passing if change.is_refusable(has_new_line) else joining).append(move)
        joined = self._get_moved_verdicts(joining) if joining else {}
        return {**seen, **joined, **self._pass_gate(passing)}

    def _prepare_segments(self, changes, verdicts):
        """Return the :class:`Segment` that begins with each change."""
        joined = {
            change.lead_id: change.new.playbook_id
            for change in changes
            if not change.is_kept and change.from_state
        }
        passed = self._get_passed_stages(joined)
        last = {change.lead_id: change.old.sequence for change in changes if change.old}
        last |= self.env["crm.lead.stage.log"]._get_last_sequences([*joined])
        now = self.env.cr.now().replace(microsecond=0)
        last |= {change.lead_id: change.old.sequence - 1 for change in changes if change.is_instead(now)}
        places = {
            playbook_id: gate.get_places(self.env["crm.stage"]._get_ranks())
            for playbook_id, gate in self.env["crm.playbook"]._get_gates().items()
        }
        return [
            self.browse(change.lead_id)._prepare_segment(
                change,
                verdicts.get(change.lead_id),
                places[change.new.playbook_id].get(change.new.stage_id),
                change.old.gate_stage_id if change.is_kept else passed.get(change.lead_id),
                last.get(change.lead_id, 0),
            )
            for change in changes
        ]

    def _prepare_segment(self, change, verdict, rank, passed_id, last_sequence):
        """Return the :class:`Segment` that begins with a change.

        :param rank: the place of its stage among those that the playbook names, or None
        :param passed_id: the stage in which the lead was last let in by its playbook
        :param int last_sequence: that of its last segment, 0 for a lead without a history
        """
        old, new, kind = change.old, change.new, change.kind
        verdict = self._get_logged_verdict(kind, verdict)
        now = Datetime.to_string(self.env.cr.now())
        entered_at = self._get_created_at(now) if change.from_state is None else now
        if old:
            entered_at = max(entered_at, Datetime.to_string(old.entered_at))
        is_going_on = bool(old) and old.is_same_stay(new)
        sequence = last_sequence + 1
        is_entry = kind in ENTERING and bool(rank) and not is_going_on
        has_passed = bool(rank) and (
            kind in ENTERING
            or (kind == "restored" and verdict.gate != "none")
            or (kind == "lost" and change.from_state is None)
            or kind == "accepted"
        )
        return Segment(
            self.id,
            *new.identity,
            previous_stage_id=change.from_stage_id,
            entered_at=entered_at,
            kind=kind,
            gate=verdict.gate,
            unmet=json.dumps(verdict.unmet) if verdict.unmet else None,
            override_reason_id=verdict.override_reason_id,
            override_note=verdict.override_note,
            sequence=sequence,
            stay_sequence=old.stay_sequence if is_going_on else sequence,
            stay_began_at=Datetime.to_string(old.stay_began_at) if is_going_on else entered_at,
            stage_rank=rank,
            gate_stage_id=new.stage_id if has_passed else passed_id or None,
            is_entry=is_entry,
        )

    def _get_created_at(self, now):
        """Return since when a new lead is in its stage, as text; an import may have said so."""
        since = self.date_last_stage_update
        return min(Datetime.to_string(since), now) if since else now

    @api.model
    def _forget_reassigned(self, lead_ids):
        """Forget of these leads that a team has given them a stage: it is logged."""
        given = self.env.cr.precommit.data.get(REASSIGNED, {})
        for lead_id in lead_ids:
            given.pop(lead_id, None)

    def _compute_stage_id(self):
        """Remember which leads get another stage because their team changed, and keep their place: Odoo gives
        them one that the new team has, without a call of ``write``.
        """
        if not self.env["crm.playbook"]._get_assignment():
            return super()._compute_stage_id()
        old_stages = {lead: lead.stage_id for lead in self if lead.id and lead.stage_id}
        result = super()._compute_stage_id()
        changed = {lead: old for lead, old in old_stages.items() if lead.stage_id != old}
        if changed:
            self._keep_places(changed)
            given = self.env.cr.precommit.data.setdefault(REASSIGNED, {})
            given.update({lead.id: lead.stage_id.id for lead in changed})
            self.env.cr.precommit.add(self.env["crm.lead"]._log_reassigned)
        return result

    @api.model
    def _log_reassigned(self):
        """Log the stages given by recomputation that no ``write`` has logged already."""
        given = self.env.cr.precommit.data.get(REASSIGNED, {})
        # sudo: what was recomputed is logged, whoever may see it
        leads = self.sudo().browse(given).exists()
        present = self.env["crm.lead.stage.log"]._get_current(leads.ids)
        followed = leads._get_playbook_ids()
        leads.filtered(lambda lead: lead.id in present or lead.id in followed)._settle_segments()
        given.clear()

    def _get_sidings(self):
        """Return those of these leads that stand in a stage of their playbook past its gate: put there by a
        team, or by what they did under another playbook.
        """
        gates = self.env["crm.playbook"]._get_gates()
        current = (
            self.env["crm.lead.stage.log"].sudo()._get_current(self.ids)
        )  # sudo: the log is the module's
        return self.browse(
            lead_id
            for lead_id, one in current.items()
            if one.stage_id in gates[one.playbook_id].stages and one.stage_id != one.gate_stage_id
        )

    def _accept_here(self):
        """Let these leads count as passed in the stage in which they stand, as far as a gate lets them.

        :raise PlaybookGateError: see :meth:`_pass_gate`
        """
        log = self.env["crm.lead.stage.log"].sudo()  # sudo: the log is the module's
        current, changes = log._get_current(self.ids), []
        for lead in self:
            old = current[lead.id]
            changes.append(
                Change(lead.id, old, lead._get_state(old.playbook_id), old.stage_id, old.state, "accepted")
            )
        verdicts = self._pass_gate(
            [
                StageMove(one.lead_id, one.old.playbook_id, False, one.old.stage_id, one.old.state)
                for one in changes
            ]
        )
        endings = [one.old.get_ending(one.new, one.kind) for one in changes]
        log._record(self._prepare_segments(changes, verdicts), endings)

    def _log_as_they_are(self):
        """Log what these leads are without asking a gate: it has happened."""
        seen = {lead.id: Verdict(lead.stage_id.id) for lead in self}
        self._settle_segments(verdicts=seen, reassigned=set(self.ids))
