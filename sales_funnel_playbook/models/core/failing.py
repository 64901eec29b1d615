from odoo import models


class CrmPlaybook(models.Model):
    """What cannot be followed is logged on its playbook, and whoever keeps that is told."""

    _inherit = "crm.playbook"

    def _report_stuck(self, lead, error):
        """Tell the playbook's responsible, once, that a deal cannot be brought up to date; the others are."""
        self.ensure_one()
        self.env["crm.playbook.failure"]._note(lead, error)
        subject = self._for_responsible().env._(
            "“%(deal)s” (%(id)s) cannot be brought up to date", deal=lead.name or "", id=lead.id
        )
        told = [("model", "=", self._name), ("res_id", "=", self.id), ("subject", "=", subject)]
        if not self.env["mail.message"].search_count(told, limit=1):
            self.message_post(subject=subject, body=(str(error) or repr(error)).splitlines()[0])
            self._note_failed(subject)

    def _for_responsible(self):
        """Return this playbook in the language of who keeps it, and is told what cannot be followed."""
        return self.with_context(lang=self.responsible_user_id.lang or "en_US")

    def _note_failed(self, text):
        """Note for the responsible that something cannot be followed, in their language."""
        partner = self.responsible_user_id.filtered("active").partner_id
        self.env["crm.playbook.notice"]._note("failed", [(one, self, text) for one in partner])
