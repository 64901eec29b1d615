from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..core.crm_playbook_duty import ENTERING
from .kinds import RESPONSIBLES, TRIGGERS


class CrmPlaybookDeadline(models.Model):
    """Something that is to be done within a time: what starts it, for which deals, what ends it, who does
    it, and who hears of it when it is missed. It appears as an ordinary activity.
    """

    _name = "crm.playbook.deadline"
    _description = "Deadline"
    _inherit = ["crm.playbook.rule", "crm.playbook.duty"]
    _order = "playbook_id, sequence, id"

    guidance = fields.Text(help="How it is done well, as whoever does it reads it.")
    domain = fields.Char(string="Applies To", help="Only deals that meet this; empty: all.")
    playbook_id = fields.Many2one(
        "crm.playbook",
        compute="_compute_playbook_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        ondelete="cascade",
    )
    playbook_stage_id = fields.Many2one(
        "crm.playbook.stage",
        string="Stage",
        index=True,
        ondelete="cascade",
        domain="[('playbook_id', '=', playbook_id)]",
        help="The stage whose entering starts it: then it is one of the stage's key actions.",
    )
    trigger = fields.Selection(TRIGGERS, string="Starts When", required=True, default=ENTERING)
    satisfied_domain = fields.Char(
        string="Completed When",
        help="Deals that meet this have it done, and the activity closes automatically; empty: the activity"
        " is closed manually. Progress notes, submitted outputs and agreed responses always close theirs.",
    )
    responsible = fields.Selection(
        RESPONSIBLES,
        required=True,
        default="salesperson",
        help="If there is no such person: the team leader, else the playbook's responsible, else the"
        " salesperson. Where nobody has the role on a deal: the salesperson.",
    )
    role_id = fields.Many2one("crm.playbook.role", string="Responsible Role", ondelete="restrict")
    responsible_user_id = fields.Many2one(
        "res.users", string="Responsible Person", domain=[("share", "=", False)], ondelete="set null"
    )
    is_renewal_reminder = fields.Boolean(
        string="Renewal Reminder",
        help="Once it is due, “Renewal Reminder Fired” is true for the deal: an entry condition can use it.",
    )
    contact_of = fields.Selection(
        [("leader", "The Leader's, Where They Follow Up"), ("anybody", "Anybody's")],
        string="Whose Contact Counts",
        required=True,
        default="leader",
        help="Whose contact with the customer stands for the follow-up of a tier that the team leader follows"
        " up. Where the salesperson does, anybody's counts.",
    )
    delay_summary = fields.Char(string="Time", compute="_compute_delay_summary")
    is_working = fields.Boolean(compute="_compute_is_working")

    _delay_needed = models.Constraint(
        "CHECK(delay_count > 0 OR trigger = 'follow_up')",
        "A deadline needs a time: give it at least 1 hour or day.",
    )
    _stage_needed = models.Constraint(
        "CHECK((trigger = 'stage_entered') = (playbook_stage_id IS NOT NULL))",
        "Choose the stage that starts the deadline, and only where entering a stage starts it.",
    )

    @api.depends("playbook_stage_id")
    def _compute_playbook_id(self):
        for deadline in self:
            deadline.playbook_id = deadline.playbook_stage_id.playbook_id or deadline.playbook_id

    @api.depends("delay_count", "delay_unit", "trigger")
    @api.depends_context("lang")
    def _compute_delay_summary(self):
        for deadline in self:
            is_tiers = deadline.trigger == "follow_up"
            deadline.delay_summary = self.env._("By tier") if is_tiers else deadline._get_delay_text()

    @api.depends("active", "domain", "satisfied_domain")
    def _compute_is_working(self):
        for deadline in self:
            deadline.is_working = deadline.active and not deadline.broken_reason

    @api.depends("satisfied_domain")
    def _compute_broken_reason(self):
        return super()._compute_broken_reason()

    def _get_domains(self):
        return [*super()._get_domains(), self.satisfied_domain]

    @api.constrains("satisfied_domain")
    def _check_satisfied_domain(self):
        """Refuse one that cannot be evaluated, or that every deal meets: nothing would ever be due."""
        for deadline in self:
            self._check_domain_text(deadline.name, deadline.satisfied_domain)
            text = (deadline.satisfied_domain or "").strip()
            if text not in ("", "[]") and self._is_always_true(text):
                raise ValidationError(
                    self.env._(
                        "“Completed When” of “%s” holds for every deal, so that it would never be due:"
                        " leave it empty to have it closed manually.",
                        deadline.name,
                    )
                )

    @api.constrains("responsible", "responsible_user_id", "role_id")
    def _check_responsible_user(self):
        for deadline in self:
            if deadline.responsible == "role" and not deadline.role_id:
                raise ValidationError(
                    self.env._("Choose the role responsible for “%s”.", deadline.name or self.env._("this"))
                )
            if deadline.responsible == "user" and not deadline.responsible_user_id.active:
                raise ValidationError(
                    self.env._(
                        "Choose an active user responsible for “%s”.", deadline.name or self.env._("this")
                    )
                )
            if deadline.responsible == "user":
                deadline.responsible_user_id._check_named_by(deadline)

    @api.constrains("playbook_id", "playbook_stage_id")
    def _check_playbook_stage(self):
        for deadline in self:
            stage = deadline.playbook_stage_id
            if stage and stage.playbook_id != deadline.playbook_id:
                raise ValidationError(
                    self.env._("The stage of “%s” belongs to another playbook.", deadline.name)
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # sudo: activities on deals that the user may not see count too
        used = self.env["mail.activity"].sudo().with_context(active_test=False)
        used = used.search([("playbook_deadline_id", "in", self.ids)], limit=1).playbook_deadline_id
        # sudo: as above
        used |= (
            self.env["crm.lead.waiver"].sudo().search([("deadline_id", "in", self.ids)], limit=1).deadline_id
        )
        if used:
            raise UserError(
                self.env._(
                    "There are activities of the deadline “%s”: archive it instead, so that the compliance"
                    " report keeps them.",
                    used[0].name,
                )
            )

    def copy_data(self, default=None):
        """A key action that is copied with its stage belongs to the playbook of the new stage."""
        vals_list = super().copy_data(default=default)
        for vals in vals_list:
            if vals.get("playbook_stage_id"):
                vals.pop("playbook_id", None)
        return vals_list

    @api.model
    def _is_always_true(self, text):
        """Tell whether every deal meets a domain, as far as its form shows: conditions that ask a
        required field to be set hold too.
        """
        lead_fields = self.env["crm.lead"]._fields

        def simplify(condition):
            field = lead_fields.get(condition.field_expr)
            asks_for_nothing = condition.operator in ("!=", "not in") and not any(
                condition.value if isinstance(condition.value, (list, tuple, set)) else [condition.value]
            )
            is_set = field is not None and (field.required or field.name == "id") and asks_for_nothing
            return Domain.TRUE if is_set else condition

        domain = self._parse_domain(text).map_conditions(simplify)
        # sudo: only whether the domain is empty; no lead is read
        return domain.optimize(self.env["crm.lead"].sudo()).is_true()

    def _get_role(self):
        """Return the roles that do these."""
        return self.filtered(lambda deadline: deadline.responsible == "role").role_id

    def _prepare_duty(self):
        return (
            super()
            ._prepare_duty()
            ._replace(
                trigger=self.trigger,
                stage_id=self.playbook_stage_id.stage_id.id,
                domain=(self.domain or "").strip(),
                satisfied_domain=(self.satisfied_domain or "").strip(),
                delay=None if self.trigger == "follow_up" else self._get_delay(),
                responsible=self.responsible,
                responsible_user_id=self.responsible_user_id.id,
                contact_of=self.contact_of,
                role_id=self._get_role().id,
            )
        )


class CrmPlaybookStage(models.Model):
    _inherit = "crm.playbook.stage"

    action_ids = fields.One2many(
        "crm.playbook.deadline",
        "playbook_stage_id",
        string="Key Actions",
        copy=True,
        help="What is to be done in this stage, and within which time.",
    )
    action_summary = fields.Text(string="Key Actions in Short", compute="_compute_action_summary")

    def write(self, vals):
        """What is asked for in a stage that is another one now is not asked of the past."""
        beginning = self.filtered(lambda one: vals.get("stage_id", one.stage_id.id) != one.stage_id.id)
        beginning = beginning.with_context(active_test=False)
        beginning.action_ids._begin_anew()
        beginning.output_ids._begin_anew()
        return super().write(vals)

    @api.depends("action_ids.name")
    def _compute_action_summary(self):
        for stage in self:
            stage.action_summary = "\n".join(stage.action_ids.mapped("name"))


class CrmPlaybook(models.Model):
    _inherit = "crm.playbook"

    deadline_ids = fields.One2many(
        "crm.playbook.deadline",
        "playbook_id",
        string="Deadlines",
        domain=[("playbook_stage_id", "=", False)],
        copy=True,
    )
