import logging
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.sales_funnel_playbook.arguments import check_argument, is_id
from odoo.addons.sales_funnel_playbook.exceptions import CONCURRENCY_ERRORS
from odoo.addons.sales_funnel_playbook.tools.zones import get_zone

from ..tools.targets import COMPANY

_logger = logging.getLogger(__name__)

FRIDAY = timedelta(days=4)
WEEK = timedelta(days=7)
NOON = time(12)
MAX_NOTE = 10_000
MAX_AMOUNT = 10**13
# The newest Monday that was kept of a period, and no later than a day.
LAST_WEEK = "SELECT MAX(date) FROM crm_forecast_week WHERE company_id = %s AND period = %s AND date_from = %s"


class CrmForecast(models.AbstractModel):
    """Everybody says once a week what will be won."""

    _inherit = "crm.forecast"

    @api.model
    def submit(self, filters, key, amount, note=""):
        """Note what somebody says will be won in a period: again, until the week is over.

        :param dict filters: as :meth:`get_forecast` takes them
        :param list key: of whose row, as its ``key``
        :param amount: in the company's currency, what was won already included
        :raise AccessError: for the row of somebody else
        :raise UserError: for a period that is over
        """
        self._check_is_seller()
        filters = self._clean_forecast(filters)
        key = self._clean_key(key)
        is_number = type(amount) in (int, float) and abs(amount) <= MAX_AMOUNT
        check_argument(self.env, "amount", amount, is_number)
        check_argument(self.env, "note", note, isinstance(note, str) and len(note) <= MAX_NOTE)
        company, _first, last = self._get_forecast_scope(filters)
        if not self._filter_own([key]) or not self._has_row(company, key):
            raise AccessError(self.env._("This is the figure of somebody else."))
        if last < self._get_day(company):
            raise UserError(self.env._("This period is over."))
        self._save_figure(filters, key, amount, note)
        return True

    @api.model
    def _clean_key(self, key):
        """Return the key of a row.

        :raise UserError: for what is none
        """
        is_list = isinstance(key, (list, tuple)) and all(is_id(one) or one is False for one in key[1:])
        lengths = {"company": 1, "team": 2, "person": 3}
        is_key = is_list and key and isinstance(key[0], str) and lengths.get(key[0]) == len(key)
        return tuple(check_argument(self.env, "key", key, is_key))

    @api.model
    def _filter_own(self, keys):
        """Return those of the keys of rows whose figure is the user's to say: their own, of a team its
        leader's and of the company a sales manager's, who may say the teams' too.
        """
        is_manager = self.env.user.has_group("sales_team.group_sale_manager")
        led, teams = {*self._get_led_teams().ids}, {False, *self.env.user.crm_team_ids.ids}
        sees_all = self._sees_all()
        return {
            key
            for key in keys
            if (key == COMPANY and is_manager)
            or (key[0] == "team" and key[1] and (is_manager or key[1] in led))
            or (key[0] == "person" and key[2] == self.env.uid and (sees_all or key[1] in teams))
        }

    @api.model
    def _prepare_owner_vals(self, filters, key, day):
        """Return whose figure it is, and in which week it was said."""
        company, first, _last = self._get_forecast_scope(filters)
        return {
            "date": day,
            "level": key[0],
            "company_id": company.id,
            "team_id": key[1] if key != COMPANY else False,
            "user_id": key[2] if key[0] == "person" else False,
            "period": filters["period"],
            "date_from": first,
        }

    @api.model
    def _save_figure(self, filters, key, amount, note):
        company, _first, _last = self._get_forecast_scope(filters)
        week = self._get_week(company)
        vals = {
            "amount": company.currency_id.round(amount),
            "note": note.strip(),
            "submitted_by_id": self.env.uid,
            "submitted_at": self.env.cr.now(),
            "is_late": self.env.cr.now() > self._get_noon(company, week),
        }
        owner = self._prepare_owner_vals(filters, key, week)
        # sudo: nobody has the right to write a figure but by this method
        figures = self.env["crm.forecast.figure"].sudo()
        found = figures.search([(name, "=", value) for name, value in owner.items()])
        if found:
            found.write(vals)
        else:
            figures.create({**owner, **vals})

    @api.model
    def _get_noon(self, company, week):
        """Return until when the figures of a week are to be there: Friday noon, in naive UTC."""
        noon = get_zone(company._get_funnel_tz()).localize(datetime.combine(week + FRIDAY, NOON))
        return noon.astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _get_key(self, row):
        """Return the key of the row of a figure or a week."""
        if row.level == "company":
            return COMPANY
        rest = (row.user_id.id,) if row.level == "person" else ()
        return (row.level, row.team_id.id, *rest)

    @api.model
    def _get_figures(self, filters, week=None):
        """Return ``{key: figure}`` of a week, this one if none is given; whoever asks."""
        company, first, _last = self._get_forecast_scope(filters)
        domain = [
            ("date", "=", week or self._get_week(company)),
            ("company_id", "=", company.id),
            ("period", "=", filters["period"]),
            ("date_from", "=", first),
        ]
        # sudo: only those of rows that the user sees are shown
        return {self._get_key(one): one for one in self.env["crm.forecast.figure"].sudo().search(domain)}

    @api.model
    def _get_last_week(self, filters):
        """Return ``{key: what the last Monday kept}``."""
        company, first, _last = self._get_forecast_scope(filters)
        scope = (company.id, filters["period"], first)
        # sudo: as above
        weeks = self.env["crm.forecast.week"].sudo()
        weeks.flush_model()
        [[day]] = self.env.execute_query(SQL(LAST_WEEK, *scope))
        names = ("date", "company_id", "period", "date_from")
        found = weeks.search([(name, "=", value) for name, value in zip(names, (day, *scope), strict=True)])
        return {self._get_key(one): one for one in found} if day else {}


class CrmForecastWeek(models.Model):
    """Each Monday the forecast is kept, with the figures of the week that is over."""

    _inherit = "crm.forecast.week"

    @api.model
    def _cron_freeze(self):
        """Keep the forecast of each company where it is Monday, once. Runs every hour, commits each."""
        due = self._get_due()
        if due:
            self.env["crm.forecast.rate"]._count()
            # a company that fails does not undo it
            self.env["ir.cron"]._commit_progress(remaining=len(due))
        for number, (company, day) in enumerate(due, start=1):
            self._freeze_safely(company, day)
            if not self.env["ir.cron"]._commit_progress(1, remaining=len(due) - number):
                return

    @api.model
    def _get_due(self):
        """Return ``[(company, Monday), …]`` of those where it is Monday and nothing was kept yet."""
        days = dict(self.env["crm.funnel.snapshot"]._get_mondays())
        kept = {
            (one.company_id, one.date)
            for one in self.search([("date", "in", [*set(days.values())]), ("level", "=", "company")])
        }
        return [one for one in days.items() if one not in kept]

    @api.model
    def _freeze_safely(self, company, day):
        """Keep the forecast of a company; one that fails is tried again in an hour, and holds up no other."""
        try:
            self._freeze(company, day)
        except Exception as error:
            self.env.cr.rollback()
            self.env.invalidate_all()
            if not isinstance(error, CONCURRENCY_ERRORS):  # else somebody else has done it
                _logger.exception("The forecast of %s could not be kept on %s.", company.name, day)
                self.env["crm.playbook.failure"]._note(company, error)

    @api.model
    def _freeze(self, company, day):
        """Keep the forecast of the periods that a company is in, or was in a week ago."""
        forecast = self.env["crm.forecast"].with_context(allowed_company_ids=company.ids)
        for period in ("month", "quarter", "year"):
            done = set()
            for one in (day, day - WEEK):
                filters = {"company_id": company.id, "period": period, "day": fields.Date.to_string(one)}
                _company, first, _last = forecast._get_forecast_scope(filters)
                if first not in done:
                    self.create(self._prepare_weeks(forecast, filters, day))
                done.add(first)

    @api.model
    def _prepare_weeks(self, forecast, filters, day):
        _company, _first, last = forecast._get_forecast_scope(filters)
        plain = ("won", "commit", "best_case", "pipeline", "weighted", "calibrated")
        vals_list = []
        for row in forecast._get_rows(filters, day - WEEK):
            vals_list.append(
                {
                    **forecast._prepare_owner_vals(filters, tuple(row["key"]), day),
                    **{name: row[name] for name in plain},
                    "date_to": last,
                    "is_uncalibrated": bool(row["open_count"]) and row["unknown_count"] == row["open_count"],
                    "has_target": row["target"] is not None,
                    "target": row["target"] or 0,
                    "has_own": row["own"] is not None,
                    "own": row["own"] or 0,
                    "note": row["note"],
                }
            )
        return vals_list
