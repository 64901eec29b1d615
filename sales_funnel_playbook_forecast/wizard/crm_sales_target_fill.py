from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.sales_funnel_playbook.tools.funnel import get_bounds

from ..tools.targets import MONTHS, split

FIRST_YEAR, LAST_YEAR = 2000, 2999


class CrmSalesTargetFill(models.TransientModel):
    """Sets the targets of a year at once: as last year's, or one amount split into months."""

    _name = "crm.sales.target.fill"
    _description = "Set the Targets of a Year"

    kind = fields.Selection(
        [("copy", "Copy last year's targets"), ("split", "Split one amount into months")],
        required=True,
        default="copy",
    )
    year = fields.Integer(required=True, default=lambda self: fields.Date.today().year)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    growth = fields.Float(string="More by (%)", help="Less, if negative.")
    team_id = fields.Many2one("crm.team", string="Sales Team")
    user_id = fields.Many2one("res.users", string="Salesperson", domain="[('share', '=', False)]")
    total = fields.Monetary(string="Target of the Year")
    by = fields.Selection(
        [("even", "Every month the same"), ("season", "As deals were won last year")],
        string="Split",
        required=True,
        default="even",
    )

    @api.constrains("year")
    def _check_year(self):
        for one in self:
            if not FIRST_YEAR <= one.year <= LAST_YEAR:
                years = {"first": FIRST_YEAR, "last": LAST_YEAR}
                raise UserError(self.env._("Choose a year from %(first)s to %(last)s.", **years))

    def action_fill(self):
        """Set the targets, and show those of the year."""
        self.ensure_one()
        self.env["crm.sales.target"].check_access("create")
        self._copy_last_year() if self.kind == "copy" else self._split_total()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "sales_funnel_playbook_forecast.crm_sales_target_action"
        )
        return {**action, "domain": self._get_year_domain(self.year), "target": "main"}

    def _get_year_domain(self, year):
        return [
            ("company_id", "=", self.company_id.id),
            ("date_from", ">=", f"{year}-01-01"),
            ("date_from", "<=", f"{year}-12-31"),
        ]

    def _copy_last_year(self):
        """Make the targets of last year those of this one, where none is set yet."""
        targets = self.env["crm.sales.target"]
        known = {
            (one._get_owner(), one.period, one.date_from)
            for one in targets.search(self._get_year_domain(self.year))
        }
        vals_list = []
        for one in targets.search(self._get_year_domain(self.year - 1)):
            day = one.date_from + relativedelta(years=1)
            if (one._get_owner(), one.period, day) not in known:
                amount = one.currency_id.round(one.amount * (1 + self.growth / 100))
                vals_list += one.copy_data({"date_from": day, "amount": amount})
        targets.create(vals_list)

    def _split_total(self):
        """Set a target for each month; one that is set already is changed."""
        targets = self.env["crm.sales.target"]
        company, user = self.company_id, self.user_id
        # a person's target adds to that of their team
        team = self.team_id or user.sale_team_id.filtered_domain([("company_id", "in", [company.id, False])])
        owner = {"company_id": company.id, "team_id": team.id, "user_id": user.id}
        found = targets.search(
            [
                *self._get_year_domain(self.year),
                ("period", "=", "month"),
                *((n, "=", v) for n, v in owner.items()),
            ]
        )
        known = {one.date_from.month: one for one in found}
        amounts = split(self.total, self._get_weights(), self.currency_id.decimal_places)
        for month, amount in enumerate(amounts, start=1):
            if month in known:
                known[month].amount = amount
        targets.create(
            [
                {**owner, "period": "month", "date_from": f"{self.year}-{month:02}-01", "amount": amount}
                for month, amount in enumerate(amounts, start=1)
                if month not in known
            ]
        )

    def _get_weights(self):
        """Return how much of the year each month is: as was won in the months of last year, or the same."""
        weights = [0.0] * MONTHS
        if self.by == "season":
            year, tz = self.year - 1, self.company_id._get_funnel_tz()
            since, until = get_bounds(date(year, 1, 1), date(year, 12, 31), tz)
            domain = [
                ("company_id", "in", [self.company_id.id, False]),
                ("won_status", "=", "won"),
                ("date_closed", ">=", since),
                ("date_closed", "<", until),
                *((name, "=", self[name].id) for name in ("team_id", "user_id") if self[name]),
            ]
            leads = self.env["crm.lead"].with_context(tz=tz)
            for day, amount in leads._read_group(domain, ["date_closed:month"], ["worth:sum"]):
                weights[day.month - 1] = max(amount or 0, 0)
        return weights
