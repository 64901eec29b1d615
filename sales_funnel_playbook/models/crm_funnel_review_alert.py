from odoo import models


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
                    "summary": told.env._("Bottleneck: %s", told.name),
                    "note": told.with_user(manager)._prepare_explanation(),
                    "user_id": manager.id,
                }
            )

    def _has_open_activity(self):
        """Tell whether somebody is still at this stage's bottleneck, from an earlier review of the same
        scope.
        """
        return bool(
            self.search_count(
                [
                    ("playbook_stage_id", "=", self.playbook_stage_id.id),
                    ("team_id", "=", self.team_id.id),
                    ("activity_id.active", "=", True),
                ],
                limit=1,
            )
        )


class CrmFunnelReview(models.Model):
    _inherit = "crm.funnel.review"

    def _get_manager(self):
        """Return who acts on this review: the team's leader, else the playbook's responsible, else the first
        who gets the reviews, of those who may see it.
        """
        playbook = self.playbook_id
        for user in (*self.team_id.user_id, *playbook.responsible_user_id, *playbook.review_user_ids):
            if user.active and self.with_user(user).has_access("read"):
                return user
        return self.env["res.users"]
