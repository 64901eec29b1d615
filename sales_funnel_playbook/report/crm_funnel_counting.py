from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.funnel import get_rate
from ..tools.funnel_events import CLOSING, COMING, HAS_COME, IS_NEW, NAMED, OWN, STAYS

# What became of deals, as their log says what they are: no deal is read but those that follow no playbook any
# more. Who was closed before a moment has entered nothing since.
OUTCOMES = """
    SELECT log.lead_id, log.state AS outcome FROM crm_lead_stage_log log
    WHERE log.left_at IS NULL AND log.state IN ('won', 'lost') AND log.entered_at >= %(since)s
    UNION ALL SELECT lead.id, lead.won_status FROM crm_lead lead
    WHERE lead.won_status IN ('won', 'lost') AND lead.id IN (
        SELECT log.lead_id FROM crm_lead_stage_log log
        WHERE log.ended_as = 'left' AND log.left_at >= %(since)s)
        AND NOT EXISTS (
            SELECT FROM crm_lead_stage_log log WHERE log.lead_id = lead.id AND log.left_at IS NULL)
"""
# Those that need the log only, each one of its indexes: what a page shows at once. The others ask for the
# deals as they are today, or sort.
ENTERED = """
    SELECT WIDTH_BUCKET(log.entered_at, %(starts)s) - 1, log.stage_id, COUNT(*),
        COUNT(*) FILTER (WHERE log.is_first), COUNT(*) FILTER (WHERE log.came_further_at IS NOT NULL),
        COUNT(*) FILTER (WHERE ended.outcome = 'won'), COUNT(*) FILTER (WHERE ended.outcome = 'lost')
    FROM (%(segments)s) log
    LEFT JOIN (%(outcomes)s) ended ON log.is_first AND ended.lead_id = log.lead_id GROUP BY 1, 2
"""
# Of one span or two that follow each other: whether it was in the last one.
LEFT = """
    SELECT log.left_at >= %(last)s, log.stage_rank IS NULL, log.stage_id, log.went, log.closes_stay, %(found)s
    FROM (%(segments)s) log GROUP BY 1, 2, 3, 4, 5
"""
ELSEWHERE = f"""
    SELECT log.left_at >= %(last)s, {NAMED}, log.went, %(found)s FROM (%(segments)s) log
    WHERE log.stage_rank IS NULL AND log.went IS NOT NULL GROUP BY 1, 2, 3
"""
BORN = f"""
    SELECT log.entered_at >= %(last)s, {OWN}, log.state, %(found)s FROM (%(segments)s) log GROUP BY 1, 2, 3
"""
# What of the rows is asked for: how many there are, or of which deals, as often as there are.
COUNT = SQL("COUNT(*)")
DEALS = SQL("ARRAY_AGG(log.lead_id)")
TIMES = """
    SELECT log.stage_id, AVG(log.duration_days), AVG(log.working_hours),
        PERCENTILE_CONT(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY log.duration_days),
        PERCENTILE_CONT(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY log.working_hours)
    FROM (%(segments)s) log GROUP BY 1
"""
CAME = f"""
    SELECT ended.outcome, %(found)s FROM (
        SELECT log.lead_id FROM (%(segments)s) log WHERE {HAS_COME}
        UNION SELECT log.lead_id FROM (%(moved)s) log
    ) log LEFT JOIN (%(outcomes)s) ended ON ended.lead_id = log.lead_id
    WHERE NOT EXISTS (SELECT FROM crm_lead lead WHERE lead.id = log.lead_id AND NOT ({IS_NEW})) GROUP BY 1
"""
COMING_IDS = "SELECT log.id FROM crm_lead_stage_log log %s AND log.entered_at >= %s AND log.entered_at < %s"
ENTRIES = (
    *("begun_count", "cohort_count", "reached_count"),
    *("cohort_won_count", "cohort_lost_count", "cohort_open_count"),
)
# What each way on counts as.
WAYS = {
    "further": ("advanced_count",),
    "won": ("advanced_count", "won_count"),
    "lost": ("lost_count",),
    "back": ("returned_count",),
}
COLUMNS = (
    *("lead_id", "playbook_id", "stage_id", "stage_rank", "sequence", "previous_stage_id", "kind", "origin"),
    *("entered_at", "left_at", "state", "is_first", "came_further_at", "went", "closes_stay"),
    *("duration_days", "working_hours", "company_id"),
)
# Rows among which are those with which a deal came under the playbook; there is an index of them.
COMES = Domain("sequence", "=", 1) | Domain("kind", "=", "joined")


class CrmFunnelReport(models.Model):
    """How the log of a period is counted: the same as the events of the analysis, a statement for all of
    what one index yields.
    """

    _inherit = "crm.funnel.report"

    @api.model
    def _find_segments(self, scope, domain):
        """Return the rows of the log that are in a scope, fit a domain and may be seen, as SQL."""
        log = self.env["crm.lead.stage.log"]
        query = log._search(self._get_scope_domain(scope, tier="lead_id.tier") & domain)
        log.flush_model(COLUMNS)
        return query.select(*(SQL.identifier(query.table, name) for name in COLUMNS))

    @api.model
    def _get_path(self, scope):
        """Return ``{stage id: id of the playbook's next stage, None after the last}``, in their order."""
        ranks = self.env["crm.stage"]._get_ranks()
        stages = self._get_playbook(scope).stage_ids.stage_id
        named = set(stages.ids) - {self._get_renewal_stage_id(scope)}
        ordered = sorted(named, key=lambda stage_id: ranks.get(stage_id, -1))
        return dict(zip(ordered, [*ordered[1:], None], strict=True))

    @api.model
    def _get_outcomes(self, since):
        """Return SQL of ``(lead_id, outcome)`` of the deals that are won or lost, without those that were so
        before a moment.
        """
        self.env["crm.lead"].flush_model(["won_status"])
        return SQL(OUTCOMES, since=since)

    @api.model
    def _get_entry_counts(self, scope, starts):
        """Return ``{(number of the span, stage id): {number: how many}}`` of what entered, with what became
        of the cohort.

        :param starts: when each span begins and the one before it ends, and when the last one ends, in naive
            UTC: PostgreSQL need not know the time zone
        """
        within = Domain("entered_at", ">=", starts[0]) & Domain("entered_at", "<", starts[-1])
        entries = within & Domain("is_entry", "=", True) & Domain("stage_id", "!=", False)
        query = SQL(
            ENTERED,
            segments=self._find_segments(scope, entries),
            outcomes=self._get_outcomes(starts[0]),
            starts=list(starts),
        )
        return {
            (number, stage_id): dict(
                zip(ENTRIES, (*counts, counts[1] - counts[-2] - counts[-1]), strict=True)
            )
            for number, stage_id, *counts in self.env.execute_query(query)
        }

    @api.model
    def _get_entry_numbers(self, scope, since, until):
        """Return ``{stage id: {number: how many}}`` of what entered."""
        return self._sum_entries(scope, self._get_entry_counts(scope, [since, until]))

    @api.model
    def _sum_entries(self, scope, entries):
        """Return the same from ``entries``, as :meth:`_get_entry_counts` has them of spans that make up the
        time.
        """
        numbers = {}
        for (_number, stage_id), counts in entries.items():
            values = numbers.setdefault(stage_id, dict.fromkeys(counts, 0))
            for name, count in counts.items():
                values[name] += count
        self._add_flow(scope, numbers)
        return numbers

    @api.model
    def _add_flow(self, scope, numbers):
        """Add what entered the next stage to what entered each stage."""
        path = self._get_path(scope)
        for stage_id in {*numbers, *path}:
            following = path.get(stage_id)
            came_on = numbers.get(following, {}).get("begun_count", 0) if following else None
            if came_on or stage_id in numbers:
                values = numbers.setdefault(stage_id, {})
                rate = get_rate(came_on, values.get("begun_count", 0)) if following else None
                values |= {"next_count": came_on, "flow_rate": rate}

    @api.model
    def _get_exit_numbers(self, scope, since, until, found=COUNT):
        """Return ``{stage id: {number: how many}}`` of what left, or lists of deals with ``DEALS``."""
        return self._get_exits(scope, [since, until], found)[0]

    @api.model
    def _get_exits(self, scope, starts, found=COUNT):
        """Return what :meth:`_get_exit_numbers` does, for one span or for two.

        :param starts: see :meth:`_get_entry_counts`
        """
        spans = [{} for _start in starts[1:]]

        def add(is_last, stage_id, name, its):
            values = spans[-1 if is_last else 0].setdefault(stage_id or False, {})
            values[name] = values[name] + its if name in values else its

        left = Domain("left_at", ">=", starts[0]) & Domain("left_at", "<", starts[-1])
        values = {"segments": self._find_segments(scope, left), "last": starts[-2], "found": found}
        rows = self.env.execute_query(SQL(LEFT, **values))
        for is_last, is_elsewhere, stage_id, went, is_closed, its in rows:
            for name in () if is_elsewhere else WAYS.get(went, ()):
                add(is_last, stage_id, name, its)
            if is_closed and stage_id:
                add(is_last, stage_id, "stay_count", its)
        for is_last, stage_id, went, its in self.env.execute_query(SQL(ELSEWHERE, **values)):
            for name in WAYS[went]:
                add(is_last, stage_id, name, its)
        values["segments"] = self._find_born_segments(scope, starts[0], starts[-1])
        for is_last, stage_id, state, its in self.env.execute_query(SQL(BORN, **values)):
            add(is_last, stage_id, f"{state}_count", its)
        return spans

    @api.model
    def _find_born_segments(self, scope, since, until, states=("won", "lost")):
        """Return, as SQL, with what deals came as won or lost, or were won or lost as they came."""
        closed = Domain("state", "in", states)
        born = self._get_come_domain(since, until) & Domain("kind", "!=", "joined") & closed
        moved = closed & self._get_coming_domain(SQL(CLOSING), since, until)
        return SQL("%s UNION ALL %s", self._find_segments(scope, born), self._find_segments(scope, moved))

    @api.model
    def _get_coming_domain(self, which, since, until):
        """Return the domain of rows with which deals came by a move: those in ``which``, as SQL."""
        return Domain("id", "in", SQL(COMING_IDS, which, since, until))

    @api.model
    def _get_come_domain(self, since, until):
        """Return the domain of rows among which are those with which a deal came under the playbook."""
        within = Domain("entered_at", ">=", since) & Domain("entered_at", "<", until)
        return within & COMES

    @api.model
    def _get_stay_numbers(self, scope, since, until):
        left = Domain("left_at", ">=", since) & Domain("left_at", "<", until)
        ended = left & Domain("closes_stay", "=", True) & Domain("stage_id", "!=", False)
        rows = self.env.execute_query(SQL(TIMES, segments=self._find_segments(scope, ended)))
        nothing = (None, None)
        return {
            stage_id: dict(
                zip(STAYS, (days, *(of_days or nothing), hours, *(of_hours or nothing)), strict=True)
            )
            for stage_id, days, hours, of_days, of_hours in rows
        }

    @api.model
    def _get_came(self, scope, since, until, found=COUNT):
        """Return ``{outcome: how many deals came under the playbook}``, or which with ``DEALS``."""
        self.env["crm.lead"].flush_model(["renewal_kind"])
        query = SQL(
            CAME,
            segments=self._find_segments(scope, self._get_come_domain(since, until)),
            moved=self._find_segments(scope, self._get_coming_domain(SQL(COMING), since, until)),
            outcomes=self._get_outcomes(since),
            found=found,
        )
        return dict(self.env.execute_query(query))

    @api.model
    def _count_both(self, filters, bounds, bounds_before, starts, is_quick):
        """Return what is counted in one look for a period and the one before it: ``(for _knowing, what
        entered in each of the steps of the trend that begin at starts)``.
        """
        self.env.cr.execute("SET LOCAL jit TO off")
        entries = self._get_entry_counts(filters, [bounds_before[0], *starts, bounds[1]])
        its = {(number - 1, id_): values for (number, id_), values in entries.items() if number}
        before_it = {key: values for key, values in entries.items() if key[0] == 0}
        entered = [self._sum_entries(filters, counts) for counts in (before_it, its)]
        left = self._get_exits(filters, [*bounds_before, bounds[1]])
        name, count = ("open", self._count_open) if is_quick else ("amounts", self._sum_open)
        there = count(filters, [bounds_before[1], bounds[1]])
        parts = [
            {"entered": its_entered, "left": its_left, name: its_there}
            for its_entered, its_left, its_there in zip(entered, left, there, strict=True)
        ]
        periods = (bounds_before, bounds)
        return [(filters, *period, part) for period, part in zip(periods, parts, strict=True)], its
