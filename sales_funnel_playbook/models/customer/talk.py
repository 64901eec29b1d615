from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.mail_headers import is_automatic

# That a ``message`` on a deal is something that was said to the customer, or by them: whoever is no colleague
# wrote a mail; or a colleague wrote something that went to somebody outside. What a mailing sent is neither.
# Who has left was a colleague too.
IS_TALK = """
    (message.message_type IN ('email', 'comment') AND message.is_automatic IS NOT TRUE
    AND CASE WHEN message.message_type = 'email' AND NOT EXISTS (
            SELECT FROM res_users author
            WHERE author.partner_id = message.author_id AND author.share IS NOT TRUE) THEN TRUE
        WHEN EXISTS (
            SELECT FROM crm_lead addressed WHERE addressed.id = message.res_id
                AND STRPOS(LOWER(CONCAT_WS(',', message.incoming_email_to, message.incoming_email_cc)),
                    NULLIF(addressed.email_normalized, '')) > 0) THEN TRUE
        ELSE message.is_internal IS NOT TRUE AND EXISTS (
            SELECT FROM mail_notification sent LEFT JOIN res_users reader
                ON reader.partner_id = sent.res_partner_id AND reader.share IS NOT TRUE
            WHERE sent.mail_message_id = message.id AND reader.id IS NULL)
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
        readonly=True, help="A program wrote this e-mail: an out-of-office answer, a receipt, a mailing."
    )

    @api.model
    def _get_talk_sql(self):
        """Return the condition that a ``message`` of a deal is talk with its customer."""
        return SQL(IS_TALK)
