from odoo import api, fields, models

from odoo.addons.sales_funnel_playbook.tools.funnel import get_period

from ..tools.targets import COMPANY, Targets

PERIODS = [("month", "Month"), ("quarter", "Quarter")]


class CrmSalesTarget(models.Model):
    """What a company, a team or a person is to win in a month or a quarter. The chatter keeps what it was."""

    _name = "crm.sales.target"
    _description = "Sales Target"
    _inherit = ["mail.thread"]
    _order = "date_from desc, company_id, team_id, user_id, id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True, ondelete="cascade"
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        index="btree_not_null",
        ondelete="cascade",
        help="Without a salesperson, the target is the team's own. It wins over the sum of its people's.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        check_company=True,
        index="btree_not_null",
        ondelete="cascade",
        domain="[('share', '=', False)]",
        help="Empty: the target is the team's, or without a team the company's.",
    )
    period = fields.Selection(PERIODS, required=True, default="month")
    date_from = fields.Date(
        string="Begins",
        required=True,
        default=fields.Date.context_today,
        help="Any day of the month or quarter; its first day is kept.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(string="Target", required=True, tracking=True, help="Worth of deals to be won.")

    _owner_uniq = models.UniqueIndex(
        "(company_id, COALESCE(team_id, 0), COALESCE(user_id, 0), period, date_from)",
        "There is a target for this period already: change that one.",
    )
    _amount_positive = models.Constraint("CHECK(amount >= 0)", "A target is not less than nothing.")

    @api.depends("user_id")
    def _compute_team_id(self):
        """A person's target adds to that of their team."""
        for target in self:
            # sudo: of which teams somebody is, whoever asks
            user, team = target.user_id.sudo(), target.team_id
            is_theirs = team and (not user or team in user.crm_team_ids)
            target.team_id = team if is_theirs else user.sale_team_id or team

    @api.depends("company_id", "team_id", "user_id", "period", "date_from")
    def _compute_display_name(self):
        for target in self:
            owner = target.user_id.name or target.team_id.name or target.company_id.name
            first = target.date_from
            if not first:
                target.display_name = owner
                continue
            quarter = f"{first.year} Q{(first.month + 2) // 3}"
            when = quarter if target.period == "quarter" else f"{first:%Y-%m}"
            target.display_name = f"{owner}, {when}"

    @api.model_create_multi
    def create(self, vals_list):
        """Keep the first day of the period, whichever of its days was given."""
        defaults = self.default_get(["period", "date_from"])
        vals_list = [{**vals, "date_from": self._get_first({**defaults, **vals})} for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        result = super().write(vals)
        if {"period", "date_from"} & vals.keys():
            for target in self:
                first = self._get_first({"period": target.period, "date_from": target.date_from})
                super(CrmSalesTarget, target).write({"date_from": first})
        return result

    @api.model
    def _get_first(self, vals):
        """Return the first day of the period that a day is in."""
        day = fields.Date.to_date(vals["date_from"])
        return day and get_period(day, vals["period"] or "month")[0]

    def _get_owner(self):
        """Return whose target it is, as :class:`Targets` names them."""
        if self.user_id:
            return ("person", self.team_id.id, self.user_id.id)
        return ("team", self.team_id.id) if self.team_id else COMPANY

    @api.model
    def _get_targets(self, company_ids, first, last):
        """Return ``{company id: Targets}`` of what begins between two days, whoever asks."""
        # sudo: a team's target is the sum of its people's, which not everybody may see one by one
        targets = self.sudo().search_fetch(
            [("company_id", "in", company_ids), ("date_from", ">=", first), ("date_from", "<=", last)],
            ["company_id", "team_id", "user_id", "period", "date_from", "amount"],
        )
        by_company = targets.grouped(lambda one: one.company_id.id)
        return {
            company_id: Targets(
                {
                    (one._get_owner(), one.period, one.date_from): one.amount
                    for one in by_company.get(company_id, ())
                }
            )
            for company_id in company_ids
        }
