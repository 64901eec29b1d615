from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.calibration import MIN_SAMPLE, judge

# What was stated when a deal entered a stage, and how the deal ended. A stage that itself means won
# states nothing, nor does the end of a deal.
STATEMENTS = """
    SELECT log.id, log.lead_id, log.playbook_id, log.product_line_id, log.team_id, %(person)s AS user_id,
        log.stage_id, log.entered_at, lead.company_id, log.probability, log.score,
        CASE lead.won_status WHEN 'won' THEN 100.0 ELSE 0.0 END AS win_rate,
        POWER(log.probability / 100 - (lead.won_status = 'won')::int, 2) AS brier,
        LEAST(FLOOR(log.probability / 10) * 10, 90)::int::text AS band
    FROM crm_lead_stage_log log
    JOIN crm_lead lead ON lead.id = log.lead_id AND lead.won_status IN ('won', 'lost')
    JOIN crm_stage stage ON stage.id = log.stage_id AND stage.is_won IS NOT TRUE
    WHERE log.probability IS NOT NULL AND log.state = 'open' AND log.is_own_probability IS NOT FALSE
        AND log.kind NOT IN ('handed_over', 'joined', 'unarchived', 'accepted')
"""
# Each deal once: what was said of one in several stages ends in the same way, see tools/calibration.py.
SUMMARY = """
    SELECT MIN(id) AS id, user_id, team_id, playbook_id, company_id, SUM(count)::int AS count,
        COUNT(*) AS lead_count, SUM(stated) AS expected, COUNT(*) FILTER (WHERE is_won) AS won,
        AVG(brier) AS brier, SUM(stated * (1 - stated)) AS variance
    FROM (
        SELECT MIN(id) AS id, user_id, team_id, playbook_id, company_id, COUNT(*) AS count,
            AVG(probability) / 100 AS stated, BOOL_OR(win_rate > 0) AS is_won, AVG(brier) AS brier
        FROM (%s) AS statement GROUP BY user_id, team_id, playbook_id, company_id, lead_id
    ) AS deal GROUP BY user_id, team_id, playbook_id, company_id
"""
# The mean over deals of each deal's mean, of the entries that are added up.
BY_DEAL = """
    (SELECT AVG(mean) FROM (
        SELECT AVG(value) AS mean FROM UNNEST(ARRAY_AGG(%s), ARRAY_AGG(%s)) AS entry(lead_id, value)
        GROUP BY lead_id
    ) AS deal)
"""
BRIER = (
    "How far stated probabilities are from what happened: the mean of (stated probability − outcome)², won"
    " being 1 and lost 0. 0 is perfect, 0.25 is what always saying 50 % earns."
)
BANDS = [(str(low), f"{low}–{low + 10} %") for low in range(0, 100, 10)]


class CrmLeadCalibrationReport(models.Model):
    """The stated probability and score at each stage's entry against the outcome of the deal.

    Whatever is added up, each deal counts once, with the mean of its entries.
    """

    _name = "crm.lead.calibration.report"
    _description = "Calibration"
    _inherit = ["crm.people.figures", "crm.lead.fact"]
    _auto = False
    _order = "entered_at desc, id desc"
    _depends = {
        "crm.lead": ["won_status", "company_id"],
        "crm.lead.stage.log": [
            "probability",
            "is_own_probability",
            "score",
            "stage_id",
            "kind",
            "state",
            "user_id",
            "team_id",
        ],
    }

    lead_id = fields.Many2one(string="Deals", readonly=True, aggregator="count_distinct")
    playbook_id = fields.Many2one("crm.playbook", readonly=True)
    product_line_id = fields.Many2one("crm.product.line", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    stage_id = fields.Many2one("crm.stage", string="Stage Entered", readonly=True)
    entered_at = fields.Datetime(readonly=True)
    band = fields.Selection(BANDS, string="Stated Probability, Band", readonly=True)
    probability = fields.Float(
        string="Stated Probability (%)",
        readonly=True,
        aggregator="avg",
        help="The deal's probability when it entered the stage. Means are over deals, each counted once.",
    )
    score = fields.Float(
        readonly=True, aggregator="avg", help="The deal's score when it entered the stage, 0 to 10."
    )
    win_rate = fields.Float(
        string="Observed Win Rate (%)",
        readonly=True,
        aggregator="avg",
        help="Deals won ÷ deals won or lost × 100.",
    )
    brier = fields.Float(
        string="Brier Score",
        readonly=True,
        aggregator="avg",
        digits=(4, 3),
        help=BRIER,
    )

    @property
    def _table_query(self):
        person = self.env["res.company"]._get_shown_person(SQL("log.user_id"), SQL("lead.company_id"))
        return SQL(STATEMENTS, person=person)

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """A deal that entered four stages is no four deals."""
        name, _colon, function = aggregate_spec.partition(":")
        if function != "avg":
            return super()._read_group_select(aggregate_spec, query)
        lead, value = (self._field_to_sql(self._table, field, query) for field in ("lead_id", name))
        return SQL(BY_DEAL, lead, value)


class CrmLeadCalibrationSummary(models.Model):
    """What each salesperson's probabilities are worth, in a sentence."""

    _name = "crm.lead.calibration.summary"
    _description = "Calibration by Salesperson"
    _auto = False
    _order = "user_id, playbook_id, id"  # by name: no list of people goes by a number
    _rec_name = "user_id"
    _depends = CrmLeadCalibrationReport._depends

    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    playbook_id = fields.Many2one("crm.playbook", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    count = fields.Integer(
        string="Stage Entries", readonly=True, help="Each time a deal that is closed now entered a stage."
    )
    lead_count = fields.Integer(string="Deals", readonly=True, help="Closed deals, each counted once.")
    expected = fields.Float(
        readonly=True, help="Sum over the deals of what was stated of each on average, 0 to 1."
    )
    won = fields.Integer(string="Won Deals", readonly=True)
    variance = fields.Float(
        readonly=True, help="Sum over the deals of p (1 − p), p being what was stated on average."
    )
    brier = fields.Float(string="Brier Score", readonly=True, aggregator="avg", digits=(4, 3), help=BRIER)
    stated = fields.Float(
        string="Stated (%)",
        compute="_compute_meaning",
        digits=(5, 1),
        help="What was stated of each deal when it entered its stages, on average, and the mean of that.",
    )
    observed = fields.Float(
        string="Won (%)",
        compute="_compute_meaning",
        digits=(5, 1),
        help="Deals won ÷ deals won or lost × 100.",
    )
    verdict = fields.Selection(
        [
            ("too_few", "Not Enough Data"),
            ("fits", "May Be Chance"),
            ("too_high", "Too High"),
            ("too_low", "Too Low"),
        ],
        compute="_compute_meaning",
        help="Too high or too low: if the probabilities are right, so large a difference comes by chance less"
        " than once in twenty.",
    )
    meaning = fields.Text(compute="_compute_meaning")

    @property
    def _table_query(self):
        return SQL(SUMMARY, SQL(STATEMENTS, person=SQL("log.user_id")))

    @api.depends_context("lang")
    def _compute_meaning(self):
        for row in self:
            result = judge(row.lead_count, row.expected, row.won, row.variance, row.brier)
            row.stated, row.observed, row.verdict = result.mean, result.observed, result.verdict
            row.meaning = self._get_meaning(result)

    @api.model
    def _get_meaning(self, result):
        """Return what a :class:`Calibration` means, in a sentence."""
        values = {
            "stated": f"{result.mean:.0f}",
            "observed": f"{result.observed:.0f}",
            "count": result.count,
            "minimum": MIN_SAMPLE,
        }
        if result.verdict == "too_few":
            return self.env._(
                "%(count)s closed deals are not enough data: at least %(minimum)s are needed.",
                **values,
            )
        if result.verdict == "fits":
            return self.env._(
                "Said %(stated)s %% on average, and %(observed)s %% of %(count)s deals were won: no more"
                " apart than by chance.",
                **values,
            )
        if result.verdict == "too_high":
            return self.env._(
                "Said %(stated)s %% on average, but %(observed)s %% of %(count)s deals were won: read these"
                " probabilities as lower.",
                **values,
            )
        return self.env._(
            "Said %(stated)s %% on average, but %(observed)s %% of %(count)s deals were won: these deals"
            " deserve more confidence.",
            **values,
        )
