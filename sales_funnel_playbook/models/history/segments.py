import json

from odoo import api, models
from odoo.fields import Datetime
from odoo.tools import SQL

from ..gate.types import StageMove, Verdict
from .types import ENTERING, Change, Segment

REASSIGNED = "crm.lead.playbook_reassigned"


class CrmLead(models.Model):
    """Each save is followed by one comparison of what the deals are with what their log says they are: where
    that differs, a segment ends and the next one begins. By whatever path it came about, what is logged is
    what is there.
    """

    _inherit = "crm.lead"

    def _settle_segments(self, before=None, verdicts=(), is_new=False, given=None, present=None):
        """Log what became of these leads. A move that no gate has seen yet (a lead created in a stage or
        restored in one, another module's write) passes it now.

        :param dict before: ``{lead id: LeadState}``, of those that may have no segment
        :param dict verdicts: ``{lead id: Verdict}`` of the moves the gate has seen
        :param bool is_new: whether they have just been created
        :param dict given: ``{lead id: kind}`` of leads whose stage was given to them, besides those that a
            team has given
        :param tuple present: ``({lead id: Current}, version)`` as the log had it at a version of it
        :raise PlaybookGateError: see :meth:`_pass_gate`
        """
        if not self:
            return
        if is_new:
            self.env["crm.lead.stage.log"]._forget_new(self.ids)
        current = {} if is_new else self._get_current(present)
        changes, left = self._get_changes(before or {}, current, is_new, given or {})
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

    def _get_changes(self, before, current, is_new, given):
        """Return ``([Change, …], [Current, …])``: what these leads have become, and the segments of those
        that follow no playbook any more.
        """
        changes, left = [], []
        states = self._get_all_states(self._get_playbook_ids())
        for lead in self:
            state, old = states[lead.id], current.get(lead.id)
            if old and not state.playbook_id:
                left.append(old)
            elif state.playbook_id and (not old or old.identity != state.identity):
                was = before.get(lead.id)
                changes.append(self._get_change(lead.id, old, was, state, is_new, given.get(lead.id)))
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
        last = self._get_last_ends(changes)
        segments = self._prepare_segments(changes, verdicts, last)
        log._record(segments, [*endings, *(old.get_ending() for old in left)])

    @api.model
    def _get_last_ends(self, changes):
        """Return ``{lead id: (sequence, when the next one can begin)}``: a clock may be set back."""
        now = self.env.cr.now().replace(microsecond=0)
        last = {
            change.lead_id: (change.old.sequence - change.is_instead(now), change.old.entered_at)
            for change in changes
            if change.old
        }
        coming = [change.lead_id for change in changes if change.from_state and not change.is_kept]
        return last | self.env["crm.lead.stage.log"]._get_last_ends(coming)

    @api.model
    def _get_change(self, lead_id, old, was, new, is_new, given):
        """Return the :class:`Change` of a lead from its segment ``old`` or its state ``was`` to ``new``."""
        if is_new:
            came_from = (None, None)
        elif old:
            came_from = (old.stage_id, old.state)
        else:
            was = was or new
            came_from = (was.stage_id or None, was.state)
        if self.env.cr.precommit.data.get(REASSIGNED, {}).get(lead_id, False) == new.stage_id:
            given = given or "reassigned"
        kind = self.env["crm.lead.stage.log"]._get_kind(
            *came_from, new, bool(old) and old.playbook_id == new.playbook_id, is_new, given
        )
        return Change(lead_id, old, new, *came_from, kind, bool(given))

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
        winning = self._get_winning(changes, before)
        passing, joining = [], []
        for change in changes:
            is_winning = change.lead_id in winning
            move = change.lead_id not in seen and change.get_move(is_winning)
            if move:
                (passing if change.is_refusable(is_winning) else joining).append(move)
        joined = self._get_moved_verdicts(joining) if joining else {}
        return {**seen, **joined, **self._pass_gate(passing)}

    @api.model
    def _get_winning(self, changes, before):
        """Return the ids of the leads that are won, come under a playbook, and are judged as being won there:
        a product line was chosen for them, or they had left the playbook before they were won.
        """
        joining = [one for one in changes if one.kind == "joined" and one.new.state == "won"]
        lined = {
            one.lead_id
            for one in joining
            if one.lead_id in before and before[one.lead_id].product_line_id != one.new.product_line_id
        }
        if not joining:
            return lined
        returning = self.env.execute_query(
            SQL(
                "SELECT joining.lead_id FROM unnest(%s, %s) AS joining(lead_id, playbook_id)"
                " CROSS JOIN LATERAL (SELECT state FROM crm_lead_stage_log WHERE lead_id = joining.lead_id"
                " AND playbook_id = joining.playbook_id ORDER BY sequence DESC LIMIT 1) last"
                " WHERE last.state <> 'won'",
                [one.lead_id for one in joining],
                [one.new.playbook_id for one in joining],
            )
        )
        return lined | {lead_id for (lead_id,) in returning}

    def _prepare_segments(self, changes, verdicts, last):
        """Return the :class:`Segment` that begins with each change; ``last``: see :meth:`_get_last_ends`."""
        joined = {
            change.lead_id: change.new.playbook_id
            for change in changes
            if not change.is_kept and change.from_state
        }
        passed = self._get_passed_stages(joined)
        gates = self.env["crm.playbook"]._get_gates()
        return [
            self.browse(change.lead_id)._prepare_segment(
                change,
                verdicts.get(change.lead_id),
                self.browse(change.lead_id)._get_step(gates[change.new.playbook_id], change.new.stage_id),
                change.old.gate_stage_id if change.is_kept else passed.get(change.lead_id),
                *last.get(change.lead_id, (0, None)),
            )
            for change in changes
        ]

    def _prepare_segment(self, change, verdict, rank, passed_id, last_sequence, not_before):
        """Return the :class:`Segment` that begins with a change.

        :param rank: the place of its stage among those that the playbook names, or None
        :param passed_id: the stage in which the lead was last let in by its playbook
        :param int last_sequence: that of its last segment, 0 for a lead without a history
        :param not_before: when it can begin at the earliest (naive UTC), or None
        """
        old, new = change.old, change.new
        verdict = self._get_logged_verdict(change.kind, verdict)
        now = Datetime.to_string(self.env.cr.now())
        entered_at = self._get_created_at(now) if change.from_state is None else now
        if not_before:
            entered_at = max(entered_at, Datetime.to_string(not_before))
        is_going_on = bool(old) and old.is_same_stay(new)
        sequence = last_sequence + 1
        has_passed = bool(rank) and self._is_let_in(change, verdict)
        return Segment(
            self.id,
            *new.identity,
            previous_stage_id=change.from_stage_id,
            entered_at=entered_at,
            kind=change.kind,
            gate=verdict.gate,
            unmet=json.dumps(verdict.unmet) if verdict.unmet else None,
            override_reason_id=verdict.override_reason_id,
            override_note=verdict.override_note,
            sequence=sequence,
            stay_sequence=old.stay_sequence if is_going_on else sequence,
            stay_began_at=Datetime.to_string(old.stay_began_at) if is_going_on else entered_at,
            stage_rank=rank,
            gate_stage_id=new.stage_id if has_passed else passed_id or None,
            is_entry=change.kind in ENTERING and bool(rank) and not is_going_on,
        )

    @api.model
    def _is_let_in(self, change, verdict):
        """Tell whether a lead that stands in a named stage from now on has been let in there."""
        return (
            change.kind in (*ENTERING, "accepted", "split")
            or (change.kind == "restored" and verdict.gate != "none")
            or (change.kind == "lost" and change.from_state is None)
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
        old_stages = {lead: lead._origin.stage_id for lead in self if lead._origin.stage_id}
        result = super()._compute_stage_id()
        changed = {lead: old for lead, old in old_stages.items() if lead.stage_id != old}
        if changed:
            self._keep_places(changed)
            given = self.env.cr.precommit.data.setdefault(REASSIGNED, {})
            given.update({lead.id: lead.stage_id.id for lead in changed if lead.id})
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
        self._catch_up_pending()
        gates = self.env["crm.playbook"]._get_gates()
        log = self.env["crm.lead.stage.log"].sudo()  # sudo: the log is the module's
        return self.browse(
            lead_id
            for lead_id, one in log._get_current(self.ids).items()
            if (gate := gates.get(one.playbook_id))
            and one.stage_id in gate.stages
            and one.stage_id != one.gate_stage_id
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
        log._record(self._prepare_segments(changes, verdicts, self._get_last_ends(changes)), endings)

    def _log_as_they_are(self):
        """Log what these leads are without asking a gate: it has happened."""
        seen = {lead.id: Verdict(lead.stage_id.id) for lead in self}
        self._settle_segments(verdicts=seen, given=dict.fromkeys(self.ids, "reassigned"))
