from bisect import bisect_right
from itertools import accumulate


class WorkingTime:
    """Working hours between any two moments, from one list of working intervals.

    A calendar is expensive to ask and cheap to sum: ask it once for the whole span, then measure
    as many stays as there are.

    :param intervals: ``(start, stop)`` pairs in order, not overlapping, as comparable datetimes

    >>> from datetime import datetime as at
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
    """

    def __init__(self, intervals):
        self._starts = [start for start, _stop in intervals]
        self._stops = [stop for _start, stop in intervals]
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
