from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.funnel import get_period, get_today

NOT_MONDAY = [("date.day_of_week", "!=", 1)]  # as PostgreSQL counts, from Sunday
DROP = "DELETE FROM crm_funnel_snapshot WHERE date = %s AND company_id = %s"


class ResCompany(models.Model):
    _inherit = "res.company"

    has_daily_snapshots = fields.Boolean(
        string="Also keep the pipeline each day of the current week",
        help="To compare with yesterday, too. When the week is over, only its Monday stays.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sales_funnel_daily_snapshots = fields.Boolean(related="company_id.has_daily_snapshots", readonly=False)


class CrmFunnelSnapshot(models.Model):
    """If its company says so, the open deals are kept on each day, until the week is over. Whatever speaks of
    a Monday does not mean these.
    """

    _inherit = "crm.funnel.snapshot"

    @api.model
    def _get_days_to_keep(self):
        days = {company: day for company, day in self._get_todays().items() if company.has_daily_snapshots}
        return days | super()._get_days_to_keep()

    @api.model
    def _get_over(self):
        """Return ``[(company, day), …]`` of the days, Mondays aside, whose week is over there."""
        now, kept = self.env.cr.now(), self.env["crm.funnel.snapshot.day"].search(NOT_MONDAY)
        weeks = {
            company: get_period(get_today(now, company._get_funnel_tz()), "week")[0]
            for company in kept.company_id
        }
        return [(one.company_id, one.date) for one in kept if one.date < weeks[one.company_id]]

    @api.model
    def _drop(self, company, day):
        """Delete what was kept of a company's deals on a day."""
        self.env.cr.execute(SQL(DROP, day, company.id))
        self.env["crm.funnel.snapshot.day"].search(
            [("date", "=", day), ("company_id", "=", company.id)]
        ).unlink()
