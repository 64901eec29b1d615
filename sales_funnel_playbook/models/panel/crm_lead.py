from datetime import timedelta

from odoo import api, models
from odoo.fields import Date, Datetime

from ...answers import fit_caller
from ..gate.earlier import get_key
from ..gate.types import Demands, StageMove
from .details import MAX_STAYS


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.readonly
    def get_playbook_panel(self):
        """Return what the lead's "Playbook" tab shows, ready for JSON, or False without a playbook.

        :return: ``{"lead_id", "playbook", "mode", "can_write", "can_override", "waits": [{"role", "since"},
            …], "stage": stage, "next_stages": [stage, …], "score": score, "log": [stay, …], "log_count":
            int}``; see
            :meth:`_prepare_panel_stage`, :meth:`_prepare_panel_condition`,
            :meth:`_prepare_panel_output`, :meth:`_prepare_panel_score` and :meth:`_prepare_panel_log`.
            Times are UTC strings, ``expected_days`` calendar days.
        """
        self.ensure_one()
        # sudo: read for the checks that follow; all of a lead's fields take longer than the rest
        self.sudo().fetch(self.env["crm.playbook"]._get_panel_field_names())
        self.check_access("read")
        playbook_id = self._get_playbook_ids().get(self.id)
        if not playbook_id:
            return False
        if self.env.user._is_contributor():
            # sudo: the checklist looks at more of the deal than it shows to who sees it by a role
            return fit_caller(self._shorten_panel(self.sudo()._prepare_panel(playbook_id)))
        return fit_caller(self._prepare_panel(playbook_id))

    def _prepare_panel(self, playbook_id):
        """Return the checklist of this lead."""
        rules = self.env["crm.playbook"]._get_panel_rules(playbook_id, self.env.lang)
        facts = self._get_panel_facts(rules)
        place_id = self._get_places_in_playbook({self.id: playbook_id})[self.id]
        gate = self.env["crm.playbook"]._get_gates()[playbook_id]
        ahead = [stage for stage in rules["stages"] if self._is_ahead(gate, stage["stage_id"], place_id)]
        return {
            "lead_id": self.id,
            "playbook": rules["name"],
            "mode": rules["mode"],
            "can_write": facts["can_write"],
            "can_override": self._is_led_by(self.env.user),
            "waits": self._prepare_panel_waits(),
            "stage": {
                **self._prepare_panel_current(rules, facts),
                **self._prepare_panel_place(rules, facts, place_id),
            },
            "next_stages": [
                {**self._prepare_panel_stage(stage, facts), "is_next": stage == ahead[0]} for stage in ahead
            ],
            "score": self._prepare_panel_score(rules, facts),
            "log": self._prepare_panel_log(rules, facts),
            "log_count": len(facts["stays"]),
        }

    def _is_ahead(self, gate, stage_id, place_id):
        """Tell whether a stage lies ahead of this deal, which stands at ``place_id``; ahead of a renewal deal
        lies that it is won.
        """
        if gate.renewal_stage_id and self.renewal_kind:
            return stage_id == self._get_stage_ahead(gate, place_id)
        ranks = self.env["crm.stage"]._get_ranks()
        return stage_id in gate.path and ranks[stage_id] > ranks.get(place_id, -1)

    def _get_panel_facts(self, rules):
        """Return what was recorded about this lead: ``{"met", "demands", "questions",
        "confirmations", "submissions", "files", "stays", "activities", "earlier", "due", "users", "asked",
        "holders"}``,
        each read once.
        """
        gate = self.env["crm.playbook"]._get_gates()[rules["id"]]
        conditions = {rule["id"]: rule for stage in rules["stages"] for rule in stage["conditions"]}
        outputs = {rule["id"]: rule for stage in rules["stages"] for rule in stage["outputs"]}
        confirmations, submissions, stays, questions = self._get_panel_records(conditions, outputs)
        demands, earlier = self._get_panel_demands(rules["id"], gate, stays)
        matches = self._get_panel_matches(rules, demands, outputs, earlier)
        recorded = self._get_panel_recorded(conditions, outputs, confirmations, submissions, questions)
        activities = self._get_panel_activities(rules)
        users, approvers, holders = self._get_panel_users(
            confirmations, submissions, stays[:MAX_STAYS], activities
        )
        return {
            "met": {key for key, ids in matches.items() if ids} | recorded,
            "demands": demands,
            "questions": {
                (one.criterion_id or one.condition_id): Date.to_string(one.ask_by) for one in questions
            },
            "confirmations": {fact.condition_id.id: fact for fact in confirmations},
            "submissions": {fact.output_id.id: fact for fact in submissions},
            "files": self._get_panel_files(confirmations, submissions),
            "stays": stays,
            "activities": activities,
            "earlier": earlier,
            "due": self._get_panel_due_times(rules, stays, submissions, activities),
            "users": users,
            "can_write": self.sudo(False)._may_work(),
            "asked": approvers,
            "holders": holders,
        }

    def _get_panel_records(self, conditions, outputs):
        """Return what this lead has of confirmations, submissions, stays and questions to ask later."""
        # sudo: facts of a lead that the caller may read, which was checked before
        facts = self.sudo()
        questions = facts.env["crm.lead.question"]
        return (
            self._get_confirmations(self.env["crm.playbook.condition"].browse(conditions)),
            # sudo: as the other facts
            self._get_submissions(self.env["crm.playbook.output"].browse(outputs)).sudo(),
            facts.env["crm.lead.stage.log"].search_fetch([("lead_id", "=", self.id)]),
            questions.search_fetch([("lead_id", "=", self.id)], ["criterion_id", "condition_id", "ask_by"]),
        )

    def _get_panel_matches(self, rules, demands, outputs, earlier):
        """Return ``{(kind, rule id): set of lead ids}`` of all that domains decide, in one scan; the kind of
        what was asked for on the way is ``earlier``.
        """
        asked = {rule.key: rule for rule in earlier}
        domains = {get_key(r): r.domain for d in demands.values() for r in d.rules if r.is_checked}
        domains |= {key: rule.domain for key, rule in asked.items()}
        domains |= {("output", o["id"]): o["domain"] for o in outputs.values() if o["domain"]}
        domains |= self._get_panel_score_domains(rules)
        rule_model = self.env["crm.playbook.rule"]
        tests = rule_model._get_tests(domains, self) if domains else {}
        return rule_model._evaluate(self._add_earlier_tests(tests, asked), self)

    def _get_panel_demands(self, playbook_id, gate, stays):
        """Return ``{stage id: Demands}`` of the moves into each stage ahead, and of having come into the
        first one, which new deals enter whatever they lack; and what was asked for on the way, see
        :meth:`_get_earlier_rules`.
        """
        here = StageMove(self.id, playbook_id, self.stage_id.id, False, self.won_status)
        latest = next((stay for stay in stays if stay.playbook_id.id == playbook_id), None)
        passed = {self.id: latest.gate_stage_id.id} if latest else None  # known already
        [move] = self._start_where_passed([here], {playbook_id: gate}, passed)
        demands = {
            id_: self._get_way_demands(gate, move.from_stage_id, id_, move.from_status, move.is_renewal)
            for id_ in gate.stages
        }
        if self.stage_id.id == gate.get_first_stage_id(self.env["crm.stage"]._get_ranks()):
            demands[self.stage_id.id] = self._get_demands(gate, False, self.stage_id.id)
        demands = {stage_id: demand for stage_id, demand in demands.items() if demand}
        earlier = self._get_earlier_rules(gate, move.from_stage_id, move.from_status)
        return demands, [] if move.is_renewal else earlier

    def _get_panel_due_times(self, rules, stays, submissions, activities):
        """Return ``{output id: moment}`` of the outputs of the current stage that nobody has submitted: as
        the activity says that asks for one; where none does, by the calendar.
        """
        begun_at = stays._get_begun_at(self.stage_id.id)
        delays = {
            output["id"]: output["delay"]
            for stage in rules["stages"]
            for output in stage["outputs"]
            if output["delay"] and stage["stage_id"] == self.stage_id.id
        }
        open_ids = delays.keys() - {*submissions.output_id.ids}
        asked = {
            one.playbook_rule_id: one.playbook_due_at
            for one in activities
            if one.playbook_kind == "output" and one.playbook_started_at == begun_at
        }
        due = {id_: asked[id_] for id_ in open_ids if asked.get(id_)}
        if left := open_ids - due.keys():
            calendar = self._get_working_calendar()
            # sudo: the salesperson's time zone and leave count, whoever asks
            owner = self.sudo().user_id
            outputs, wanted = self.env["crm.playbook.output"], {delays[id_] for id_ in left}
            times = outputs._get_due_times(wanted, begun_at, calendar, owner)
            due |= {id_: times[delays[id_]] for id_ in left}
        return due

    @api.model
    def _prepare_panel_current(self, rules, facts):
        """Return the current stage as the panel shows it: since when, until when, its outputs, and what the
        deal came in without.
        """
        stage = next((s for s in rules["stages"] if s["stage_id"] == self.stage_id.id), None)
        days = stage["expected_days"] if stage else 0
        stay = facts["stays"][:1]
        entered_at = stay.stay_began_at or self.date_last_stage_update
        due = days and entered_at + timedelta(days=days)
        if due and stay.sequence != stay.stay_sequence:  # it went on there, perhaps after having been lost
            due += self._get_idle_times().get(self.id, timedelta())
        return {
            "id": stage["id"] if stage else False,
            "name": rules["stage_names"].get(self.stage_id.id, ""),
            "objective": stage["objective"] if stage else "",
            "entered_at": Datetime.to_string(entered_at),
            "expected_days": days,
            "due_at": due and Datetime.to_string(due),
            "is_overdue": bool(due and due < Datetime.now()),
            "conditions": self._prepare_panel_lacking(stage, facts) if stage else [],
            "actions": self._prepare_panel_actions(stage, facts) if stage else [],
            "helped": self._prepare_panel_helped(rules, facts),
            "emptied": self._prepare_panel_emptied(rules, facts) if stage else [],
            "outputs": [
                self._prepare_panel_output(output, facts, facts["due"].get(output["id"]))
                for output in (stage["outputs"] if stage else [])
            ],
        }

    @api.model
    def _prepare_panel_place(self, rules, facts, place_id):
        """Return whether the playbook names the stage that the deal is in, whether it stands there past the
        gate, and where the deal goes on in both cases.
        """
        names = {stage["stage_id"]: stage["name"] for stage in rules["stages"]}
        is_named = self.stage_id.id in names
        present, demand = facts["stays"][:1], facts["demands"].get(self.stage_id.id)
        unmet = demand and any(get_key(rule) not in facts["met"] for rule in demand.rules)
        is_siding = is_named and present.gate_stage_id != self.stage_id and bool(unmet)
        passed_id = present.gate_stage_id.id if is_siding else place_id
        return {"is_named": is_named, "is_siding": is_siding, "goes_on_in": names.get(passed_id, "")}

    def _prepare_panel_lacking(self, stage, facts):
        """Return the entry conditions of the current stage, the first one, that are not met, or confirmed
        since: what is confirmed by mistake can be taken back where it was confirmed.
        """
        if self.stage_id.id not in facts["demands"]:
            return []
        conditions = [self._prepare_panel_condition(rule, facts) for rule in stage["conditions"]]
        return [one for one in conditions if not one["met"] or one["confirmation"]]

    def _prepare_panel_stage(self, stage, facts):
        """Return a stage ahead as the panel shows it; ``unmet`` counts all that is missing before
        the lead may enter it, outputs of the stages before included.
        """
        demand = facts["demands"].get(stage["stage_id"]) or Demands((), ())  # passed already, and come back
        unmet = [rule for rule in demand.rules if get_key(rule) not in facts["met"]]
        is_blocked = any(rule.blocking for rule in unmet) or bool(demand.jumped)
        return {
            **stage,
            "unmet": len(unmet) + len(demand.jumped),
            "is_ready": not is_blocked,
            "conditions": [self._prepare_panel_condition(rule, facts) for rule in stage["conditions"]],
            "outputs": [self._prepare_panel_output(output, facts) for output in stage["outputs"]],
        }

    def _prepare_panel_condition(self, rule, facts):
        """Return an entry condition with whether it is met, by whom, and which fields it looks at."""
        fact = facts["confirmations"].get(rule["id"])
        return {
            **rule,
            "met": (rule["kind"], rule["id"]) in facts["met"],
            **self._prepare_panel_people(rule, facts),
            # sudo: that a field is filled is no secret, where the condition on it is none
            "fields": [{**field, "is_set": bool(self.sudo()[field["name"]])} for field in rule["fields"]],
            "ask_by": facts["questions"].get(self.env["crm.playbook.condition"].browse(rule["id"]), False),
            "confirmation": fact
            and {
                **self._prepare_panel_evidence(fact, facts),
                "date": Datetime.to_string(fact.date),
            },
        }

    def _prepare_panel_output(self, output, facts, due=False):
        """Return an output with what was handed in; ``state`` is ``missing``, ``waiting`` (for
        approval), ``rejected`` or ``done``.
        """
        fact = facts["submissions"].get(output["id"])
        state = "missing"
        if fact:
            is_done = fact._is_accepted(output["needs_approval"])
            state = "done" if is_done else "waiting" if fact.state == "submitted" else "rejected"
        if output["domain"]:
            state = "done" if ("output", output["id"]) in facts["met"] else "missing"
        return {
            **output,
            **self._prepare_panel_people(output, facts),
            "state": state,
            "due_at": due and Datetime.to_string(due),
            "is_overdue": bool(due and state == "missing" and due < Datetime.now()),
            "submission": fact
            and {
                **self._prepare_panel_evidence(fact, facts),
                "id": fact.id,
                "date": Datetime.to_string(fact.submitted_at),
                "url": fact.url or "",
                "is_late": fact.is_late,
                "reviewer": facts["users"].get(fact.reviewed_by_id.id, ""),
                "comment": fact.review_comment or "",
                **self._prepare_panel_approval(fact if state == "waiting" else fact.browse(), facts),
            },
        }
