from odoo import api, fields, models

from .crm_lead_gate import StageMove, Verdict


class CrmLead(models.Model):
    """How far a deal is from its next stage: on the cards, and for many deals at once."""

    _inherit = "crm.lead"

    missing_output_count = fields.Integer(
        string="Missing Outputs",
        compute="_compute_playbook_progress",
        help="Required outputs of the current stage that are not handed in or not approved.",
    )
    playbook_progress = fields.Json(
        string="Progress",
        compute="_compute_playbook_progress",
        help="Required outputs of the current stage, done and wanted, and whether the deal is ready for"
        " the next stage of its playbook.",
    )

    @api.depends(
        *("playbook_id", "stage_id", "active", "won_status"),
        *("output_ids.state", "output_ids.is_current", "confirmation_ids.withdrawn_at"),
    )
    def _compute_playbook_progress(self):
        playbook_ids = self._get_playbook_ids()
        free = self.filtered(lambda lead: lead.id not in playbook_ids) if playbook_ids else self
        free.missing_output_count, free.playbook_progress = 0, False
        followed = self - free
        verdicts = self._get_verdicts([*followed._get_next_moves(playbook_ids).values()])
        missing = followed._get_missing_outputs(playbook_ids)
        gates = self.env["crm.playbook"]._get_gates()
        for lead in followed:
            stage = gates[playbook_ids[lead.id]].stages.get(lead.stage_id.id)
            wanted = len(stage.outputs) if stage else 0
            lead.missing_output_count = len(missing.get(lead.id, ()))
            lead.playbook_progress = {
                "done": wanted - lead.missing_output_count,
                "wanted": wanted,
                "is_ready": lead.id in verdicts and not verdicts[lead.id].is_blocked,
            }

    def _get_missing_outputs(self, playbook_ids):
        """Return ``{lead id: [GateOutput, …]}``, the required outputs of its stage that each lead lacks."""
        gates = self.env["crm.playbook"]._get_gates()
        stages = {lead.id: gates[playbook_ids[lead.id]].stages.get(lead.stage_id.id) for lead in self}
        wanted = {lead_id: stage.outputs for lead_id, stage in stages.items() if stage}
        met = self.browse(wanted)._get_met_rules(
            {output for outputs in wanted.values() for output in outputs}
        )
        return {
            lead_id: [output for output in outputs if lead_id not in met[output]]
            for lead_id, outputs in wanted.items()
        }

    def _get_next_moves(self, playbook_ids=None):
        """Return ``{lead id: StageMove}`` into the next stage that each lead's playbook names; leads
        without a playbook, lost or archived ones, and those in its last stage are not in it.
        """
        if playbook_ids is None:
            playbook_ids = self._get_playbook_ids()
        gates = self.env["crm.playbook"]._get_gates()
        moves = {}
        for lead in self:
            playbook_id = playbook_ids.get(lead.id)
            stage_id = playbook_id and self._get_next_stage_id(gates[playbook_id], lead.stage_id.id)
            if stage_id and lead.active and lead.won_status != "lost":
                moves[lead.id] = StageMove(lead.id, playbook_id, lead.stage_id.id, stage_id)
        return moves

    @api.model
    def _get_next_stage_id(self, gate, stage_id):
        """Return the ``crm.stage`` that ``gate`` names next after ``stage_id``, or False."""
        ranks = self.env["crm.stage"]._get_ranks()
        ahead = [id_ for id_ in gate.stages if ranks.get(id_, -1) > ranks.get(stage_id, -1)]
        return min(ahead, key=ranks.get, default=False)

    def advance_stage(self):
        """Move each of these leads into the next stage of its playbook, if it may go there.

        :return: ``{"moved": [lead id, …], "held_back": [{"lead_id": int, "lead": str, "stage": str,
            "unmet": [unmet item, …]}]}``, ready for JSON; a lead that has nowhere to go is held back
            with an unmet item of kind ``no_next_stage``
        """
        self.check_access("write")
        moves = self._get_next_moves()
        verdicts = self._get_verdicts([*moves.values()])
        ready = {lead_id: move for lead_id, move in moves.items() if verdicts[lead_id].is_allowed}
        for stage_id in {move.to_stage_id for move in ready.values()}:
            its_leads = [lead_id for lead_id, move in ready.items() if move.to_stage_id == stage_id]
            self.browse(its_leads).write({"stage_id": stage_id})
        return {
            "moved": [lead.id for lead in self if lead.id in ready],
            "held_back": [
                lead._prepare_held_back(verdicts.get(lead.id)) for lead in self if lead.id not in ready
            ],
        }

    def _prepare_held_back(self, verdict):
        """Return why this lead does not advance, as an item of :meth:`advance_stage`."""
        verdict = verdict or Verdict(unmet=(self._prepare_no_next_stage_item(),))
        return {
            "lead_id": self.id,
            "lead": self.name,
            "stage": self.env["crm.stage"].browse(verdict.stage_id).name or "",
            "unmet": [item for item in verdict.unmet if item["blocking"]],
        }

    def _prepare_no_next_stage_item(self):
        name = self.env._("It follows no playbook")
        if not self.active or self.won_status == "lost":
            name = self.env._("It is lost or archived")
        elif self.playbook_id:
            name = self.env._("It is in the last stage of its playbook")
        return {"kind": "no_next_stage", "rule_id": False, "name": name, "guidance": "", "blocking": True}
