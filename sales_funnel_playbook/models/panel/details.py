from odoo import api, models
from odoo.fields import Datetime

# The panel shows this many stays, and leads to the list of the others.
MAX_STAYS = 12


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.model
    def _get_panel_recorded(self, conditions, outputs, confirmations, submissions, questions):
        """Return ``{(kind, rule id), …}`` of what people have recorded: confirmed, submitted and accepted, or
        asked later where that is enough.
        """
        asked = {("confirmation", question.condition_id.id) for question in questions}
        advisory = {("confirmation", id_) for id_, rule in conditions.items() if not rule["blocking"]}
        accepted = {
            ("output", fact.output_id.id)
            for fact in submissions
            if not outputs[fact.output_id.id]["domain"]
            and fact._is_accepted(outputs[fact.output_id.id]["needs_approval"])
        }
        confirmed = {("confirmation", fact.condition_id.id) for fact in confirmations}
        return confirmed | (asked & advisory) | accepted

    def _get_panel_files(self, confirmations, submissions):
        """Return ``{(model, id): [{"id", "name"}, …]}`` of the files that these facts own."""
        files = {}
        if not confirmations and not submissions:
            return files
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

    @api.model
    def _prepare_panel_log(self, rules, facts):
        """Return the latest stays, newest first: when, how long, who, and what the gate said."""
        stays = facts["stays"][:MAX_STAYS]
        kinds = dict(stays._fields["kind"]._description_selection(self.env))
        gates = dict(stays._fields["gate"]._description_selection(self.env))
        return [
            {
                "id": stay.id,
                "stage": rules["stage_names"].get(stay.stage_id.id, ""),
                "kind": stay.kind,
                "kind_label": kinds[stay.kind],
                "entered_at": Datetime.to_string(stay.entered_at),
                "began_at": Datetime.to_string(stay.stay_began_at),
                "is_open": not stay.left_at and stay.state == "open",
                "is_over": stay.closes_stay,
                "days": stay.duration_days,
                "hours": stay.working_hours,
                "user": facts["users"].get(stay.moved_by_id.id, ""),
                "gate": stay.gate,
                "gate_label": gates[stay.gate],
                "unmet": [
                    rules["names"].get(f"{item['kind']}-{item['rule_id']}", item["name"])
                    for item in stay.unmet or []
                ],
                "reason": rules["reasons"].get(stay.override_reason_id.id, ""),
                "note": stay.override_note or "",
            }
            for stay in stays
        ]

    def _get_panel_score_domains(self, rules):
        """Return ``{("criterion", id): domain}`` of what scores by itself."""
        return {("criterion", c["id"]): c["domain"] for c in rules["criteria"] if c["domain"]}

    def _prepare_panel_score(self, rules, facts):
        """Return ``{"total", "is_complete", "criteria": [criterion, …]}`` or False without a sheet: what
        earned each point, and what would earn the next.
        """
        if not rules["criteria"]:
            return False
        # sudo: the answers of a lead that the caller may read
        answers = self.env["crm.lead.score.answer"].sudo()
        answers = answers.search_fetch([("lead_id", "=", self.id)], ["criterion_id", "option_id"])
        answers = answers.grouped("criterion_id")
        criteria = []
        for rule in rules["criteria"]:
            criterion = self.env["crm.playbook.criterion"].browse(rule["id"])
            answer = answers.get(criterion)
            option_id = answer.option_id.id if answer else False
            ask_by = facts["questions"].get(criterion, False)
            given = next((option for option in rule["options"] if option["id"] == option_id), None)
            met = ("criterion", rule["id"]) in facts["met"]
            earned = given["points"] if given else rule["points"] * met
            criteria.append({**rule, "option_id": option_id, "ask_by": ask_by, "earned": earned})
        return {
            "total": sum(criterion["earned"] for criterion in criteria),
            "is_complete": all(c["kind"] == "domain" or c["option_id"] or c["ask_by"] for c in criteria),
            "criteria": criteria,
        }

    def _prepare_panel_evidence(self, fact, facts):
        """Return who gave it and what shows it."""
        return {
            "user": facts["users"][fact.user_id.id],
            "note": fact.note or "",
            "files": facts["files"].get((fact._name, fact.id), []),
            "can_withdraw": fact._can_withdraw(self.env.user),
        }
