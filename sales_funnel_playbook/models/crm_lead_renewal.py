from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# Won deals with a renewal reminder whose time has come, done or not.
FIRED = """
    (SELECT activity.res_id FROM mail_activity activity
    JOIN crm_playbook_deadline deadline ON deadline.id = activity.playbook_deadline_id
    WHERE activity.res_model = 'crm.lead' AND deadline.is_renewal_reminder
        AND activity.playbook_closing IS DISTINCT FROM 'dropped' AND activity.playbook_due_at <= %s)
"""


class CrmLead(models.Model):
    """The renewal reminder of a won deal, which opens the stage that waits for it."""

    _inherit = "crm.lead"

    has_renewal_reminder = fields.Boolean(
        string="Renewal Reminder Fired",
        compute="_compute_has_renewal_reminder",
        search="_search_has_renewal_reminder",
        help="A deadline of this won deal that is a renewal reminder has become due.",
    )

    @api.depends("won_status")
    def _compute_has_renewal_reminder(self):
        fired = self.with_context(active_test=False).search(
            Domain("id", "in", self.ids) & Domain("has_renewal_reminder", "=", True)
        )
        for lead in self:
            lead.has_renewal_reminder = lead._origin in fired

    @api.model
    def _search_has_renewal_reminder(self, operator, value):
        if operator != "in":
            return NotImplemented
        names = ["res_id", "res_model", "playbook_deadline_id", "playbook_closing", "playbook_due_at"]
        self.env["mail.activity"].flush_model(names)
        self.env["crm.playbook.deadline"].flush_model(["is_renewal_reminder"])
        fired = Domain("id", "in", SQL(FIRED, self.env.cr.now()))
        return Domain.OR(fired if wanted else ~fired for wanted in value)
