from datetime import timedelta

from odoo import api, models
from odoo.fields import Datetime


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.readonly
    def get_playbook_panel(self):
        """Return what the lead's "Playbook" tab shows, ready for JSON, or False without a playbook.

        :return: ``{"playbook", "mode", "stage": {…}, "next_stages": [{"id", "stage_id", "name",
            "objective", "is_next", "unmet", "conditions": [{"id", "name", "guidance", "kind",
            "blocking", "evidence_required", "met", "confirmation"}]}], "can_write"}``; times are
            UTC strings, ``expected_days`` are calendar days
        """
        self.ensure_one()
        self.check_access("read")
        playbook = self.playbook_id.sudo()
        if not playbook:
            return False
        ranks = self.env["crm.stage"]._get_ranks()
        rank = ranks.get(self.stage_id.id, -1)
        ahead = playbook.stage_ids.filtered(lambda stage: ranks[stage.stage_id.id] > rank).sorted(
            lambda stage: ranks[stage.stage_id.id]
        )
        confirmations = self._get_confirmations(ahead.condition_ids).grouped("condition_id")
        met = self._get_met_condition_ids(playbook, ahead)
        return {
            "playbook": playbook.name,
            "mode": playbook.mode,
            "stage": self._prepare_panel_stage(),
            "next_stages": [
                self._prepare_panel_next_stage(stage, stage == ahead[0], met, confirmations)
                for stage in ahead
            ],
            "can_write": self.has_access("write"),
        }

    def _get_met_condition_ids(self, playbook, stages):
        """Return the ids of the entry conditions of ``stages`` that this lead meets now."""
        gates = self.env["crm.playbook"]._get_gates()[playbook.id].stages
        rules = {rule for stage in stages for rule in gates[stage.stage_id.id].rules}
        met = self._get_met_rules(rules)
        return {rule.id for rule, lead_ids in met.items() if self.id in lead_ids}

    def _prepare_panel_stage(self):
        """Return the current stage as the panel shows it."""
        stage = self.playbook_stage_id.sudo()
        due = stage.expected_days and self.stage_entered_at + timedelta(days=stage.expected_days)
        return {
            "name": self.stage_id.name,
            "objective": stage.objective or "",
            "entered_at": Datetime.to_string(self.stage_entered_at),
            "expected_days": stage.expected_days,
            "due_at": due and Datetime.to_string(due),
            "is_overdue": bool(due and due < Datetime.now()),
        }

    def _prepare_panel_next_stage(self, stage, is_next, met, confirmations):
        """Return a stage ahead as the panel shows it."""
        return {
            "id": stage.id,
            "stage_id": stage.stage_id.id,
            "name": stage.display_name,
            "objective": stage.objective or "",
            "is_next": is_next,
            "unmet": len(stage.condition_ids.filtered(lambda condition: condition.id not in met)),
            "conditions": [
                {
                    **condition._prepare_unmet_item(),
                    "id": condition.id,
                    "evidence_required": condition.evidence_required,
                    "met": condition.id in met,
                    "confirmation": self._prepare_panel_confirmation(confirmations.get(condition)),
                }
                for condition in stage.condition_ids
            ],
        }

    def _prepare_panel_confirmation(self, confirmation):
        """Return who confirmed and when, or False."""
        if not confirmation:
            return False
        return {
            "user": confirmation.user_id.name,
            "date": Datetime.to_string(confirmation.date),
            "note": confirmation.note or "",
            "files": [{"id": file.id, "name": file.name} for file in confirmation.attachment_ids],
            "can_withdraw": confirmation._can_withdraw(self.env.user),
        }
