from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Datetime

from ..core.rehearsal import rehearse
from ..core.save import MOVING
from ..gate.types import StageMove
from .types import Restage

# These belong to the move itself: Odoo's own write gives them their meaning together.
MOVE_FIELDS = {"stage_id", "active", "date_closed", "date_last_stage_update", "lost_reason_id"}
PROBABILITIES = {"probability", "automated_probability"}
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
        self.browse(save.before)._catch_up_pending()
        save.standing = self._get_standing(save)
        if not self._is_any_moving(save.standing, save.vals) or self._get_restage(save.vals):
            return
        save.given = dict.fromkeys(self._get_placed(save), "reassigned")
        if save.given.keys() >= {
            id_ for id_, one in save.standing.items() if one.stage_id != save.vals["stage_id"]
        }:
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
        """Return the states before a save of the leads for which it may end or begin a segment."""
        if not self.env["crm.playbook"]._get_assignment():
            return {}
        if save.is_rekeyed:
            return save.before
        is_moving = not MOVING.isdisjoint(save.written)
        return {id_: state for id_, state in save.before.items() if is_moving and state.playbook_id}

    def _judge(self, save):
        """Ask the gate about the moves of a save, with the facts as they are now."""
        stage_id, standing, passed = save.vals["stage_id"], save.standing, None
        playbook_ids = {id_: state.playbook_id for id_, state in standing.items()}
        if save.is_rekeyed:
            playbook_ids |= self._get_playbook_ids()  # who leaves its playbook moves first
        else:
            log = self.env["crm.lead.stage.log"]
            save.present = (log._get_current([*standing]), log._get_version())
            passed = {id_: one.gate_stage_id for id_, one in save.present[0].items()}
        moves = [
            StageMove(lead_id, playbook_ids[lead_id], state.stage_id, stage_id, state.won_status)
            for lead_id, state in standing.items()
            if playbook_ids.get(lead_id) and state.stage_id != stage_id and lead_id not in save.given
        ]
        save.verdicts = self._pass_gate(moves, passed)

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
        vals, standing = save.vals, save.standing
        with rehearse(self.env):
            self.with_context(mail_auto_subscribe_no_notify=True)._write_facts(save, facts)
        save.vals, save.standing = vals, standing

    def _after_save_history(self, save):
        """Let a gate see the moves that none has seen yet, and log what became of these leads."""
        if save.is_new:
            self.browse(save.before)._settle_segments(is_new=True)
        elif save.standing and (restage := self._get_restage(save.vals)):
            self._log_restage(save.standing, restage)
        elif save.standing:
            concerned = self._get_concerned(save)
            self.browse(concerned)._settle_segments(
                concerned, save.verdicts, given=save.given, present=save.present
            )

    def _get_concerned(self, save):
        """Return the states before a save of the leads that followed a playbook, or do now."""
        if not save.is_rekeyed:
            return save.standing
        playbook_ids = self._get_playbook_ids()
        return {
            id_: state for id_, state in save.standing.items() if state.playbook_id or playbook_ids.get(id_)
        }

    @api.model
    def _check_entered_at(self, entered_at):
        """Return the moment from which a new deal is in its stage, as an import gives it.

        :raise ValidationError: when it is later than now
        """
        entered_at = Datetime.to_datetime(entered_at)
        if entered_at > self.env.cr.now():
            raise ValidationError(self.env._("“In Stage Since” cannot be in the future: %s.", entered_at))
        return entered_at

    @api.model
    def _is_any_moving(self, before, vals):
        """Tell whether writing ``vals`` moves one of the leads of ``before`` into another stage."""
        stage_id = vals.get("stage_id")
        return stage_id and any(state.stage_id != stage_id for state in before.values())

    def _get_facts_before_move(self, vals):
        """Return the part of ``vals`` that is written before the gate looks at the leads. What the move
        itself brings with it, such as the probability of a won stage, entered or left, is no fact.
        """
        excluded = set(MOVE_FIELDS)
        if not self.env["crm.stage"]._get_won_ids().isdisjoint((vals["stage_id"], *self.stage_id.ids)):
            excluded |= PROBABILITIES
        return {name: value for name, value in vals.items() if name not in excluded}

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
        if restage.is_new_stay:
            current = self.env["crm.lead.stage.log"]._get_current([*before])
            let_in = {id_ for id_, one in current.items() if one.stage_id == one.gate_stage_id}
            given = {id_: "split" if id_ in let_in else "reassigned" for id_ in before}
            self.browse(before)._settle_segments(before, given=given)
        else:
            self.env["crm.lead.stage.log"]._rename_stays(before, restage.stage_id)
            self.browse(before)._keep_stay_date()
