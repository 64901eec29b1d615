import json
from functools import cache

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Datetime

from .crm_lead_gate import StageMove
from .crm_lead_stage_state import StageState
from .crm_lead_stage_stay import Stay

# Writing one of these can change a lead's stage, or whether it is won or lost.
STAGE_TRIGGERS = {"stage_id", "active", "probability"}
# These belong to the move itself: Odoo's own write gives them their meaning together.
MOVE_FIELDS = {"stage_id", "active", "date_closed", "date_last_stage_update", "lost_reason_id"}
PROBABILITIES = {"probability", "automated_probability"}
# Writing one of these can make a lead follow another playbook, or change its stage with its team.
PLAYBOOK_KEYS = {"product_line_id", "team_id", "company_id", "user_id", "partner_id", "type"}
REASSIGNED = "crm.lead.playbook_reassigned"


class CrmLead(models.Model):
    """Every way into a stage leads through here: whatever changes a lead's stage, the gate has its
    say first and the stage log has its row after. No context key switches either off.
    """

    _inherit = "crm.lead"

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]  # an import tries again with the same ones
        for vals in vals_list:
            if entered_at := vals.pop("stage_entered_at", False):
                vals["date_last_stage_update"] = self._check_entered_at(entered_at)
        leads = super().create(vals_list)
        before = {
            lead_id: StageState(playbook_id, False, None)
            for lead_id, playbook_id in leads._get_playbook_ids().items()
        }
        if before:
            self.sudo()._settle_stages(before)  # sudo: who may create a lead may not have to see it
        return leads

    def write(self, vals):
        before = self._get_stage_states(vals)
        if not before:
            return super().write(vals)
        leads, verdicts, is_rekeyed, old = self, {}, not PLAYBOOK_KEYS.isdisjoint(vals), before
        if self._is_any_moving(before, vals):
            if facts := self._get_facts_before_move(vals):
                with self.env.protecting([self._fields["stage_id"]], self):
                    super().write(facts)
                vals = {k: v for k, v in vals.items() if k not in facts or k in PROBABILITIES}
                # sudo: access was checked just now, and the facts may have given the lead away
                leads = self.sudo()
            before = leads._get_followed(before) if is_rekeyed else before
            verdicts = leads._pass_gate(self._prepare_moves(before, vals["stage_id"]))
        result = super(CrmLead, leads).write(vals)
        leads = self.sudo()  # the same, after the write
        followed = leads._get_followed(before) if is_rekeyed else before
        leads._settle_stages(followed, verdicts)
        leads._pass_gate(leads._get_detours(old, followed) if is_rekeyed else [])
        return result

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
        """Log the stages given by recomputation that no ``write`` has logged already."""
        old_stages = self.env.cr.precommit.data.get(REASSIGNED, {})
        # sudo: what was recomputed is logged, whoever may see it
        leads = self.sudo().browse(old_stages).exists()
        before = {
            lead_id: StageState(playbook_id, old_stages[lead_id], self.sudo().browse(lead_id).won_status)
            for lead_id, playbook_id in leads._get_playbook_ids().items()
        }
        self._settle_stages(before)
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

    def _get_stage_states(self, vals):
        """Return ``{lead id: StageState}`` of the leads whose stage or playbook writing ``vals`` can
        change: those under a playbook, and all where it may bring them under one.
        """
        assignment = self.env["crm.playbook"]._get_assignment()
        is_rekeyed = not PLAYBOOK_KEYS.isdisjoint(vals)
        if not assignment or not (is_rekeyed or not STAGE_TRIGGERS.isdisjoint(vals)):
            return {}
        states = {}
        for lead in self:
            playbook_id = assignment.resolve(lead)
            if playbook_id or is_rekeyed:
                states[lead.id] = StageState(playbook_id, lead.stage_id.id, lead.won_status)
        return states

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
        """Return the part of ``vals`` that is written before the gate looks at the leads, so that
        one save may fill in what is missing and move on. What the move itself brings with it, such
        as the probability of a won stage, is no fact.
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

    @api.model
    def _settle_stages(self, before, verdicts=()):
        """Log what became of the stages of these leads. A move that no gate has seen yet (a lead
        created in a stage or restored in one, another module's write) passes it now.

        :param dict before: ``{lead id: StageState}``
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
        unseen = [
            before[lead_id].get_move(lead_id, state)
            for lead_id, state in after.items()
            if lead_id not in seen
            and lead_id not in reassigned
            and (state.stage_id != before[lead_id].stage_id or before[lead_id].is_restored(state))
        ]
        verdicts = {**seen, **self._pass_gate(unseen)}
        self.env["crm.lead.stage.log"]._record(self._prepare_stays(before, after, verdicts, reassigned))
        for lead_id in after:
            reassigned.pop(lead_id, None)

    @api.model
    def _prepare_stays(self, before, after, verdicts, reassigned):
        """Return the :class:`Stay` that begins for each lead of ``after``."""
        get_kind = cache(self.env["crm.lead.stage.log"]._get_kind)
        now = Datetime.to_string(self.env.cr.now())
        stays = []
        for lead_id, state in after.items():
            kind = get_kind(before[lead_id], state, lead_id in reassigned)
            lead = self.browse(lead_id)
            verdict = lead._get_logged_verdict(kind, verdicts.get(lead_id))
            stays.append(
                Stay(
                    lead_id=lead_id,
                    playbook_id=state.playbook_id,
                    stage_id=state.stage_id or None,
                    previous_stage_id=before[lead_id].stage_id or None,
                    entered_at=lead._get_created_at(now) if before[lead_id].won_status is None else now,
                    kind=kind,
                    gate=verdict.gate,
                    unmet=json.dumps(verdict.unmet) if verdict.unmet else None,
                    override_reason_id=verdict.override_reason_id,
                    override_note=verdict.override_note,
                )
            )
        return stays

    def _get_changed_states(self, before):
        """Return the ``{lead id: StageState}`` of these leads that differ from ``before``."""
        after = {}
        for lead in self:
            state = StageState(before[lead.id].playbook_id, lead.stage_id.id, lead.won_status)
            is_new = before[lead.id].won_status is None
            if state != before[lead.id] and (state.stage_id or not is_new):
                after[lead.id] = state
        return after

    def _get_created_at(self, now):
        """Return since when a new lead is in its stage, as text; an import may have said so."""
        since = self.date_last_stage_update
        return min(Datetime.to_string(since), now) if since else now
