from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.sales_funnel_playbook.arguments import check_argument
from odoo.addons.sales_funnel_playbook.tools.funnel import MONDAY, get_period, get_today

from ..tools import change as texts

CLOSING = ("month", "last_month", "quarter", "last_quarter", "next_quarter", "year")
DAYS = 104 + 6  # so many can be chosen: Mondays, and days of this week
DAY = timedelta(days=1)
LIMIT = 500  # deals behind a bar that are listed


class CrmPipelineChange(models.AbstractModel):
    """What changed in the pipeline between two Mondays, or since one, or between days of this week. The
    arithmetic is in ``tools/change.py``.
    """

    _name = "crm.pipeline.change"
    _description = "Pipeline Change"
    _inherit = ["crm.forecast.scope"]

    @api.model
    @api.readonly
    def get_options(self):
        """Return ``{filter: [{"id", "name"}, …]}``, what the page offers to choose from."""
        self._check_is_seller()
        return self._get_options()

    @api.model
    @api.readonly
    def get_change(self, filters=None):
        """Return what has become of the pipeline of a Monday.

        :param dict filters: a scope; ``date_from``, a day that was kept, the last Monday if none is given;
            ``date_to``, a later one, or False: now; ``closing``, one of ``CLOSING``: only deals that are to
            close in that period of the end, see :meth:`_get_window`, False for all
        :return: ``{"filters": those in effect, "days": [date that was kept, …], "parts": [{"name", "label",
            "help", "amount", "count": by how many deals it made the pipeline more or fewer, "deals": of how
            many deals it is}, …], "pushes": [{"user", "later_times", "later_count": deals, "later_days",
            "earlier_count", "earlier_days"}, …], "window": [first day, last day] in which deals are to
            close, or False, "currency_id", "missing_rates", "missing_companies": names of those that were
            not kept on both days, "is_own"}``; where no day was kept no ``parts``
        """
        self._check_is_seller()
        filters = self._clean_filters(filters or {})
        result = {"filters": filters, "days": self._get_kept_days(filters), "is_own": not self._sees_all()}
        if not filters["date_from"]:
            return result
        parts, pushes = self._count_change(filters)
        currency, _company = self._get_currency(filters)
        window = self._get_window(filters)
        return result | {
            "window": window and [fields.Date.to_string(day) for day in window],
            "parts": [self._prepare_part(name, parts.get(name, (0, 0, 0))) for name in texts.PARTS],
            "pushes": self._prepare_pushes(pushes),
            "currency_id": currency.id,
            "missing_rates": self._get_missing_rates(filters),
            "missing_companies": self._get_missing_companies(filters),
        }

    @api.model
    @api.readonly
    def get_change_deals(self, filters, name):
        """Return the deals behind a part, at most ``LIMIT``, the largest first.

        :param dict filters: those in effect, as :meth:`get_change` returns them
        :param str name: a name in ``PARTS``
        :return: ``[{"lead_id": False where the user may not open it, "name", "amount", "old": {"worth",
            "date", "stage", "team", "user"} or False, "new": the same, or False where it is none of the
            user's business, "outcome"}, …]``; worth in the currency of the deal's company
        """
        self._check_is_seller()
        filters = self._clean_filters(filters)
        check_argument(self.env, "name", name, name in texts.PARTS)
        if not filters["date_from"]:
            return []
        return self._prepare_deals(self._find_deals(filters, name))

    @api.model
    def _count_change(self, filters):
        """Return ``({part: [amount, deals more or fewer, deals]} of the parts that there are, [(user id,
        times put off, deals put off, days, deals brought forward, days), …])``.
        """
        change = self._get_change_sql(filters, SQL(texts.IS_MOVED))
        rows = self.env.execute_query(SQL(texts.CHANGE, sums=self._get_sums_sql(filters), **change))
        parts = {name: numbers[:3] for name, _user, *numbers in rows if name != texts.PUSH and numbers[2]}
        return parts, [numbers for name, *numbers in rows if name == texts.PUSH]

    @api.model
    def _find_deals(self, filters, name):
        """Return the rows of the deals behind a part, the largest first."""
        if name in texts.IS_LARGEST:
            which = SQL(texts.IS_LARGEST[name], limit=LIMIT, **self._get_condition_sql(filters))
        else:
            which = SQL(texts.IS_MOVED)
        first, last = self._get_days(filters)
        query = SQL(
            texts.DEALS,
            name=name,
            limit=LIMIT,
            first=first,
            last=last,
            **self._get_change_sql(filters, which),
        )
        return self.env.execute_query_dict(query)

    @api.model
    def _clean_filters(self, filters):
        """Return the filters in effect.

        :raise UserError: for days that are none, or on which nothing was kept
        """
        scope = self._clean_scope(filters)
        closing = filters.get("closing") or False
        check_argument(self.env, "closing", closing, closing in (*CLOSING, False))
        kept, days = self._get_kept_days(scope), {}
        for name in ("date_from", "date_to"):
            days[name] = filters.get(name) or False
            if days[name] and days[name] not in kept:
                raise UserError(self.env._("No deals were kept on “%s”.", days[name]))
        days["date_from"] = days["date_from"] or self._choose_monday(kept, days["date_to"])
        if days["date_to"] and not (days["date_from"] and days["date_from"] < days["date_to"]):
            raise UserError(self.env._("Choose a last day after the first one."))
        return {**scope, **days, "closing": closing}

    @api.model
    def _choose_monday(self, kept, until):
        """Return the Monday before the last day, another day where no Monday was kept, else False."""
        before = [day for day in kept if not until or day < until]
        mondays = (day for day in before if fields.Date.to_date(day).weekday() == MONDAY)
        return next(mondays, before[0] if before else False)

    @api.model
    def _get_companies(self, scope):
        return [scope["company_id"]] if scope["company_id"] else self.env.companies.ids

    @api.model
    def _get_kept_days(self, scope):
        """Return the days, newest first, on which deals of a scope's companies were kept."""
        # sudo: that something was kept is no secret to whoever sees what was
        days = self.env["crm.funnel.snapshot.day"].sudo()
        domain = [("company_id", "in", self._get_companies(scope))]
        found = days._read_group(domain, ["date:day"], order="date:day desc", limit=DAYS)
        return [fields.Date.to_string(day) for (day,) in found]

    @api.model
    def _get_moments(self, filters):
        """Return ``{company id: (since, until)}``: when the deals of each company were kept on both days."""
        # sudo: as above; of all companies, to know when a deal was handed over
        rows = self.env["crm.funnel.snapshot.day"].sudo()
        rows = rows.search([("date", "in", [day for day in self._get_days(filters) if day])])
        first, last = self._get_days(filters)
        taken = {(one.company_id.id, one.date): one.taken_at for one in rows}
        now = self.env.cr.now()
        ends = {company_id: taken.get((company_id, last)) if last else now for company_id, _day in taken}
        return {
            company_id: (taken[company_id, first], until)
            for company_id, until in ends.items()
            if until and (company_id, first) in taken
        }

    @api.model
    def _get_days(self, filters):
        return tuple(fields.Date.to_date(filters[name]) for name in ("date_from", "date_to"))

    @api.model
    def _get_missing_companies(self, filters):
        # sudo: the names of the companies in which the user works
        companies = self.env["res.company"].sudo().browse(self._get_companies(filters))
        moments = self._get_moments(filters)
        return companies.filtered(lambda one: one.id not in moments).mapped("name")

    @api.model
    def _get_tz(self, filters):
        _currency, company = self._get_currency(filters)
        return company._get_funnel_tz()

    @api.model
    def _get_window(self, filters):
        """Return the first and the last day of the period in which deals are to close, False for all. It is
        that of the last day that is looked at: today, else the one before the day until which, as that is
        kept when it begins; or the period before or after that.
        """
        if not filters["closing"]:
            return False
        until = fields.Date.to_date(filters["date_to"])
        day = until - DAY if until else get_today(self.env.cr.now(), self._get_tz(filters))
        which, _underscore, period = filters["closing"].rpartition("_")
        first, last = get_period(day, period)
        if which:
            return get_period(first - DAY if which == "last" else last + DAY, period)
        return first, last

    @api.model
    def _get_rates(self, filters):
        """Return ``{currency: (its rate on the first day, its rate at the end)}``, None where unknown."""
        first, last = self._get_days(filters)
        last = last or get_today(self.env.cr.now(), self._get_tz(filters))
        target, company = self._get_currency(filters)
        return {
            one: tuple(self._get_rate(one, target, company, day) for day in (first, last))
            for one in self._get_currencies()
        }

    @api.model
    def _get_missing_rates(self, filters):
        missing = [one.name for one, rates in self._get_rates(filters).items() if None in rates]
        return ", ".join(missing) or False
