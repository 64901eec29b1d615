from odoo import api, fields, models

STATES = [("open", "Open"), ("overdue", "Overdue"), ("done", "Done"), ("dropped", "Cancelled")]


class CrmFunnelReviewDecision(models.Model):
    """What a review decided: who does what until when. It is an activity of that person on the review."""

    _name = "crm.funnel.review.decision"
    _inherit = ["crm.playbook.kept.mixin"]
    _description = "Funnel Review Decision"
    _order = "date_deadline, id"

    review_id = fields.Many2one("crm.funnel.review", required=True, index=True, ondelete="cascade")
    name = fields.Char(string="Task", required=True)
    stage_id = fields.Many2one("crm.playbook.stage", string="About", ondelete="set null")
    user_id = fields.Many2one(
        "res.users",
        string="Who",
        required=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        ondelete="restrict",
    )
    date_deadline = fields.Date(
        string="Until",
        required=True,
        default=lambda self: fields.Date.add(fields.Date.context_today(self), days=7),
    )
    activity_id = fields.Many2one("mail.activity", readonly=True, copy=False, ondelete="set null")
    state = fields.Selection(STATES, compute="_compute_state")

    @api.depends("activity_id.active", "activity_id.date_deadline")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for decision in self:
            # sudo: whoever sees the review sees what became of its decisions
            activity = decision.sudo().activity_id
            if not activity:
                decision.state = "dropped" if decision.id else "open"
            elif not activity.active:
                decision.state = "done"
            else:
                decision.state = "overdue" if activity.date_deadline < today else "open"

    def _get_state_label(self):
        """Return the state in the reader's language."""
        return dict(self._fields["state"]._description_selection(self.env))[self.state]

    @api.model_create_multi
    def create(self, vals_list):
        decisions = super().create(vals_list)
        decisions._schedule()
        return decisions

    def write(self, vals):
        """The activity follows: another text or date of a decision is another one of the activity, and
        another person gets one of their own.
        """
        result = super().write(vals)
        # sudo: the activity is somebody else's
        activities = self.sudo().activity_id.filtered("active")
        changes = {
            target: vals[name]
            for name, target in (("name", "summary"), ("date_deadline", "date_deadline"))
            if name in vals
        }
        if changes:
            activities.write(changes)
        if "user_id" in vals:
            moved = self.filtered(lambda decision: decision.sudo().activity_id in activities)
            activities.unlink()
            moved._schedule()
        return result

    def unlink(self):
        # sudo: as above
        self.sudo().activity_id.filtered("active").unlink()
        return super().unlink()

    def _schedule(self):
        """Make each decision an activity of whoever is to do it."""
        # sudo: planned for somebody else
        activities = self.env["mail.activity"].sudo()
        for decision, activity in zip(
            self, activities.create([one._prepare_activity_vals() for one in self]), strict=True
        ):
            # sudo: which activity is a decision's, the module alone says
            decision.sudo().activity_id = activity

    def _prepare_activity_vals(self):
        """Return the values of the activity: on the review, for those who may see it; others get a to-do of
        their own, for the review and its workbook tell of all the team's customers.
        """
        review = self.review_id
        activity_type = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        vals = {
            "activity_type_id": activity_type.id if activity_type else False,
            "summary": self.name,
            "user_id": self.user_id.id,
            "date_deadline": self.date_deadline,
        }
        if review.with_user(self.user_id).sudo(False).has_access("read"):
            return {**vals, "res_model_id": self.env["ir.model"]._get_id(review._name), "res_id": review.id}
        words = self.with_context(lang=self.user_id.lang)._prepare_decision_words()
        return {**vals, **words, "res_model_id": False, "res_id": False}

    def _prepare_decision_words(self):
        """Return the note of a to-do that stands alone, in the language of the environment."""
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
