from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

# What deals that somebody sees follow now; lost and archived ones, too.
FOLLOWED = """(
    SELECT playbook_id FROM crm_lead_stage_log WHERE left_at IS NULL AND lead_id IN %s
)"""
OWN = frozenset({"agreed_at", "is_worked_under", "suggestion_count"})


class CrmPlaybook(models.Model):
    """Who has no right on Sales reads the playbooks of the deals that they see, agrees to them, and suggests;
    thresholds in amounts and the score sheet are not theirs.
    """

    _inherit = "crm.playbook"

    is_worked_under = fields.Boolean(
        compute="_compute_is_worked_under",
        search="_search_is_worked_under",
        help="Whether a deal that you see follows it.",
    )

    @api.model
    def _has_field_access(self, field, operation):
        is_own = operation == "read" and field.name in OWN
        return is_own or super()._has_field_access(field, operation)

    @api.depends_context("uid")
    def _compute_is_worked_under(self):
        # sudo: a record rule asks for it; which deals count is the user's own matter
        worked = self.sudo().search([("id", "in", self._origin.ids), ("is_worked_under", "=", True)])
        for playbook in self:
            playbook.is_worked_under = playbook._origin.id in worked.ids

    @api.model
    def _search_is_worked_under(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        self.env["crm.lead.stage.log"].flush_model(["playbook_id", "left_at", "lead_id"])
        # not as the superuser, as whom record rules ask
        seen = self.env["crm.lead"].sudo(False).with_context(active_test=False)._search([])
        return Domain("id", "in", SQL(FOLLOWED, seen.subselect()))

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, self.env.user._is_contributor())

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Wherever a link leads, who has no right on Sales gets a form with what is theirs."""
        if view_type == "form" and self.env.user._is_contributor():
            own = self.env.ref(
                "sales_funnel_playbook.crm_playbook_view_form_contributor", raise_if_not_found=False
            )
            view_id = own.id if own else view_id
        return super()._get_view(view_id, view_type, **options)

    @api.model
    @api.readonly
    def action_open_my_playbooks(self):
        if not self.env.user._is_contributor():
            return super().action_open_my_playbooks()
        playbooks = self.search([("is_template", "=", False)])
        if not playbooks:
            raise UserError(
                self.env._("No deal that you see follows a playbook: it is here once you have a role on one.")
            )
        return playbooks.action_open_page()

    def _get_page_deadlines(self):
        """Return the deadlines of these playbooks that their page tells."""
        # sudo: their names, times and roles; whoever reads the playbook is asked for them
        return (self.sudo() if self.env.user._is_contributor() else self).deadline_ids


class CrmPlaybookStage(models.Model):
    _inherit = "crm.playbook.stage"

    def _get_page_actions(self):
        """Return the key actions of these stages that the playbook's page tells."""
        # sudo: as on the checklist
        return (self.sudo() if self.env.user._is_contributor() else self).action_ids
