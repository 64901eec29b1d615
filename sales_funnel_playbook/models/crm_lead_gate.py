from functools import cache
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..exceptions import PlaybookGateError

# A refusal of a batch names this many leads one by one, and the number of the others.
MAX_NAMED_LEADS = 20


class StageMove(NamedTuple):
    """A lead going from one ``crm.stage`` (or False: it is new) to another."""

    lead_id: int
    playbook_id: int
    from_stage_id: int
    to_stage_id: int


class Demands(NamedTuple):
    """What a move asks for: entry conditions (:class:`GateRule`), and stages (:class:`GateStage`)
    that it jumps over and may not.
    """

    rules: tuple
    jumped: tuple


class Verdict(NamedTuple):
    """What the gate says of a move into ``stage_id``: ``gate`` as the log has it, and what is unmet."""

    stage_id: int = False
    gate: str = "none"
    unmet: tuple = ()
    is_enforced: bool = False

    @property
    def is_allowed(self):
        return not (self.is_enforced and any(item["blocking"] for item in self.unmet))


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.readonly
    def check_gate(self, stage_id):
        """Tell whether these leads may enter a stage, and what is missing. Changes nothing.

        :param int stage_id: a ``crm.stage``
        :return: ``{"<lead id>": {"allowed": bool, "unmet": [item, …]}}``, ready for JSON, with
            items ``{"kind": "domain" | "confirmation" | "skip", "rule_id": int, "name": str,
            "guidance": str, "blocking": bool}``. A lead without a playbook is always allowed; in a
            playbook that observes, ``allowed`` is true whatever is unmet.
        :raise UserError: when there is no such stage
        """
        self.check_access("read")
        stage_id = self.env["crm.stage"]._check_stage_id(stage_id)
        playbook_ids = self._get_playbook_ids()
        verdicts = self._get_verdicts(
            [
                StageMove(lead.id, playbook_ids[lead.id], lead.stage_id.id, stage_id)
                for lead in self
                if lead.id in playbook_ids
            ]
        )
        result = {}
        for lead in self:
            verdict = verdicts.get(lead.id, Verdict())
            result[str(lead.id)] = {"allowed": verdict.is_allowed, "unmet": list(verdict.unmet)}
        return result

    @api.model
    def _pass_gate(self, moves):
        """Return ``{lead id: Verdict}`` of ``moves``, all of them allowed.

        :raise PlaybookGateError: when an enforced playbook refuses one of them
        """
        verdicts = self._get_verdicts(moves)
        refused = [move for move in moves if not verdicts[move.lead_id].is_allowed]
        if refused:
            raise self._prepare_gate_error(refused, verdicts, len(moves))
        return verdicts

    @api.model
    def _get_verdicts(self, moves):
        """Return ``{lead id: Verdict}`` for a batch of moves. All domains are evaluated in one
        query and all confirmations in another, however many leads and rules there are.
        """
        gates = self.env["crm.playbook"]._get_gates()
        moves = self._start_on_path(moves, gates)
        get_demands = cache(lambda *move: self._get_demands(gates.get(move[0]), *move[1:]))
        demands = {move.lead_id: get_demands(*move[1:]) for move in moves}
        demands = {lead_id: demand for lead_id, demand in demands.items() if demand}
        met = self.browse(demands)._get_met_rules(
            {rule for demand in demands.values() for rule in demand.rules}
        )
        unmet = {
            lead_id: [rule for rule in demand.rules if lead_id not in met[rule]] + [*demand.jumped]
            for lead_id, demand in demands.items()
        }
        items = self._describe_unmet({rule for rules in unmet.values() for rule in rules})
        return {
            move.lead_id: self._prepare_verdict(move, unmet.get(move.lead_id), items, gates) for move in moves
        }

    @api.model
    def _start_on_path(self, moves, gates):
        """Return ``moves`` where one that starts in a stage the playbook does not name starts in
        the last one that it does name, or before the first: such a stage is a siding of the funnel,
        not a way past its gates.
        """
        astray = {
            move.lead_id
            for move in moves
            if move.from_stage_id
            and (gate := gates.get(move.playbook_id))
            and move.from_stage_id not in gate.stages
        }
        last = self._get_last_named_stages(list(astray))
        return [
            move._replace(from_stage_id=last.get(move.lead_id, False)) if move.lead_id in astray else move
            for move in moves
        ]

    @api.model
    def _get_last_named_stages(self, lead_ids):
        """Return ``{lead id: stage id}``: the stage named by its playbook where each lead was last."""
        if not lead_ids:
            return {}
        query = SQL(
            "SELECT DISTINCT ON (log.lead_id) log.lead_id, log.stage_id FROM crm_lead_stage_log log"
            " JOIN crm_playbook_stage named"
            " ON named.playbook_id = log.playbook_id AND named.stage_id = log.stage_id"
            " WHERE log.lead_id = ANY(%s) ORDER BY log.lead_id, log.id DESC",
            lead_ids,
        )
        return dict(self.env.execute_query(query))

    @api.model
    def _prepare_verdict(self, move, unmet, items, gates):
        """Return the :class:`Verdict` of a move; ``unmet`` is None where there was no gate."""
        if unmet is None:
            return Verdict(move.to_stage_id)
        return Verdict(
            move.to_stage_id,
            "observed" if unmet else "passed",
            tuple(items[demand] for demand in unmet),
            gates[move.playbook_id].is_enforced,
        )

    @api.model
    def _get_demands(self, gate, from_stage_id, to_stage_id):
        """Return the :class:`Demands` of a move under ``gate`` (None: no playbook), or None where
        there is nothing to pass: backward, or into a stage that the playbook does not name.
        """
        target = gate and gate.stages.get(to_stage_id)
        ranks = self.env["crm.stage"]._get_ranks()
        if not target or ranks.get(to_stage_id, -1) <= ranks.get(from_stage_id, -1):
            return None
        jumped = gate.get_stages_between(ranks, from_stage_id, to_stage_id)
        return Demands(target.rules, tuple(stage for stage in jumped if not stage.allow_skip))

    def _get_met_rules(self, rules):
        """Return ``{rule: set of lead ids for which it is met}`` for the :class:`GateRule`\\ s."""
        met = {rule: set() for rule in rules}
        by_id = {rule.id: rule for rule in rules}
        domains = {rule.id: rule.domain for rule in rules if rule.kind == "domain"}
        if domains:
            matches = self.env["crm.playbook.rule"]._match(domains, self)
            met |= {by_id[rule_id]: lead_ids for rule_id, lead_ids in matches.items()}
        confirmable = [rule.id for rule in rules if rule.kind == "confirmation"]
        if confirmable:
            conditions = self.env["crm.playbook.condition"].browse(confirmable)
            for confirmation in self._get_confirmations(conditions):
                met[by_id[confirmation.condition_id.id]].add(confirmation.lead_id.id)
        return met

    @api.model
    def _describe_unmet(self, demands):
        """Return ``{rule or stage: unmet item}`` in the user's language; see :meth:`check_gate`."""
        rules = {demand.id: demand for demand in demands if hasattr(demand, "kind")}
        stages = {demand.id: demand for demand in demands if demand not in rules.values()}
        items = {}
        # sudo: who may move a lead may read why it may not, also of a playbook shared by a company
        for condition in self.env["crm.playbook.condition"].sudo().browse(rules):
            items[rules[condition.id]] = condition._prepare_unmet_item()
        for stage in self.env["crm.playbook.stage"].sudo().browse(stages):
            items[stages[stage.id]] = {
                "kind": "skip",
                "rule_id": stage.id,
                "name": self.env._("The stage “%s” cannot be skipped", stage.display_name),
                "guidance": self.env._("Move the deal there first."),
                "blocking": True,
            }
        return items

    @api.model
    def _prepare_gate_error(self, refused, verdicts, move_count):
        """Return the error that says which leads were held back and why, and how to go on."""
        leads = self.sudo().browse(move.lead_id for move in refused)
        stages = self.env["crm.stage"].sudo().browse(move.to_stage_id for move in refused)
        details = [
            {
                # a lead refused on creation is not there to be opened
                "lead_id": move.from_stage_id and move.lead_id,
                "lead": lead.name,
                "stage": stage.name,
                "unmet": [item for item in verdicts[move.lead_id].unmet if item["blocking"]],
            }
            for move, lead, stage in zip(refused, leads, stages, strict=True)
        ]
        return PlaybookGateError(self._prepare_gate_message(details, move_count), details)

    @api.model
    def _prepare_gate_message(self, details, move_count):
        blocks = []
        for detail in details[:MAX_NAMED_LEADS]:
            title = self.env._(
                "“%(lead)s” cannot enter the stage “%(stage)s” yet:",
                lead=detail["lead"],
                stage=detail["stage"],
            )
            lines = [
                f"• {item['name']}" + (f" – {item['guidance']}" if item["guidance"] else "")
                for item in detail["unmet"]
            ]
            if not detail["lead_id"]:
                lines.append(self.env._("Create it in an earlier stage, then move it on."))
            blocks.append("\n".join([title, *lines]))
        if len(details) > MAX_NAMED_LEADS:
            blocks.append(self.env._("… and %s more.", len(details) - MAX_NAMED_LEADS))
        if move_count > 1:
            blocks.insert(
                0,
                self.env._(
                    "Nothing was moved: %(refused)s of %(total)s deals are held back.",
                    refused=len(details),
                    total=move_count,
                ),
            )
        return "\n\n".join(blocks)
