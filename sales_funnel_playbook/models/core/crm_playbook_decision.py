from odoo import api, fields, models

STATES = [("open", "Open"), ("overdue", "Overdue"), ("done", "Done"), ("dropped", "Cancelled")]


class CrmPlaybookDecision(models.AbstractModel):
    """What a meeting decided: who does what until when. It is an activity of that person on the meeting."""

    _name = "crm.playbook.decision"
    _inherit = ["crm.playbook.kept.mixin"]
    _description = "Decision of a meeting"
    _order = "date_deadline, id"

    name = fields.Char(string="Task", required=True)
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
            # sudo: whoever sees the meeting sees what became of its decisions
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
        another person gets one of their own. It can only be put under a meeting that the user may write.
        """
        result = super().write(vals)
        if not {"review_id", "session_id"}.isdisjoint(vals):
            self.check_access("write")
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
        """Return the values of the activity: on the meeting, for those who may see it; others get a to-do of
        their own, for the meeting tells of more than theirs.
        """
        meeting = self._get_meeting()
        activity_type = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        vals = {
            "activity_type_id": activity_type.id if activity_type else False,
            "summary": self.name,
            "user_id": self.user_id.id,
            "date_deadline": self.date_deadline,
        }
        if meeting.with_user(self.user_id).sudo(False).has_access("read"):
            return {**vals, "res_model_id": self.env["ir.model"]._get_id(meeting._name), "res_id": meeting.id}
        words = self.with_context(lang=self.user_id.lang)._prepare_decision_words()
        return {**vals, **words, "res_model_id": False, "res_id": False}

    def _get_meeting(self):
        """Return what decided this: a record with activities."""
        raise NotImplementedError

    def _prepare_decision_words(self):
        """Return the note of a to-do that stands alone, in the language of the environment."""
        return {}
