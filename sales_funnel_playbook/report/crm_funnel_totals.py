from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.funnel import get_rate

# From the first entry into a stage of the playbook to winning, of the deals that were won.
WON_DAYS = """
    SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY EXTRACT(EPOCH FROM won.date - began.at) / 86400)
    FROM (%(won)s) won CROSS JOIN LATERAL (
        SELECT MIN(log.entered_at) AS at FROM crm_lead_stage_log log
        WHERE log.lead_id = won.lead_id AND log.playbook_id = %(playbook)s AND log.is_entry
    ) began
"""


class CrmFunnelReport(models.Model):
    """The headline of the funnel page: numbers of all stages together."""

    _inherit = "crm.funnel.report"

    @api.model
    def _get_totals(self, filters, numbers, since, until):
        """Return the numbers of :meth:`_get_total_numbers` with a ``win_rate`` and ``won_days_median``, which
        are None where nothing was won or lost.

        :param dict numbers: of the stages, from :meth:`_get_stage_numbers`
        """
        totals = self._get_total_numbers(filters, since, until, numbers)
        won, lost = totals["won_count"], totals["lost_count"]
        return totals | {
            "win_rate": get_rate(won, won + lost),
            "won_days_median": self._get_won_days(filters, since, until) if won else None,
        }

    @api.model
    def _get_won_days(self, filters, since, until):
        """Return in how many calendar days half of the deals were won that were won in the period."""
        domain = self._get_period_domain(filters, since, until)
        won = self._search(domain & Domain("event", "=", "left") & Domain("won_count", "=", 1))
        columns = (SQL.identifier(won.table, name) for name in ("lead_id", "date"))
        query = SQL(WON_DAYS, won=won.select(*columns), playbook=filters["playbook_id"])
        [[days]] = self.env.execute_query(query)
        return days

    @api.model
    def _get_total_definitions(self):
        """Return ``{number: {"label", "help"}}`` of the totals that the page shows."""
        texts = {
            "open_amount": (
                self.env._("Open Pipeline"),
                self.env._("Worth of all deals that were open at the end of the period, as it is today."),
            ),
            "weighted_amount": (
                self.env._("Weighted Pipeline"),
                self.env._("Worth × probability of the same deals, as both are today."),
            ),
            "won_count": (
                self.env._("Won in the Period"),
                self.env._("Deals that were won in the period, from any stage."),
            ),
            "win_rate": (
                self.env._("Win Rate (%)"),
                self.env._("Deals won ÷ deals won or lost × 100, all in the period."),
            ),
            "won_days_median": (
                self.env._("Median Time to Win (Days)"),
                self.env._(
                    "Half of the deals that were won in the period took less, from entering the playbook's"
                    " first of their stages to being won, in calendar days."
                ),
            ),
        }
        return {name: {"label": label, "help": text} for name, (label, text) in texts.items()}
