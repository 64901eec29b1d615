from odoo import models

from .crm_lead_gate import Verdict


class CrmLead(models.Model):
    """Losing a deal is free; not to say why is noted."""

    _inherit = "crm.lead"

    def action_set_lost(self, **additional_values):
        """Write the reason first: archiving alone loses a deal that has no probability left."""
        reason = {k: v for k, v in additional_values.items() if k == "lost_reason_id"}
        if reason and self._get_playbook_ids():
            self.write(reason)
        return super().action_set_lost(**additional_values)

    def _get_logged_verdict(self, kind, verdict):
        """Return the :class:`Verdict` to log: losing is free, but not to say why is noted."""
        if kind == "lost" and not self.lost_reason_id:
            return Verdict(gate="observed", unmet=(self._prepare_no_lost_reason_item(),))
        return verdict or Verdict()

    def _prepare_no_lost_reason_item(self):
        return {
            "kind": "lost_reason",
            "rule_id": False,
            "name": self.env._("Lost without a reason"),
            "guidance": self.env._("Choose a lost reason on the deal."),
            "blocking": False,
        }
