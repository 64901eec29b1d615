from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class CrmLeadOutput(models.Model):
    """Approval of outputs: the team leader is asked by an activity, the submitter is told."""

    _inherit = "crm.lead.output"

    def action_approve(self):
        """Approve what was handed in.

        :raise AccessError: unless the current user leads the deal's team or is a sales manager
        :raise UserError: when it no longer awaits approval
        """
        return self._review("approved")

    @api.readonly
    def action_reject(self):
        """Open the dialog that asks why it is rejected."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.lead.output.reject",
            "name": self.env._("Reject an Output"),
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_submission_id": self.id},
        }

    def reject(self, comment):
        """Reject what was handed in; the submitter reads the comment.

        :param str comment: what is missing or wrong
        :raise AccessError: unless the current user leads the deal's team or is a sales manager
        :raise UserError: without a comment, or when it no longer awaits approval
        """
        comment = self._clean_text(comment)
        if not comment:
            raise UserError(self.env._("Say why it is rejected: the salesperson has to know what to mend."))
        return self._review("rejected", comment)

    def _review(self, state, comment=False):
        """Record the decision and tell who handed it in."""
        self.check_access("read")
        for submission in self:
            submission.lead_id._check_led_by_user(self.env._("approve or reject outputs"))
            if not submission.awaits_approval:
                raise UserError(
                    self.env._(
                        "“%s” does not await approval any more: reload the page.",
                        submission.output_id.display_name,
                    )
                )
        # sudo: nobody writes outputs by hand; the right to decide was checked just now
        self.sudo().write(
            {
                "state": state,
                "review_comment": comment,
                "reviewed_by_id": self.env.uid,
                "reviewed_at": fields.Datetime.now(),
            }
        )
        for submission in self:
            submission._tell_submitter()
        self._close_approval()
        return True

    def _tell_submitter(self):
        """Post the decision in the deal's chatter, addressed to who handed the output in."""
        values = {"output": self.output_id.name, "comment": self.review_comment}
        if self.state == "approved":
            body = self.env._("Output approved: %(output)s", **values)
        else:
            body = self.env._("Output rejected: %(output)s – %(comment)s", **values)
        partner = self.user_id.partner_id if self.user_id != self.env.user else self.env["res.partner"]
        # sudo: a leader may decide on a deal that is not theirs to edit
        self.lead_id.sudo().message_post(
            body=body, partner_ids=partner.ids, author_id=self.env.user.partner_id.id
        )

    def _request_approval(self):
        """Ask the leader of the deal's team by an activity, where approval is asked for; where there is no
        leader, or one who does not see the deal, the playbook's responsible, if they may approve it.
        """
        for submission in self.filtered("awaits_approval"):
            lead = submission.lead_id.sudo()  # sudo: who is asked, whoever may see whom
            people = (lead.team_id.user_id, lead.playbook_id.responsible_user_id)
            decider = next((user for user in people if lead._can_be_decided_by(user)), None)
            if not decider:
                continue
            # sudo: activities of others; the submitter may not be allowed to plan them
            activity = submission.lead_id.sudo().activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Approve: %s", submission.output_id.name),
                user_id=decider.id,
                **submission.lead_id._prepare_work_vals(f"approval:{submission.id}"),
            )
            submission.sudo().activity_id = activity

    def _close_approval(self):
        """The leader need not look at these any more."""
        self.sudo().activity_id.action_archive()  # sudo: it is the leader's


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _is_led_by(self, user):
        """Tell whether ``user`` decides on this lead: a sales manager, or its team's leader."""
        self.ensure_one()
        if user.has_group("sales_team.group_sale_manager"):
            return True
        # sudo: who leads a team is no secret to who sees its deals
        return bool(user) and self.sudo().team_id.user_id == user

    def _can_be_decided_by(self, user):
        """Tell whether ``user`` is there, sees this lead and decides on it."""
        return user.active and self._is_led_by(user) and self.with_user(user).has_access("read")

    def _check_led_by_user(self, deed):
        """Raise unless the current user decides on these leads.

        :param str deed: what only such a user may do, as it stands in the error
        :raise AccessError: for everybody else
        """
        for lead in self:
            if not lead._is_led_by(self.env.user):
                # sudo: the message names the team, whoever may see it
                raise AccessError(
                    self.env._(
                        "Only a sales manager or the leader of the team “%(team)s” may %(deed)s.",
                        team=lead.sudo().team_id.name or "–",
                        deed=deed,
                    )
                )
