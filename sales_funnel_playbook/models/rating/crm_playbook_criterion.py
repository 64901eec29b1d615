from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_compare, frozendict

from ...tools.scoring import Criterion
from ..core.memory import remembered

FULL_SCORE = 10


class CrmPlaybookCriterion(models.Model):
    """One line of the score sheet. A domain scores by itself, a choice is answered on the deal."""

    _name = "crm.playbook.criterion"
    _description = "Score Criterion"
    _inherit = ["crm.playbook.rule", "crm.playbook.rated.mixin"]

    playbook_id = fields.Many2one("crm.playbook", required=True, index=True, ondelete="cascade")
    kind = fields.Selection(
        [("domain", "Checked by the system"), ("choice", "Answered by a person")],
        required=True,
        default="domain",
    )
    points = fields.Float(
        compute="_compute_points",
        store=True,
        readonly=False,
        precompute=True,
        digits=(3, 1),
        help="What it earns; for a choice, what its best answer earns. All of a sheet make ten.",
    )
    option_ids = fields.One2many("crm.playbook.criterion.option", "criterion_id", string="Answers", copy=True)

    _points_positive = models.Constraint(
        "CHECK(points >= 0)", "The points of a criterion cannot be negative."
    )

    @api.depends("kind", "option_ids.points")
    def _compute_points(self):
        for criterion in self:
            if criterion.kind == "choice":
                criterion.points = max(criterion.option_ids.mapped("points"), default=0)

    @api.constrains("domain")
    def _check_own_results(self):
        """The score cannot follow from itself."""
        for criterion in self:
            if loop := {"score", "is_scored", "tier", "check_ids"} & criterion._get_named_fields():
                raise ValidationError(
                    self.env._(
                        "The criterion “%(criterion)s” cannot look at “%(field)s”, which follows from the"
                        " score.",
                        criterion=criterion.name,
                        field=sorted(loop)[0],
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_answered(self):
        # sudo: answers on deals that the user may not see count too
        answers = self.env["crm.lead.score.answer"].sudo().search([("criterion_id", "in", self.ids)])
        if answers:
            raise UserError(
                self.env._(
                    "The criterion “%(criterion)s” is answered on %(count)s deals: archive it instead, so"
                    " that the answers stay.",
                    criterion=answers[0].criterion_id.name,
                    count=len(answers.lead_id),
                )
            )

    def _prepare_criterion(self):
        """Return this line as scoring keeps it in memory."""
        options = {option.id: option.points for option in self.option_ids}
        return Criterion(self.id, self.kind, self.points, self.domain or "[]", frozendict(options))


class CrmPlaybookCriterionOption(models.Model):
    """A possible answer to a choice."""

    _name = "crm.playbook.criterion.option"
    _description = "Answer of a Score Criterion"
    _inherit = ["crm.playbook.rated.mixin"]
    _order = "sequence, id"

    criterion_id = fields.Many2one("crm.playbook.criterion", required=True, index=True, ondelete="cascade")
    playbook_id = fields.Many2one(related="criterion_id.playbook_id")
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    points = fields.Float(digits=(3, 1))

    _points_positive = models.Constraint("CHECK(points >= 0)", "The points of an answer cannot be negative.")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_answered(self):
        # sudo: answers on deals that the user may not see count too
        answers = self.env["crm.lead.score.answer"].sudo().search([("option_id", "in", self.ids)], limit=1)
        if answers:
            raise UserError(
                self.env._(
                    "The answer “%s” was given on deals: rename it, or archive its criterion.",
                    answers.option_id.name,
                )
            )


class CrmPlaybook(models.Model):
    _inherit = "crm.playbook"

    criterion_ids = fields.One2many("crm.playbook.criterion", "playbook_id", string="Score Sheet", copy=True)
    score_maximum = fields.Float(
        string="Points of the Sheet",
        compute="_compute_score_maximum",
        digits=(3, 1),
        help="What all criteria together can earn. The sheet is only used when that is exactly 10.",
    )

    @api.depends("criterion_ids.points")
    def _compute_score_maximum(self):
        for playbook in self:
            playbook.score_maximum = sum(playbook.criterion_ids.mapped("points"))

    @api.constrains("criterion_ids")
    def _check_score_maximum(self):
        for playbook in self.filtered("criterion_ids"):
            if not playbook._is_sheet_complete():
                raise ValidationError(
                    self.env._(
                        "The score sheet of “%(playbook)s” totals %(points)s points: change them so that"
                        " they total exactly 10.",
                        playbook=playbook.name,
                        points=f"{playbook.score_maximum:g}",
                    )
                )

    def _is_sheet_complete(self):
        # sudo: whether the sheet is in use is no secret, its points may be
        return not float_compare(self.sudo().score_maximum, FULL_SCORE, precision_digits=1)

    @api.model
    @remembered()
    def _get_score_sheets(self):
        """Return ``{playbook id: (Criterion, …)}`` of the sheets that are in use, kept in memory."""
        # sudo: kept in memory for everybody
        playbooks = self.sudo().with_context(active_test=True).search([("is_template", "=", False)])
        sheets = {playbook.id: playbook._get_sheet_lines() for playbook in playbooks}
        return frozendict(
            {
                id_: tuple(line._prepare_criterion() for line in lines)
                for id_, lines in sheets.items()
                if lines
            }
        )

    def _get_sheet_lines(self):
        """Return the criteria of the score sheet if it is in use: its points make ten."""
        return self.criterion_ids if self._is_sheet_complete() else self.criterion_ids.browse()

    @api.model
    def _get_rating_sources(self):
        sheets = self._get_score_sheets()
        lines = self.env["crm.playbook.criterion"].browse(
            criterion.id for sheet in sheets.values() for criterion in sheet if criterion.kind == "domain"
        )
        named = {name for line in lines for name in line._get_named_fields()}
        if sheets:
            named |= {"product_line_id", "team_id", "company_id", "score_answer_ids", "question_ids"}
        return [*super()._get_rating_sources(), ("score", named), ("is_scored", named)]
