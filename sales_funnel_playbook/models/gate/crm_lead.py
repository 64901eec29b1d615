from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..core.read_together import read_together
from .earlier import EarlierRule
from .types import Demands, StageMove, Verdict

# what is not counted would not be locked either
HOLD = """
    WITH confirmed AS (
        SELECT FROM crm_lead_confirmation WHERE lead_id = ANY(%(ids)s) AND condition_id = ANY(%(confirmed)s)
            AND withdrawn_at IS NULL FOR SHARE
    ), submitted AS (
        SELECT FROM crm_lead_output WHERE lead_id = ANY(%(ids)s) AND output_id = ANY(%(submitted)s)
            AND is_current FOR SHARE
    )
    SELECT (SELECT COUNT(*) FROM confirmed) + (SELECT COUNT(*) FROM submitted) AS count
"""
PASSED = """
    SELECT 'passed' AS kind, asked.lead_id, ARRAY[log.gate_stage_id] AS ids, NULL AS name,
        NULL::timestamp AS from_at, NULL::timestamp AS until_at
    FROM unnest(%(leads)s::int[], %(playbooks)s::int[]) AS asked(lead_id, playbook_id)
    CROSS JOIN LATERAL (
        SELECT gate_stage_id FROM crm_lead_stage_log
        WHERE lead_id = asked.lead_id AND playbook_id = asked.playbook_id ORDER BY sequence DESC LIMIT 1
    ) log
"""


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.readonly
    def check_gate(self, stage_id):
        """Tell whether these leads may enter a stage, and what is missing. Changes nothing.

        :param int stage_id: a ``crm.stage``
        :return: ``{"<lead id>": {"allowed": bool, "unmet": [item, …]}}``, ready for JSON, with
            items ``{"kind": "domain" | "confirmation" | "output" | "skip", "rule_id": int,
            "name": str, "guidance": str, "blocking": bool}``. A lead without a playbook is always
            allowed; in a playbook that observes, ``allowed`` is true whatever is unmet.
        :raise UserError: when there is no such stage
        """
        self.check_access("read")
        stage_id = self.env["crm.stage"]._check_stage_id(stage_id)
        playbook_ids = self._get_playbook_ids()
        verdicts = self._get_verdicts(
            [
                StageMove(lead.id, playbook_ids[lead.id], lead.stage_id.id, stage_id, lead.won_status)
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
    def _pass_gate(self, moves, passed=None):
        """Return ``{lead id: Verdict}`` of ``moves``, all of them allowed.

        :param dict passed: see :meth:`_get_passed_stages`, where that is known already
        :raise PlaybookGateError: when an enforced playbook refuses one of them
        """
        verdicts = self._override_verdicts(self._get_moved_verdicts(moves, passed))
        refused = [move for move in moves if not verdicts[move.lead_id].is_allowed]
        if refused:
            self._count_refusals(refused, verdicts)
            raise self._prepare_gate_error(refused, verdicts, len(moves))
        return verdicts

    @api.model
    def _get_moved_verdicts(self, moves, passed=None):
        """Return ``{lead id: Verdict}`` for moves that are being made; see :meth:`_pass_gate`."""
        if passed is None:
            passed = self._get_passed_stages(self._get_followed_by(moves))
        return self._get_verdicts(moves, passed, is_moving=True)

    @api.model
    def _get_followed_by(self, moves):
        """Return ``{lead id: playbook id}`` of the moves of deals that have come from somewhere."""
        gates = self.env["crm.playbook"]._get_gates()
        return {
            move.lead_id: move.playbook_id
            for move in moves
            if move.from_status is not None and move.playbook_id in gates
        }

    @api.model
    def _get_verdicts(self, moves, passed=None, is_moving=False):
        """Return ``{lead id: Verdict}`` for a batch of moves. All rules are evaluated in one query, however
        many leads and rules there are.

        :param dict passed: ``{lead id: stage id}``: where the gate counts from; None: as the log says
        :param bool is_moving: whether they are made: then nobody takes back what they rely on meanwhile
        """
        gates = self.env["crm.playbook"]._get_gates()
        arriving = self._get_arriving(moves, gates)
        moves = self._start_where_passed(moves, gates, passed)
        alike = defaultdict(list)  # a batch has few ways to go: what they ask is found once for each
        for move in moves:
            alike[move[1:]].append(move.lead_id)
        demands = {way: self._get_way_demands(gates.get(way[0]), *way[1:]) for way in alike}
        asked = [lead_id for way, lead_ids in alike.items() if demands[way] for lead_id in lead_ids]
        rules = {rule for demand in demands.values() if demand for rule in demand.rules}
        leads = self.browse(asked)
        if is_moving:  # with the zone that is known: another environment would read its user again
            leads = leads.with_context(playbook_is_held=True, tz=self.env.tz.zone)
        self._follow_computed()
        met = leads._get_met_rules(rules)
        unmet = self._get_unmet(alike, demands, met)
        items = self._describe_unmet({rule for rules in unmet.values() for rule in rules})
        verdicts = {}
        for way, lead_ids in alike.items():
            passed = self._prepare_verdict(way, demands[way] and (), items, gates)
            for lead_id in lead_ids:
                missing = unmet.get(lead_id)
                verdicts[lead_id] = self._prepare_verdict(way, missing, items, gates) if missing else passed
        return verdicts | {id_: verdicts[id_]._replace(is_enforced=False) for id_ in arriving}

    @api.model
    def _get_arriving(self, moves, gates):
        """Return the ids of the new leads that come into the first stage of their playbook, unless that wins
        them. Those are never refused: a customer's mail comes in as it is, what it lacks is logged and shown.
        """
        stages = self.env["crm.stage"]
        return {
            move.lead_id
            for move in moves
            if move.from_status is None
            and (gate := gates.get(move.playbook_id))
            and move.to_stage_id == gate.get_first_stage_id(stages._get_ranks())
            and not stages.browse(move.to_stage_id).is_won
        }

    @api.model
    def _get_unmet(self, alike, demands, met):
        """Return ``{lead id: [GateRule, GateOutput or GateStage, …]}`` of the leads that miss something.

        :param dict alike: ``{way: [lead id, …]}``
        :param dict demands: ``{way: Demands or None}``
        :param dict met: see :meth:`_get_met_rules`
        """
        unmet = defaultdict(list)
        for way, demand in demands.items():
            for rule in demand.rules if demand else ():
                for lead_id in set(alike[way]) - met[rule]:
                    unmet[lead_id].append(rule)
            for lead_id in alike[way] if demand and demand.jumped else ():
                unmet[lead_id] += demand.jumped
        return unmet

    @api.model
    def _start_where_passed(self, moves, gates, passed=None):
        """Return ``moves`` as they count: each from the stage into which the playbook has last let its deal,
        or from before the first one. What a deal did beside the funnel, under another playbook, or where a
        team has put it, is no way past the gates. Renewal deals are told from others.
        """
        if passed is None:
            passed = self._get_presumed_stages(self._get_followed_by(moves))
        renewals = self._get_renewal_ids(moves, gates)
        return [
            move._replace(
                from_stage_id=passed.get(move.lead_id) or False, is_renewal=move.lead_id in renewals
            )
            if move.playbook_id in gates
            else move
            for move in moves
        ]

    @api.model
    def _get_presumed_stages(self, playbook_ids, passed=None):
        """Return :meth:`_get_passed_stages`, or what it has returned, as readers take it."""
        return self._get_passed_stages(playbook_ids) if passed is None else passed

    @api.model
    def _get_passed_stages(self, playbook_ids):
        """Return ``{lead id: stage id or None}``: where each lead was last let in by a playbook.

        :param dict playbook_ids: ``{lead id: playbook id}``
        """
        queries = [self._get_passed_query(playbook_ids)] if playbook_ids else []
        return self._choose_passed_stages(read_together(self.env, queries))

    @api.model
    def _get_passed_query(self, playbook_ids):
        """Return what :func:`read_together` reads for :meth:`_choose_passed_stages`."""
        return SQL(PASSED, leads=[*playbook_ids], playbooks=[*playbook_ids.values()])

    @api.model
    def _choose_passed_stages(self, rows):
        return {lead_id: stage_id for lead_id, (stage_id,), *_ in rows["passed"]}

    @api.model
    def _prepare_verdict(self, way, unmet, items, gates):
        """Return the :class:`Verdict` of going a ``way``; ``unmet`` is None where there was no gate."""
        playbook_id, to_stage_id = way[0], way[2]
        if unmet is None:
            return Verdict(to_stage_id)
        return Verdict(
            to_stage_id,
            "observed" if unmet else "passed",
            tuple(items[demand] for demand in unmet),
            gates[playbook_id].is_enforced,
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
        left = gate.stages.get(from_stage_id)
        outputs = [output for stage in ([left] if left else []) + jumped for output in stage.outputs]
        return Demands((*target.rules, *outputs), tuple(stage for stage in jumped if not stage.allow_skip))

    def _prepare_hold(self, rules):
        """Return SQL that lets nobody take back what these leads rely on until they have moved, None where
        that is nothing: who is at it already is waited for, and PostgreSQL has this move tried again.
        """
        confirmed = [rule.id for rule in rules if rule.kind == "confirmation" and not rule.is_checked]
        submitted = [rule.id for rule in rules if rule.kind == "output" and not rule.is_checked]
        if not confirmed and not submitted:
            return None
        return SQL(HOLD, ids=self.ids, confirmed=confirmed, submitted=submitted)

    def _get_met_rules(self, rules):
        """Return ``{rule: set of lead ids for which it is met}`` for :class:`GateRule` and
        :class:`GateOutput`, in one query: those with a domain, what a person confirms, what is handed in.

        With ``playbook_is_held`` in the context, nobody takes back meanwhile what they rely on: other modules
        extend this method, so that it has no argument more.
        """
        rule_model = self.env["crm.playbook.rule"]
        by_kind = defaultdict(list)
        for rule in rules:
            by_kind["domain" if rule.is_checked else rule.kind].append(rule)
        tests = {
            **rule_model._get_tests({rule: rule.domain for rule in by_kind["domain"]}, self),
            **self.env["crm.lead.confirmation"]._get_confirmed_tests(by_kind["confirmation"]),
            **self.env["crm.lead.output"]._get_accepted_tests(by_kind["output"]),
        }
        clicked = [rule for kind in ("confirmation", "output") for rule in by_kind[kind]]
        tests = self._add_document_tests(tests, clicked)
        tests = self._add_earlier_tests(tests, {r: r for r in rules if isinstance(r, EarlierRule)})
        hold = self._prepare_hold(rules) if self.env.context.get("playbook_is_held") else None
        return {rule: set() for rule in rules} | rule_model._evaluate(tests, self, hold)

    def _add_document_tests(self, tests, rules):
        """Return ``tests``, of which those of ``rules`` also hold where a document of another app shows it.

        :param rules: what a person meets by a click; of other modules maybe without ``document``
        """
        documents = {rule: text for rule in rules if (text := getattr(rule, "document", ""))}
        shown = self.env["crm.playbook.rule"]._get_tests(documents, self) if documents else {}
        return tests | {rule: SQL("(%s OR %s)", tests[rule], test) for rule, test in shown.items()}
