from datetime import timedelta

from odoo import api, models
from odoo.fields import Datetime

from .crm_lead_gate import StageMove

# The panel shows this many stays, and leads to the list of the others.
MAX_STAYS = 12


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.readonly
    def get_playbook_panel(self):
        """Return what the lead's "Playbook" tab shows, ready for JSON, or False without a playbook.

        :return: ``{"playbook", "mode", "can_write", "can_override", "stage": stage, "next_stages":
            [stage, …], "log": [stay, …], "log_count": int}``; see :meth:`_prepare_panel_stage`,
            :meth:`_prepare_panel_condition`, :meth:`_prepare_panel_output` and
            :meth:`_prepare_panel_log`. Times are UTC strings, ``expected_days`` calendar days.
        """
        self.ensure_one()
        self.check_access("read")
        playbook_id = self._get_playbook_ids().get(self.id)
        if not playbook_id:
            return False
        rules = self.env["crm.playbook"]._get_panel_rules(playbook_id, self.env.lang)
        facts = self._get_panel_facts(rules)
        ranks = self.env["crm.stage"]._get_ranks()
        rank = ranks.get(self.stage_id.id, -1)
        ahead = [stage for stage in rules["stages"] if ranks[stage["stage_id"]] > rank]
        return {
            "playbook": rules["name"],
            "mode": rules["mode"],
            "can_write": self.has_access("write"),
            "can_override": self._is_led_by(self.env.user),
            "stage": self._prepare_panel_current(rules, facts),
            "next_stages": [
                {**self._prepare_panel_stage(stage, facts), "is_next": stage == ahead[0]} for stage in ahead
            ],
            "log": self._prepare_panel_log(rules, facts["stays"][:MAX_STAYS]),
            "log_count": len(facts["stays"]),
        }

    def _get_panel_facts(self, rules):
        """Return what was recorded about this lead: ``{"met", "demands", "confirmations",
        "submissions", "files", "stays", "due"}``, each read once.
        """
        gate = self.env["crm.playbook"]._get_gates()[rules["id"]]
        demands = self._get_panel_demands(rules["id"], gate)
        wanted = {rule for demand in demands.values() for rule in demand.rules}
        outputs = (
            self.env["crm.playbook.output"]
            .sudo()
            .browse(output["id"] for stage in rules["stages"] for output in stage["outputs"])
        )
        conditions = self.env["crm.playbook.condition"].browse(
            rule.id for rule in wanted if rule.kind == "confirmation"
        )
        confirmations = self._get_confirmations(conditions)
        submissions = self._get_submissions(outputs).sudo()
        due = self._get_output_due_times(outputs) if any(o.delay_count for o in outputs) else {}
        return {
            "met": self.browse(self.id)._get_met_rules(wanted),
            "demands": demands,
            "confirmations": {fact.condition_id.id: fact for fact in confirmations},
            "submissions": {fact.output_id.id: fact for fact in submissions},
            "files": self._get_panel_files(confirmations, submissions),
            "stays": self.sudo().stage_log_ids,
            "due": {output.id: moment for output, moment in due.items()},
        }

    def _get_panel_demands(self, playbook_id, gate):
        """Return ``{stage id: Demands}`` of the moves into each stage ahead."""
        [move] = self._start_on_path(
            [StageMove(self.id, playbook_id, self.stage_id.id, False)], {playbook_id: gate}
        )
        demands = {id_: self._get_demands(gate, move.from_stage_id, id_) for id_ in gate.stages}
        return {stage_id: demand for stage_id, demand in demands.items() if demand}

    @api.model
    def _get_panel_files(self, confirmations, submissions):
        """Return ``{(model, id): [{"id", "name"}, …]}`` of the files that these facts own."""
        files = {}
        # sudo: who sees the lead sees its evidence
        for file in (
            self.env["ir.attachment"]
            .sudo()
            .search_fetch(
                [
                    "|",
                    *("&", ("res_model", "=", confirmations._name), ("res_id", "in", confirmations.ids)),
                    *("&", ("res_model", "=", submissions._name), ("res_id", "in", submissions.ids)),
                ],
                ["name", "res_model", "res_id"],
                order="id",
            )
        ):
            files.setdefault((file.res_model, file.res_id), []).append({"id": file.id, "name": file.name})
        return files

    def _prepare_panel_current(self, rules, facts):
        """Return the current stage as the panel shows it: since when, until when, and its outputs."""
        stage = next((s for s in rules["stages"] if s["stage_id"] == self.stage_id.id), None)
        days = stage["expected_days"] if stage else 0
        stay = facts["stays"][:1]
        entered_at = stay.entered_at or self.date_last_stage_update
        due = days and entered_at + timedelta(days=days)
        return {
            "id": stage["id"] if stage else False,
            "name": self.stage_id.name,
            "objective": stage["objective"] if stage else "",
            "entered_at": Datetime.to_string(entered_at),
            "expected_days": days,
            "due_at": due and Datetime.to_string(due),
            "is_overdue": bool(due and due < Datetime.now()),
            "outputs": [self._prepare_panel_output(output, facts) for output in stage["outputs"]]
            if stage
            else [],
        }

    def _prepare_panel_stage(self, stage, facts):
        """Return a stage ahead as the panel shows it; ``unmet`` counts all that is missing before
        the lead may enter it, outputs of the stages before included.
        """
        demand = facts["demands"][stage["stage_id"]]
        unmet = [rule for rule in demand.rules if self.id not in facts["met"][rule]]
        is_blocked = any(getattr(rule, "blocking", True) for rule in unmet) or bool(demand.jumped)
        return {
            **stage,
            "unmet": len(unmet) + len(demand.jumped),
            "is_ready": not is_blocked,
            "conditions": [self._prepare_panel_condition(rule, facts) for rule in stage["conditions"]],
            "outputs": [self._prepare_panel_output(output, facts) for output in stage["outputs"]],
        }

    def _prepare_panel_condition(self, rule, facts):
        """Return an entry condition with whether it is met, by whom, and which fields it looks at."""
        met = {
            condition.id for condition, ids in facts["met"].items() if condition.kind == rule["kind"] and ids
        }
        fact = facts["confirmations"].get(rule["id"])
        return {
            **rule,
            "met": rule["id"] in met,
            "fields": [{**field, "is_set": bool(self[field["name"]])} for field in rule["fields"]],
            "confirmation": fact
            and {
                **self._prepare_panel_evidence(fact, facts),
                "date": Datetime.to_string(fact.date),
            },
        }

    def _prepare_panel_output(self, output, facts):
        """Return an output with what was handed in; ``state`` is ``missing``, ``waiting`` (for
        approval), ``rejected`` or ``done``.
        """
        fact = facts["submissions"].get(output["id"])
        due = facts["due"].get(output["id"])
        state = "missing"
        if fact:
            state = "done" if fact._is_accepted() else "waiting" if fact.state == "submitted" else "rejected"
        return {
            **output,
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
                "reviewer": fact.reviewed_by_id.name or "",
                "comment": fact.review_comment or "",
                "can_review": fact.awaits_approval and self._is_led_by(self.env.user),
            },
        }

    def _prepare_panel_evidence(self, fact, facts):
        """Return who gave it and what shows it."""
        return {
            "user": fact.user_id.name,
            "note": fact.note or "",
            "files": facts["files"].get((fact._name, fact.id), []),
            "can_withdraw": fact._can_withdraw(self.env.user),
        }

    @api.model
    def _prepare_panel_log(self, rules, stays):
        """Return the latest stays, newest first: when, how long, who, and what the gate said."""
        kinds = dict(stays._fields["kind"]._description_selection(self.env))
        gates = dict(stays._fields["gate"]._description_selection(self.env))
        return [
            {
                "id": stay.id,
                "stage": stay.stage_id.name or "",
                "kind": stay.kind,
                "kind_label": kinds[stay.kind],
                "entered_at": Datetime.to_string(stay.entered_at),
                "is_open": not stay.left_at,
                "days": stay.duration_days,
                "hours": stay.working_hours,
                "user": stay.moved_by_id.name or "",
                "gate": stay.gate,
                "gate_label": gates[stay.gate],
                "unmet": [
                    rules["names"].get(f"{item['kind']}-{item['rule_id']}", item["name"])
                    for item in stay.unmet or []
                ],
                "reason": stay.override_reason_id.name or "",
                "note": stay.override_note or "",
            }
            for stay in stays
        ]
