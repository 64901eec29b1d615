from odoo import api, fields, models

LEVELS = [("company", "Company"), ("team", "Team"), ("person", "Person")]
PERIODS = [("month", "Month"), ("quarter", "Quarter"), ("year", "Year")]


class CrmForecastOwner(models.AbstractModel):
    """Whose a figure is, of which period, and in which week it was said."""

    _name = "crm.forecast.owner"
    _description = "Whose forecast it is"
    _order = "date desc, date_from desc, company_id, team_id, user_id, id"
    _rec_name = "date"
    _log_access = False

    date = fields.Date(string="Week", required=True, readonly=True, help="Its Monday.")
    level = fields.Selection(LEVELS, string="Company, Team or Person", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True, ondelete="cascade")
    period = fields.Selection(PERIODS, required=True, readonly=True)
    date_from = fields.Date(string="Begins", required=True, readonly=True)

    _owner_uniq = models.UniqueIndex(
        "(date, company_id, COALESCE(team_id, 0), COALESCE(user_id, 0), level, period, date_from)",
        "There is one figure a week.",
    )


class CrmForecastFigure(models.Model):
    """What somebody says in a week will be won in a period. When the week is over nobody changes it."""

    _name = "crm.forecast.figure"
    _description = "Submitted Forecast"
    _inherit = ["crm.forecast.owner"]

    amount = fields.Monetary(string="Own Figure", readonly=True)
    note = fields.Text(readonly=True)
    submitted_by_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    submitted_at = fields.Datetime(readonly=True)
    is_late = fields.Boolean(string="Submitted Late", readonly=True, help="After Friday noon.")


class CrmForecastWeek(models.Model):
    """The forecast as it was on a Monday, with the figures of the week before: it never changes."""

    _name = "crm.forecast.week"
    _description = "Forecast on a Monday"
    _inherit = ["crm.forecast.owner"]

    date_to = fields.Date(string="Ends", readonly=True)
    won = fields.Monetary(readonly=True)
    commit = fields.Monetary(readonly=True)
    best_case = fields.Monetary(readonly=True)
    pipeline = fields.Monetary(readonly=True)
    weighted = fields.Monetary(string="Weighted Forecast", readonly=True)
    calibrated = fields.Monetary(string="Calibrated Forecast", readonly=True)
    is_uncalibrated = fields.Boolean(
        string="Nothing Known for Calibration",
        readonly=True,
        help="Of none of the open deals it was known how often such deals are won.",
    )
    has_target = fields.Boolean(readonly=True)
    target = fields.Monetary(readonly=True)
    has_own = fields.Boolean(string="Submitted", readonly=True)
    own = fields.Monetary(string="Own Figure", readonly=True)
    note = fields.Text(readonly=True)

    _period_idx = models.Index("(company_id, period, date_from, date)")


class CrmPlaybook(models.Model):
    _inherit = "crm.playbook"

    @api.model
    def _get_sample_models(self):
        """What was forecast and aimed at in the sample's company goes too."""
        return ("crm.forecast.week", "crm.forecast.figure", "crm.sales.target", *super()._get_sample_models())
