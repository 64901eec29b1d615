from odoo import models

from ...tools.funnel import get_last_period


class CrmFunnelReviewLine(models.Model):
    """A bottleneck is somebody's activity, once as long as that is open."""

    _inherit = "crm.funnel.review.line"

    def _schedule_alerts(self):
        """Make each bottleneck an activity of the manager, unless that of an earlier week is still open."""
        activity_type = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        model_id = self.env["ir.model"]._get_id("crm.funnel.review")
        for line in self.filtered("explanation"):
            manager = line.review_id._get_manager()
            if not manager or line._has_open_activity():
                continue
            told = line.with_context(lang=manager.lang)
            line.activity_id = self.env["mail.activity"].create(
                {
                    "res_model_id": model_id,
                    "res_id": line.review_id.id,
                    "activity_type_id": activity_type.id if activity_type else False,
                    "user_id": manager.id,
                    **told._prepare_alert_words(manager),
                }
            )

    def _prepare_alert_words(self, manager):
        """Return the texts of the activity of ``manager``, in the language of the environment: they tell of
        the deals that this user may see.
        """
        return {
            "summary": self.env._("Bottleneck: %s", self.name),
            "note": self.with_user(manager)._prepare_explanation(),
        }

    def _has_open_activity(self):
        """Tell whether somebody is still at this stage's bottleneck, from an earlier review of the same
        scope.
        """
        return bool(
            self.search_count(
                [
                    ("playbook_stage_id", "=", self.playbook_stage_id.id),
                    ("team_id", "=", self.team_id.id),
                    ("review_id.company_id", "=", self.review_id.company_id.id),
                    ("activity_id.active", "=", True),
                ],
                limit=1,
            )
        )


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


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _get_words(self):
        words = super()._get_words()
        for line in self.env["crm.funnel.review.line"].search([("activity_id", "in", self.ids)]):
            manager = line.activity_id.user_id
            if line.review_id._is_readable_by(manager):
                words[line.activity_id] = line._prepare_alert_words(manager)
        for decision in self.env["crm.funnel.review.decision"].search([("activity_id", "in", self.ids)]):
            if not decision.activity_id.res_model:
                words[decision.activity_id] = decision._prepare_decision_words()
        return words
