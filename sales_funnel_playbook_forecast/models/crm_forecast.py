from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.sales_funnel_playbook.arguments import check_argument, is_id
from odoo.addons.sales_funnel_playbook.tools.funnel import get_bounds, get_period, get_today

from ..tools import forecast as texts
from ..tools.targets import COMPANY
from .crm_forecast_figure import PERIODS

MOMENT = timedelta(microseconds=1)
YEARS = range(1900, 3000)


class CrmForecast(models.AbstractModel):
    """What will be won in a month, quarter or year, by company, team and person. All is of one company."""

    _name = "crm.forecast"
    _description = "Forecast"
    _inherit = ["crm.forecast.scope"]

    @api.model
    @api.readonly
    def get_forecast(self, filters=None, is_quick=False):
        """Return the forecast of a company, as far as the user may see it.

        :param dict filters: ``company_id``, that of the user if none is given; ``period``: ``month``,
            ``quarter`` or ``year``; ``day``: any day of it (ISO), today if none is given
        :param bool is_quick: without what takes longer, as the page shows it at first: numbers in ``LATER``
            are missing in the rows, "rates_missing" and what :meth:`_get_accuracy` returns are empty
        :return: ``{"filters", "companies": [{"id", "name"}, …], "date_from", "date_to", "before", "after":
            the first days of the periods beside it, "rows": see :meth:`_prepare_row`, the company's first,
            then each team's, followed by its people's, "rates_missing": names of the stages of which fewer
            than 30 deals are won or lost, "currency_id", "is_over", "is_quick", "week", and what
            :meth:`_get_accuracy` returns}``; what there is not is False
        """
        self._check_is_seller()
        filters = self._clean_forecast(filters or {})
        company, first, last = self._get_forecast_scope(filters)
        rows = self._get_rows(filters, is_quick=bool(is_quick))
        keys = [] if is_quick else [tuple(row["key"]) for row in rows]
        return {
            "filters": filters,
            "is_quick": bool(is_quick),
            "companies": [{"id": one.id, "name": one.name} for one in self.env.companies],
            "date_from": fields.Date.to_string(first),
            "date_to": fields.Date.to_string(last),
            "before": fields.Date.to_string(first - timedelta(days=1)),
            "after": fields.Date.to_string(last + timedelta(days=1)),
            "rows": [{name: False if its is None else its for name, its in row.items()} for row in rows],
            "rates_missing": [] if is_quick else self._get_stages_without_rate(),
            **self._get_accuracy(filters, keys),
            "currency_id": company.currency_id.id,
            "is_over": last < self._get_day(company),
            "week": fields.Date.to_string(self._get_week(company)),
        }

    @api.model
    def _clean_forecast(self, filters):
        """Return the filters in effect.

        :raise UserError: for what makes no sense
        """
        check_argument(self.env, "filters", filters, isinstance(filters, dict))
        company_id = filters.get("company_id") or False
        check_argument(self.env, "company_id", company_id, is_id(company_id) or company_id is False)
        period = filters.get("period") or "quarter"
        check_argument(self.env, "period", period, isinstance(period, str) and period in dict(PERIODS))
        if company_id not in self.env.companies.ids:
            company_id = self.env.company.id
        try:
            day = fields.Date.to_date(filters.get("day") or False)
        except (TypeError, ValueError) as error:
            raise UserError(self.env._("“%s” is not a date.", error)) from error
        check_argument(self.env, "day", str(day), not day or day.year in YEARS)
        day = day or self._get_day(self.env["res.company"].browse(company_id))
        return {"company_id": company_id, "period": period, "day": fields.Date.to_string(day)}

    @api.model
    def _get_day(self, company):
        """Return what day it is in a company."""
        return get_today(self.env.cr.now(), company._get_funnel_tz())

    @api.model
    def _get_week(self, company):
        return get_period(self._get_day(company), "week")[0]

    @api.model
    def _get_forecast_scope(self, filters):
        """Return the company, and the first and the last day of the period."""
        day = fields.Date.to_date(filters["day"])
        return self.env["res.company"].browse(filters["company_id"]), *get_period(day, filters["period"])

    @api.model
    def _count(self, filters, is_quick):
        """Return ``{(team id or False, user id or False): numbers}``, of all deals of the company."""
        # for statements of a second, compiling them takes longer than it saves
        self.env.cr.execute("SET LOCAL jit TO off")
        self.env["crm.lead"].flush_model()
        names = texts.NUMBERS if is_quick else (*texts.NUMBERS, *texts.LATER)
        counted = defaultdict(lambda: dict.fromkeys(names, 0.0))
        for team_id, user_id, amount, count in self.env.execute_query(self._get_won_sql(filters)):
            row = counted[team_id or False, user_id or False]
            row |= {name: float(amount) for name in names if name in texts.WITH_WON} | {"won_count": count}
        for team_id, user_id, category, amount, count, *more in self._read_open(filters, is_quick):
            row = counted[team_id or False, user_id or False]
            row[category] = float(amount)
            row["open_count"] += count
            for name, number in zip(("weighted", *texts.LATER), more, strict=False):
                row[name] += float(number)
        return counted

    @api.model
    def _read_open(self, filters, is_quick):
        """Return ``(team id, user id, category, amount, deals, weighted, those of LATER if not is_quick)`` of
        the open deals that are to close in a period, all in one reading.
        """
        values = {"due": self._get_due_sql(filters), "digits": self._get_digits(filters)}
        observed = None if is_quick else self._get_observed_sql()
        if observed:
            return self.env.execute_query(SQL(texts.CALIBRATED, observed=observed, **values))
        rows = self.env.execute_query(SQL(texts.OPEN, **values))
        return rows if is_quick else [(*row, 0, 0, 0, row[4]) for row in rows]

    @api.model
    def _get_digits(self, filters):
        company, _first, _last = self._get_forecast_scope(filters)
        return company.currency_id.decimal_places

    @api.model
    def _get_won_sql(self, filters):
        """Return the worth and the number of the deals that were won in a period, by team and person."""
        company, first, last = self._get_forecast_scope(filters)
        since, until = get_bounds(first, last, company._get_funnel_tz())
        return SQL(
            texts.WON,
            since=since - MOMENT,
            until=until - MOMENT,
            worth=self.env["crm.lead"]._field_to_sql("lead", "worth"),
            digits=self._get_digits(filters),
            main=self.env["crm.playbook"]._get_main_company().id,
            company=company.id,
        )

    @api.model
    def _get_due_sql(self, filters):
        """Return the open deals of a company that are to close in a period."""
        company, first, last = self._get_forecast_scope(filters)
        snapshots, leads = self.env["crm.funnel.snapshot"], self.env["crm.lead"]
        return SQL(
            texts.DUE,
            playbook=snapshots._get_columns("lead")["playbook_id"],
            worth=leads._field_to_sql("lead", "worth"),
            category=leads._field_to_sql("lead", "forecast_category"),
            condition=snapshots._get_condition(company, "lead"),
            digits=self._get_digits(filters),
            first=first,
            last=last,
        )

    @api.model
    def _get_observed_sql(self):
        """Return the win rates of the stages of which enough deals are won or lost, by score, or None."""
        rows = [
            SQL("(%s, %s, %s, %s::float8, %s::float8, %s::float8)", *stage, band, *interval)
            for stage, bands in self.env["crm.forecast.rate"]._get_observed().items()
            for band, interval in bands.items()
        ]
        return SQL("VALUES %s", SQL(", ").join(rows)) if rows else None

    @api.model
    def _get_stages_without_rate(self):
        """Return the names of the stages, not won ones, of which too few deals are won or lost."""
        enough = self.env["crm.forecast.rate"]._get_observed()
        stages = self.env["crm.playbook.stage"].search(
            [("is_template", "=", False), ("stage_id.is_won", "=", False)]
        )
        return [
            self.env._("%(playbook)s: %(stage)s", playbook=one.playbook_id.name, stage=one.display_name)
            for one in stages
            if (one.playbook_id.id, one.stage_id.id) not in enough
        ]

    @api.model
    def _get_rows(self, filters, week=None, is_quick=False):
        """Return the rows that the user may see, in their order, with the figures of a week, this one if none
        is given.
        """
        company, first, last = self._get_forecast_scope(filters)
        year, _last = get_period(first, "year")
        targets = self.env["crm.sales.target"]._get_targets([company.id], year, last)[company.id]
        counted = self._count(filters, is_quick)
        figures, weeks = self._get_figures(filters, week), self._get_last_week(filters)
        owners = {*figures, *(owner for owner, _period, day in targets.own if first <= day <= last)}
        people = {*counted, *(owner[1:] for owner in owners if owner[0] == "person")}
        teams = {team_id for team_id, _user_id in people}
        teams |= {owner[1] for owner in owners if owner[0] == "team"}
        keys = self._filter_visible(self._sort_keys(teams, people))
        sums, own = texts.add_up(counted), self._filter_own(keys)
        nothing = dict.fromkeys(texts.NUMBERS if is_quick else (*texts.NUMBERS, *texts.LATER), 0)
        return [
            self._prepare_row(
                key,
                sums.get(key, nothing),
                targets.get(key, filters["period"], first) if key[-1] or key == COMPANY else None,
                figures.get(key),
                weeks.get(key),
            )
            | {"can_submit": key in own}
            for key in keys
        ]

    @api.model
    def _has_row(self, company, key):
        """Tell whether the team of a key, if any, is one of a company, or of all."""
        team_id = key != COMPANY and key[1]
        # sudo: whichever teams the user sees
        team = self.env["crm.team"].sudo().browse(team_id or ()).exists()
        return not team_id or (bool(team) and team.company_id <= company)

    @api.model
    def _sort_keys(self, teams, people):
        """Return the keys of all rows: the company, then each team by its name with its people."""
        # sudo: the names of rows that are looked at before they are shown
        named = self.env["crm.team"].sudo().browse([one for one in teams if one]).exists()
        users = self.env["res.users"].sudo().browse([one for _team, one in people if one]).exists()
        names = {one.id: one.name for one in users}
        keys = [COMPANY]
        for team_id in [*named.sorted("name").ids, *([False] if False in teams else [])]:
            its = sorted(
                {one for team, one in people if team == team_id}, key=lambda one: names.get(one, "~")
            )
            keys += [("team", team_id), *(("person", team_id, one) for one in its)]
        return keys

    @api.model
    def _filter_visible(self, keys):
        """Return the keys of the rows that the user may see: their own, the sums of their teams, all of the
        teams that they lead; the company's whoever sees all deals.
        """
        if self._sees_all():
            return keys
        led, own = set(self._get_led_teams().ids), set(self.env.user.crm_team_ids.ids)
        return [
            key
            for key in keys
            if (key[0] == "team" and key[1] in led | own)
            or (key[0] == "person" and (key[1] in led or key[2] == self.env.uid))
        ]

    @api.model
    def _prepare_row(self, key, numbers, target, figure, week):
        """Return ``{"key": such as ``["team", 7]``, "level", "name", the numbers of ``NUMBERS``, "target",
        "gap", "coverage", "own": the figure of this week, "note", "is_late", "last": what the last
        Monday kept, or False, "change": in won and commit since then}``.
        """
        gap, coverage = texts.get_gap(numbers, target)
        now = numbers["won"] + numbers["commit"]
        return {
            "key": list(key),
            "level": key[0],
            "name": self._get_row_name(key),
            **numbers,
            "target": target,
            "gap": gap,
            "coverage": coverage,
            "own": figure.amount if figure else None,
            "note": figure.note or "" if figure else "",
            "is_late": bool(figure and figure.is_late),
            "last": week and {name: week[name] for name in ("won", "commit", "weighted", "own", "has_own")},
            "change": now - week.won - week.commit if week else None,
        }

    @api.model
    def _get_row_name(self, key):
        # sudo: a row is shown only to who may see it
        if key == COMPANY:
            return self.env._("All Teams")
        if key[0] == "team":
            return self.env["crm.team"].sudo().browse(key[1] or ()).name or self.env._("No Sales Team")
        return self.env["res.users"].sudo().browse(key[2] or ()).name or self.env._("Nobody")

    @api.model
    def _load_demo(self):
        """Make the demo data. The loader is imported by a database that has demo data only."""
        from ..demo.loader import load  # pylint: disable=import-outside-toplevel

        load(self.env)
