from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.funnel import get_review_due, get_today

DAYS = 40  # a period that ended earlier is not the last one


class CrmFunnelReviewLine(models.Model):
    """A bottleneck is somebody's activity, until it is decided on or its review is reviewed; once as long as
    that is open.
    """

    _inherit = "crm.funnel.review.line"

    def _schedule_alerts(self):
        """Make each bottleneck an activity of the manager, unless somebody is at it already."""
        for line in self.filtered("explanation"):
            manager = line.review_id._get_manager()
            if manager and not line._is_seen_to(manager):
                told = line.with_context(lang=manager.lang)._prepare_alert_words(manager)
                line.activity_id = line.review_id._create_activity({**told, "user_id": manager.id})

    def _prepare_alert_words(self, manager):
        """Return the texts of the activity of ``manager``, in the language of the environment: they tell of
        the deals that this user may see.
        """
        return {
            "summary": self.env._("Bottleneck: %s", self.name),
            "note": self.with_user(manager)._prepare_explanation(),
        }

    def _is_seen_to(self, manager):
        """Tell whether somebody is still at this stage's bottleneck, from an earlier review of the same
        scope, or the manager from one of another scope; or whether what was decided on it is not done yet.
        """
        same = Domain("review_id.company_id", "=", self.review_id.company_id.id)
        team = Domain("review_id.team_id", "=", self.team_id.id)
        is_open = Domain("activity_id.active", "=", True)
        asked = Domain("playbook_stage_id", "=", self.playbook_stage_id.id) & same & is_open
        asked &= team | Domain("activity_id.user_id", "=", manager.id)
        decided = Domain("stage_id", "=", self.playbook_stage_id.id) & same & team & is_open
        decisions = self.env["crm.funnel.review.decision"]
        return bool(self.search_count(asked, limit=1) or decisions.search_count(decided, limit=1))


class CrmFunnelReviewDecision(models.Model):
    """What was decided on a stage ends the question what to do about it."""

    _inherit = "crm.funnel.review.decision"

    @api.model_create_multi
    def create(self, vals_list):
        decisions = super().create(vals_list)
        decisions._end_alerts()
        return decisions

    def write(self, vals):
        result = super().write(vals)
        if vals.get("stage_id"):
            self._end_alerts()
        return result

    def _end_alerts(self):
        for decision in self.filtered("stage_id"):
            decision.review_id._end_alerts(decision.stage_id)


class CrmFunnelReview(models.Model):
    """A review that nobody has looked at by Tuesday noon is an activity of the manager, once."""

    _inherit = "crm.funnel.review"

    reminder_id = fields.Many2one(
        "mail.activity", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )
    reminded_at = fields.Datetime(
        string="Reminded On", readonly=True, copy=False, help="When somebody was asked to look at this."
    )

    @api.model
    def _get_later_fields(self):
        return [*super()._get_later_fields(), "reminder_id", "reminded_at"]

    def write(self, vals):
        """Marked as reviewed, it asks for nothing more."""
        result = super().write(vals)
        if vals.get("state") == "done":
            for review in self:
                # sudo: asked of somebody else, perhaps
                review.sudo().reminder_id.filtered("active").sudo(False)._end_as_done()
                review._end_alerts(review.line_ids.playbook_stage_id)
        return result

    def _end_alerts(self, stages):
        """End the activities on bottlenecks of these stages, of this review and earlier ones of its scope."""
        self.ensure_one()
        # sudo: as above
        lines = self.line_ids.sudo().search(
            [
                ("playbook_stage_id", "in", stages.ids),
                ("review_id.team_id", "=", self.team_id.id),
                ("review_id.company_id", "=", self.company_id.id),
                ("review_id.date_from", "<=", self.date_from),
                ("activity_id.active", "=", True),
            ]
        )
        lines.activity_id.sudo(False)._end_as_done()

    def _create_activity(self, vals):
        """Return a new to-do on this review."""
        activity_type = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        return self.env["mail.activity"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id(self._name),
                "res_id": self.id,
                "activity_type_id": activity_type.id if activity_type else False,
                **vals,
            }
        )

    @api.model
    def _remind_safely(self):
        """Remind, and keep no review from being made by what fails."""
        with self.env["crm.playbook.failure"]._noting(self.browse()):
            self._remind()

    @api.model
    def _remind(self):
        """Ask the managers for what of the last period is not reviewed by Tuesday noon, where the deals are
        worked. Nobody is asked twice for one, nor while an earlier one of its scope is asked for.
        """
        now = self.env.cr.now()
        recent = [("date_to", ">=", now.date() - timedelta(days=DAYS))]
        for review in self.search([("state", "=", "open"), ("reminded_at", "=", False), *recent]):
            if review._is_latest() and get_review_due(review.date_to, review.tz) <= now:
                review._schedule_reminder()

    def _schedule_reminder(self):
        manager = self._get_manager()
        if not manager or self._is_earlier_asked_for():
            return
        vals = {
            "user_id": manager.id,
            "date_deadline": get_today(self.env.cr.now(), self.tz),
            **self.with_context(lang=manager.lang)._prepare_reminder_words(),
        }
        # sudo: who was asked, the module alone says
        self.sudo().write({"reminder_id": self._create_activity(vals).id, "reminded_at": self.env.cr.now()})

    def _prepare_reminder_words(self):
        """Return the text of the activity in the language of the environment."""
        return {"summary": self.env._("Not reviewed yet: %s", self.display_name)}

    def _is_earlier_asked_for(self):
        same = [(name, "=", self[name].id) for name in ("playbook_id", "team_id", "company_id")]
        is_open = [("period", "=", self.period), ("reminder_id.active", "=", True)]
        return bool(self.search_count([*same, *is_open], limit=1))


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _end_as_done(self):
        """Mark these as done, as the current user, whoever they are of."""
        if self:
            # sudo: they may be somebody else's
            self.sudo().action_feedback()

    def _get_words(self):
        words = super()._get_words()
        for line in self.env["crm.funnel.review.line"].search([("activity_id", "in", self.ids)]):
            manager = line.activity_id.user_id
            if line.review_id._is_readable_by(manager):
                words[line.activity_id] = line._prepare_alert_words(manager)
        for review in self.env["crm.funnel.review"].search([("reminder_id", "in", self.ids)]):
            words[review.reminder_id] = review._prepare_reminder_words()
        for decision in self.env["crm.funnel.review.decision"].search([("activity_id", "in", self.ids)]):
            if not decision.activity_id.res_model:
                words[decision.activity_id] = decision._prepare_decision_words()
        return words
