from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.sales_funnel_playbook.models.core.days import ANY_COMPANY

from ..tools import forecast as texts
from ..tools.rates import get_interval

YEARS = 2
BANDS = [("low", "0 – 3.9"), ("middle", "4 – 6.9"), ("high", "7 – 10")]


class CrmForecastRate(models.Model):
    """How many of the deals that came into a stage were won, of all and by the score with which they came;
    counted once a week by the job.
    """

    _name = "crm.forecast.rate"
    _description = "Observed Win Rate of a Stage"
    _order = "playbook_id, stage_id, id"
    _rec_name = "stage_id"
    _log_access = False

    playbook_id = fields.Many2one(
        "crm.playbook", required=True, readonly=True, index=True, ondelete="cascade"
    )
    stage_id = fields.Many2one("crm.stage", required=True, readonly=True, ondelete="cascade")
    score_band = fields.Selection(
        BANDS,
        string="Score",
        readonly=True,
        help="The score with which the deals came into the stage. Empty: whichever it was.",
    )
    counted_on = fields.Date(readonly=True)
    closed_count = fields.Integer(
        string="Won or Lost",
        readonly=True,
        help="Deals that came into the stage for the first time within two years, and are won or lost.",
    )
    won_count = fields.Integer(string="Won", readonly=True)
    is_enough = fields.Boolean(
        string="Enough Deals",
        compute="_compute_share",
        help="At least 30 deals are won or lost. Of a score with fewer the share of the stage is taken; of a"
        " stage with fewer nothing is said.",
    )
    share = fields.Float(string="Observed Win Rate", compute="_compute_share", digits=(3, 3))
    lowest = fields.Float(string="At Least", compute="_compute_share", digits=(3, 3))
    highest = fields.Float(string="At Most", compute="_compute_share", digits=(3, 3))

    _stage_uniq = models.UniqueIndex(
        "(playbook_id, stage_id, COALESCE(score_band, ''))", "A stage has one rate for each score."
    )

    @api.depends("closed_count", "won_count")
    def _compute_share(self):
        for rate in self:
            interval = get_interval(rate.won_count, rate.closed_count)
            rate.is_enough = bool(interval)
            rate.share, rate.lowest, rate.highest = interval or (0.0, 0.0, 0.0)

    @api.model
    def _get_observed(self):
        """Return ``{(playbook id, stage id): {band: (share, lowest, highest)}}`` of the stages of which
        enough deals are won or lost; of a score of which too few are, the stage's. ``ANY_BAND`` is whichever.
        """
        # sudo: how often deals are won in a stage is no secret to whoever sells
        rates = self.sudo().search_fetch(
            [], ["playbook_id", "stage_id", "score_band", "closed_count", "won_count"]
        )
        found = {
            (one.playbook_id.id, one.stage_id.id, one.score_band): get_interval(
                one.won_count, one.closed_count
            )
            for one in rates
        }
        return {
            (playbook_id, stage_id): {texts.ANY_BAND: whole}
            | {name: found.get((playbook_id, stage_id, name)) or whole for name, _label in BANDS}
            for (playbook_id, stage_id, band), whole in found.items()
            if not band and whole
        }

    @api.model
    def _count(self):
        """Count the rates of all playbooks anew."""
        # sudo: of all deals, whoever asks
        playbooks = self.env["crm.playbook"].sudo().search(ANY_COMPANY)
        today = fields.Date.to_date(self.env.cr.now())
        query = SQL(texts.OBSERVED, since=today - relativedelta(years=YEARS), playbooks=playbooks.ids)
        self.env["crm.lead"].flush_model()
        rows = self.env.execute_query(query)
        # sudo: as above
        rates = self.sudo()
        rates.search([("id", "!=", False)]).unlink()
        names = ("playbook_id", "stage_id", "score_band", "closed_count", "won_count")
        rates.create([{**dict(zip(names, row, strict=True)), "counted_on": today} for row in rows])
        return len(rows)
