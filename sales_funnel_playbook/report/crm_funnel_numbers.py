from contextlib import contextmanager

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.funnel import get_rate
from ..tools.funnel_events import STAYS, TRAITS

MOVES = ("begun_count", "next_count", "advanced_count", "won_count", "lost_count", "returned_count")
COHORT = {"won": "cohort_won_count", "lost": "cohort_lost_count", "pending": "cohort_open_count"}
OPEN = ("open_count", "open_amount", "weighted_amount")
COUNTS = (*MOVES, "cohort_count", "reached_count", *COHORT.values(), "stay_count", *OPEN)
BY_STAGE = ("next_count", "advanced_count", "returned_count", "stay_count")  # they mean nothing of all stages
RATES = ("flow_rate", "reached_rate")
# What takes longer: it asks for the deals as they are today, or sorts.
LATER = ("open_amount", "weighted_amount", *STAYS)
TODAY = ("tier", *TRAITS)  # of the deal as it is, the rest is of the moment that is asked for
SCOPE = ("playbook_id", "company_id", "product_line_id", "team_id", "user_id", *TODAY)
# Which events each number counts; what is open is no event.
EVENTS = {
    "begun_count": [("event", "=", "begun")],
    "next_count": [("event", "=", "next")],
    **{
        name: [("event", "=", "left"), (name, "=", 1)]
        for name in ("advanced_count", "won_count", "lost_count", "returned_count")
    },
    "cohort_count": [("event", "=", "first")],
    "reached_count": [("event", "=", "first"), ("reached_count", "=", 1)],
    **{name: [("event", "=", "first"), ("outcome", "=", outcome)] for outcome, name in COHORT.items()},
    "stay_count": [("event", "=", "stay")],
}
# The parts of the numbers, and who counts them.
PARTS = {
    "entered": "_get_entry_numbers",
    "left": "_get_exit_numbers",
    "open": "_get_open_counts",
    "stayed": "_get_stay_numbers",
    "amounts": "_get_open_numbers",
}
KNOWN = "sales_funnel_playbook.known_numbers"  # of this transaction, see _knowing
# Which events the numbers of all deals count, where it is others.
TOTAL_EVENTS = {
    **{name: [("event", "=", "came")] for name in ("begun_count", "cohort_count")},
    "reached_count": [("event", "=", "came"), ("outcome", "=", "won")],
    **{name: [("event", "=", "came"), ("outcome", "=", outcome)] for outcome, name in COHORT.items()},
}


class CrmFunnelReport(models.Model):
    """The numbers of a funnel by stage, for the page and the reviews.

    A *scope* is a dict with some of ``playbook_id``, ``company_id``, ``product_line_id``, ``team_id``,
    ``user_id``, ``source_id``, ``medium_id``, ``campaign_id``, ``industry_id``, ``country_id``,
    ``lost_reason_id`` (ids), ``company_size`` and ``tier``; what is missing or false does not restrict.
    ``is_without_company`` restricts to deals that belong to none.
    """

    _inherit = "crm.funnel.report"

    @api.model
    def _get_stage_numbers(self, scope, since, until):
        """Return ``{stage id: {name: number}}`` of a period, for stages where there is something; under False
        what happened before a deal was in any stage that the playbook names.

        :param datetime since: naive UTC
        :param datetime until: naive UTC, exclusive; what is open is counted at this moment
        :return: counts are 0 and rates and stays None where nothing happened, and so are the rates of the
            last stage and of that of renewal deals; amounts are those of now, in the playbook's currency,
            those without an exchange rate left out
        """
        return self._count_parts(("entered", "left", "stayed", "amounts"), scope, since, until)

    @api.model
    def _get_quick_numbers(self, scope, since, until):
        """Return what :meth:`_get_stage_numbers` does, without what is in ``LATER``: what the log alone
        tells.
        """
        return self._count_parts(("entered", "left", "open"), scope, since, until)

    @api.model
    def _count_parts(self, names, scope, since, until):
        """Return ``{stage id: {name: number}}`` of some parts of the numbers of a period."""
        # for statements of a second, compiling them takes longer than it saves
        self.env.cr.execute("SET LOCAL jit TO off")
        numbers = {}
        for name in names:
            self._add_numbers(numbers, self._count_part(name, scope, since, until))
        self._add_reached_rates(scope, numbers)
        return numbers

    @api.model
    def _count_part(self, name, scope, since, until):
        """Return ``{stage id: {number: how many}}`` of a part of the numbers, counted unless it is known."""
        known = self.env.cr.cache.get(KNOWN, {}).get(self._get_known_key(scope, since, until), {})
        if name in known:
            return known[name]
        bounds = (until,) if name in ("open", "amounts") else (since, until)
        return getattr(self, PARTS[name])(scope, *bounds)

    @contextmanager
    def _knowing(self, known):
        """Within it, what is known of the numbers of some periods is not counted once more.

        :param known: ``[(scope, since, until, {part: {stage id: {number: how many}}}), …]``
        """
        self.env.cr.cache[KNOWN] = {self._get_known_key(*period): parts for *period, parts in known}
        try:
            yield
        finally:
            self.env.cr.cache.pop(KNOWN, None)

    @api.model
    def _get_known_key(self, scope, since, until):
        return repr(sorted(scope.items())), since, until, self.env.uid, self.env.su

    @api.model
    def _add_reached_rates(self, scope, numbers):
        """Add the conversion of each stage's cohort; the last stage has none, nor have renewal deals."""
        last = {id_ for id_, following in self._get_path(scope).items() if not following}
        last.add(self._get_renewal_stage_id(scope))
        for stage_id, values in numbers.items():
            if not stage_id or stage_id not in last:
                values["reached_rate"] = get_rate(values["reached_count"], values["cohort_count"])

    @api.model
    def _add_numbers(self, numbers, part):
        """Add a part of the numbers of each stage."""
        for stage_id, values in part.items():
            numbers.setdefault(stage_id, self._get_no_numbers()).update(values)

    @api.model
    def _get_total_numbers(self, scope, since, until, numbers, came=None):
        """Return the numbers of all deals of a funnel, wherever in it they are, by the log's own moments.

        :param dict numbers: those of the stages, see :meth:`_get_stage_numbers`
        :param dict came: see :meth:`_get_came`, where that is known already
        :return: the deals that came under the playbook as ``begun_count`` and as the cohort, of which
            ``reached_count`` are won; won, lost and open ones; what is of a stage only is None. Renewal deals
            count in what is open only
        """
        total = self._get_no_numbers() | dict.fromkeys(BY_STAGE)
        new = self._get_new_business(scope, numbers)
        for name in ("won_count", "lost_count"):
            total[name] = sum(values[name] for values in new)
        for name in OPEN:
            total[name] = sum(values[name] for values in numbers.values())
        came = self._get_came(scope, since, until) if came is None else came
        for outcome, count in came.items():
            total[COHORT[outcome or "pending"]] += count
        total["begun_count"] = total["cohort_count"] = sum(total[name] for name in COHORT.values())
        total["reached_count"] = total["cohort_won_count"]
        total["reached_rate"] = get_rate(total["reached_count"], total["cohort_count"])
        return total

    @api.model
    def _get_new_business(self, scope, numbers):
        """Return the numbers of the stages without that of renewal deals."""
        renewals_id = self._get_renewal_stage_id(scope)
        return [values for stage_id, values in numbers.items() if not stage_id or stage_id != renewals_id]

    @api.model
    def _get_renewal_stage_id(self, scope):
        """Return the ``crm.stage`` id of the playbook's stage for renewal deals, or False."""
        gate = self.env["crm.playbook"]._get_gates().get(scope["playbook_id"])
        return bool(gate) and gate.renewal_stage_id

    @api.model
    def _get_no_numbers(self):
        """Return the numbers of a stage in which nothing happened."""
        return dict.fromkeys(COUNTS, 0) | dict.fromkeys((*RATES, *STAYS))

    @api.model
    def _get_scope_domain(self, scope, tier="tier"):
        """Return the domain of a scope on this model, or on the stage log with ``tier="lead_id.tier"``."""
        deal = tier.removesuffix("tier")
        names = {name: f"{deal}{name}" if name in TODAY else name for name in SCOPE}
        its = Domain.AND(Domain(names[name], "=", scope[name]) for name in SCOPE if scope.get(name))
        return its & Domain("company_id", "=", False) if scope.get("is_without_company") else its

    @api.model
    def _get_period_domain(self, scope, since, until):
        return self._get_scope_domain(scope) & Domain("date", ">=", since) & Domain("date", "<", until)

    @api.model
    def _get_open_domain(self, scope, at):
        """Return the domain on the stage log of the deals that were open in their stage at a moment."""
        scope = self._get_scope_domain(scope, tier="lead_id.tier")
        is_there = Domain("left_at", "=", False) | Domain("left_at", ">=", at)
        return scope & Domain("entered_at", "<", at) & is_there & Domain("state", "=", "open")

    @api.model
    def _add_up_open(self, scope, rows, day=None):
        """Return ``{stage id: {name: number}}`` of what is open, from its amounts by stage and company, at
        the exchange rates of a day (today's, if none is given).
        """
        numbers = {}
        for stage_id, company_id, count, amount, weighted in rows:
            rate = self._get_amount_rate(scope, company_id, day) or 0.0
            values = numbers.setdefault(stage_id or False, dict.fromkeys(OPEN, 0))
            for name, value in zip(OPEN, (count, (amount or 0) * rate, (weighted or 0) * rate), strict=True):
                values[name] += value
        return numbers

    @api.model
    def _get_amount_rate(self, scope, company_id, day=None):
        """Return what one unit of a company's currency is in the funnel's currency on a day, today if none
        is given; None if unknown.
        """
        playbook = self._get_playbook(scope)
        company = self.env["res.company"].browse(company_id)
        return playbook._get_rate(playbook._get_deal_currency(company), day)

    @api.model
    def _get_playbook(self, scope):
        return self.env["crm.playbook"].browse(scope["playbook_id"])

    @api.model
    def _get_deals_domain(self, scope, since, until, stage_id, name):
        """Return the domain of the deals behind a number of a stage, of all deals without one.

        :param str name: as in the numbers of :meth:`_get_stage_numbers`
        """
        its = Domain("stage_id", "=", stage_id) if stage_id else Domain.TRUE
        if name in OPEN:
            return Domain("stage_log_ids", "any", self._get_open_domain(scope, until) & its)
        counted = EVENTS if stage_id else {**EVENTS, **TOTAL_EVENTS}
        if not stage_id:
            its &= Domain("lead_id.renewal_kind", "=", False)
        events = self._get_period_domain(scope, since, until) & its & Domain(counted[name])
        return Domain("funnel_event_ids", "any", events)

    @api.model
    def _prepare_deals_action(self, title, domain):
        """Return the action that lists the deals of ``domain``, lost and archived ones too."""
        action = self.env["crm.playbook"]._prepare_leads_action(domain, title)
        action["context"] = {"active_test": False, "create": False}
        return action


class CrmLead(models.Model):
    _inherit = "crm.lead"

    funnel_event_ids = fields.One2many("crm.funnel.report", "lead_id", string="Funnel Events", readonly=True)
    # which countries there are to choose on the page is not looked for in all deals
    _country_idx = models.Index("(country_id) WHERE country_id IS NOT NULL")
