from datetime import timedelta

from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class CrmPlaybookCaseSession(models.TransientModel):
    """Schedules a session in which cases are shared: a meeting with its agenda."""

    _name = "crm.playbook.case.session"
    _description = "Schedule a Sharing Session"

    name = fields.Char(
        string="Subject", required=True, default=lambda self: self.env._("Sharing session: what we learnt")
    )
    start = fields.Datetime(
        required=True,
        default=lambda self: (fields.Datetime.now() + timedelta(days=7)).replace(minute=0, second=0),
    )
    duration = fields.Float(string="Hours", required=True, default=1.0)
    partner_ids = fields.Many2many(
        "res.partner",
        string="Attendees",
        default=lambda self: self._default_partner_ids(),
        domain=[("user_ids.share", "=", False)],
        help="Internal users only.",
    )
    case_ids = fields.Many2many("crm.playbook.case", string="Chosen Cases")
    line_ids = fields.One2many(
        "crm.playbook.case.session.suggestion",
        "wizard_id",
        string="Agenda",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        compute_sudo=False,  # what is suggested is what the user may read
    )

    def _default_partner_ids(self):
        """Whoever calls the session, and the members of the teams that they lead."""
        teams = self.env["crm.team"].search([("user_id", "=", self.env.uid)])
        return self.env.user.partner_id | teams.member_ids.partner_id

    @api.depends("case_ids")
    def _compute_line_ids(self):
        """The chosen cases, or where none are chosen those that are suggested."""
        for wizard in self:
            readable = wizard.case_ids._origin._filtered_access("read")
            chosen = readable.filtered(lambda case: case.state == "published")
            suggested = self.env["crm.playbook.case"]._suggest_for_session()
            cases = {case: suggested.get(case, "") for case in chosen} or suggested
            wizard.line_ids = [
                Command.clear(),
                *(Command.create({"case_id": case.id, "reason": cases[case]}) for case in cases),
            ]

    def action_schedule(self):
        """Make the meeting and open it.

        :raise UserError: without a case, or without a duration
        """
        self.ensure_one()
        if not self.line_ids:
            raise UserError(self.env._("Add at least one published case to the agenda."))
        if self.duration <= 0:
            raise UserError(self.env._("Say how long the session takes: more than 0 hours."))
        event = self.env["calendar.event"].create(self._prepare_event_vals())
        return event.get_formview_action()

    def _prepare_event_vals(self):
        return {
            "name": self.name,
            "start": self.start,
            "stop": self.start + timedelta(hours=self.duration),
            "partner_ids": [Command.set(self.partner_ids.ids)],
            "description": self._prepare_agenda(),
            "case_line_ids": [
                Command.create({"case_id": line.case_id.id, "sequence": sequence})
                for sequence, line in enumerate(self.line_ids, start=1)
            ],
        }

    def _prepare_agenda(self):
        """Return the cases in the order of the agenda, as HTML."""
        items = [Markup("<li>%s</li>") % line._prepare_agenda_item() for line in self.line_ids]
        return Markup("<p>%s</p><ol>%s</ol>") % (self.env._("Agenda"), Markup().join(items))


class CrmPlaybookCaseSessionSuggestion(models.TransientModel):
    """A case on the agenda, and why it is there."""

    _name = "crm.playbook.case.session.suggestion"
    _description = "Suggested Case"
    _order = "sequence, id"

    wizard_id = fields.Many2one("crm.playbook.case.session", required=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    case_id = fields.Many2one(
        "crm.playbook.case", required=True, ondelete="cascade", domain=[("state", "=", "published")]
    )
    outcome = fields.Selection(related="case_id.outcome")
    reason = fields.Char(string="Why", readonly=True)

    def _prepare_agenda_item(self):
        """Return the case, and why it is there, as HTML."""
        link = self.case_id._prepare_link()
        return self.env._("%(case)s: %(reason)s", case=link, reason=self.reason) if self.reason else link

    @api.model_create_multi
    def create(self, vals_list):
        """A line tells the title of its case: only of one that the user may read."""
        lines = super().create(vals_list)
        lines.case_id.check_access("read")
        return lines

    def write(self, vals):
        result = super().write(vals)
        if "case_id" in vals:
            self.case_id.check_access("read")
        return result
