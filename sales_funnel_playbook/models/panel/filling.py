from odoo import api, models
from odoo.exceptions import UserError

# What can be recorded with a move, by the method of a lead that records it and what that may be given.
FACTS = {
    "confirmation": ("confirm_condition", {"note", "attachment_ids"}),
    "output": ("submit_output", {"note", "url", "attachment_ids"}),
    "answer": ("answer_criterion", {"option_id"}),
    "question": ("ask_later", {"ask_by"}),  # of a condition: those of the score sheet are answered
}


class CrmLead(models.Model):
    """What a move lacks is filled in where it was refused."""

    _inherit = "crm.lead"

    @api.readonly
    def get_missing(self, stage_id):
        """Return what this lead lacks for a stage, with all that is needed to fill it in. Changes nothing.

        :param int stage_id: a ``crm.stage``
        :return: ``{"lead", "stage", "can_write", "can_override", "items": [item, …], "criteria":
            [criterion, …]}``, ready for JSON: unmet items of :meth:`check_gate`, those of conditions and
            outputs with what :meth:`_prepare_panel_condition` and :meth:`_prepare_panel_output` say of
            them, and the questions of the score sheet, where one of them looks at the score
        :raise UserError: when there is no such stage
        """
        self.ensure_one()
        unmet = self.check_gate(stage_id)[str(self.id)]["unmet"]
        described, criteria = self._describe_missing() if unmet else ({}, [])
        items = [
            {
                **item,
                **described.get((item["kind"], item["rule_id"]), {}),
                **({"guidance": item["guidance"]} if item.get("is_earlier") else {}),
            }
            for item in unmet
        ]
        return {
            "lead": self.name,
            "stage": self.env["crm.stage"].browse(stage_id).name,
            "can_write": self._may_work(),
            "can_override": self._is_led_by(self.env.user),
            "items": items,
            "criteria": criteria if any(map(self._is_scored, items)) else [],
        }

    def _describe_missing(self):
        """Return ``{(kind, rule id): what the checklist says of the rule}``, and the questions of the score
        sheet.
        """
        rules = self.env["crm.playbook"]._get_panel_rules(self._get_playbook_ids()[self.id], self.env.lang)
        facts = self._get_panel_facts(rules)
        described = {}
        for stage in rules["stages"]:
            for rule in stage["conditions"]:
                described[rule["kind"], rule["id"]] = self._prepare_panel_condition(rule, facts)
            for output in stage["outputs"]:
                described["output", output["id"]] = self._prepare_panel_output(output, facts)
        score = self._prepare_panel_score(rules, facts)
        return described, [one for one in score["criteria"] if one["options"]] if score else []

    @api.model
    def _is_scored(self, item):
        """Tell whether answers to the score sheet are what an unmet item asks for."""
        is_sheet = item["kind"] == "output" and item.get("domain")
        return bool(is_sheet) or any(field["name"] in ("score", "tier") for field in item.get("fields", ()))

    @api.readonly
    def get_missing_of_many(self):
        """Return what holds those of these leads back that the current user may move on, each into the next
        stage of its playbook: what most of them lack first. Changes nothing.

        :return: ``[{"kind", "rule_id", "name", "guidance", "fields", "is_any", "lead_ids": [id, …]}, …]``,
            ready for JSON; ``fields`` are those of a condition that ``write`` can fill in for all of them
        """
        leads = self._filtered_access("write")
        verdicts = leads._get_verdicts([*leads._get_next_moves().values()])
        gaps = {}
        for lead_id, verdict in verdicts.items():
            for item in verdict.unmet:
                if item["blocking"]:
                    gap = gaps.setdefault((item["kind"], item["rule_id"]), {**item, "lead_ids": []})
                    gap["lead_ids"].append(lead_id)
                    if not item.get("is_earlier"):  # what is said of one deal is not said of all
                        gap.update(guidance=item["guidance"], is_earlier=False)
        fields = leads._get_fields_of_conditions()
        gaps = [{"fields": [], "is_any": False, **gap, **fields.get(key, {})} for key, gap in gaps.items()]
        return sorted(gaps, key=lambda gap: -len(gap["lead_ids"]))

    def _get_fields_of_conditions(self):
        """Return ``{(kind, rule id): {"fields", "is_any"}}`` of the conditions of these leads' playbooks;
        what the module or Odoo works out is nothing to fill in.
        """
        playbooks = self.env["crm.playbook"]
        return {
            (rule["kind"], rule["id"]): {
                "fields": [one for one in rule["fields"] if not self._fields[one["name"]].readonly],
                "is_any": rule["is_any"],
            }
            for playbook_id in {*self._get_playbook_ids().values()}
            for stage in playbooks._get_panel_rules(playbook_id, self.env.lang)["stages"]
            for rule in stage["conditions"]
        }

    def fill_in_and_move(self, stage_id, values=None, facts=()):
        """Record what this lead lacked and move it, in one transaction: all of it, or nothing.

        :param int stage_id: a ``crm.stage``
        :param dict values: of the lead's fields, as for ``write``
        :param list facts: ``{"kind": "confirmation" | "output" | "answer" | "question", "id": int, …}``: a
            condition, an output or a line of the score sheet, with the arguments of
            :meth:`confirm_condition`, :meth:`submit_output`, :meth:`answer_criterion` or :meth:`ask_later`
        :return: whether the lead is won now
        :raise PlaybookGateError: when something is still missing
        :raise UserError: when a fact is not what its rule asks for
        """
        self.ensure_one()
        stage_id = self.env["crm.stage"]._check_stage_id(stage_id)
        self._check_filling(values, facts)
        with self.env.cr.savepoint():
            for fact in facts:
                method, names = FACTS[fact["kind"]]
                getattr(self, method)(fact["id"], **{name: fact[name] for name in names & fact.keys()})
            self.write({**(values or {}), "stage_id": stage_id})
            self.env["crm.lead.refusal"]._note_filled(self, stage_id)
        return self.won_status == "won"

    @api.model
    def _check_filling(self, values, facts):
        """Check that these have the form that :meth:`fill_in_and_move` says.

        :raise UserError: else
        """
        wrong = [values] if values and not isinstance(values, dict) else []
        wrong += [facts] if not isinstance(facts, (list, tuple)) else filter(self._is_no_fact, facts)
        if wrong:
            raise UserError(
                self.env._("“%s” is nothing that can be recorded with a move: reload the page.", wrong[0])
            )

    @api.model
    def _is_no_fact(self, fact):
        return not isinstance(fact, dict) or fact.get("kind") not in [*FACTS] or "id" not in fact
