from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ...arguments import is_id
from ...tools.scoring import NOT_KNOWN, get_points, get_score


class CrmLeadScoreAnswer(models.Model):
    """What a person answered to a criterion of the score sheet."""

    _name = "crm.lead.score.answer"
    _description = "Answer on the Score Sheet"
    _inherit = ["crm.lead.fact"]
    _rec_name = "option_id"
    _order = "id"

    criterion_id = fields.Many2one("crm.playbook.criterion", required=True, index=True, ondelete="restrict")
    option_id = fields.Many2one(
        "crm.playbook.criterion.option",
        string="Chosen Answer",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('criterion_id', '=', criterion_id)]",
    )
    points = fields.Float(related="option_id.points")

    _criterion_uniq = models.UniqueIndex(
        "(lead_id, criterion_id)", "This criterion is answered already: change that answer."
    )

    @api.constrains("criterion_id", "option_id")
    def _check_option(self):
        for answer in self:
            if answer.option_id.criterion_id != answer.criterion_id:
                raise ValidationError(
                    self.env._(
                        "“%(option)s” is not a valid answer to “%(criterion)s”.",
                        option=answer.option_id.name,
                        criterion=answer.criterion_id.name,
                    )
                )


class CrmLead(models.Model):
    _inherit = "crm.lead"

    score_answer_ids = fields.One2many("crm.lead.score.answer", "lead_id", string="Score Answers")
    score = fields.Float(
        compute="_compute_score",
        store=True,
        precompute=True,
        digits=(3, 1),
        help="Points on the playbook's score sheet, 0 to 10.",
    )
    is_scored = fields.Boolean(
        string="Score Sheet Complete",
        compute="_compute_score",
        store=True,
        precompute=True,
        help="Every question of the score sheet has an answer, be it that the customer will be asked.",
    )

    @api.depends("score_answer_ids.option_id", "question_ids.criterion_id")
    def _compute_score(self):
        sheets = self.env["crm.playbook"]._get_score_sheets()
        playbook_ids = self._get_playbook_ids() if sheets else {}
        # rules are asked in SQL, which writes what is pending: the tier is to be part of that
        self._recompute_recordset(["tier"])
        earned = self._get_earned_points({i: sheets.get(p, ()) for i, p in playbook_ids.items() if i})
        values = defaultdict(list)
        for lead in self:
            values[get_score(earned.get(lead.id, {}))].append(lead.id)
        for (score, is_scored), lead_ids in values.items():
            leads = self.browse(lead_ids)
            leads.score, leads.is_scored = score, is_scored

    @api.model
    def _get_rating_results(self):
        return (*super()._get_rating_results(), "score", "is_scored")

    def _get_earned_points(self, sheets):
        """Return ``{lead id: {criterion id: points}}``; None stands for a question without an answer.

        :param dict sheets: ``{lead id: (Criterion, …)}``
        """
        criteria = {criterion for sheet in set(sheets.values()) for criterion in sheet}
        leads = self.browse(lead_id for lead_id, sheet in sheets.items() if sheet)
        domains = {criterion.id: criterion.domain for criterion in criteria if criterion.kind == "domain"}
        met = self.env["crm.playbook.rule"]._match(domains, leads) if domains else {}
        answers = leads._get_score_answers()
        return {
            lead.id: get_points(
                sheets[lead.id],
                {criterion_id for criterion_id, lead_ids in met.items() if lead.id in lead_ids},
                answers.get(lead.id, {}),
            )
            for lead in leads
        }

    def _get_score_answers(self):
        """Return ``{lead id: {criterion id: option id, or NOT_KNOWN}}`` of these leads."""
        if not self:
            return {}
        self.env["crm.lead.score.answer"].flush_model()
        self.env["crm.lead.question"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT lead_id, criterion_id, option_id FROM crm_lead_score_answer WHERE lead_id = ANY(%s)"
                " UNION ALL SELECT lead_id, criterion_id, %s FROM crm_lead_question"
                " WHERE lead_id = ANY(%s) AND criterion_id IS NOT NULL",
                self.ids,
                NOT_KNOWN,
                self.ids,
            )
        )
        answers = defaultdict(dict)
        for lead_id, criterion_id, option_id in rows:
            answers[lead_id][criterion_id] = option_id
        return answers

    def answer_criterion(self, criterion_id, option_id=False):
        """Answer a question of this lead's score sheet, or take the answer back.

        :param int criterion_id: a ``crm.playbook.criterion`` of kind ``choice``
        :param option_id: one of its ``crm.playbook.criterion.option``, or False for no answer
        :return: the lead's score, 0 to 10
        :raise UserError: when this lead's playbook has no such question, or it no such answer
        """
        self.ensure_one()
        self._check_can_work()
        sheet = self.env["crm.playbook"]._get_score_sheets().get(self.playbook_id.id, ())
        criterion = next((c for c in sheet if c.id == criterion_id and c.kind == "choice"), None)
        is_answer = is_id(option_id) and criterion and option_id in criterion.options
        if not criterion or (option_id and not is_answer):
            raise UserError(
                self.env._(
                    "This question cannot be answered so for “%s”: reload the page to see its score sheet as"
                    " it is now.",
                    self.name,
                )
            )
        answer = self.score_answer_ids.filtered(lambda a: a.criterion_id.id == criterion_id)
        self._close_questions(criterion_id=criterion_id)
        if not option_id:
            answer.unlink()
        elif answer:
            answer.option_id = option_id
        else:
            answer.create({"lead_id": self.id, "criterion_id": criterion_id, "option_id": option_id})
        return self.score
