from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ...arguments import is_id


class CrmLeadQuestion(models.Model):
    """ "Not known yet": an honest answer, with the day by which the customer is asked. The row goes when
    the question is answered.
    """

    _name = "crm.lead.question"
    _description = "Open Question"
    _inherit = ["crm.lead.fact"]
    _order = "ask_by, id"
    _rec_names_search = ["criterion_id", "condition_id"]

    criterion_id = fields.Many2one("crm.playbook.criterion", index="btree_not_null", ondelete="cascade")
    condition_id = fields.Many2one("crm.playbook.condition", index="btree_not_null", ondelete="cascade")
    ask_by = fields.Date(required=True)
    user_id = fields.Many2one("res.users", string="Noted By", ondelete="set null")
    activity_id = fields.Many2one("mail.activity", index="btree_not_null", ondelete="set null")

    _one_rule = models.Constraint(
        "CHECK((criterion_id IS NULL) <> (condition_id IS NULL))",
        "An open question is about a criterion or about a condition.",
    )
    _criterion_uniq = models.UniqueIndex("(lead_id, criterion_id) WHERE criterion_id IS NOT NULL")
    _condition_uniq = models.UniqueIndex("(lead_id, condition_id) WHERE condition_id IS NOT NULL")

    @api.depends("criterion_id", "condition_id")
    def _compute_display_name(self):
        for question in self:
            question.display_name = question.criterion_id.name or question.condition_id.name

    def unlink(self):
        """What is answered need not be asked any more."""
        activities = self.activity_id
        result = super().unlink()
        activities.unlink()
        return result


class CrmLead(models.Model):
    _inherit = "crm.lead"

    question_ids = fields.One2many(
        "crm.lead.question", "lead_id", string="Open Questions", readonly=True, copy=False
    )

    def ask_later(self, rule_id, kind="condition", ask_by=False):
        """Answer "not known yet" to a question of this lead's score sheet, or to a condition that a person
        confirms: it earns nothing and satisfies advisory conditions only. The salesperson gets an activity.

        :param int rule_id: a ``crm.playbook.criterion`` or ``crm.playbook.condition``
        :param str kind: ``criterion`` or ``condition``
        :param ask_by: the day by which the customer is asked, a date or its ISO text, not past
        :return: the id of the ``crm.lead.question``
        :raise UserError: when this lead has no such question, or the day is missing or past
        """
        self.ensure_one()
        self._check_can_work()
        rule = self._get_askable(rule_id, kind)
        ask_by = self._check_ask_by(ask_by)
        self._take_turns()
        question = self._record_question(rule, kind, ask_by)
        self._message_log(
            body=self.env._(
                "Not known yet: %(name)s (ask by %(day)s)", name=rule.name, day=format_date(self.env, ask_by)
            )
        )
        return question.id

    def _record_question(self, rule, kind, ask_by):
        """Return the question that takes the place of an earlier one and of an answer, with its activity."""
        # sudo: questions belong to the module; the right to write the lead was checked above
        questions = self.env["crm.lead.question"].sudo()
        questions.search([("lead_id", "=", self.id), (f"{kind}_id", "=", rule.id)]).unlink()
        if kind == "criterion":
            self.score_answer_ids.filtered(lambda answer: answer.criterion_id == rule).unlink()
        asker = self.user_id.filtered("active") or self.env.user
        activity = self.sudo().activity_schedule(
            "mail.mail_activity_data_todo",
            ask_by,
            user_id=asker.id,
            **self._prepare_question_words(rule.with_context(lang=asker.lang)),
            **self._prepare_work_vals("question", rule.id, kind),
        )
        return questions.create(
            {
                "lead_id": self.id,
                f"{kind}_id": rule.id,
                "ask_by": ask_by,
                "user_id": self.env.uid,
                "activity_id": activity.id,
            }
        )

    @api.model
    def _prepare_question_words(self, rule):
        """Return the text of the activity that asks about a criterion or condition, in its language."""
        return {"summary": rule.env._("Ask: %s", rule.name)}

    def _get_askable(self, rule_id, kind):
        """Return the criterion or condition of this lead's playbook that a caller named."""
        wanted = {"criterion": "choice", "condition": "confirmation"}
        is_named = isinstance(kind, str) and kind in wanted and is_id(rule_id)
        rule = self.env[f"crm.playbook.{kind}"].browse(rule_id).exists() if is_named else None
        if not rule or not rule.active or rule.kind != wanted[kind] or rule.playbook_id != self.playbook_id:
            raise UserError(
                self.env._(
                    "This cannot be asked later for “%s”: reload the page to see its playbook as it is now.",
                    self.name,
                )
            )
        return rule

    @api.model
    def _check_ask_by(self, ask_by):
        """Return the day that a caller gave."""
        try:
            day = fields.Date.to_date(ask_by)
        except (TypeError, ValueError):
            day = False
        if not day or day < fields.Date.context_today(self):
            raise ValidationError(
                self.env._("“Ask By” must be today or a later day: %s.", ask_by or self.env._("empty"))
            )
        return day

    def _close_questions(self, **rule):
        """The question is answered: it need not be asked any more."""
        [(name, rule_id)] = rule.items()
        # sudo: questions belong to the module; who answers has the right to write the lead
        questions = self.env["crm.lead.question"].sudo()
        questions.search([("lead_id", "in", self.ids), (name, "=", rule_id)]).unlink()
