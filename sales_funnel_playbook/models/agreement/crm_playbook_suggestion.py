from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import html_escape
from odoo.tools.misc import clean_context

from ...arguments import check_argument

STATES = [("new", "To Answer"), ("accepted", "Accepted"), ("declined", "Declined")]
RULES = ("condition_id", "output_id", "deadline_id", "criterion_id", "tier_id", "check_id")
UNDECIDED = {"state": "new", "answer": False, "decided_by_id": False, "decided_at": False}


class CrmPlaybookSuggestion(models.Model):
    """What a reader would change about a playbook, what is said to that, and what came of it."""

    _name = "crm.playbook.suggestion"
    _description = "Playbook Suggestion"
    _inherit = ["mail.thread", "crm.playbook.kept.mixin"]
    _order = "id desc"
    _rec_name = "about"
    _mail_post_access = "read"  # whoever reads the playbook has a word

    playbook_id = fields.Many2one(
        "crm.playbook",
        required=True,
        index=True,
        domain=[("is_template", "=", False)],
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="playbook_id.company_id")
    playbook_stage_id = fields.Many2one(
        "crm.playbook.stage",
        string="Stage",
        index=True,
        domain="[('playbook_id', '=', playbook_id)]",
        ondelete="set null",
    )
    condition_id = fields.Many2one(
        "crm.playbook.condition",
        string="Entry Condition",
        domain="[('playbook_id', '=', playbook_id)]",
        ondelete="set null",
    )
    output_id = fields.Many2one(
        "crm.playbook.output", domain="[('playbook_id', '=', playbook_id)]", ondelete="set null"
    )
    deadline_id = fields.Many2one(
        "crm.playbook.deadline",
        string="Key Action or Deadline",
        domain="[('playbook_id', '=', playbook_id)]",
        ondelete="set null",
    )
    criterion_id = fields.Many2one(
        "crm.playbook.criterion",
        string="Score Criterion",
        domain="[('playbook_id', '=', playbook_id)]",
        ondelete="set null",
    )
    tier_id = fields.Many2one(
        "crm.playbook.tier", domain="[('playbook_id', '=', playbook_id)]", ondelete="set null"
    )
    check_id = fields.Many2one(
        "crm.playbook.check",
        string="Data Check",
        domain="[('playbook_id', 'in', [playbook_id, False])]",
        ondelete="set null",
        help="Also one of all playbooks.",
    )
    about = fields.Char(
        compute="_compute_about", store=True, help="The name of the rule, which may be deleted since."
    )
    text = fields.Text(
        string="Suggestion", required=True, help="What should be otherwise, and what it would be good for."
    )
    state = fields.Selection(STATES, required=True, default="new", readonly=True)
    answer = fields.Text(readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    decided_at = fields.Datetime(string="Decided On", readonly=True)
    can_decide = fields.Boolean(compute="_compute_can_decide")

    @api.depends("playbook_id", "playbook_stage_id", *RULES)
    def _compute_about(self):
        for suggestion in self:
            rules = [suggestion[name] for name in (*RULES, "playbook_stage_id", "playbook_id")]
            suggestion.about = next((rule.display_name for rule in rules if rule), False)

    @api.depends("playbook_id.responsible_user_id", "state")
    @api.depends_context("uid")
    def _compute_can_decide(self):
        is_manager = self.env.user.has_group("sales_team.group_sale_manager")
        for suggestion in self:
            is_keeper = suggestion.playbook_id.responsible_user_id == self.env.user
            suggestion.can_decide = suggestion.state == "new" and (is_manager or is_keeper)

    @api.constrains("playbook_id", "playbook_stage_id", *RULES)
    def _check_rule(self):
        for suggestion in self:
            if suggestion.playbook_id.is_template:
                raise ValidationError(
                    self.env._(
                        "Suggest changes of a playbook in use: “%s” is a template.",
                        suggestion.playbook_id.name,
                    )
                )
            for rule in (suggestion[name] for name in (*RULES, "playbook_stage_id")):
                is_of_all = rule == suggestion.check_id and not rule.playbook_id
                if rule and not is_of_all and rule.playbook_id != suggestion.playbook_id:
                    raise ValidationError(
                        self.env._(
                            "“%(rule)s” is not of the playbook “%(playbook)s”: choose one that is.",
                            rule=rule.display_name,
                            playbook=suggestion.playbook_id.name,
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        """Whoever keeps the playbook is told of what is new."""
        suggestions = super().create(vals_list)
        # sudo: nobody begins with a decision, not by a default of their own either
        suggestions.sudo().write(UNDECIDED)
        for suggestion in suggestions:
            keeper = suggestion.playbook_id.responsible_user_id.filtered("active")
            if keeper and keeper != self.env.user:
                told = suggestion.with_context(lang=keeper.lang or "en_US").env
                suggestion._tell(keeper, told._("A change is suggested: %s", suggestion.text))
        return suggestions

    def _tell(self, user, text):
        """Say something in the thread, to one person, in whose language it is."""
        # sudo: the thread is the module's; who is told may read the playbook
        thread = self.sudo()
        # defaults are of other records
        thread = thread.with_env(thread.env(context=clean_context(self.env.context)))
        thread.message_post(
            body=html_escape(text),
            author_id=self.env.user.partner_id.id,
            partner_ids=user.partner_id.ids,
            subtype_xmlid="mail.mt_note",
        )

    @api.readonly
    def action_decide(self):
        """Open the dialog that asks for the decision and the answer."""
        self.ensure_one()
        self._check_can_decide()
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.playbook.suggestion.decide",
            "views": [(False, "form")],
            "target": "new",
            "name": self.env._("Decide on a Suggestion"),
            "context": {"default_suggestion_id": self.id},
        }

    def decide(self, is_accepted, answer):
        """Accept or decline this suggestion; whoever made it is told.

        :param bool is_accepted: whether the playbook is going to be changed
        :param str answer: what is said to it
        :raise AccessError: unless the user keeps the playbook or is a sales manager
        :raise UserError: without an answer, or when it is decided already
        """
        self.ensure_one()
        self._check_can_decide()
        check_argument(self.env, "answer", answer, not answer or isinstance(answer, str))
        answer = (answer or "").replace("\0", " ").strip()
        if not answer:
            raise UserError(self.env._("Write an answer: whoever suggested it should know why."))
        # sudo: who may decide writes what the module keeps
        self.sudo().write(
            {
                "state": "accepted" if is_accepted else "declined",
                "answer": answer,
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )
        told = self.with_context(lang=self.create_uid.lang or "en_US").env
        text = (
            told._("Your suggestion was accepted: %s", self.answer)
            if is_accepted
            else told._("Your suggestion was declined: %s", self.answer)
        )
        self._tell(self.create_uid, text)
        return True

    def _check_can_decide(self):
        self.check_access("read")
        if self.state != "new":
            raise UserError(self.env._("This suggestion is decided already: reload the page."))
        if not self.can_decide:
            raise AccessError(
                self.env._(
                    "Only the responsible of “%s” or a sales manager decides on it.", self.playbook_id.name
                )
            )
