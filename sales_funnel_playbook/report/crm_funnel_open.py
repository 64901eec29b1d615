from itertools import compress

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

# Still there, or gone since, each by its index; at the last of two moments or at the one before it.
OPEN_AT = """
    SELECT log.*, TRUE AS is_there, log.entered_at < %(before)s AS was_there FROM (%(still)s) log
    UNION ALL SELECT log.*, log.left_at >= %(at)s, log.entered_at < %(before)s FROM (%(gone)s) log
"""
OPEN_COUNTS = """
    SELECT log.was_there, log.is_there, log.stage_id, COUNT(*) FROM (%(segments)s) log GROUP BY 1, 2, 3
"""
# Of all leads few are open: by OFFSET they are looked up one by one, or all would be read.
AMOUNTS = """
    SELECT log.was_there, log.is_there, log.stage_id, lead.company_id, COUNT(*), SUM(%(worth)s),
        SUM(%(worth)s * lead.probability / 100)
    FROM (%(segments)s) log, LATERAL (SELECT * FROM crm_lead WHERE id = log.lead_id OFFSET 0) lead
    GROUP BY 1, 2, 3, 4
"""


class CrmFunnelReport(models.Model):
    """What was open at a moment, or at two of them, in one look: most of what is open now was open then."""

    _inherit = "crm.funnel.report"

    @api.model
    def _get_open_counts(self, scope, at):
        """Return ``{stage id: {"open_count"}}``."""
        return self._count_open(scope, [at])[0]

    @api.model
    def _count_open(self, scope, moments):
        """Return what :meth:`_get_open_counts` does, for one moment or for two."""
        segments = self._find_open_segments(scope, moments[-1], moments[0])
        numbers = [{} for _moment in moments]
        for *there, stage_id, count in self.env.execute_query(SQL(OPEN_COUNTS, segments=segments)):
            for values in compress(numbers, there[-len(moments) :]):
                values.setdefault(stage_id or False, {"open_count": 0})["open_count"] += count
        return numbers

    @api.model
    def _find_open_segments(self, scope, at, before=None):
        """Return what was open at a moment, or at one before it, as SQL, with ``is_there`` and ``was_there``:
        at which of them.
        """
        before = before or at
        was_open = Domain("entered_at", "<", at) & Domain("state", "=", "open")
        gone = Domain("left_at", ">=", before)
        gone &= Domain("entered_at", "<", before) | Domain("left_at", ">=", at)
        return SQL(
            OPEN_AT,
            at=at,
            before=before,
            still=self._find_segments(scope, was_open & Domain("left_at", "=", False)),
            gone=self._find_segments(scope, was_open & gone),
        )

    @api.model
    def _get_open_numbers(self, scope, at):
        """Return ``{stage id: {"open_count", "open_amount", "weighted_amount"}}``."""
        return self._sum_open(scope, [at])[0]

    @api.model
    def _sum_open(self, scope, moments):
        """Return what :meth:`_get_open_numbers` does, for one moment or for two."""
        leads = self.env["crm.lead"]
        leads.flush_model(["probability", "company_id"])
        segments = self._find_open_segments(scope, moments[-1], moments[0])
        worth = leads._field_to_sql("lead", "worth")
        rows = self.env.execute_query(SQL(AMOUNTS, segments=segments, worth=worth))
        return [
            self._add_up_open(scope, [row[2:] for row in rows if row[number]])
            for number in range(2 - len(moments), 2)
        ]
