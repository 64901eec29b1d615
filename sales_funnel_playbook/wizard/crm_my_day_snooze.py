from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, plaintext2html


class CrmMyDaySnooze(models.TransientModel):
    """Puts off an activity until a day, with the reason on record, or lets the whole deal wait for the
    customer. What a playbook asked for stays due when it was due: who is told of it is told all the same.
    """

    _name = "crm.my.day.snooze"
    _description = "Snooze"

    activity_id = fields.Many2one("mail.activity", string="Task", required=True, ondelete="cascade")
    until = fields.Date(
        required=True,
        default=lambda self: fields.Date.context_today(self) + timedelta(days=1),
        help="When it comes up again.",
    )
    reason = fields.Text(help="Why it is put off; it stays on record, with who says so.")
    is_waiting = fields.Boolean(
        string="Waiting for the Customer",
        help="The customer asked to be left alone until then: neither updates nor follow-ups of the deal are"
        " due.",
    )
    can_wait = fields.Boolean(compute="_compute_can_wait")

    @api.depends("activity_id")
    def _compute_can_wait(self):
        for dialog in self:
            lead = dialog._get_lead()
            dialog.can_wait = bool(lead) and lead.has_access("write")

    def _get_lead(self):
        """Return the deal of the activity, if it has one."""
        activity = self.activity_id
        return self.env["crm.lead"].browse(activity.res_id if activity.res_model == "crm.lead" else ())

    def action_snooze(self):
        """Put it off, and keep why.

        :raise UserError: without a reason, for a day that has begun, and for a meeting
        """
        self.ensure_one()
        self._check()
        # what a deal that waits is not asked for goes by itself, the rest with it
        if self.is_waiting:
            self._get_lead().waiting_until = self.until
        self._tell()
        self.activity_id.date_deadline = self.until
        return {"type": "ir.actions.act_window_close"}

    def _check(self):
        self.activity_id.check_access("write")
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why it is put off: the reason stays on record."))
        if self.until <= fields.Date.context_today(self):
            raise UserError(self.env._("It can be put off until tomorrow at the earliest."))
        if self.activity_id.calendar_event_id:
            raise UserError(self.env._("A meeting is put off in the calendar, where others hear of it."))
        if self.is_waiting and not self._get_lead():
            raise UserError(self.env._("Only a deal waits for the customer."))

    def _tell(self):
        """Say in the chatter what was put off by whom, until when and why; in the activity, where its
        document has none.
        """
        activity = self.activity_id
        text = self.env._(
            "Snoozed: %(task)s (due %(day)s) until %(until)s. %(reason)s",
            task=activity.display_name or "",
            day=format_date(self.env, activity.date_deadline),
            until=format_date(self.env, self.until),
            reason=self.reason.strip(),
        )
        # sudo: whose work it is may write so where it belongs, whether or not they see that
        document = self.env[activity.res_model].sudo().browse(activity.res_id) if activity.res_model else None
        if document is not None and hasattr(document, "_message_log"):
            document._message_log(
                body=plaintext2html(text),
                author_id=self.env.user.partner_id.id,
                email_from=self.env.user.email,
            )
        else:
            activity.note = plaintext2html(text) + (activity.note or "")
