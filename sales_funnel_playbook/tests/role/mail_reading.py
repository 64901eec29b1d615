import re

from odoo.tools.mail import email_normalize_all

from .contributor_common import SECRET

AMOUNTS = {
    "expected_revenue": 7654321,
    "recurring_revenue": 8765432,
    "budget_min": 6543217,
    "budget_max": 9876543,
}
RAISED = 7755331
# Between digits, whatever the language: 7,654,321 · 7.654.321 · 7 654 321 · 765.4321万
SEPARATORS = re.compile(r"(?<=\d)(?:[\s.,'’·\u202f]|&nbsp;|&#\d+;)+(?=\d)")


class MailReading:
    """Mails as they go out, read whole."""

    def get_mails(self, deed):
        """Return ``{user: [each mail as one text, with its layout and files]}`` of what follows ``deed``."""
        with self.mock_mail_gateway():
            deed()
            self.env.flush_all()
            self.env.cr.precommit.run()
            self.env["crm.playbook.notice"].search([])._send()
            self.env.cr.flush()
            got = {}
            for mail in self._new_mails:
                files = "".join(
                    f"{file.name} {file.raw.decode(errors='replace')}" for file in mail.attachment_ids
                )
                addresses = email_normalize_all(mail.email_to or "")
                named = self.env["res.users"].search([("email_normalized", "in", addresses)])
                for user in mail.recipient_ids.user_ids | named:
                    got.setdefault(user, []).append(f"{mail.subject}\n{mail.body_html}\n{files}")
        return got

    def assertNamesNoAmounts(self, text):
        digits = SEPARATORS.sub("", text)
        for amount in (*AMOUNTS.values(), RAISED, RAISED + 1):
            self.assertNotIn(str(amount), digits)
        self.assertNotIn(SECRET, text)
