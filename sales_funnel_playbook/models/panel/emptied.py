from odoo import models


class CrmLead(models.Model):
    """What a gate once asked for, and is not there any more."""

    _inherit = "crm.lead"

    def _get_panel_earlier(self, gate, playbook_id, stays, demands):
        """Return the conditions on fields of the stages that this deal has entered, up to where it is, that
        the ways ahead do not ask for anyway.
        """
        if self.won_status != "pending":
            return []
        ranks = self.env["crm.stage"]._get_ranks()
        here = ranks.get(self.stage_id.id, -1)
        entered = {
            stay.stage_id.id
            for stay in stays
            if stay.playbook_id.id == playbook_id and ranks.get(stay.stage_id.id, -1) <= here
        } - {gate.renewal_stage_id}  # what it asks for is asked of the deal before
        asked = {(rule.kind, rule.id) for demand in demands.values() for rule in demand.rules}
        return [
            rule
            for stage_id, stage in gate.stages.items()
            if stage_id in entered
            for rule in stage.rules
            if rule.is_checked and (rule.kind, rule.id) not in asked
        ]

    def _prepare_panel_emptied(self, rules, facts):
        """Return the conditions that held when the deal passed their gates, and do not hold now."""
        lacked = {(item["kind"], item["rule_id"]) for stay in facts["stays"] for item in stay.unmet or ()}
        emptied = {rule.id for rule in facts["earlier"] if (rule.kind, rule.id) not in facts["met"] | lacked}
        return [
            self._prepare_panel_condition(condition, facts)
            for stage in rules["stages"]
            for condition in stage["conditions"]
            if condition["id"] in emptied
        ]
