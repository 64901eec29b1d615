from collections import defaultdict

from odoo import api, fields, models

from .types import StageMove, Verdict


class CrmLead(models.Model):
    """How far a deal is from its next stage: on the cards, and for many deals at once."""

    _inherit = "crm.lead"

    missing_output_count = fields.Integer(
        string="Missing Outputs",
        compute="_compute_playbook_progress",
        help="Required outputs of the current stage that are not submitted or not approved.",
    )
    playbook_progress = fields.Char(
        string="Outputs",
        compute="_compute_playbook_progress",
        help="Required outputs of the current stage that are done, of all that are wanted.",
    )
    is_ready_to_advance = fields.Boolean(
        string="Ready for the Next Stage",
        compute="_compute_playbook_progress",
        help="Nothing that the next stage of its playbook asks for is missing.",
    )

    @api.depends(
        *("playbook_id", "stage_id", "active", "won_status"),
        *("output_ids.state", "output_ids.is_current", "confirmation_ids.withdrawn_at"),
    )
    def _compute_playbook_progress(self):
        self.missing_output_count, self.playbook_progress, self.is_ready_to_advance = 0, False, False
        playbook_ids = self._get_playbook_ids()
        followed = (
            self.filtered(lambda lead: lead.id and lead.id in playbook_ids) if playbook_ids else self.browse()
        )
        for (missing, wanted, is_ready), lead_ids in followed._get_progress(playbook_ids).items():
            leads = self.browse(lead_ids)
            leads.missing_output_count = missing
            leads.playbook_progress = wanted and f"{wanted - missing}/{wanted}"
            leads.is_ready_to_advance = is_ready

    def _get_progress(self, playbook_ids, passed=None):
        """Return ``{(missing outputs, wanted outputs, is ready): [lead id, …]}``: a page of cards has few
        different ones, and is read often.

        :param dict passed: what :meth:`_get_presumed_stages` has returned, where it was asked already
        """
        gates = self.env["crm.playbook"]._get_gates()
        places = self._get_places(playbook_ids, gates, passed)
        outputs, needs = {}, {}
        for place in places:
            playbook_id, stage_id, way = place
            stage = gates[playbook_id].stages.get(stage_id)
            outputs[place] = stage.outputs if stage else ()
            needs[place] = way and self._get_way_demands(gates[playbook_id], *way[1:])
        rules = {rule for demand in needs.values() if demand for rule in demand.rules}
        met = self._get_met_rules(rules.union(*outputs.values()))
        progress = defaultdict(list)
        for place, lead_ids in places.items():
            ready = self._get_ready(needs[place], lead_ids, met) if place[2] else ()
            for lead_id in lead_ids:
                missing = sum(lead_id not in met[output] for output in outputs[place])
                progress[missing, len(outputs[place]), lead_id in ready].append(lead_id)
        return progress

    def _get_places(self, playbook_ids, gates, passed=None):
        """Return ``{(playbook id, stage id, way to the next stage or None): [lead id, …]}``; see
        :meth:`_get_next_moves` and :meth:`_start_where_passed`.
        """
        moves = self._get_next_moves(playbook_ids, passed)
        starts = {move.lead_id: move for move in self._start_where_passed([*moves.values()], gates, passed)}
        places, stage_ids = defaultdict(list), self._get_stored("stage_id")
        for lead_id in self._ids:
            move = starts.get(lead_id)
            places[playbook_ids[lead_id], stage_ids[lead_id], move[1:] if move else None].append(lead_id)
        return places

    @api.model
    def _get_ready(self, demands, lead_ids, met):
        """Return the set of those of ``lead_ids`` that meet all that holds a deal back."""
        if demands and demands.jumped:
            return set()
        blocking = [met[rule] for rule in demands.rules if rule.blocking] if demands else []
        return set(lead_ids).intersection(*blocking)

    def _get_next_moves(self, playbook_ids=None, passed=None):
        """Return ``{lead id: StageMove}`` into the next stage that each lead's playbook names; leads
        without a playbook, lost or archived ones, and those in its last stage are not in it.
        """
        if playbook_ids is None:
            playbook_ids = self._get_playbook_ids()
        gates = self.env["crm.playbook"]._get_gates()
        is_renewing = any(gates[playbook_id].renewal_stage_id for playbook_id in {*playbook_ids.values()})
        names = ("stage_id", "won_status", "active", *(["renewal_kind"] if is_renewing else ()))
        values = [self._get_stored(name) for name in names]
        places, alike, moves = self._get_places_in_playbook(playbook_ids, passed), defaultdict(list), {}
        for lead_id in self._ids:
            if playbook_id := playbook_ids.get(lead_id):
                key = (playbook_id, places[lead_id], *(value[lead_id] for value in values))
                alike[key].append(lead_id)
        for (playbook_id, place_id, from_id, status, *_), lead_ids in alike.items():
            lead = self.browse(lead_ids[0])  # those alike go alike
            stage_id = lead._can_advance() and lead._get_stage_ahead(gates[playbook_id], place_id)
            for lead_id in lead_ids if stage_id else ():
                moves[lead_id] = StageMove(lead_id, playbook_id, from_id, stage_id, status)
        return moves

    def _get_places_in_playbook(self, playbook_ids, passed=None):
        """Return ``{lead id: stage id or None}``: where in its playbook each lead stands; one in a stage
        that the playbook does not name, in the stage into which it was last let.

        :param dict playbook_ids: ``{lead id: playbook id}``
        """
        gates = self.env["crm.playbook"]._get_gates()
        stage_ids = self._get_stored("stage_id")
        places = {lead_id: stage_id for lead_id, stage_id in stage_ids.items() if lead_id in playbook_ids}
        outside = {
            lead_id: playbook_ids[lead_id]
            for lead_id, stage_id in places.items()
            if stage_id not in gates[playbook_ids[lead_id]].stages
        }
        passed = self._get_presumed_stages(outside) if passed is None else passed
        return places | {lead_id: passed.get(lead_id) for lead_id in outside}

    def _can_advance(self):
        """Tell whether this deal is neither lost nor archived."""
        return self.active and self.won_status != "lost"

    def _get_stage_ahead(self, gate, place_id):
        """Return the ``crm.stage`` into which this deal goes next from its place, or False: a renewal deal is
        won next.
        """
        if not gate.renewal_stage_id or not self.renewal_kind:
            return self._get_next_stage_id(gate, place_id)
        return self.won_status != "won" and self._get_first_won_id(gate)

    def _get_step(self, gate, stage_id):
        """Return the place of a stage among those that ``gate`` names, 1 for the first; None where it is
        none of this deal's way: a renewal deal stands beside its own stage as in one that the playbook does
        not name.
        """
        is_renewal = bool(gate.renewal_stage_id) and self.renewal_kind
        is_step = gate.names(stage_id, is_renewal)
        return gate.get_places(self.env["crm.stage"]._get_ranks())[stage_id] if is_step else None

    @api.model
    def _get_next_stage_id(self, gate, stage_id):
        """Return the ``crm.stage`` that ``gate`` names next after ``stage_id``, or False."""
        ranks = self.env["crm.stage"]._get_ranks()
        ahead = [id_ for id_ in gate.path if ranks.get(id_, -1) > ranks.get(stage_id, -1)]
        return min(ahead, key=ranks.get, default=False)

    def advance_stage(self):
        """Move each of these leads into the next stage of its playbook, if it may go there.

        :return: ``{"moved": [lead id, …], "held_back": [{"lead_id": int, "lead": str, "stage": str,
            "unmet": [unmet item, …]}]}``, ready for JSON; a lead that has nowhere to go is held back
            with an unmet item of kind ``no_next_stage``
        """
        self._check_can_work()
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
        if not self._can_advance():
            name = self.env._("It is lost or archived")
        elif self.playbook_id:
            name = self.env._("It is in the last stage of its playbook")
        return {"kind": "no_next_stage", "rule_id": False, "name": name, "guidance": "", "blocking": True}
