from odoo import models

from ...tools.funnel import get_last_period


class CrmFunnelReview(models.Model):
    """Who gets a review, and how."""

    _inherit = "crm.funnel.review"

    def _get_manager(self):
        """Return who acts on this review: the team's leader, else the playbook's responsible, else the first
        who gets the reviews, of those who may see it.
        """
        playbook = self.playbook_id
        for user in (*self.team_id.user_id, *playbook.responsible_user_id, *playbook.review_user_ids):
            if user.active and self._is_readable_by(user):
                return user
        return self.env["res.users"]

    def _tell_made(self):
        """Attach the workbook, schedule what bottlenecks ask for, and mail the review. One that is caught up,
        of a period long over, is made but not mailed.
        """
        workbook = self._make_workbook()
        if not self._is_latest():
            return
        self.line_ids._schedule_alerts()
        recipients = self._get_recipients()
        self.message_subscribe(partner_ids=recipients.partner_id.ids)
        template = self.env.ref("sales_funnel_playbook.mail_template_funnel_review")
        for lang, users in recipients.grouped("lang").items():
            template.with_context(mail_lang=lang).send_mail(
                self.id,
                email_values={"recipient_ids": users.partner_id.ids, "attachment_ids": workbook.ids},
            )

    def _is_latest(self):
        """Tell whether this is of the last period that is over."""
        return self.date_from == get_last_period(self.env.cr.now(), self.period, self.tz)[0]

    def _get_recipients(self):
        """Return the users who get this review, of those who may read it: the team's leader and those whom
        the playbook names, else the sales managers of the company.
        """
        users = self.team_id.user_id | self.playbook_id.review_user_ids
        if not users:
            users = self.env.ref("sales_team.group_sale_manager").all_user_ids
        users = users.filtered(lambda user: user.active and not user.share and user.email)
        return users.filtered(self._is_readable_by)

    def _is_readable_by(self, user):
        """Tell whether a user may read this review in one of their companies."""
        companies = {"allowed_company_ids": user.company_ids.ids}
        return self.with_user(user).with_context(**companies).has_access("read")
