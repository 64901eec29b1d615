from collections import defaultdict
from datetime import datetime, time, timedelta
from functools import partial
from math import ceil

import pytz

from odoo import api, models
from odoo.tools import SQL
from odoo.tools.intervals import Intervals

from ...tools.working_time import WorkingTime, WorkingYears
from .memory import forget, remembered

USUAL_HOURS = 8  # of a day, where a flexible calendar does not say
SHORTEST = timedelta(minutes=1)
# How far ahead a calendar is asked before it is said to have no working time left.
MAX_SPAN = timedelta(days=5 * 366)


def round_up(moment):
    """Return ``moment`` without its time zone, at the full second that it lacks a microsecond of."""
    naive = moment.replace(tzinfo=None)
    return naive + timedelta(microseconds=1) if naive.microsecond == 999999 else naive


def get_local_day(zone, moment):
    """Return which day ``moment`` (naive UTC) is on in the time zone of that name."""
    return pytz.utc.localize(moment).astimezone(pytz.timezone(zone)).date()


class CrmPlaybookHoursMixin(models.AbstractModel):
    """What says when people work: what was remembered of it is forgotten when it changes."""

    _name = "crm.playbook.hours.mixin"
    _description = "Working hours kept in memory"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._forget_hours(records._has_hours())
        return records

    def write(self, vals):
        had_hours = self._has_hours()
        result = super().write(vals)
        self._forget_hours(had_hours or self._has_hours())
        return result

    def unlink(self):
        had_hours = self._has_hours()
        result = super().unlink()
        self._forget_hours(had_hours)
        return result

    def _has_hours(self):
        """Tell whether these say when people of a calendar work."""
        return bool(self)

    def _forget_hours(self, is_changed):
        if is_changed:
            forget(self.env)


class ResourceCalendar(models.Model):
    _name = "resource.calendar"
    _inherit = ["resource.calendar", "crm.playbook.hours.mixin"]

    def _get_working_time(self, since, until):
        """Return the :class:`WorkingYears` of this calendar in a span, holidays left out.

        :param since: naive UTC, as ``until`` and as what the result is asked
        """
        self.ensure_one()
        years = range(since.year, max(since, until).year + 1)
        return WorkingYears({year: self._get_working_year(year) for year in years})

    @remembered("self.id", "self.env.company.id", "year")
    def _get_working_year(self, year):
        """Return the :class:`WorkingTime` of this calendar in a year, kept in memory until a calendar or a
        holiday changes: Odoo is asked for thousands of stays as little as for one.
        """
        intervals = self._get_intervals(datetime(year, 1, 1), datetime(year + 1, 1, 1))
        return WorkingTime(self._make_naive(intervals))

    def _get_intervals(self, since, until, zone=None):
        """Return Odoo's intervals of work in a span, holidays left out, in the calendar's time zone or
        another.
        """
        since, until = (pytz.utc.localize(moment) for moment in (since, until))
        companies = [False, (self.company_id or self.env.company).id]  # not the others' holidays
        leaves = [("time_type", "=", "leave"), ("company_id", "in", companies)]
        if not self.flexible_hours:
            return self._work_intervals_batch(since, until, domain=leaves, tz=zone)[False]
        off = self._leave_intervals_batch(since, until, domain=leaves, tz=zone)[False]
        return self._get_flexible_intervals(since, until, zone or pytz.timezone(self.tz or "UTC")) - off

    def _get_flexible_intervals(self, since, until, zone):
        """Return the intervals of work of a flexible calendar, which says how much and not when: around noon,
        as Odoo has it, on the days that it names, else from Monday on as many as a week's hours take.
        """
        hours, day = self.hours_per_day or USUAL_HOURS, since.astimezone(zone).date()
        days = {int(weekday) for weekday in self.attendance_ids.mapped("dayofweek")}
        if not days:
            days = {*range(min(ceil(self.full_time_required_hours / hours), 7))}
        spans = []
        while days and day <= until.astimezone(zone).date():
            noon = zone.localize(datetime.combine(day, time(12)))
            span = timedelta(hours=min(hours, 24) / 2)
            begin, end = max(noon - span, since), min(noon + span, until)
            if day.weekday() in days and begin < end:
                spans.append((begin, end, self.env["resource.calendar.attendance"]))
            day += timedelta(days=1)
        return Intervals(spans)

    @api.model
    def _make_naive(self, intervals):
        """Return ``[(start, stop), …]`` in naive UTC. Odoo ends a day a microsecond before midnight, and
        a day off a second before it: neither cuts work in two, and what is left between them is none.
        """
        spans = [
            (start.astimezone(pytz.utc).replace(tzinfo=None), round_up(stop.astimezone(pytz.utc)))
            for start, stop, _attendance in intervals
        ]
        return [(start, stop) for start, stop in spans if stop - start >= SHORTEST]

    def _get_due_times(self, requests):
        """Return ``{request: when it is over}`` of working-time delays, False where this calendar has no
        such working time. The calendar is asked once for all of them, more often only where it has
        long breaks.

        :param requests: a set of ``((count, "working_hours" or "working_days"), start, user)``, naive
            UTC as the results; days end with the last working minute of the day, and the day of
            ``start`` is not counted. With a user (``res.users``, may be empty) the hours are those of
            their time zone, without their leave.
        """
        self.ensure_one()
        due = dict.fromkeys(requests, False)
        days = max(
            (count if unit == "working_days" else count / 8 for (count, unit), _s, _u in due), default=0
        )
        span, waiting = timedelta(days=14 + 2 * days), set(requests)
        # one day or hour a week is the least that a calendar can be expected to have
        limit = MAX_SPAN + timedelta(weeks=max((count for (count, _u), _s, _user in due), default=0))
        while waiting:
            starts = [start for _delay, start, _user in waiting]
            users = self.env["res.users"].union(*(user for _delay, _start, user in waiting))
            clocks = self._get_clocks(users, min(starts), max(starts) + span)
            for request in waiting:
                delay, start, user = request
                due[request] = clocks[user].get_due(start, *delay) or False
            waiting = {request for request in waiting if not due[request]}
            if span > limit:
                break
            span *= 4
        return due

    def _get_clocks(self, users, since, until):
        """Return ``{user: WorkingTime}`` for each of ``users`` and for nobody (an empty user): these
        working hours in their time zone, without public holidays and their own leave.
        """
        nobody = users.browse()
        # of all the years that follow, wherever these begin and end
        first, last = (since - timedelta(days=1)).year, (until + timedelta(days=1)).year
        leaves = self._get_personal_leaves(users, datetime(first, 1, 1), datetime(last + 1, 1, 2))
        clocks = {}
        for user in [nobody, *users]:
            zone = user.tz or self.tz or "UTC"
            years = (get_local_day(zone, moment).year for moment in (since, until))
            clocks[user] = self._get_clock(zone, leaves.get(user.id), *years)
        return clocks

    @remembered("self.id", "self.env.company.id", "zone", "leaves", "first", "last")
    def _get_clock(self, zone, leaves, first, last):
        """Return the :class:`WorkingTime` of some years in a time zone, kept in memory like a year's. They
        are whole years of that zone: where a span ends is no end of a working day.

        :param leaves: ``((from, to), …)`` that do not count, naive UTC, or None
        """
        local = pytz.timezone(zone)
        since, until = (local.localize(datetime(year, 1, 1)) for year in (first, last + 1))
        since, until = (moment.astimezone(pytz.utc).replace(tzinfo=None) for moment in (since, until))
        intervals = self._get_intervals(since, until, local)
        if leaves:
            localized = [(*(pytz.utc.localize(moment) for moment in leave), self) for leave in leaves]
            intervals -= Intervals(localized)
        return WorkingTime(self._make_naive(intervals), partial(get_local_day, zone))

    @api.model
    def _get_personal_leaves(self, users, since, until):
        """Return ``{user id: ((from, to), …)}`` of the time off that these users have in a span."""
        if not users:
            return {}
        leaves = defaultdict(list)
        rows = SQL(
            "SELECT resource.user_id, leave.date_from, leave.date_to FROM resource_calendar_leaves leave"
            " JOIN resource_resource resource ON resource.id = leave.resource_id"
            " WHERE resource.user_id = ANY(%s) AND leave.time_type = 'leave'"
            " AND leave.date_from <= %s AND leave.date_to >= %s ORDER BY leave.date_from",
            users.ids,
            until,
            since,
        )
        self.env["resource.calendar.leaves"].flush_model(["resource_id", "date_from", "date_to", "time_type"])
        self.env["resource.resource"].flush_model(["user_id"])
        for user_id, *span in self.env.execute_query(rows):
            leaves[user_id].append(tuple(span))
        return {user_id: tuple(spans) for user_id, spans in leaves.items()}


class ResourceCalendarAttendance(models.Model):
    _name = "resource.calendar.attendance"
    _inherit = ["resource.calendar.attendance", "crm.playbook.hours.mixin"]


class ResourceCalendarLeaves(models.Model):
    _name = "resource.calendar.leaves"
    _inherit = ["resource.calendar.leaves", "crm.playbook.hours.mixin"]

    def _has_hours(self):
        """One person's leave is nobody else's holiday."""
        return any(not leave.resource_id for leave in self)
