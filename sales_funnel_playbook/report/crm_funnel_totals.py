from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.funnel import get_rate

# From the first entry into a stage of the playbook to winning, of the deals that were won.
WON_DAYS = """
    SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY EXTRACT(EPOCH FROM won.at - began.at) / 86400)
    FROM (
        SELECT log.lead_id, log.left_at AS at FROM (%(left)s) log
        UNION ALL SELECT log.lead_id, log.entered_at FROM (%(born)s) log
    ) won CROSS JOIN LATERAL (
        SELECT log.entered_at AS at FROM crm_lead_stage_log log
        WHERE log.lead_id = won.lead_id AND log.playbook_id = %(playbook)s AND log.is_entry
            AND log.stage_id <> ALL(%(renewals)s) ORDER BY log.sequence LIMIT 1
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
        totals = self._get_quick_totals(filters, numbers, since, until)
        totals |= self._get_total_numbers(filters, since, until, numbers)
        totals["won_days_median"] = self._get_won_days(filters, since, until) if totals["won_count"] else None
        return totals

    @api.model
    def _get_quick_totals(self, filters, numbers, _since, _until):
        """Return what :meth:`_get_totals` does, as far as the counts of the stages tell."""
        new = self._get_new_business(filters, numbers)
        totals = {name: sum(values[name] for values in new) for name in ("won_count", "lost_count")}
        totals["open_count"] = sum(values["open_count"] for values in numbers.values())
        won, lost = totals["won_count"], totals["lost_count"]
        return totals | {"win_rate": get_rate(won, won + lost)}

    @api.model
    def _get_won_days(self, filters, since, until):
        """Return in how many calendar days half of the deals were won that were won in the period."""
        left = Domain("left_at", ">=", since) & Domain("left_at", "<", until) & Domain("went", "=", "won")
        born = self._find_born_segments(filters, since, until, states=["won"])
        query = SQL(
            WON_DAYS,
            left=self._find_segments(filters, left),
            born=born,
            playbook=filters["playbook_id"],
            renewals=[self._get_renewal_stage_id(filters) or 0],
        )
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
                self.env._(
                    "Deals that were won in the period, from any stage; renewals have numbers of their own."
                ),
            ),
            "win_rate": (
                self.env._("Win Rate (%)"),
                self.env._("Deals won ÷ deals won or lost × 100, all in the period; without renewals."),
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
