from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .crm_lead import IS_ACCEPTED


class CrmLeadOutput(models.Model):
    """An output that was handed in. The current one of an output counts; those it replaced, and
    those taken back, stay on record.

    Approval of outputs: the team leader is asked by an activity, the submitter is told.
    """

    _name = "crm.lead.output"
    _description = "Submitted output"
    _inherit = ["crm.lead.evidence"]
    _order = "submitted_at desc, id desc"
    _rec_name = "output_id"

    output_id = fields.Many2one("crm.playbook.output", required=True, index=True, ondelete="restrict")
    playbook_stage_id = fields.Many2one(related="output_id.playbook_stage_id", store=True)
    user_id = fields.Many2one(string="Submitted By")
    team_id = fields.Many2one(related="lead_id.team_id")
    state = fields.Selection(
        [("submitted", "Submitted"), ("approved", "Approved"), ("rejected", "Rejected")],
        required=True,
        default="submitted",
    )
    is_current = fields.Boolean(
        string="Current", default=True, help="Not replaced by a later one, and not taken back."
    )
    url = fields.Char(string="Link")
    submitted_at = fields.Datetime(string="Submitted", required=True, default=fields.Datetime.now)
    due_at = fields.Datetime(string="Due", help="By the time limit as it was when this was submitted.")
    is_late = fields.Boolean(string="Submitted Late")
    reviewed_by_id = fields.Many2one("res.users", string="Approved/Rejected By", ondelete="restrict")
    reviewed_at = fields.Datetime(string="Approved/Rejected At")
    review_comment = fields.Text(string="Approval Comment")
    activity_id = fields.Many2one("mail.activity", ondelete="set null", index="btree_not_null")
    awaits_approval = fields.Boolean(compute="_compute_awaits_approval", search="_search_awaits_approval")

    _current_uniq = models.UniqueIndex(
        "(lead_id, output_id) WHERE is_current",
        "This output was submitted by somebody else just now: reload the page.",
    )

    @api.depends("state", "is_current", "output_id.approval")
    def _compute_awaits_approval(self):
        for submission in self:
            submission.awaits_approval = (
                submission.is_current
                and submission.state == "submitted"
                and submission.output_id.approval != "none"
            )

    @api.model
    def _search_awaits_approval(self, operator, value):
        if operator != "in":
            return NotImplemented
        awaits = (
            Domain("is_current", "=", True)
            & Domain("state", "=", "submitted")
            & Domain("output_id.approval", "!=", "none")
        )
        return Domain.OR([awaits if wanted else ~awaits for wanted in value])

    def _is_accepted(self, needs_approval):
        """Tell whether this current submission counts for the gate, by the rule as it is now."""
        self.ensure_one()
        return self.state == "approved" or (self.state == "submitted" and not needs_approval)

    def _retire(self):
        """Let these no longer count; the leader need not look at them any more."""
        # sudo: nobody writes outputs by hand; the caller has checked the right on the lead
        self.sudo().write({"is_current": False})
        self.flush_recordset(["is_current"])  # the next one is current from its first moment
        self._close_approval()

    @api.model
    def _get_accepted_tests(self, outputs):
        """Return ``{output: condition on a row of crm_lead}``: what was handed in counts for the gate; see
        :meth:`_is_accepted`.

        :param outputs: the :class:`GateOutput` that a person hands in
        """
        if outputs:
            self.flush_model(["lead_id", "output_id", "is_current", "state"])
            self.env["crm.playbook.output"].flush_model(["approval"])
        return {output: SQL(IS_ACCEPTED, output=output.id) for output in outputs}

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
            raise UserError(self.env._("Give a reason so that the salesperson knows what to fix."))
        return self._review("rejected", comment)

    def _review(self, state, comment=False):
        """Record the decision and tell who handed it in."""
        self.check_access("read")
        for submission in self:
            submission._check_approver()
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
        self._tell_submitters()
        self._close_approval()
        return True

    def _tell_submitters(self):
        """Post each decision in its deal's chatter; who handed in one output is addressed there, who handed
        in several hears of them in one message.
        """
        # sudo: a leader may decide on deals that are not theirs to edit
        for user, its in self.sudo().grouped("user_id").items():
            partner = user.partner_id - self.env.user.partner_id
            its = its.with_context(lang=user.lang or "en_US")
            for submission in its:
                submission.lead_id.message_post(
                    body=submission._prepare_decision(),
                    partner_ids=partner.ids if len(its) == 1 else (),
                    author_id=self.env.user.partner_id.id,
                )
            if len(its) > 1:
                self.env["crm.playbook.notice"]._note(
                    "decided", [(partner, one.lead_id, one._prepare_decision()) for one in its if partner]
                )

    def _prepare_decision(self):
        """Return what was decided, in the language of the environment."""
        values = {"output": self.output_id.name, "comment": self.review_comment}
        if self.state == "approved":
            return self.env._("Output approved: %(output)s", **values)
        return self.env._("Output rejected: %(output)s – %(comment)s", **values)

    def _request_approval(self):
        """Ask the leader of the deal's team by an activity, where approval is asked for; where there is no
        leader, or one who does not see the deal, the playbook's responsible, if they may approve it.
        """
        for submission in self.filtered("awaits_approval"):
            decider = submission._get_asked_approver()
            if not decider:
                continue
            told = submission.with_context(lang=decider.lang)
            # sudo: activities of others; the submitter may not be allowed to plan them
            activity = submission.lead_id.sudo().activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=decider.id,
                **told._prepare_approval_words(),
                **submission.lead_id._prepare_work_vals("approval", submission.id),
            )
            submission.sudo().activity_id = activity

    def _prepare_approval_words(self):
        """Return the text of the activity that asks for approval, in the language of the environment."""
        return {"summary": self.env._("Approve: %s", self.output_id.name)}

    def _close_approval(self):
        """The leader need not look at these any more."""
        self.sudo().activity_id.action_archive()  # sudo: it is the leader's
