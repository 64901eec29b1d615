from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.sales_funnel_playbook.tools.funnel import get_today


class DigestDigest(models.Model):
    """Odoo's digest mail says how much of the quarter's target is won or committed."""

    _inherit = "digest.digest"

    kpi_forecast_target = fields.Boolean("Won and Commit of the Quarter's Target (%)")
    kpi_forecast_target_value = fields.Float(compute="_compute_kpi_forecast_target_value")

    def _compute_kpi_forecast_target_value(self):
        """(Won + commit) ÷ target × 100, of the company's quarter at the end of the digest's period: as it is
        now, or as the Monday before kept it.

        :raise AccessError: for whoever may not see the company's forecast; Odoo leaves it out of their mail
        """
        if not self.env["crm.forecast"]._sees_all():
            raise AccessError(self.env._("Only those who see all deals see the company's forecast."))
        _start, end, companies = self._get_kpi_compute_parameters()
        moment = fields.Datetime.to_datetime(end) or self.env.cr.now()  # without an end: outside of a mail
        for digest in self:
            company = (digest.company_id or companies)[:1]
            won, commit, target = digest._get_forecast_at(company, moment)
            digest.kpi_forecast_target_value = (won + commit) / target * 100 if target else 0.0

    @api.model
    def _get_forecast_at(self, company, moment):
        """Return ``(won, commit, target)`` of a company's quarter at a moment; zeros where nothing is known.

        :param moment: naive UTC
        """
        forecast = self.env["crm.forecast"].with_context(allowed_company_ids=company.ids)
        day = get_today(moment, company._get_funnel_tz())
        filters = {"company_id": company.id, "period": "quarter", "day": fields.Date.to_string(day)}
        if day >= forecast._get_day(company):
            row = forecast._get_rows(filters, is_quick=True)[0]
            return row["won"], row["commit"], row["target"] or 0.0
        _company, first, _last = forecast._get_forecast_scope(filters)
        # sudo: the company's, for whoever may see all of it
        weeks = self.env["crm.forecast.week"].sudo()
        kept = weeks.search(
            [
                ("company_id", "=", company.id),
                ("level", "=", "company"),
                ("period", "=", "quarter"),
                ("date_from", "=", first),
                ("date", "<=", day),
            ],
            order="date desc",
            limit=1,
        )
        return kept.won, kept.commit, kept.target

    def _compute_kpis_actions(self, company, user):
        actions = super()._compute_kpis_actions(company, user)
        menu_id = self.env.ref("crm.crm_menu_root").id
        action = "sales_funnel_playbook_forecast.crm_forecast_action"
        actions["kpi_forecast_target"] = f"{action}?menu_id={menu_id}"
        return actions
