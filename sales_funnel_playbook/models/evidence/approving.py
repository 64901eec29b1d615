from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_list

MANAGER = "sales_team.group_sale_manager"


class CrmPlaybookOutput(models.Model):
    _inherit = "crm.playbook.output"

    @api.constrains("approval", "approval_user_id")
    def _check_approver_opens_deals(self):
        """Whoever is to approve what others submit has to be able to open their deals."""
        for output in self.filtered(lambda one: one.approval == "user" and one.approval_user_id):
            output.approval_user_id._check_named_by(output)


class CrmLeadOutput(models.Model):
    """Who approves what was handed in: a role of the deal, a named person, or who leads its team; sales
    managers always may. Where the rule says so, never who handed it in.
    """

    _inherit = "crm.lead.output"

    can_approve = fields.Boolean(
        compute="_compute_can_approve", help="It awaits approval, and the current user may give it."
    )

    @api.depends("awaits_approval")
    @api.depends_context("uid")
    def _compute_can_approve(self):
        for submission in self:
            submission.can_approve = submission.awaits_approval and submission._can_be_approved_by(
                self.env.user
            )

    def _get_named_approvers(self):
        """Return the users whom the rule names for this deal, empty for the leader, or if nobody is there."""
        self.ensure_one()
        rule = self.output_id.sudo()  # sudo: who approves does not depend on who asks
        if rule.approval == "user":
            return rule.approval_user_id.filtered("active")
        if rule.approval == "role":
            return self.lead_id._get_role_people(rule.approval_role_id)
        return self.env["res.users"]

    def _is_barred(self, user):
        """Tell whether ``user`` handed this in and the rule wants somebody else."""
        rule = self.output_id.sudo()  # sudo: as above
        return user == self.user_id and rule.approval_by_other

    def _can_be_approved_by(self, user):
        """Tell whether ``user`` may approve or reject this."""
        self.ensure_one()
        if self._is_barred(user):
            return False
        if user.has_group(MANAGER):
            return True
        named = self._get_named_approvers().filtered(lambda one: not self._is_barred(one))
        if not named or user in named:
            return bool(named) or self.lead_id._is_led_by(user)
        # sudo: as above; who cannot open the deal any more is asked for nothing
        lead = self.lead_id.sudo()
        return self.lead_id._is_led_by(user) and not any(one._filter_openable(lead) for one in named)

    def _check_approver(self):
        """Raise unless the current user may approve or reject this.

        :raise AccessError: with who may
        """
        self.ensure_one()
        if self._can_be_approved_by(self.env.user):
            return
        output = self.output_id.name
        if self._is_barred(self.env.user):
            raise AccessError(self.env._("“%s” is approved by somebody else than who submitted it.", output))
        named = self._get_named_approvers()
        if not named:
            self.lead_id._check_led_by_user(self.env._("approve or reject outputs"))
        raise AccessError(
            self.env._(
                "Only a sales manager or one of these may approve or reject “%(output)s”: %(people)s.",
                output=output,
                people=format_list(self.env, named.sudo().mapped("name")),  # sudo: names of colleagues
            )
        )

    def _get_asked_approver(self):
        """Return who is asked to approve this, empty if nobody is there: whom the rule names; else the
        leader, or, where they do not see the deal, the playbook's responsible, if they may approve it.
        """
        self.ensure_one()
        lead = self.lead_id.sudo()  # sudo: who is asked, whoever may see whom
        named = self._get_named_approvers().sudo()  # sudo: as above
        asked = [user for user in named if user._filter_openable(lead) and not self._is_barred(user)]
        leading = (lead.team_id.user_id, lead.playbook_id.responsible_user_id)
        asked += [one for one in leading if lead._can_be_decided_by(one) and not self._is_barred(one)]
        return asked[0] if asked else self.env["res.users"]
