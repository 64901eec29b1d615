from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.funnel import MONDAY, get_today
from .crm_funnel_counting import DEALS, OUTCOME
from .crm_funnel_numbers import COHORT, EVENTS, OPEN

# Each entry once: where it is listed tells in which numbers it counts.
ENTERED = f"""
    SELECT log.stage_id, log.is_first, log.came_further_at IS NOT NULL,
        CASE WHEN log.is_first THEN {OUTCOME} END, ARRAY_AGG(log.lead_id)
    FROM (%(segments)s) log %(outcomes)s GROUP BY 1, 2, 3, 4
"""
# What open deals were on the Monday with which a period ended, where that was noted nearer to its end than
# now is; what deals are now, else: only these are looked up, by OFFSET one by one, or all leads would be
# read.
OPEN_THEN = """
    SELECT stay.stage_id, COALESCE(kept.company_id, lead.company_id), COUNT(*),
        SUM(CASE WHEN kept.lead_id IS NULL THEN %(worth)s ELSE kept.worth END),
        SUM(CASE WHEN kept.lead_id IS NULL THEN %(worth)s * lead.probability
            ELSE kept.worth * kept.probability END / 100), ARRAY_AGG(stay.lead_id)
    FROM (%(stays)s) stay
    LEFT JOIN (
        SELECT deal.lead_id, deal.company_id, deal.worth, deal.probability FROM crm_funnel_snapshot deal
        JOIN crm_funnel_snapshot_day day ON day.date = deal.date AND day.company_id = deal.company_id
        WHERE deal.date = %(monday)s
            AND ABS(EXTRACT(EPOCH FROM day.taken_at - %(at)s)) <= EXTRACT(EPOCH FROM %(now)s - %(at)s)
    ) kept ON kept.lead_id = stay.lead_id
    LEFT JOIN LATERAL (
        SELECT * FROM crm_lead WHERE id = CASE WHEN kept.lead_id IS NULL THEN stay.lead_id END OFFSET 0
    ) lead ON TRUE GROUP BY 1, 2
"""


class CrmFunnelReport(models.Model):
    """The numbers that reviews freeze, with the deals behind them, from one look at what entered, left, came
    and was open.
    """

    _inherit = "crm.funnel.report"

    @api.model
    def _get_frozen_numbers(self, scope, since, until, tz):
        """Return ``({stage id: numbers}, {stage id: {number: deals}})``: what :meth:`_get_stage_numbers`
        does, with amounts of the Monday with which the period ended in the time zone ``tz``, and the ids of
        the deals behind the counts, as often as they were counted. The deals behind ``begun_count``,
        ``cohort_count`` and ``next_count`` are among the others: those that entered a stage again are
        ``begun_again``.
        """
        # for statements of a second, compiling them takes longer than it saves
        self.env.cr.execute("SET LOCAL jit TO off")
        entered = self._list_entered(scope, since, until)
        left = self._get_exit_numbers(scope, since, until, DEALS)
        amounts, there = self._get_open_then(scope, until, tz)
        entries = {stage_id: self._count_entered(lists) for stage_id, lists in entered.items()}
        self._add_flow(scope, entries)
        exits = {
            stage_id: {name: len(ids) for name, ids in lists.items()} for stage_id, lists in left.items()
        }
        parts = {"entered": entries, "left": exits, "amounts": amounts}
        with self._knowing([(scope, since, until, parts)]):
            numbers = self._get_stage_numbers(scope, since, until)
        deals = {
            stage_id: {**entered.get(stage_id, {}), **left.get(stage_id, {}), "open_count": there[stage_id]}
            for stage_id in numbers
        }
        return numbers, deals

    @api.model
    def _list_entered(self, scope, since, until):
        """Return ``{stage id: {number: [id of a deal, …]}}`` of what entered; see
        :meth:`_get_frozen_numbers`.
        """
        entries = Domain("entered_at", ">=", since) & Domain("entered_at", "<", until)
        entries &= Domain("is_entry", "=", True) & Domain("stage_id", "!=", False)
        lists = defaultdict(lambda: defaultdict(list))
        segments = self._find_segments(scope, entries)
        query = SQL(ENTERED, segments=segments, outcomes=self._get_outcomes(since))
        for stage_id, is_first, is_further, outcome, lead_ids in self.env.execute_query(query):
            lists[stage_id][COHORT[outcome or "pending"] if is_first else "begun_again"] += lead_ids
            if is_further:
                lists[stage_id]["reached_count"] += lead_ids
        return lists

    @api.model
    def _count_entered(self, lists):
        """Return the counts of what entered a stage, from its lists."""
        counts = {name: len(ids) for name, ids in lists.items()}
        again = counts.pop("begun_again", 0)
        cohort = sum(counts.get(name, 0) for name in COHORT.values())
        return {**counts, "begun_count": cohort + again, "cohort_count": cohort}

    @api.model
    def _get_open_then(self, scope, at, tz):
        """Return ``({stage id: numbers}, {stage id: deals})`` of what was open at a moment, with the amounts
        of the Monday snapshot that begins then in the time zone ``tz``, where there is one that was taken
        nearer to it than now. Deals that it has not have the amounts of now.
        """
        leads, day = self.env["crm.lead"], get_today(at, tz)
        leads.flush_model(["probability", "company_id"])
        query = SQL(
            OPEN_THEN,
            stays=self._find_open_segments(scope, at),
            worth=leads._field_to_sql("lead", "worth"),
            monday=day if day.weekday() == MONDAY else None,
            at=at,
            now=self.env.cr.now(),
        )
        rows, deals = self.env.execute_query(query), defaultdict(list)
        for stage_id, *_amounts, lead_ids in rows:
            deals[stage_id or False] += lead_ids
        return self._add_up_open(scope, [row[:-1] for row in rows], day), deals

    @api.model
    def _get_frozen_total(self, scope, since, until, numbers, deals, named_ids):
        """Return ``(numbers, {number: deals})`` of all deals; the deals that are open in one of the stages
        ``named_ids`` are those of these stages.

        :param dict numbers: of the stages, and ``deals`` behind them, from :meth:`_get_frozen_numbers`
        """
        came = self._get_came(scope, since, until, DEALS)
        counts = {outcome: len(ids) for outcome, ids in came.items()}
        total = self._get_total_numbers(scope, since, until, numbers, counts)
        new = self._get_new_business(scope, deals)
        elsewhere = [lists for stage_id, lists in deals.items() if stage_id not in named_ids]
        its = {COHORT[outcome or "pending"]: ids for outcome, ids in came.items()}
        for name in ("won_count", "lost_count"):
            its[name] = [id_ for lists in new for id_ in lists.get(name, ())]
        its["open_elsewhere"] = [id_ for lists in elsewhere for id_ in lists["open_count"]]
        return total, its

    @api.model
    def _prepare_frozen_action(self, title, lead_ids):
        """Return the action that lists deals that were counted once, as far as they exist and the user may
        see them; its title says how many are missing.
        """
        domain = Domain("id", "in", lead_ids)
        seen = self.env["crm.lead"].with_context(active_test=False).search_count(domain)
        if seen < len(lead_ids):
            title = self.env._(
                "%(title)s (missing %(missing)s of %(count)s: deleted, merged, or not visible to you)",
                title=title,
                missing=len(lead_ids) - seen,
                count=len(lead_ids),
            )
        return self._prepare_deals_action(title, domain)

    @api.model
    def _is_counted(self, name):
        """Tell whether there are deals behind a number."""
        return name in EVENTS or name in OPEN
