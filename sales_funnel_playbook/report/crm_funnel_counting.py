from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.funnel import get_rate
from ..tools.funnel_events import CLOSING, COMING, HAS_COME, IS_NEW, NAMED, OWN, STAYS
from .crm_funnel_numbers import COHORT

# The first three need the log only, each one of its indexes: what a page shows at once. The others ask for
# the deals as they are today, or sort.
ENTERED = """
    SELECT WIDTH_BUCKET(log.entered_at, %(starts)s) - 1, log.stage_id, COUNT(*),
        COUNT(*) FILTER (WHERE log.is_first), COUNT(*) FILTER (WHERE log.came_further_at IS NOT NULL)
    FROM (%(segments)s) log GROUP BY 1, 2
"""
LEFT = f"""
    SELECT {NAMED}, log.stage_id, log.went, log.closes_stay, %(found)s
    FROM (%(segments)s) log GROUP BY 1, 2, 3, 4
"""
BORN = f"SELECT {OWN}, log.state, %(found)s FROM (%(segments)s) log GROUP BY 1, 2"
# What of the rows is asked for: how many there are, or of which deals, as often as there are.
COUNT = SQL("COUNT(*)")
DEALS = SQL("ARRAY_AGG(log.lead_id)")
COHORTS = """
    SELECT log.stage_id, lead.won_status, COUNT(*)
    FROM (%(segments)s) log JOIN crm_lead lead ON lead.id = log.lead_id GROUP BY 1, 2
"""
TIMES = """
    SELECT log.stage_id, AVG(log.duration_days), AVG(log.working_hours),
        PERCENTILE_CONT(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY log.duration_days),
        PERCENTILE_CONT(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY log.working_hours)
    FROM (%(segments)s) log GROUP BY 1
"""
# Of all leads few are open: by OFFSET they are looked up one by one, or all would be read.
AMOUNTS = """
    SELECT log.stage_id, lead.company_id, COUNT(*), SUM(%(worth)s), SUM(%(worth)s * lead.probability / 100)
    FROM (%(segments)s) log, LATERAL (SELECT * FROM crm_lead WHERE id = log.lead_id OFFSET 0) lead
    GROUP BY 1, 2
"""
CAME = f"""
    SELECT lead.won_status, %(found)s FROM (
        SELECT log.lead_id FROM (%(segments)s) log WHERE {HAS_COME}
        UNION SELECT log.lead_id FROM (%(moved)s) log
    ) log JOIN crm_lead lead ON lead.id = log.lead_id WHERE {IS_NEW} GROUP BY 1
"""
COMING_IDS = "SELECT log.id FROM crm_lead_stage_log log %s AND log.entered_at >= %s AND log.entered_at < %s"
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
    def _get_entry_counts(self, scope, starts):
        """Return ``{(number of the span, stage id): {"begun_count", "cohort_count", "reached_count"}}``.

        :param starts: when each span begins and the one before it ends, and when the last one ends, in naive
            UTC: PostgreSQL need not know the time zone
        """
        within = Domain("entered_at", ">=", starts[0]) & Domain("entered_at", "<", starts[-1])
        entries = within & Domain("is_entry", "=", True) & Domain("stage_id", "!=", False)
        segments = self._find_segments(scope, entries)
        rows = self.env.execute_query(SQL(ENTERED, segments=segments, starts=list(starts)))
        names = ("begun_count", "cohort_count", "reached_count")
        return {
            (number, stage_id): dict(zip(names, counts, strict=True)) for number, stage_id, *counts in rows
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
        numbers = {}

        def add(stage_id, name, its):
            values = numbers.setdefault(stage_id or False, {})
            values[name] = values[name] + its if name in values else its

        left = self._find_segments(scope, Domain("left_at", ">=", since) & Domain("left_at", "<", until))
        born = self._find_born_segments(scope, since, until)
        rows = self.env.execute_query(SQL(LEFT, segments=left, found=found))
        for named_id, stage_id, went, is_closed, its in rows:
            for name in WAYS.get(went, ()):
                add(named_id, name, its)
            if is_closed and stage_id:
                add(stage_id, "stay_count", its)
        for stage_id, state, its in self.env.execute_query(SQL(BORN, segments=born, found=found)):
            add(stage_id, f"{state}_count", its)
        return numbers

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
    def _get_open_counts(self, scope, at):
        """Return ``{stage id: {"open_count"}}``."""
        segments = self._find_open_segments(scope, at)
        rows = self.env.execute_query(SQL("SELECT log.stage_id, COUNT(*) FROM (%s) log GROUP BY 1", segments))
        return {stage_id or False: {"open_count": count} for stage_id, count in rows}

    @api.model
    def _find_open_segments(self, scope, at):
        """Return what was open at a moment, as SQL: still there, or gone since, each by its index."""
        was_open = Domain("entered_at", "<", at) & Domain("state", "=", "open")
        still = self._find_segments(scope, was_open & Domain("left_at", "=", False))
        gone = self._find_segments(scope, was_open & Domain("left_at", ">=", at))
        return SQL("%s UNION ALL %s", still, gone)

    @api.model
    def _get_cohort_numbers(self, scope, since, until):
        within = Domain("entered_at", ">=", since) & Domain("entered_at", "<", until)
        firsts = (
            Domain("is_entry", "=", True) & Domain("is_first", "=", True) & Domain("stage_id", "!=", False)
        )
        self.env["crm.lead"].flush_model(["won_status"])
        numbers = {}
        segments = self._find_segments(scope, within & firsts)
        for stage_id, outcome, count in self.env.execute_query(SQL(COHORTS, segments=segments)):
            values = numbers.setdefault(stage_id, {})
            name = COHORT[outcome or "pending"]
            values[name] = values.get(name, 0) + count
        return numbers

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
    def _get_open_numbers(self, scope, at):
        leads = self.env["crm.lead"]
        leads.flush_model(["probability", "company_id"])
        segments = self._find_open_segments(scope, at)
        worth = leads._field_to_sql("lead", "worth")
        rows = self.env.execute_query(SQL(AMOUNTS, segments=segments, worth=worth))
        return self._add_up_open(scope, rows)

    @api.model
    def _get_came(self, scope, since, until, found=COUNT):
        """Return ``{outcome: how many deals came under the playbook}``, or which with ``DEALS``."""
        self.env["crm.lead"].flush_model(["won_status", "renewal_kind"])
        segments = self._find_segments(scope, self._get_come_domain(since, until))
        moved = self._find_segments(scope, self._get_coming_domain(SQL(COMING), since, until))
        return dict(self.env.execute_query(SQL(CAME, segments=segments, moved=moved, found=found)))
