from odoo import models

from .crm_lead_stage_state import StageState


class CrmLead(models.Model):
    """The stages themselves change. This file is loaded before the one that judges and logs moves, so that
    its ``super().write`` is Odoo's own.
    """

    _inherit = "crm.lead"

    def _restage(self, stage, is_new_stay):  # pylint: disable=missing-return
        """Put deals into another stage because theirs was split: no move of theirs, so no gate has a say.

        :param stage: a ``crm.stage``
        :param bool is_new_stay: whether a stay begins now; else the one they are in goes on under the new
        stage
        """
        log = self.env["crm.lead.stage.log"]
        if is_new_stay:
            before = {
                lead_id: StageState(playbook_id, self.browse(lead_id).stage_id.id, "pending")
                for lead_id, playbook_id in self._get_playbook_ids().items()
            }
            after = {lead_id: state._replace(stage_id=stage.id) for lead_id, state in before.items()}
            log._record(self._prepare_stays(before, after, {}, set(after)))
        else:
            log.search([("lead_id", "in", self.ids), ("left_at", "=", False)]).stage_id = stage
        super().write({"stage_id": stage.id})  # pylint: disable=super-method-mismatch
        self.invalidate_recordset(["stage_log_ids", "stage_entered_at"])
