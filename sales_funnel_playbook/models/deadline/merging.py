from odoo import models
from odoo.tools import SQL

from .crm_lead_waiver import TAKEN_ALONG


class CrmLead(models.Model):
    """Merging hands over what playbooks have given somebody to do."""

    _inherit = "crm.lead"

    def _merge_dependences_history(self, opportunities):
        """The deal that remains has work of its own."""
        result = super()._merge_dependences_history(opportunities)
        self._get_dutiful()._queue_settling()
        return result

    def _get_kept_rows(self):
        self.env["mail.activity"].flush_model(["res_model", "res_id", "playbook_kind"])
        work = SQL(
            "mail_activity WHERE res_model = 'crm.lead' AND res_id = ANY(%s) AND playbook_kind IS NOT NULL",
            self.ids,
        )
        return [*super()._get_kept_rows(), ("work", work)]

    def _merge_work(self, opportunities):
        """What was asked for on the others ends, and stays on record with the deal that remains: also what
        playbooks have asked for that nobody follows any more.
        """
        result = super()._merge_work(opportunities)
        # sudo: the merge has checked the rights on the leads
        opportunities.sudo()._give_work_to(self)
        return result

    def _give_work_to(self, lead):
        """Hand the activities that playbooks have given on these leads over to ``lead``."""
        work = self.env["mail.activity"].with_context(active_test=False)
        work = work.search(
            [("res_model", "=", "crm.lead"), ("res_id", "in", self.ids), ("playbook_kind", "!=", False)]
        )
        asked = work.filtered(lambda one: one.active and (one.playbook_deadline_id or one.playbook_output_id))
        asked._end_playbook("dropped")
        work.filtered(lambda one: one.playbook_occurrence not in TAKEN_ALONG).playbook_is_final = False
        work.filtered(lambda one: not one.active).write({"res_id": lead.id})
