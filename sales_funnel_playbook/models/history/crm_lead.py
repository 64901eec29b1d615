import json
from functools import cache

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Datetime
from odoo.tools.misc import Callbacks

from ..core.save import MOVING, LeadState
from ..gate.types import StageMove
from .types import Restage, Stay

# These belong to the move itself: Odoo's own write gives them their meaning together.
MOVE_FIELDS = {"stage_id", "active", "date_closed", "date_last_stage_update", "lost_reason_id"}
PROBABILITIES = {"probability", "automated_probability"}
REASSIGNED = "crm.lead.playbook_reassigned"
RESTAGE = "playbook_restage"


class CrmLead(models.Model):
    """Every way into a stage leads through here: whatever changes a lead's stage, the gate has its
    say first and the stage log has its row after. No context key of a client switches either off.
    """

    _inherit = "crm.lead"

    @api.model
    def _before_create_history(self, vals_list):
        """An import may say since when a deal is in its stage."""
        for vals in vals_list:
            if entered_at := vals.pop("stage_entered_at", False):
                vals["date_last_stage_update"] = self._check_entered_at(entered_at)

    def _before_write_history(self, save):
        """Write facts first, then ask the gate: one save may fill in what is missing and move on, while what
        the move itself brings along is no fact. This is the one case that calls Odoo's own write twice.
        """
        save.standing = self._get_standing(save)
        if not self._is_any_moving(save.standing, save.vals) or self._get_restage(save.vals):
            return
        facts = self._get_facts_before_move(save.vals)
        if not facts:
            self._judge(save)
        elif self.env.su or self._get_access_keys().isdisjoint(facts):
            self._write_facts(save, facts)
        else:
            self._write_facts_giving_away(save, facts)

    @api.model
    def _get_standing(self, save):
        """Return the states before a save of the leads whose stage or playbook it may change."""
        if not self.env["crm.playbook"]._get_assignment():
            return {}
        if save.is_rekeyed:
            return save.before
        is_moving = not MOVING.isdisjoint(save.written)
        return {id_: state for id_, state in save.before.items() if is_moving and state.playbook_id}

    def _judge(self, save):
        """Ask the gate about the moves of a save, with the facts as they are now."""
        if save.is_rekeyed:
            save.standing = self._get_followed(save.standing)
        save.verdicts = self._pass_gate(self._prepare_moves(save.standing, save.vals["stage_id"]))

    def _write_facts(self, save, facts):
        with self.env.protecting([self._fields["stage_id"]], self):
            self._write_as_odoo(facts)
        save.facts = facts
        save.vals = {k: v for k, v in save.vals.items() if k not in facts or k in PROBABILITIES}
        self._judge(save)

    def _write_facts_giving_away(self, save, facts):
        """The same, where these facts may give the leads to somebody else: they are undone once the gate has
        seen them, and nobody hears of them; then all is written at once, with the rights that the user had.
        """
        vals, standing, cr = save.vals, save.standing, self.env.cr
        self.env.flush_all()
        callbacks = cr.precommit, cr.postcommit
        # without flushing: that would run what waits for the end of the transaction
        with cr.savepoint(flush=False) as savepoint:
            cr.precommit, cr.postcommit = Callbacks(), Callbacks()
            try:
                self.with_context(mail_auto_subscribe_no_notify=True)._write_facts(save, facts)
            finally:
                cr.precommit, cr.postcommit = callbacks
                savepoint.rollback()
                self.env.transaction.clear()
        save.vals, save.standing = vals, standing

    def _after_save_history(self, save):
        """Let a gate see the moves that none has seen yet, and log what became of these leads."""
        if save.is_new:
            self._settle_stages(save.before)
            return
        if not save.standing:
            return
        if restage := self._get_restage(save.vals):
            self._log_restage(save.standing, restage)
            return
        followed = self._get_followed(save.standing) if save.is_rekeyed else save.standing
        self._settle_stages(followed, save.verdicts)
        if save.is_rekeyed:
            self._pass_gate(self._get_detours(save.before, followed))

    def _compute_stage_id(self):
        """Remember which leads get another stage because their team changed: Odoo gives them one
        that the new team has, without a call of ``write``.
        """
        if not self.env["crm.playbook"]._get_assignment():
            return super()._compute_stage_id()
        old_stages = {lead: lead.stage_id for lead in self if lead.id and lead.stage_id}
        result = super()._compute_stage_id()
        changed = {lead.id: old.id for lead, old in old_stages.items() if lead.stage_id != old}
        if changed:
            self.env.cr.precommit.data.setdefault(REASSIGNED, {}).update(changed)
            self.env.cr.precommit.add(self.env["crm.lead"]._log_reassigned)
        return result

    @api.model
    def _log_reassigned(self):
        """Log the stages given by recomputation that no ``write`` has logged already, nor the history that a
        lead was given because it came under a playbook since.
        """
        old_stages = self.env.cr.precommit.data.get(REASSIGNED, {})
        # sudo: what was recomputed is logged, whoever may see it
        leads = self.sudo().browse(old_stages).exists()
        playbook_ids = leads._get_playbook_ids()
        open_stays = self.env["crm.lead.stage.log"]._get_open_stays([*playbook_ids])
        before = {
            lead_id: LeadState(playbook_id, old_stages[lead_id], self.sudo().browse(lead_id).won_status)
            for lead_id, playbook_id in playbook_ids.items()
            if open_stays.get(lead_id, (False,))[0] != leads.browse(lead_id).stage_id.id
        }
        leads._settle_stages(before)
        old_stages.clear()

    @api.model
    def _check_entered_at(self, entered_at):
        """Return the moment from which a new deal is in its stage, as an import gives it.

        :raise ValidationError: when it is later than now
        """
        entered_at = Datetime.to_datetime(entered_at)
        if entered_at > self.env.cr.now():
            raise ValidationError(self.env._("“In Stage Since” cannot be in the future: %s.", entered_at))
        return entered_at

    def _get_followed(self, before):
        """Return the states of ``before`` with the playbooks the leads follow now; without those
        that follow none, except the one that is just leaving its playbook.

        A lead that comes under a playbook gets its log filled. One that comes back goes on from the
        stage of its open stay: a detour without a playbook is no way around the gate.
        """
        playbook_ids = self._get_playbook_ids()
        followed = {
            lead_id: state._replace(playbook_id=playbook_ids.get(lead_id, state.playbook_id))
            for lead_id, state in before.items()
            if state.playbook_id or lead_id in playbook_ids
        }
        joined = {id_: state for id_, state in followed.items() if not before[id_].playbook_id}
        open_stays = self.env["crm.lead.stage.log"]._get_open_stays([*joined])
        self.env["crm.lead.stage.log"]._backfill_leads(
            {id_: state for id_, state in joined.items() if id_ not in open_stays}
        )
        return {
            lead_id: state.resume(*open_stays[lead_id]) if lead_id in open_stays else state
            for lead_id, state in followed.items()
        }

    @api.model
    def _is_any_moving(self, before, vals):
        """Tell whether writing ``vals`` moves one of the leads of ``before`` into another stage."""
        stage_id = vals.get("stage_id")
        return stage_id and any(state.stage_id != stage_id for state in before.values())

    @api.model
    def _get_facts_before_move(self, vals):
        """Return the part of ``vals`` that is written before the gate looks at the leads. What the move
        itself brings with it, such as the probability of a won stage, is no fact.
        """
        excluded = set(MOVE_FIELDS)
        if self.env["crm.stage"].browse(vals["stage_id"]).is_won:
            excluded |= PROBABILITIES
        return {name: value for name, value in vals.items() if name not in excluded}

    @api.model
    def _prepare_moves(self, before, to_stage_id):
        """Return the :class:`StageMove` of each lead of ``before`` that is not there yet."""
        return [
            StageMove(lead_id, state.playbook_id, state.stage_id, to_stage_id, state.won_status)
            for lead_id, state in before.items()
            if state.stage_id != to_stage_id
        ]

    def _settle_stages(self, before, verdicts=()):
        """Log what became of the stages of these leads. A move that no gate has seen yet (a lead
        created in a stage or restored in one, another module's write) passes it now.

        :param dict before: ``{lead id: LeadState}``
        :param dict verdicts: ``{lead id: Verdict}`` of the moves the gate has seen
        :raise PlaybookGateError: see :meth:`_pass_gate`
        """
        after = self.browse(before)._get_changed_states(before)  # recomputes what is pending
        reassigned = self.env.cr.precommit.data.get(REASSIGNED, {})
        seen = {
            lead_id: verdict
            for lead_id, verdict in dict(verdicts).items()
            if lead_id in after and verdict.stage_id == after[lead_id].stage_id
        }
        after = self._get_untold(before, after, seen)
        unseen = [
            StageMove(lead_id, state.playbook_id, old.stage_id, state.stage_id, old.won_status)
            for lead_id, state in after.items()
            for old in (before[lead_id],)
            if lead_id not in seen
            and lead_id not in reassigned
            and (state.stage_id != old.stage_id or old.is_restored(state))
        ]
        verdicts = {**seen, **self._pass_gate(unseen)}
        stays = self._prepare_stays(before, after, verdicts, reassigned)
        self.env["crm.lead.stage.log"]._record(stays)
        for lead_id in after:
            reassigned.pop(lead_id, None)

    def _prepare_stays(self, before, after, verdicts, reassigned):
        """Return the :class:`Stay` that begins for each lead of ``after``."""
        get_kind = cache(self.env["crm.lead.stage.log"]._get_kind)
        now = Datetime.to_string(self.env.cr.now())
        stays = []
        for lead_id, state in after.items():
            old = before[lead_id]
            kind = get_kind(old.place, state, lead_id in reassigned)
            lead = self.browse(lead_id)
            verdict = lead._get_logged_verdict(kind, verdicts.get(lead_id))
            stays.append(
                Stay(
                    lead_id=lead_id,
                    playbook_id=state.playbook_id,
                    stage_id=state.stage_id or None,
                    previous_stage_id=old.stage_id or None,
                    entered_at=lead._get_created_at(now) if old.won_status is None else now,
                    kind=kind,
                    gate=verdict.gate,
                    unmet=json.dumps(verdict.unmet) if verdict.unmet else None,
                    override_reason_id=verdict.override_reason_id,
                    override_note=verdict.override_note,
                )
            )
        return stays

    def _get_changed_states(self, before):
        """Return the ``{lead id: LeadState}`` of these leads whose place differs from ``before``."""
        after = {}
        for lead in self:
            old = before[lead.id]
            state = lead._get_place(old.playbook_id)
            if state[:3] != old[:3] and (state.stage_id or old.won_status is not None):
                after[lead.id] = state
        return after

    def _get_created_at(self, now):
        """Return since when a new lead is in its stage, as text; an import may have said so."""
        since = self.date_last_stage_update
        return min(Datetime.to_string(since), now) if since else now

    def _restage(self, stage, is_new_stay):
        """Put deals into another stage because theirs was split: no move of theirs, so no gate has a say.

        :param stage: a ``crm.stage``
        :param bool is_new_stay: whether a stay begins now; else the one they are in goes on under the new
        stage
        """
        restage = Restage(frozenset(self.ids), stage.id, is_new_stay)
        self.with_context(**{RESTAGE: restage}).write({"stage_id": stage.id})

    def _get_restage(self, vals):
        """Return the :class:`Restage` that writing ``vals`` on these leads is, or None."""
        restage = self.env.context.get(RESTAGE)
        is_it = isinstance(restage, Restage) and restage.stage_id == vals.get("stage_id")
        return restage if is_it and restage.lead_ids.issuperset(self._ids) else None

    def _log_restage(self, before, restage):
        log = self.env["crm.lead.stage.log"]
        if restage.is_new_stay:
            after = self._get_changed_states(before)
            log._record(self._prepare_stays(before, after, {}, set(after)))
        else:
            # sudo: the log is the module's
            stays = log.sudo().search([("lead_id", "in", self.ids), ("left_at", "=", False)])
            stays.stage_id = restage.stage_id
            stays.flush_recordset(["stage_id"])  # what is logged next is written in SQL
            self.invalidate_recordset(["stage_log_ids", "stage_entered_at"])
