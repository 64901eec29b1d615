from odoo import models
from odoo.tools import split_every

from .crm_playbook_refresh import BATCH


class ResUsers(models.Model):
    """Who leaves hands over what playbooks gave them: Odoo deletes it with their other activities."""

    _inherit = "res.users"

    def action_archive(self):
        # sudo: who may archive a user may not have to see the deals
        work = self.env["mail.activity"].sudo()
        work = work.search(
            [("res_model", "=", "crm.lead"), ("user_id", "in", self.ids), ("playbook_cause", "!=", False)]
        )
        if not work:
            return super().action_archive()
        self.write({"active": False})
        # what is overdue is told again, to somebody who is there
        work.playbook_escalation_of_id.filtered("active").write({"playbook_escalated_at": False})
        # sudo: as above
        leads = self.env["crm.lead"].sudo().browse(set(work.mapped("res_id"))).exists()
        for ids in split_every(BATCH, leads.ids):
            leads.browse(ids)._settle_deadlines()
        return super().action_archive()
