from odoo import api, models

from .types import Demands, merge_demands


class CrmLead(models.Model):
    """What winning asks for, and what is other of renewal deals."""

    _inherit = "crm.lead"

    @api.model
    def _get_renewal_ids(self, moves, gates):
        """Return the ids of the renewal deals whose playbook has a stage for these."""
        lead_ids = [
            move.lead_id for move in moves if (gate := gates.get(move.playbook_id)) and gate.renewal_stage_id
        ]
        # sudo: what a playbook asks for does not depend on who asks
        return {lead.id for lead in self.sudo().browse(lead_ids) if lead.renewal_kind}

    @api.model
    def _get_way_demands(self, gate, from_stage_id, to_stage_id, from_status, is_renewal=False):
        """Return the :class:`Demands` of a way of moves, see :meth:`_get_demands`; winning asks for the same
        whatever the order of stages, and whether or not the playbook names the won stage.
        """
        is_winning = from_status != "won" and to_stage_id in self.env["crm.stage"]._get_won_ids()
        if is_renewal:  # it has passed no gate but its own
            return self._get_renewal_demands(gate) if is_winning else None
        if gate and to_stage_id == gate.renewal_stage_id:
            # from there: it stood there before the stage was one for renewal deals
            return Demands((), (gate.stages[to_stage_id],)) if from_stage_id != to_stage_id else None
        demands = self._get_demands(gate, from_stage_id, to_stage_id)
        if gate and is_winning:
            demands = merge_demands(self._get_winning_demands(gate, from_stage_id), demands)
        return self._add_earlier(demands, gate, from_stage_id, from_status)

    @api.model
    def _get_renewal_demands(self, gate):
        """Return the :class:`Demands` of winning a renewal deal: the outputs of its stage, and what the first
        won stage asks for.
        """
        won = gate.stages.get(self._get_first_won_id(gate))
        outputs = gate.stages[gate.renewal_stage_id].outputs
        return Demands((*(won.rules if won else ()), *outputs), ())

    @api.model
    def _get_first_won_id(self, gate):
        """Return the ``crm.stage`` id of the first won stage that ``gate`` names, or False."""
        ranks = self.env["crm.stage"]._get_ranks()
        won_ids = self.env["crm.stage"]._get_won_ids() & gate.stages.keys()
        return min(won_ids, key=lambda id_: ranks.get(id_, -1), default=False)

    @api.model
    def _get_winning_demands(self, gate, from_stage_id):
        """Return the :class:`Demands` of winning: those of the first won stage that ``gate`` names; where it
        names none, all outputs.
        """
        first_id = self._get_first_won_id(gate)
        if not first_id:
            stages = (stage for id_, stage in gate.stages.items() if id_ != gate.renewal_stage_id)
            return Demands(tuple(output for stage in stages for output in stage.outputs), ())
        demands = self._get_demands(gate, from_stage_id, first_id)
        if demands or from_stage_id == first_id:
            return demands
        left = gate.stages.get(from_stage_id)
        return Demands((*gate.stages[first_id].rules, *(left.outputs if left else ())), ())
