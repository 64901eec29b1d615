from odoo import models


class CrmLead(models.Model):
    _inherit = "crm.lead"

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
        answers = self.sudo().score_answer_ids.grouped("criterion_id")
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
