from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from odoo.addons.sales_funnel_playbook.wording import label_text, list_clauses

from ..tools import forecast as texts
from ..tools.targets import COMPANY

YEARS = 3  # over which it is told how right the forecast was
MIN_PERIODS = 3  # that are over: of fewer nothing is said of which method to believe


class CrmForecast(models.AbstractModel):
    """When a period is over it is told how right it was, and which way of counting was nearest."""

    _inherit = "crm.forecast"

    @api.model
    def _get_accuracy(self, filters, keys):
        """Return how right it was over the periods of the kind that are over, of the last ``YEARS``.

        :param list keys: of the rows that are told of; of none nothing is said
        :return: ``{"accuracy": see :meth:`_get_accuracy_rows`, "nearest": see :meth:`_get_nearest`,
            "nothing_came": which periods are left out, a text for each row}``
        """
        if not keys:
            return {"accuracy": [], "nearest": False, "nothing_came": []}
        self.env["crm.forecast.week"].flush_model()
        values = {
            "company": filters["company_id"],
            "period": filters["period"],
            "since": fields.Date.today() - relativedelta(years=YEARS),
        }
        return {
            "accuracy": self._get_accuracy_rows(values, keys),
            "nearest": self._get_nearest(values, keys[0]),
            "nothing_came": self._get_nothing_came(values, keys),
        }

    @api.model
    def _get_accuracy_rows(self, values, keys):
        """Return how far off what was said was, see ``ACCURACY``: ``[{"name", "level", "method", "errors":
        {weeks, as JSON has keys: percent}}, …]`` of the rows with these keys.
        """
        by_key = {}
        for *owner, before, own, commit, weighted, calibrated in self.env.execute_query(
            SQL(texts.ACCURACY, **values)
        ):
            for method, error in zip(texts.METHODS, (own, commit, weighted, calibrated), strict=True):
                if error is not None:
                    by_key.setdefault((self._to_key(*owner), method), {})[str(before)] = float(error)
        labels = self._get_method_labels()
        return [
            {
                "name": self._get_row_name(key),
                "level": key[0],
                "method": labels[method],
                "errors": by_key[key, method],
            }
            for key in keys
            for method in texts.METHODS
            if (key, method) in by_key
        ]

    @api.model
    def _get_nearest(self, values, key):
        """Return which method to believe in a row: the one that was nearest, over at least ``MIN_PERIODS``.

        :return: ``{"name": of the row, "method" and "error" in percent, False of too few, "periods": how
            many, "text"}``; False where no period is over
        """
        level, team_id, user_id = (*key, False, False)[:3]
        owner = (level, team_id or 0, user_id or 0)
        rows = self.env.execute_query(SQL(texts.NEAREST, key=owner, **values))
        found = {with_own: (count, errors) for with_own, count, *errors in rows}
        if not found:
            return False
        count, errors = next(
            (one for one in (found.get(True), found[False]) if one and one[0] >= MIN_PERIODS), found[False]
        )
        name, method, error = self._get_row_name(key), False, False
        if count >= MIN_PERIODS:
            said = [one for one in zip(errors, texts.METHODS, strict=True) if one[0] is not None]
            error, method = min(said, key=lambda one: one[0])
            method = self._get_method_labels()[method]
        nearest = {"name": name, "method": method, "error": error and float(error), "periods": count}
        return {**nearest, "text": self._get_nearest_text(**nearest)}

    @api.model
    def _get_nearest_text(self, name, method, error, periods):
        if not method:
            return self.env._(
                "%(name)s: too few periods are over to say what to believe, %(count)s of %(least)s.",
                name=name,
                count=periods,
                least=MIN_PERIODS,
            )
        return self.env._(
            "%(name)s: nearest was %(method)s, on average %(error)s %% off, over %(count)s periods.",
            name=name,
            method=method,
            error=round(error),
            count=periods,
        )

    @api.model
    def _get_nothing_came(self, values, keys):
        """Return ``["row: first days of the periods", …]`` in which nothing came of what was said."""
        rows = self.env.execute_query(SQL(texts.NOTHING_CAME, **values))
        days = {self._to_key(*owner): found for *owner, found in rows}
        return [
            label_text(
                self.env,
                self._get_row_name(key),
                list_clauses(self.env, [format_date(self.env, day) for day in days[key]]),
            )
            for key in keys
            if key in days
        ]

    @api.model
    def _to_key(self, level, team_id, user_id):
        """Return the key of a row of what Mondays kept, in which 0 is nobody."""
        rest = {"company": (), "team": (team_id or False,)}.get(level, (team_id or False, user_id or False))
        return COMPANY if level == "company" else (level, *rest)

    @api.model
    def _get_method_labels(self):
        return {
            "own": self.env._("Own Figure"),
            "commit": self.env._("Won and Commit"),
            "weighted": self.env._("Weighted Forecast"),
            "calibrated": self.env._("Calibrated Forecast"),
        }
