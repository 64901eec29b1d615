from odoo import api, fields, models
from odoo.tools import format_date


class CrmCoachingDecision(models.Model):
    """What a one-to-one decided: who does what until when."""

    _name = "crm.coaching.decision"
    _inherit = ["crm.playbook.decision"]
    _description = "One-to-One Decision"

    session_id = fields.Many2one("crm.coaching.session", required=True, index=True, ondelete="cascade")

    def _get_meeting(self):
        return self.session_id

    def _prepare_decision_words(self):
        """Of those who may not see the one-to-one: not whose it was."""
        return {"note": self.env._("Decided in a one-to-one with %s.", self.session_id.leader_id.name)}


class CrmCoachingSession(models.Model):
    """A one-to-one of a salesperson and who leads them: what was to be talked about, and what was decided.
    Read by the two, the leader of the salesperson's team, and sales managers.
    """

    _name = "crm.coaching.session"
    _description = "One-to-One"
    _inherit = ["crm.playbook.kept.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _rec_name = "user_id"

    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        ondelete="restrict",
    )
    leader_id = fields.Many2one(
        "res.users",
        string="With",
        required=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company, ondelete="cascade"
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    agenda = fields.Text(help="What to talk about.")
    minutes = fields.Text(help="What was said.")
    decision_ids = fields.One2many("crm.coaching.decision", "session_id", string="Decisions")
    previous_decision_ids = fields.Many2many(
        "crm.coaching.decision",
        compute="_compute_previous_decision_ids",
        string="Previous Decisions",
        help="What the one-to-one before decided, and what is still open from earlier ones.",
    )

    @api.depends("user_id", "date")
    def _compute_display_name(self):
        for session in self:
            session.display_name = self.env._(
                "%(person)s, %(date)s", person=session.user_id.name, date=format_date(self.env, session.date)
            )

    @api.depends("user_id", "date", "company_id")
    def _compute_previous_decision_ids(self):
        """One search for all: the earlier one-to-ones of the same people."""
        earlier = self.search(
            [
                ("user_id", "in", self.user_id.ids),
                ("date", "<=", max(filter(None, self.mapped("date")), default=False)),
            ]
        )
        for session in self:
            before = earlier.filtered(session._is_after)
            last = before.sorted(lambda one: (one.date, one.id))[-1:]
            session.previous_decision_ids = before.decision_ids.filtered(
                lambda one, last=last: one.session_id == last or one.state in ("open", "overdue")
            )

    def _is_after(self, other):
        """Tell whether this one-to-one is after another one of the same person in the same company."""
        self.ensure_one()
        is_same = other.user_id == self.user_id and other.company_id == self.company_id
        its_id = self._origin.id or float("inf")
        return bool(is_same and self.date and (other.date, other.id) < (self.date, its_id))

    @api.model_create_multi
    def create(self, vals_list):
        """Whoever plans something for themselves follows it by that: Odoo does not look, and fails."""
        sessions = super(CrmCoachingSession, self.with_context(mail_create_nosubscribe=True)).create(
            vals_list
        )
        sessions = sessions.with_env(self.env)
        sessions.message_subscribe(self.env.user.partner_id.ids)
        return sessions

    def write(self, vals):
        """It can only be given to somebody whose one-to-ones the user may write, too."""
        result = super().write(vals)
        if not vals.keys().isdisjoint(("user_id", "company_id")):
            self.check_access("write")
        return result
