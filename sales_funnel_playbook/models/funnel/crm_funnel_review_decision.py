from odoo import api, fields, models


class CrmFunnelReviewDecision(models.Model):
    """What a review decided: who does what until when. It is an activity of that person on the review."""

    _name = "crm.funnel.review.decision"
    _inherit = ["crm.playbook.decision"]
    _description = "Funnel Review Decision"

    review_id = fields.Many2one("crm.funnel.review", required=True, index=True, ondelete="cascade")
    stage_id = fields.Many2one("crm.playbook.stage", string="About", ondelete="set null")

    def _get_meeting(self):
        return self.review_id

    def _prepare_decision_words(self):
        """Those who may not see the review, and its workbook, which tell of all the team's customers."""
        return {"note": self.env._("Decided in the review “%s”.", self.review_id.display_name)}


class CrmFunnelReview(models.Model):
    _inherit = "crm.funnel.review"

    decision_ids = fields.One2many("crm.funnel.review.decision", "review_id", string="Decisions")
    previous_decision_ids = fields.Many2many(
        "crm.funnel.review.decision",
        compute="_compute_previous_decision_ids",
        string="Previous Decisions",
        help="What the review before decided, and what is still open from earlier ones.",
    )

    @api.depends("previous_id.decision_ids.state")
    def _compute_previous_decision_ids(self):
        """One query for all: the decisions of earlier reviews of the same scopes."""
        earlier = self.env["crm.funnel.review.decision"].search(
            [
                ("review_id.playbook_id", "in", self.playbook_id.ids),
                ("review_id.date_from", "<", max(self.mapped("date_from"), default=fields.Date.today())),
            ]
        )
        for review in self:
            review.previous_decision_ids = earlier.filtered(
                lambda decision, review=review: (
                    decision.review_id == review.previous_id
                    or (
                        decision.state in ("open", "overdue")
                        and decision.review_id.period == review.period
                        and decision.review_id.playbook_id == review.playbook_id
                        and decision.review_id.team_id == review.team_id
                        and decision.review_id.date_from < review.date_from
                    )
                )
            )
