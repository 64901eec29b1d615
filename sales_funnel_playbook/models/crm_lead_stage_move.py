from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Datetime

from .crm_lead_gate import StageMove, Verdict

# Writing one of these can change a lead's stage, or whether it is won or lost.
STAGE_TRIGGERS = {"stage_id", "active", "probability", "team_id", "user_id", "type"}
# These belong to the move itself: Odoo's own write gives them their meaning together.
MOVE_FIELDS = {"stage_id", "active", "date_closed", "date_last_stage_update", "lost_reason_id"}
PROBABILITIES = {"probability", "automated_probability"}
REASSIGNED = "crm.lead.playbook_reassigned"


class StageState(NamedTuple):
    """Where a lead under a playbook stands."""

    playbook_id: int
    stage_id: int
    won_status: str


class CrmLead(models.Model):
    """Every way into a stage leads through here: whatever changes a lead's stage, the gate has its
    say first and the stage log has its row after. No context key switches either off.
    """

    _inherit = "crm.lead"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if entered_at := vals.pop("stage_entered_at", False):
                vals["date_last_stage_update"] = self._check_entered_at(entered_at)
        leads = super().create(vals_list)
        before = {
            lead_id: StageState(playbook_id, False, "pending")
            for lead_id, playbook_id in leads._get_playbook_ids().items()
        }
        if before:
            leads._settle_stages(before)
        return leads

    def write(self, vals):
        before = self._get_stage_states(vals)
        if not before:
            return super().write(vals)
        verdicts = {}
        moving = self._get_moving(before, vals)
        if moving:
            if facts := self._get_facts_before_move(vals):
                with self.env.protecting([self._fields["stage_id"]], self):
                    super().write(facts)
                vals = {k: v for k, v in vals.items() if k not in facts or k in PROBABILITIES}
            verdicts = self._pass_gate(moving._prepare_moves(before, vals["stage_id"]))
        result = super().write(vals)
        self._settle_stages(before, verdicts)
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
        leads = self.sudo().browse(old_stages).exists()
        before = {
            lead_id: StageState(playbook_id, old_stages[lead_id], self.sudo().browse(lead_id).won_status)
            for lead_id, playbook_id in leads._get_playbook_ids().items()
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

    def _get_stage_states(self, vals):
        """Return ``{lead id: StageState}`` of the leads under a playbook, now or with ``vals``, if
        writing ``vals`` can change their stage.
        """
        assignment = self.env["crm.playbook"]._get_assignment()
        if not assignment or STAGE_TRIGGERS.isdisjoint(vals):
            return {}
        states = {}
        for lead in self:
            playbook_id = lead._resolve_playbook_id(assignment) or lead._resolve_playbook_id(assignment, vals)
            if playbook_id:
                states[lead.id] = StageState(playbook_id, lead.stage_id.id, lead.won_status)
        return states

    def _get_moving(self, before, vals):
        """Return the leads of ``before`` that writing ``vals`` moves into another stage."""
        stage_id = vals.get("stage_id")
        if not stage_id:
            return self.browse()
        return self.browse(id_ for id_, state in before.items() if state.stage_id != stage_id)

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

    def _prepare_moves(self, before, to_stage_id):
        """Return the :class:`StageMove` of each lead: by the playbook it follows now, else by the
        one that it leaves in the same write.
        """
        playbook_ids = self._get_playbook_ids()
        return [
            StageMove(
                lead_id,
                playbook_ids.get(lead_id, before[lead_id].playbook_id),
                before[lead_id].stage_id,
                to_stage_id,
            )
            for lead_id in self.ids
        ]

    def _settle_stages(self, before, verdicts=()):
        """Log what became of the stages of these leads. A move that no gate has seen yet (a lead
        created in a stage, another module's write) passes it now.

        :param dict before: ``{lead id: StageState}``; other leads are left alone
        :param dict verdicts: ``{lead id: Verdict}`` of the moves the gate has seen
        :raise PlaybookGateError: see :meth:`_pass_gate`
        """
        after = self.browse(before)._get_changed_states(before)  # recomputes what is pending
        reassigned = self.env.cr.precommit.data.get(REASSIGNED, {})
        unseen = {
            lead_id: state.stage_id
            for lead_id, state in after.items()
            if state.stage_id != before[lead_id].stage_id
            and lead_id not in verdicts
            and lead_id not in reassigned
        }
        verdicts = {
            **dict(verdicts),
            **self._pass_gate(
                [
                    StageMove(lead_id, after[lead_id].playbook_id, before[lead_id].stage_id, stage_id)
                    for lead_id, stage_id in unseen.items()
                ]
            ),
        }
        self.env["crm.lead.stage.log"]._record(
            [
                lead._prepare_stage_log_vals(
                    before[lead.id], after[lead.id], verdicts.get(lead.id), lead.id in reassigned
                )
                for lead in self.browse(after)
            ]
        )
        for lead_id in after:
            reassigned.pop(lead_id, None)

    def _get_changed_states(self, before):
        """Return the ``{lead id: StageState}`` of these leads that differ from ``before``."""
        playbook_ids = self._get_playbook_ids()
        after = {
            lead.id: StageState(
                playbook_ids.get(lead.id, before[lead.id].playbook_id),
                lead.stage_id.id,
                lead.won_status,
            )
            for lead in self
        }
        return {
            lead_id: state
            for lead_id, state in after.items()
            if state.stage_id and state[1:] != before[lead_id][1:]
        }

    def _prepare_stage_log_vals(self, old, new, verdict, is_reassigned):
        """Return the columns of the stay that begins for this lead."""
        kind = self.env["crm.lead.stage.log"]._get_kind(old, new, is_reassigned)
        verdict = verdict or Verdict()
        if kind == "lost" and not self.lost_reason_id:
            verdict = Verdict("observed", (self._prepare_no_lost_reason_item(),))
        entered_at = (kind == "created" and self.date_last_stage_update) or self.env.cr.now()
        return {
            "lead_id": self.id,
            "playbook_id": new.playbook_id,
            "product_line_id": self.product_line_id.id or None,
            "team_id": self.team_id.id or None,
            "user_id": self.user_id.id or None,
            "company_id": self.company_id.id or None,
            "stage_id": new.stage_id,
            "previous_stage_id": old.stage_id or None,
            "entered_at": entered_at.replace(microsecond=0),
            "kind": kind,
            "gate": verdict.gate,
            "unmet": list(verdict.unmet) or None,
            "moved_by_id": self.env.uid,
        }

    def _prepare_no_lost_reason_item(self):
        return {
            "kind": "lost_reason",
            "rule_id": False,
            "name": self.env._("Lost without a reason"),
            "guidance": self.env._("Choose a lost reason on the deal."),
            "blocking": False,
        }
