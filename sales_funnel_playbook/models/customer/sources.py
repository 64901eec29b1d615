from lxml import html

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

from ...arguments import check_argument

MAX_PREFILL = 2000


class CrmLeadProgress(models.Model):
    """A note begins with what its source already tells."""

    _inherit = "crm.lead.progress"

    @api.model
    def _prepare_dialog(self, vals):
        """Return the action that opens a new note with ``vals`` filled in."""
        happened_at = min(vals.get("communicated_at") or fields.Datetime.now(), fields.Datetime.now())
        vals = {**vals, "communicated_at": fields.Datetime.to_string(happened_at)}
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "name": self.env._("Log Progress"),
            "view_mode": "form",
            "views": [(self.env.ref("sales_funnel_playbook.crm_lead_progress_view_form_dialog").id, "form")],
            "target": "new",
            "context": {f"default_{name}": value for name, value in vals.items() if value},
        }

    @api.model
    def _to_text(self, html):
        return html2plaintext(html or "", include_references=False).strip()[:MAX_PREFILL]


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def action_log_progress(self, feedback=""):
        """Open a note on the deal of this activity, done or not.

        :param str feedback: what was said when it was done
        :raise UserError: when it is not an activity of a deal
        """
        self.ensure_one()
        self.check_access("read")
        check_argument(self.env, "feedback", feedback, not feedback or isinstance(feedback, str))
        if self.res_model != "crm.lead":
            raise UserError(self.env._("Only activities of a deal can become its progress notes."))
        if contact := self._get_asked_contact():
            return contact.action_make_note()
        notes = self.env["crm.lead.progress"]
        said = feedback or self.feedback
        # what a playbook asks for is not what was said
        texts = [self.summary, said or self.note] if not self.playbook_kind else [said]
        channels = {"phonecall": "call", "meeting": "meeting"}
        lead = self.env["crm.lead"].browse(self.res_id)
        return notes._prepare_dialog(
            {
                "lead_id": lead.id,
                "channel": channels.get(self.activity_type_id.category, "other"),
                "communicated_at": self.calendar_event_id.stop or fields.Datetime.now(),
                "activity_id": self.id,
                "ends_activity": bool(self._filter_endable_by_note(lead)),
                "summary": "\n".join(filter(None, map(notes._to_text, texts))),
            }
        )

    def _get_asked_contact(self):
        """Return the captured contact that this activity asks a note about, if it asks for one."""
        if self.playbook_deadline_id.sudo().trigger != "communication":  # sudo: what asked for it
            return self.env["crm.lead.contact"]
        lead = self.env["crm.lead"].browse(self.res_id)
        return lead.open_contact_ids.filtered("is_on_deal")[:1]


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    def action_log_progress(self):
        """Open a note on this meeting's deal.

        :raise UserError: when it belongs to no deal, or has not begun
        """
        self.ensure_one()
        if not self.opportunity_id or self.start > fields.Datetime.now():
            raise UserError(
                self.env._("Choose the meeting's opportunity, and write the note when it has begun.")
            )
        notes = self.env["crm.lead.progress"]
        return notes._prepare_dialog(
            {
                "lead_id": self.opportunity_id.id,
                "channel": "meeting",
                "communicated_at": self.stop,
                "calendar_event_id": self.id,
                "summary": "\n".join(filter(None, [self.name, notes._to_text(self.description)])),
            }
        )


class MailMessage(models.Model):
    _inherit = "mail.message"

    def action_log_progress(self):
        """Open a note on the deal in whose chatter this message stands, such as an e-mail or the
        message of a finished call.

        :raise UserError: when it is not in a deal's chatter
        """
        self.ensure_one()
        self.check_access("read")
        if self.model != "crm.lead":
            raise UserError(self.env._("Only messages of a deal can become its progress notes."))
        notes = self.env["crm.lead.progress"]
        text = notes._to_text(self.body)
        return notes._prepare_dialog(
            {
                "lead_id": self.res_id,
                "channel": self._get_progress_channel(),
                "communicated_at": self.date,
                "message_id": self.id,
                "summary": "\n".join(filter(None, [self.subject, text])),
            }
        )

    def _get_own_text(self):
        """Return what this message says, without the mails that it quotes, as plain text."""
        if not self.body:
            return ""
        root = html.fragment_fromstring(self.body, create_parent="div")
        for quote in root.xpath("//*[@data-o-mail-quote] | //blockquote"):
            if quote.getparent() is not None:
                quote.drop_tree()
        return self.env["crm.lead.progress"]._to_text(html.tostring(root, encoding="unicode"))

    def _get_progress_channel(self):
        """Return how the customer was spoken with, as a channel of :data:`CHANNELS`."""
        category = self.mail_activity_type_id.category
        return {"phonecall": "call", "meeting": "meeting"}.get(category, "email")
