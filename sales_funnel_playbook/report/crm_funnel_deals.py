from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.funnel import get_today
from .crm_funnel_numbers import EVENTS, OPEN, TOTAL_EVENTS

# What open deals were on the Monday with which a period ended, where that was noted nearer to its end than
# now is; what deals are now, else.
AMOUNTS_THEN = """
    SELECT stay.stage_id,
        CASE WHEN lead.company_id IS NOT NULL THEN COALESCE(kept.company_id, lead.company_id) END, COUNT(*),
        SUM(CASE WHEN kept.lead_id IS NULL THEN %(worth)s ELSE kept.worth END),
        SUM(CASE WHEN kept.lead_id IS NULL THEN %(worth)s * lead.probability
            ELSE kept.worth * kept.probability END / 100)
    FROM (%(stays)s) stay JOIN crm_lead lead ON lead.id = stay.lead_id
    LEFT JOIN (
        SELECT deal.lead_id, deal.company_id, deal.worth, deal.probability FROM crm_funnel_snapshot deal
        JOIN crm_funnel_snapshot_day day ON day.date = deal.date AND day.company_id = deal.company_id
        WHERE deal.date = %(monday)s
            AND ABS(EXTRACT(EPOCH FROM day.taken_at - %(at)s)) <= EXTRACT(EPOCH FROM %(now)s - %(at)s)
    ) kept ON kept.lead_id = lead.id
    GROUP BY 1, 2
"""


class CrmFunnelReport(models.Model):
    """Which deals are behind the numbers of a funnel, and what they were worth when a period ended: what
    reviews freeze. A scope with ``snapshot_tz``, which no client can send, asks for the amounts of the Monday
    snapshot in that time zone.
    """

    _inherit = "crm.funnel.report"

    @api.model
    def _get_counted_deals(self, scope, since, until):
        """Return ``{stage id: {number: [id of a deal, …]}}``: the deals behind the counts of
        :meth:`_get_stage_numbers`, each once, in the order of their ids; what is empty is left out.
        """
        query = self._search(self._get_period_domain(scope, since, until))
        stage, lead = (self._field_to_sql(self._table, name, query) for name in ("stage_id", "lead_id"))
        lists = self._get_deal_lists(EVENTS, lead, query)
        rows = self.env.execute_query(SQL("%s GROUP BY %s", query.select(stage, *lists), stage))
        counted = {
            stage_id: {name: sorted(set(ids)) for name, ids in zip(EVENTS, lists, strict=True) if ids}
            for stage_id, *lists in rows
        }
        for stage_id, lead_ids in self._get_open_deals(scope, until):
            counted.setdefault(stage_id, {})["open_count"] = lead_ids
        return counted

    @api.model
    def _get_counted_of_all(self, scope, since, until, counted):
        """Return ``{number: [id of a deal, …]}``: the deals behind the counts of :meth:`_get_total_numbers`.

        :param dict counted: of the stages, from :meth:`_get_counted_deals`
        """
        query = self._search(self._get_period_domain(scope, since, until) & Domain("event", "=", "came"))
        lead = self._field_to_sql(self._table, "lead_id", query)
        lists = self._get_deal_lists(TOTAL_EVENTS, lead, query)
        [rows] = self.env.execute_query(query.select(*lists))
        came = dict(zip(TOTAL_EVENTS, rows, strict=True))
        new = self._get_new_business(scope, counted)
        elsewhere = {"won_count": new, "lost_count": new, "open_count": counted.values()}
        return {name: sorted(set(ids)) for name, ids in came.items() if ids} | {
            name: sorted({id_ for lists in stages for id_ in lists.get(name, ())})
            for name, stages in elsewhere.items()
        }

    def _get_deal_lists(self, events, lead, query):
        """Return the SQL of a list of deals for each number, by the domain of the events that it counts; one
        may be in it more than once.
        """
        return [
            SQL(
                "ARRAY_AGG(%s) FILTER (WHERE %s)",
                lead,
                Domain(domain).optimize_full(self)._to_sql(self, self._table, query),
            )
            for domain in events.values()
        ]

    @api.model
    def _get_open_deals(self, scope, at):
        """Return ``[(stage id, [id of a deal, …]), …]`` of what was open at a moment."""
        rows = self.env["crm.lead.stage.log"]._read_group(
            self._get_open_domain(scope, at), ["stage_id"], ["lead_id:array_agg"]
        )
        return [(stage.id, sorted(set(lead_ids))) for stage, lead_ids in rows]

    @api.model
    def _get_open_numbers(self, scope, at):
        if tz := scope.get("snapshot_tz"):
            return self._get_open_numbers_then(scope, at, tz)
        return super()._get_open_numbers(scope, at)

    @api.model
    def _get_open_numbers_then(self, scope, at, tz):
        """Return what :meth:`_get_open_numbers` does, with the amounts of the Monday snapshot that begins
        with the moment ``at`` in the time zone ``tz``, where there is one that was taken nearer to it than
        now. Deals that it has not have the amounts of now.
        """
        leads = self.env["crm.lead"]
        leads.flush_model(["probability", "company_id"])
        query = SQL(
            AMOUNTS_THEN,
            stays=self._find_open_segments(scope, at),
            worth=leads._field_to_sql("lead", "worth"),
            monday=get_today(at, tz),
            at=at,
            now=self.env.cr.now(),
        )
        return self._add_up_open(scope, self.env.execute_query(query), get_today(at, tz))

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
