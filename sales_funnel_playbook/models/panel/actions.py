from odoo import api, models
from odoo.fields import Datetime, Domain

FIELDS = [
    *("playbook_kind", "playbook_rule_id", "playbook_closing", "playbook_started_at", "playbook_done_at"),
    *("playbook_due_at", "user_id", "active"),
]
STATES = {"satisfied": "done", "by_hand": "done", "dropped": "cancelled"}


class CrmPlaybookDeadline(models.Model):
    _inherit = "crm.playbook.deadline"

    def _prepare_panel_rule(self):
        """Return this deadline as the checklist shows it; ``is_for_some``: it may not be for a deal;
        ``is_ended_by_event``: nobody marks it as done.
        """
        return {
            "id": self.id,
            "kind": "deadline",
            "name": self.name,
            "guidance": self.guidance or "",
            "is_for_some": (self.domain or "").strip() not in ("", "[]"),
            "is_ended_by_event": self._is_ended_by_event(),
        }


class CrmLead(models.Model):
    """What is to be done in the deal's stage, on the checklist."""

    _inherit = "crm.lead"

    def _get_panel_activities(self, rules):
        """Return the activities that the key actions and the outputs of the current stage have brought, and
        those that are open of the other deadlines that have help, the latest last.
        """
        # sudo: who sees the deal sees what is to be done on it
        activities = self.env["mail.activity"].sudo().with_context(active_test=False)
        stage = next((one for one in rules["stages"] if one["stage_id"] == self.stage_id.id), None)
        asked = {
            "deadline": [action["id"] for action in stage["actions"]] if stage else [],
            "output": [output["id"] for output in stage["outputs"] if output["delay"]] if stage else [],
        }
        of_rules = Domain.OR(
            Domain("playbook_kind", "=", kind) & Domain("playbook_rule_id", "in", ids)
            for kind, ids in asked.items()
            if ids
        )
        if helped := [rule["id"] for rule in rules["helped"]]:
            others = Domain("playbook_kind", "=", "deadline") & Domain("playbook_rule_id", "in", helped)
            of_rules |= others & Domain("active", "=", True)
        if of_rules.is_false():
            return activities
        here = [("res_model", "=", self._name), ("res_id", "=", self.id)]
        domain = Domain(here) & Domain("playbook_escalation_of_id", "=", False) & of_rules
        return activities.search_fetch(domain, FIELDS, order="id")

    def _prepare_panel_actions(self, stage, facts):
        """Return the key actions of a stage; see :meth:`_prepare_panel_action`."""
        latest = {
            activity.playbook_rule_id: activity
            for activity in facts["activities"]
            if activity.playbook_kind == "deadline"
        }
        cancelled = self._get_panel_waivers(
            [one["id"] for one in stage["actions"] if one["id"] not in latest]
        )
        return [
            {
                **self._prepare_panel_action(
                    action, latest.get(action["id"], facts["activities"][:0]), facts
                ),
                **cancelled.get(action["id"], {}),
            }
            for action in stage["actions"]
            if action["id"] in latest or action["id"] in cancelled or not action["is_for_some"]
        ]

    @api.model
    def _prepare_panel_helped(self, rules, facts):
        """Return what is open of the deadlines of no stage that have help, as key actions are."""
        latest = {
            activity.playbook_rule_id: activity
            for activity in facts["activities"]
            if activity.active and activity.playbook_kind == "deadline"
        }
        return [
            self._prepare_panel_action(rule, latest[rule["id"]], facts)
            for rule in rules["helped"]
            if rule["id"] in latest
        ]

    def _get_panel_waivers(self, rule_ids):
        """Return ``{rule id: what differs}`` of those of these key actions that somebody has cancelled."""
        if not rule_ids:
            return {}
        # sudo: who sees the deal sees what was decided about it
        waivers = self.env["crm.lead.waiver"].sudo()
        domain = [("lead_id", "=", self.id), ("kind", "=", "deadline"), ("rule_id", "in", rule_ids)]
        return {
            waiver.rule_id: {"state": "cancelled", "reason": waiver.reason or ""}
            for waiver in waivers.search_fetch(domain, ["rule_id", "reason"], order="id")
        }

    @api.model
    def _prepare_panel_action(self, action, activity, facts):
        """Return a key action with its activity; ``state`` is ``todo``, ``done``, ``cancelled``, or ``none``
        where it was never asked for, as on deals that are older than the rule.
        """
        state = "none" if not activity else STATES.get(activity.playbook_closing, "done")
        if activity.active:
            state = "todo"
        due, done = activity.playbook_due_at, activity.playbook_done_at
        return {
            **action,
            "state": state,
            "activity_id": activity.id,
            "user": facts["users"].get(activity.user_id.id, ""),
            "due_at": due and Datetime.to_string(due),
            "done_at": done and Datetime.to_string(done),
            "reason": "",
            "is_overdue": bool(state == "todo" and due and due < Datetime.now()),
            "can_do": state == "todo"
            and not action["is_ended_by_event"]
            and (facts["can_write"] or activity.user_id == self.env.user),
        }
