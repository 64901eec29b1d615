from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.sales_funnel_playbook.tools.funnel import get_period

from ..tools.forecast import IS_ELSEWHERE, IS_WIN


class CrmLeadStageLog(models.Model):
    """What was won in a period is read from an index of the wins alone, with all that is told of them; what
    was closed elsewhere, from one of the deals that left a playbook or joined it as closed.
    """

    _inherit = "crm.lead.stage.log"

    _forecast_won_idx = models.Index(
        "(entered_at) INCLUDE (lead_id, sequence, left_at, playbook_id, company_id, team_id, user_id, amount,"
        f" recurring_amount) WHERE {IS_WIN}"
    )
    _forecast_elsewhere_idx = models.Index(f"(lead_id) WHERE {IS_ELSEWHERE}")


class CrmLead(models.Model):
    """What the pages look for: open deals by when they are to close, with all that is added up of them, and
    closed ones by when they did; and which deals want to be looked at in the quarter of their company.
    """

    _inherit = "crm.lead"

    is_to_look_at = fields.Boolean(
        string="To Look At",
        compute="_compute_looks",
        search="_search_is_to_look_at",
        help="The deal decides the quarter, slipped, is committed without evidence, is larger than usual, or"
        " has no next step.",
    )
    look_reasons = fields.Char(
        string="Why to Look at It",
        compute="_compute_looks",
        help="Of the deals that are to close in this quarter; how each reason is counted, the page Sales"
        " Forecast says.",
    )

    _forecast_open_idx = models.Index(
        "(date_deadline) INCLUDE (id, type, company_id, team_id, user_id, product_line_id, stage_id,"
        " expected_revenue, recurring_revenue, recurring_plan, probability, own_forecast_category,"
        " closing_push_count)"
        " WHERE active IS TRUE AND won_status = 'pending'"
    )
    _forecast_closed_idx = models.Index("(date_closed, won_status) WHERE won_status IN ('won', 'lost')")

    @api.depends(
        *("active", "won_status", "date_deadline", "expected_revenue", "recurring_revenue", "probability"),
        *("forecast_category", "waiting_until", "activity_ids.date_deadline", "company_id"),
    )
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_looks(self):
        looks, found = self.env["crm.forecast.look"], {}
        only = SQL("found.lead_id = ANY(%s)", [one for one in self._ids if one])
        for company, first, last in self._get_quarters():
            rows = looks._find(company, first, last, only=only, limit=len(self))
            found |= {
                look["lead_id"]: look["reasons"] for look in looks._prepare_looks(rows, company.currency_id)
            }
        for lead in self:
            reasons = found.get(lead.id, ())
            lead.is_to_look_at = bool(reasons)
            lead.look_reasons = looks._join_reasons(reasons)

    @api.model
    def _get_quarters(self):
        """Return ``[(company, first day, last day), …]`` of the quarters that the user's companies are in."""
        forecast = self.env["crm.forecast"]
        return [
            (company, *get_period(forecast._get_day(company), "quarter")) for company in self.env.companies
        ]

    @api.model
    def _search_is_to_look_at(self, operator, value):
        if operator != "in":
            return NotImplemented
        looks = self.env["crm.forecast.look"]
        # their ids, not the statement: in front of a limit, the planner would run through it for each deal
        ids = [
            lead_id
            for quarter in self._get_quarters()
            for (lead_id,) in self.env.execute_query(looks._get_ids_sql(*quarter))
        ]
        found = Domain("id", "in", ids)
        return found if True in value else ~found
