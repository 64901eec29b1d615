from odoo import api, models

from ..core.memory import forget

ACCESS = {"group_ids", "company_ids"}


class ResUsers(models.Model):
    """Who leaves hands over the roles on deals, however they are archived; and so does who cannot open the
    deals any more.
    """

    _inherit = "res.users"

    def write(self, vals):
        leaving = self.filtered("active") if "active" in vals and not vals["active"] else self.browse()
        result = super().write(vals)
        if leaving:
            leaving._leave_roles()
        if not ACCESS.isdisjoint(vals):
            self._leave_hidden_roles()
        return result

    def _leave_roles(self):
        """Give the roles of these users to who has them by default."""
        forget(self.env)  # they do not have any by default any more
        self._find_memberships()._replace()

    def _leave_hidden_roles(self):
        """Give the roles of these users on deals that they cannot open to who has them by default, and what
        they were to approve there to who is asked instead.
        """
        for user, members in self._find_memberships().grouped("user_id").items():
            hidden = members.lead_id - user._filter_openable(members.lead_id)
            members.filtered(lambda one, deals=hidden: one.lead_id in deals)._replace()
        self.env["mail.activity"]._pass_on_approvals(self)

    def _leave_hidden_roles_safely(self):
        """Do the same for one user; where it fails, note it and go on.

        :raise: where somebody else was quicker; the next night sees to it
        """
        with self.env["crm.playbook.failure"]._noting(self):
            self._leave_hidden_roles()

    def _find_memberships(self):
        # sudo: who may change a user may not have to see the deals
        members = self.env["crm.lead.member"].sudo()
        return members.search([("user_id", "in", self.ids), ("left_at", "=", False)])


class CrmPlaybookRefresh(models.Model):
    """Rights are taken on a group's form, too: seen in the night, as whoever extends groups changes what Odoo
    does when one is deleted.
    """

    _inherit = "crm.playbook.refresh"

    @api.model
    def _cron_start(self):
        result = super()._cron_start()
        # sudo: as above
        members = self.env["crm.lead.member"].sudo()
        groups = members._read_group([("left_at", "=", False)], [], ["user_id:recordset"])
        # sudo: as above
        work = self.env["mail.activity"].sudo()
        groups += work._read_group([("playbook_kind", "=", "approval")], [], ["user_id:recordset"])
        for user in members.user_id.union(*(users for (users,) in groups)):
            user._leave_hidden_roles_safely()
        return result
