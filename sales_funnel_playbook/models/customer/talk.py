from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.mail_headers import is_automatic

FAILED = frozenset({"bounce", "exception"})
TALKED_IN = frozenset({"crm.lead", "res.partner"})
# That a ``message`` on a deal or a contact is something that was said to the customer, or by them: whoever is
# no colleague wrote; or a colleague wrote something that went to somebody outside. What a mailing sent is
# neither, nor is what came back. Who has left was a colleague too.
IS_TALK = """
    (message.message_type IN ('email', 'comment') AND message.is_automatic IS NOT TRUE
    AND CASE WHEN (message.message_type = 'email' OR message.author_id IS NOT NULL) AND NOT EXISTS (
            SELECT FROM res_users author
            WHERE author.partner_id = message.author_id AND author.share IS NOT TRUE) THEN TRUE
        WHEN message.model = 'crm.lead' AND EXISTS (
            SELECT FROM crm_lead addressed WHERE addressed.id = message.res_id
                AND STRPOS(LOWER(CONCAT_WS(',', message.incoming_email_to, message.incoming_email_cc)),
                    NULLIF(addressed.email_normalized, '')) > 0) THEN TRUE
        WHEN message.is_internal THEN FALSE
        WHEN message.outgoing_email_to <> '' THEN (
            SELECT BOOL_AND(COALESCE(notification_status IN ('bounce', 'exception'), FALSE))
            FROM mail_notification WHERE mail_message_id = message.id AND mail_email_address <> ''
        ) IS NOT TRUE
        ELSE EXISTS (
            SELECT FROM (
                SELECT res_partner_id FROM mail_notification WHERE mail_message_id = message.id
                    AND COALESCE(notification_status NOT IN ('bounce', 'exception'), TRUE)
                UNION ALL
                SELECT res_partner_id FROM mail_message_res_partner_rel
                WHERE mail_message_id = message.id AND message.message_type = 'email'
            ) sent LEFT JOIN res_users reader
                ON reader.partner_id = sent.res_partner_id AND reader.share IS NOT TRUE
            WHERE reader.id IS NULL)
        END)
"""


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_parse(self, message, save_original=False):
        """Note what a program wrote as long as its headers are there: Odoo does not keep them."""
        parsed = super().message_parse(message, save_original=save_original)
        return {**parsed, "is_automatic": True} if is_automatic(message) else parsed

    def _get_message_create_valid_field_names(self):
        names = super()._get_message_create_valid_field_names()
        return names | {"is_automatic"} if self.env.su else names


class MailMessage(models.Model):
    """Which messages are something that was said to a customer, or by them."""

    _inherit = "mail.message"

    is_automatic = fields.Boolean(
        readonly=True,
        copy=False,
        help="A program wrote this e-mail: an out-of-office answer, a receipt, a mailing.",
    )

    @api.model
    def _has_field_access(self, field, operation):
        """Whether a program wrote it nobody says, over no channel: it would be no contact any more."""
        is_free = operation == "read" or self.env.su or field.name != "is_automatic"
        return is_free and super()._has_field_access(field, operation)

    @api.model
    def default_get(self, fields):
        """Nor does a context, whoever creates the message."""
        return super().default_get([name for name in fields if name != "is_automatic"])

    @api.model
    def _get_talk_sql(self):
        """Return the condition that a ``message`` of a deal or a contact is talk with the customer."""
        return SQL(IS_TALK)


class MailNotification(models.Model):
    """A mail that did not arrive was no contact; one that is sent again is."""

    _inherit = "mail.notification"

    def write(self, vals):
        status = vals.get("notification_status")
        if not status or not self.env["crm.playbook"]._get_assignment():
            return super().write(vals)
        is_failing = status in FAILED
        changing = self.filtered(lambda one: (one.notification_status in FAILED) != is_failing)
        result = super().write(vals)
        # sudo: which message it is of, whoever sends it
        messages = changing.sudo().mail_message_id
        self.env["crm.lead.contact"]._queue(messages.filtered(lambda one: one.model in TALKED_IN))
        return result
