from odoo import api, models
from odoo.exceptions import UserError


class CrmMyDay(models.Model):
    """What is done about a line, from the line."""

    _inherit = "crm.my.day"

    def _check_open(self):
        """Check that this is one line that the user sees and that is still open.

        :raise UserError: when it was ended meanwhile
        """
        self.ensure_one()
        if not self.exists():
            raise UserError(self.env._("This is not open any more: reload the page."))
        self.check_access("read")

    @api.readonly
    def action_open(self):
        """Open the deal, the meeting or the document; where the user may see none of them, the activity."""
        self._check_open()
        if self.lead_id.has_access("read") and self.lead_id:
            return self.lead_id.get_formview_action()
        if not self.activity_id:
            return self.event_id.get_formview_action()
        return self.activity_id.action_open_document()

    def action_done(self):
        """Mark the activity as done, as in its document's chatter.

        :raise UserError: for what ends when something else has happened
        """
        self._check_open()
        if self.is_ended_by_event:
            raise UserError(
                self.env._("“%s” ends automatically when what it waits for has happened.", self.name or "")
            )
        self.activity_id.action_feedback()
        return True

    @api.readonly
    def action_log_progress(self):
        """Open a progress note on the deal."""
        self._check_open()
        return (self.activity_id or self.event_id).action_log_progress()

    @api.readonly
    def action_cancel(self):
        """Ask why this is not done; then it is cancelled."""
        self._check_open()
        self.activity_id._check_nothing_waits()
        return self._prepare_dialog("crm.lead.waive", self.env._("Cancel Work"))

    def action_approve(self):
        """Approve what was submitted."""
        self._check_open()
        return self.submission_id.action_approve()

    @api.readonly
    def action_reject(self):
        """Ask why it is rejected."""
        self._check_open()
        return self.submission_id.action_reject()

    @api.readonly
    def action_open_file(self):
        """Open the file or link that was submitted, the deal where it is neither."""
        self._check_open()
        output = self.submission_id
        files = output.attachment_ids
        if not files and not output.url:
            return self.action_open()
        url = f"/web/content/{files[0].id}" if files else output.url
        return {"type": "ir.actions.act_url", "url": url, "target": "new"}

    @api.readonly
    def action_snooze(self):
        """Ask until when, and why, this is put off."""
        self._check_open()
        return self._prepare_dialog("crm.my.day.snooze", self.env._("Snooze"))

    def _prepare_dialog(self, model, name):
        """Return the action that opens a dialog about this activity."""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_activity_id": self.activity_id.id},
        }
