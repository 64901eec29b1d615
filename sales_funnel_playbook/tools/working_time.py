from bisect import bisect_left, bisect_right
from datetime import datetime, timedelta
from itertools import accumulate


class WorkingTime:
    """Working hours between any two moments, from one list of working intervals.

    A calendar is expensive to ask and cheap to sum: ask it once for the whole span, then measure
    as many stays as there are.

    :param intervals: ``(start, stop)`` pairs in order, not overlapping, as comparable datetimes
    :param get_day: the local date of one of the moments

    >>> at = datetime
    >>> monday = (at(2024, 3, 18, 9), at(2024, 3, 18, 17))
    >>> tuesday = (at(2024, 3, 19, 9), at(2024, 3, 19, 17))
    >>> working = WorkingTime([monday, tuesday])
    >>> working.hours(at(2024, 3, 18, 16), at(2024, 3, 19, 10))
    2.0
    >>> working.hours(at(2024, 3, 18, 18), at(2024, 3, 19, 8))
    0.0
    >>> working.hours(at(2024, 3, 17), at(2024, 3, 20))
    16.0
    >>> WorkingTime([]).hours(at(2024, 3, 17), at(2024, 3, 20))
    0.0
    >>> working.add_hours(at(2024, 3, 18, 16), 3)
    datetime.datetime(2024, 3, 19, 11, 0)
    >>> working.add_hours(at(2024, 3, 18, 16), 99) is None
    True
    >>> working.end_of_day(at(2024, 3, 18, 16), 1)
    datetime.datetime(2024, 3, 19, 17, 0)
    """

    def __init__(self, intervals, get_day=datetime.date):
        self._starts = [start for start, _stop in intervals]
        self._stops = [stop for _start, stop in intervals]
        self._get_day = get_day
        self._day_ends = None  # many are asked for the hours of a stay only
        seconds = ((stop - start).total_seconds() for start, stop in intervals)
        self._seconds_before = [0.0, *accumulate(seconds)]

    def _seconds_until(self, moment):
        index = bisect_right(self._starts, moment)
        if not index:
            return 0.0
        unfinished = max((self._stops[index - 1] - moment).total_seconds(), 0.0)
        return self._seconds_before[index] - unfinished

    def hours(self, start, stop):
        """Return the working hours from ``start`` to ``stop``, 0.0 if ``stop`` is not later."""
        return max(self._seconds_until(stop) - self._seconds_until(start), 0.0) / 3600

    def add_hours(self, start, hours):
        """Return the moment when ``hours`` of work have passed since ``start``, or None when the
        intervals end before.
        """
        seconds = self._seconds_until(start) + hours * 3600
        index = bisect_left(self._seconds_before, seconds)
        if not 0 < index <= len(self._stops):
            return None
        return self._stops[index - 1] - timedelta(seconds=self._seconds_before[index] - seconds)

    def end_of_day(self, start, days):
        """Return the end of the ``days``-th working day after the day of ``start``, or None when the
        intervals end before.
        """
        if self._day_ends is None:
            last_stops = {
                self._get_day(begin): stop for begin, stop in zip(self._starts, self._stops, strict=True)
            }
            self._day_ends = ([*last_stops], [*last_stops.values()])
        local_days, stops = self._day_ends
        index = bisect_right(local_days, self._get_day(start)) + days - 1
        return stops[index] if days > 0 and index < len(stops) else None

    def get_due(self, start, count, unit):
        """Return when ``count`` of ``unit`` (``working_hours`` or ``working_days``) have passed since
        ``start``, or None when the intervals end before.
        """
        return (self.end_of_day if unit == "working_days" else self.add_hours)(start, count)


class WorkingYears:
    """Working hours between any two moments of some years, from what is known of each year.

    :param dict years: ``{year: WorkingTime}``

    >>> at = datetime
    >>> eve = WorkingTime([(at(2024, 12, 31, 20), at(2025, 1, 1))])
    >>> day = WorkingTime([(at(2025, 1, 1), at(2025, 1, 1, 4))])
    >>> working = WorkingYears({2024: eve, 2025: day})
    >>> working.hours(at(2024, 12, 31, 22), at(2025, 1, 1, 1)), working.hours(at(2025, 1, 1), at(2025, 2, 1))
    (3.0, 4.0)
    >>> working.hours(at(2025, 1, 1, 3), at(2024, 12, 31))
    0.0
    """

    def __init__(self, years):
        self._years = years

    def hours(self, start, stop):
        """Return the working hours from ``start`` to ``stop``, 0.0 if ``stop`` is not later."""
        years = range(start.year, stop.year + 1)
        return sum((self._years[year].hours(start, stop) for year in years), 0.0)
