from odoo import api, fields, models
from odoo.fields import Domain

MAX_SUGGESTED = 3  # for each reason
RECENT_DAYS = 92


class CrmPlaybookCaseSessionLine(models.Model):
    """A case on the agenda of a sharing session, and what was said about it."""

    _name = "crm.playbook.case.session.line"
    _inherit = ["crm.playbook.kept.mixin"]
    _description = "Case in a Sharing Session"
    _order = "held_at desc, sequence, id"
    _rec_name = "case_id"

    event_id = fields.Many2one("calendar.event", string="Session", index=True, ondelete="set null")
    case_id = fields.Many2one(
        "crm.playbook.case",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("state", "=", "published")],
    )
    sequence = fields.Integer(default=10)
    held_at = fields.Datetime(
        compute="_compute_held_at",
        store=True,
        index=True,
        help="The session's beginning; kept when that goes.",
    )
    minutes = fields.Html(help="What was said about the case; shown on the case too.")

    _case_uniq = models.UniqueIndex("(event_id, case_id)", "This case is on the agenda already.")

    @api.model
    def _get_kept_domain(self):
        """Return the domain of what is planned or was held: not what was on the agenda of a session that was
        cancelled.
        """
        return Domain("event_id", "any!", [("active", "=", True)]) | Domain("minutes", "!=", False)

    @api.depends("event_id.start")
    def _compute_held_at(self):
        for line in self:
            line.held_at = line.event_id.start or line.held_at


class CrmPlaybookCase(models.Model):
    """What to talk about in the next sharing session."""

    _inherit = "crm.playbook.case"

    session_line_ids = fields.One2many(
        "crm.playbook.case.session.line", "case_id", string="Discussions", readonly=True
    )

    @api.model
    def _suggest_for_session(self):
        """Return ``{case: reason}`` of the published cases to talk about: new ones, those used most lately,
        and what lost the best deals, each for the first reason that holds.
        """
        new = self.search(Domain("state", "=", "published") & self._get_new_domain(), limit=MAX_SUGGESTED)
        lost = Domain("outcome", "=", "lost") & Domain("tier", "=", "A")
        lost &= Domain("state", "=", "published") & self._get_not_discussed_domain()
        reasons = (
            (new, self.env._("New since the last session")),
            (self._get_most_used(), self.env._("Used most lately")),
            (self.search(lost, limit=MAX_SUGGESTED), self.env._("Lost tier A deal")),
        )
        suggested = {}
        for cases, reason in reasons:
            for case in cases:
                suggested.setdefault(case, reason)
        return suggested

    @api.model
    def _get_new_domain(self):
        """Return the domain of the cases published since the last session, or lately where there was none."""
        recent = fields.Datetime.subtract(fields.Datetime.now(), days=RECENT_DAYS)
        lines = self.env["crm.playbook.case.session.line"]
        past = Domain("held_at", "<=", fields.Datetime.now()) & lines._get_kept_domain()
        last = lines.search(past, order="held_at desc", limit=1)
        new = Domain("published_at", ">", max(last.held_at or recent, recent))
        return new & self._get_not_discussed_domain()

    @api.model
    def _get_not_discussed_domain(self):
        """Return the domain of the cases that no session has talked about, or will."""
        lines = self.env["crm.playbook.case.session.line"]
        return Domain("session_line_ids", "not any!", lines._get_kept_domain())

    @api.model
    def _get_most_used(self):
        recent = fields.Datetime.subtract(fields.Datetime.now(), days=RECENT_DAYS)
        # sudo: uses in deals that the user does not see count too
        used = (
            self.env["crm.playbook.case.use"]
            .sudo()
            ._read_group(
                [("create_date", ">", recent), ("case_id.state", "=", "published")],
                ["case_id"],
                order="__count desc, case_id",
                limit=MAX_SUGGESTED * 3,
            )
        )
        cases = self.browse(case.id for [case] in used)
        return cases._filtered_access("read")[:MAX_SUGGESTED]

    @api.readonly
    def action_schedule_session(self):
        """Open the dialog that schedules a sharing session on these cases, or on what is suggested."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.playbook.case.session",
            "name": self.env._("Sharing Session"),
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_ids": self.ids},
        }


class CalendarEvent(models.Model):
    """A meeting may be a sharing session on cases; what is said goes back to each case."""

    _inherit = "calendar.event"

    case_line_ids = fields.One2many(
        "crm.playbook.case.session.line",
        "event_id",
        string="Cases",
        copy=False,
        groups="sales_team.group_sale_salesman",
    )
