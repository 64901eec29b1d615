from odoo import models

from ..tools.funnel import get_last_period


class CrmFunnelReview(models.Model):
    """Who gets a review, and how."""

    _inherit = "crm.funnel.review"

    def _tell_made(self):
        """Attach the workbook, schedule what bottlenecks ask for, and mail the review. One that is caught up,
        of a period long over, is made but not mailed.
        """
        workbook = self._make_workbook()
        last = get_last_period(self.env.cr.now(), self.period, self.tz)
        if self.date_from != last[0]:
            return
        if self.period == "week":
            self.line_ids._schedule_alerts()
        recipients = self._get_recipients()
        self.message_subscribe(partner_ids=recipients.partner_id.ids)
        template = self.env.ref("sales_funnel_playbook.mail_template_funnel_review")
        for lang, users in recipients.grouped("lang").items():
            template.with_context(mail_lang=lang).send_mail(
                self.id,
                email_values={"recipient_ids": users.partner_id.ids, "attachment_ids": workbook.ids},
            )

    def _get_recipients(self):
        """Return the users who get this review: the team's leader and those whom the playbook names, else the
        sales managers of the company.
        """
        users = self.team_id.user_id | self.playbook_id.review_user_ids
        if not users:
            managers = self.env.ref("sales_team.group_sale_manager").all_user_ids
            users = managers.filtered(lambda user: not self.company_id or self.company_id in user.company_ids)
        return users.filtered(lambda user: user.active and not user.share and user.email)
