from datetime import datetime, time, timedelta

import pytz

from odoo import models

from ..tools.working_time import WorkingTime

# How far ahead a calendar is asked before it is said to have no working time left.
MAX_SPAN = timedelta(days=5 * 366)


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _get_working_time(self, since, until):
        """Return the :class:`WorkingTime` of this calendar in a span, holidays left out.

        :param since: naive UTC, as ``until`` and as what the result is asked
        """
        self.ensure_one()
        since, until = (pytz.utc.localize(moment) for moment in (since, max(since, until)))
        companies = [False, (self.company_id or self.env.company).id]  # not the others' holidays
        leaves = [("time_type", "=", "leave"), ("company_id", "in", companies)]
        return WorkingTime(
            [
                tuple(moment.astimezone(pytz.utc).replace(tzinfo=None) for moment in interval[:2])
                for interval in self._work_intervals_batch(since, until, domain=leaves)[False]
            ]
        )

    def _get_due_times(self, start, delays):
        """Return ``{delay: when it is over}`` of working-time delays that begin together. The
        calendar is asked once for all of them, twice or more only where it has long breaks.

        :param start: naive UTC, as the results; False where the calendar has no such working time
        :param delays: ``(count, "working_hours" or "working_days")``; days end with the last working
            minute of the day, and the day of ``start`` is not counted
        """
        self.ensure_one()
        local = pytz.timezone(self.tz or "UTC")

        def get_day(moment):
            return pytz.utc.localize(moment).astimezone(local).date()

        due = dict.fromkeys(delays, False)
        days = max((count if unit == "working_days" else count / 8 for count, unit in delays), default=0)
        span = timedelta(days=14 + 2 * days)
        while True:
            # whole days only: where the span ends is no end of a working day
            last_day = datetime.combine(get_day(start + span), time.max)
            until = local.localize(last_day).astimezone(pytz.utc).replace(tzinfo=None)
            working = self._get_working_time(start, until)
            for count, unit in delays:
                if unit == "working_days":
                    due[count, unit] = working.end_of_day(start, count, get_day) or False
                else:
                    due[count, unit] = working.add_hours(start, count) or False
            if all(due.values()) or span > MAX_SPAN:
                return due
            span *= 4
