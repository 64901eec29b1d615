from odoo import models

from ..gate.earlier import EarlierRule


class CrmLead(models.Model):
    """What a gate once asked for, and is not there any more."""

    _inherit = "crm.lead"

    def _prepare_panel_emptied(self, rules, facts):
        """Return the conditions that held when the deal passed their gates, do not hold now, and are not
        asked for by a way ahead anyway.
        """
        if self.won_status != "pending":
            return []
        asked = {
            (rule.kind, rule.id)
            for demand in facts["demands"].values()
            for rule in demand.rules
            if not isinstance(rule, EarlierRule)
        }
        emptied = {rule.id for rule in facts["earlier"] if rule.key not in facts["met"]}
        return [
            self._prepare_panel_condition(condition, facts)
            for stage in rules["stages"]
            for condition in stage["conditions"]
            if condition["id"] in emptied and (condition["kind"], condition["id"]) not in asked
        ]
