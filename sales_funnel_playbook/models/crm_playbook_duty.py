from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import frozendict

from .crm_playbook_delay import UNITS
from .crm_playbook_duty_rows import ENTERING, Duties, Duty


class CrmPlaybookDuty(models.AbstractModel):
    """A rule that gives somebody an activity with a due time, and tells somebody else when it is missed."""

    _name = "crm.playbook.duty"
    _description = "Dated Duty"
    _inherit = ["crm.playbook.delay", "crm.playbook.cache.mixin"]
    _playbook_effects = {"deadlines": None}
    _playbook_silent_fields = frozenset({"error"})

    activity_type_id = fields.Many2one(
        "mail.activity.type",
        ondelete="set null",
        domain="[('res_model', 'in', [False, 'crm.lead'])]",
        help="The kind of activity it appears as; empty: a to-do.",
    )
    effective_from = fields.Datetime(
        required=True,
        default=fields.Datetime.now,
        copy=False,
        help="What began before brings no activity: a new rule asks nothing of the past.",
    )
    escalation_to = fields.Selection(
        [("none", "Nobody"), ("team_leader", "Team Leader"), ("user", "A Named Person")],
        string="Escalate To",
        required=True,
        default="none",
        help="Who is told, once, when it is still not done some time after it was due. Without a team leader"
        " it is the playbook's responsible, else the salesperson.",
    )
    escalation_user_id = fields.Many2one(
        "res.users", string="Escalate To Person", domain=[("share", "=", False)], ondelete="set null"
    )
    escalation_count = fields.Integer(string="Escalate After", help="0: as soon as it is overdue.")
    escalation_unit = fields.Selection(
        UNITS,
        string="Unit of Escalation",
        required=True,
        default="working_days",
    )

    error = fields.Text(readonly=True, copy=False, help="Why this could not be followed last time.")

    _escalation_count_range = models.Constraint(
        "CHECK(escalation_count BETWEEN 0 AND 1000)",
        "The time until an escalation is between 0 and 1000 of its unit.",
    )

    @api.constrains("escalation_to", "escalation_user_id")
    def _check_escalation_user(self):
        for rule in self:
            if rule.escalation_to == "user" and not rule.escalation_user_id.active:
                raise ValidationError(
                    self.env._("Choose an active user to whom “%s” is escalated, or nobody.", rule.name)
                )

    def write(self, vals):
        """A time limit that begins now asks nothing of the past."""
        if vals.get("delay_count") and "effective_from" not in vals:
            beginning = self.filtered(lambda rule: not rule.delay_count)
            super(CrmPlaybookDuty, beginning).write({"effective_from": fields.Datetime.now()})
        return super().write(vals if "error" in vals else {**vals, "error": False})

    def _report_error(self, error):
        """Tell the playbook's responsible, once, why this rule could not be followed; the others go on.

        :param error: an exception or its text
        """
        self.ensure_one()
        reason = (str(error) or repr(error)).splitlines()[0]
        if reason == self.error:
            return
        self.write({"error": reason})
        responsible = self.playbook_id.responsible_user_id.filtered("active")
        self.playbook_id.message_post(
            body=self.env._("“%(rule)s” cannot be followed: %(reason)s", rule=self.name, reason=reason),
            partner_ids=responsible.partner_id.ids,
        )

    def _prepare_duty(self):
        """Return this rule as a :class:`Duty`; extended by each kind of rule."""
        self.ensure_one()
        escalates = self.escalation_to != "none"
        return Duty(
            key=f"{self._name.rpartition('.')[2]}:{self.id}",
            id=self.id,
            trigger=ENTERING,
            stage_id=False,
            domain="",
            satisfied_domain="",
            delay=self._get_delay(),
            escalation=(self.escalation_count, self.escalation_unit) if escalates else None,
            effective_from=self.effective_from,
            responsible="salesperson",
            responsible_user_id=False,
            activity_type_id=self.activity_type_id.id,
        )


class CrmPlaybook(models.Model):
    _inherit = "crm.playbook"
    _playbook_effects = {"deadlines": {"responsible_user_id", "calendar_id", "active", "company_id"}}

    responsible_user_id = fields.Many2one(
        "res.users",
        string="Playbook Responsible",
        default=lambda self: self.env.user.filtered("active"),
        domain=[("share", "=", False)],
        ondelete="set null",
        tracking=True,
        help="Keeps this playbook up to date, is told when one of its rules fails, and gets what has"
        " neither salesperson nor team leader.",
    )

    @api.model
    @tools.ormcache()
    def _get_duties(self):
        """Return ``{playbook id: Duties}`` of the playbooks that have some, kept in memory."""
        # sudo: kept in memory for everybody
        playbooks = self.sudo().with_context(active_test=True)
        playbooks = playbooks.search([("is_template", "=", False), ("stage_ids", "!=", False)])
        duties = {playbook.id: playbook._prepare_duties() for playbook in playbooks}
        return frozendict({id_: one for id_, one in duties.items() if one.duties or one.broken})

    def _prepare_duties(self):
        outputs = self.stage_ids.output_ids.filtered(lambda o: o.delay_count and o.is_required)
        deadlines = self.deadline_ids | self.stage_ids.action_ids
        working = deadlines.filtered("is_working")
        rules = [*working, *outputs]
        rhythms = self.tier_ids.filtered("delay_count")
        return Duties(
            duties=tuple(rule._prepare_duty() for rule in rules),
            broken=tuple(rule._prepare_duty().key for rule in deadlines - working),
            tiers=frozendict({t.tier: (t._get_delay(), t.follow_up_responsible) for t in rhythms}),
            responsible_user_id=self.responsible_user_id.id,
            calendar_id=self.calendar_id.id,
        )

    def _request_settling(self):
        """Have the activities of these playbooks' deals brought in line, as soon as the job gets to it."""
        duties = self._get_duties()
        in_use = self.filtered(lambda playbook: playbook.id in duties or playbook._has_open_work())
        if in_use:
            # sudo: the job's queue belongs to the module
            self.env["crm.playbook.refresh"].sudo()._request(in_use, "deadlines")

    def _has_open_work(self):
        """Tell whether deals have activities that this playbook has given them."""
        # sudo: also those of deals that the user may not see
        work = self.env["mail.activity"].sudo()
        return bool(work.search_count([("playbook_id", "in", self.ids)], limit=1))
