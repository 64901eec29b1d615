"""The funnel's arithmetic: rates, weeks and months, and when a stage is a bottleneck."""

from datetime import datetime, time, timedelta

import pytz

from .zones import get_zone

PERIODS = ("week", "month")
MONTHS = {"month": 1, "quarter": 3, "year": 12}
MONDAY = 0  # as a weekday


def get_rate(part, whole):
    """Return ``part ÷ whole × 100``, None where there is nothing to divide by.

    >>> get_rate(3, 12), get_rate(0, 4), get_rate(2, 0)
    (25.0, 0.0, None)
    """
    return part * 100.0 / whole if whole else None


def get_period(day, period):
    """Return the first and the last day of the week (Monday to Sunday), month, quarter or year that ``day``
    is in; of a ``day`` itself.

    >>> from datetime import date
    >>> get_period(date(2024, 3, 20), "week")
    (datetime.date(2024, 3, 18), datetime.date(2024, 3, 24))
    >>> get_period(date(2024, 2, 10), "month")
    (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))
    >>> get_period(date(2024, 2, 10), "quarter")
    (datetime.date(2024, 1, 1), datetime.date(2024, 3, 31))
    >>> get_period(date(2024, 12, 31), "year")
    (datetime.date(2024, 1, 1), datetime.date(2024, 12, 31))
    """
    if period == "day":
        return day, day
    if period == "week":
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=6)
    months = MONTHS[period]
    first = day.replace(month=(day.month - 1) // months * months + 1, day=1)
    return first, (first + timedelta(days=31 * months)).replace(day=1) - timedelta(days=1)


def get_today(now, tz):
    """Return what day it is in the time zone ``tz``, when it is ``now`` in naive UTC.

    >>> get_today(datetime(2024, 3, 24, 16), "Asia/Shanghai")
    datetime.date(2024, 3, 25)
    """
    return pytz.utc.localize(now).astimezone(get_zone(tz)).date()


def get_last_period(now, period, tz):
    """Return the first and last day of the last week, month, quarter or year that is over in the time zone
    ``tz``.

    :param now: naive UTC

    >>> get_last_period(datetime(2024, 3, 24, 15, 59), "week", "Asia/Shanghai")  # still Sunday there
    (datetime.date(2024, 3, 11), datetime.date(2024, 3, 17))
    >>> get_last_period(datetime(2024, 3, 24, 16), "week", "Asia/Shanghai")  # Monday
    (datetime.date(2024, 3, 18), datetime.date(2024, 3, 24))
    >>> get_last_period(datetime(2024, 3, 1), "month", "UTC")
    (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))
    """
    first, _last = get_period(get_today(now, tz), period)
    return get_period(first - timedelta(days=1), period)


def get_periods_before(day, period, count):
    """Return the first and last days of the ``count`` periods before the one of ``day``, oldest first.

    >>> from datetime import date
    >>> [first.isoformat() for first, _last in get_periods_before(date(2024, 3, 20), "week", 2)]
    ['2024-03-04', '2024-03-11']
    """
    periods = []
    for _number in range(count):
        first, _last = get_period(day, period)
        day = first - timedelta(days=1)
        periods.insert(0, get_period(day, period))
    return periods


def get_days(preset, now, tz):
    """Return the first and last day of a period that is named by where it is from today.

    :param preset: ``this_week``, ``last_week``, ``weeks_4``, ``weeks_12`` (the present week is the last of
        them), ``this_month``, ``last_month``, ``this_quarter``, ``last_quarter``, ``this_year`` or
        ``last_year``
    :param now: naive UTC

    >>> wednesday = datetime(2024, 3, 20, 12)
    >>> for preset in ("this_week", "last_week", "weeks_4", "last_month", "last_quarter", "this_year"):
    ...     print(*get_days(preset, wednesday, "UTC"))
    2024-03-18 2024-03-24
    2024-03-11 2024-03-17
    2024-02-26 2024-03-24
    2024-02-01 2024-02-29
    2023-10-01 2023-12-31
    2024-01-01 2024-12-31
    """
    which, _underscore, what = preset.partition("_")
    if which == "last":
        return get_last_period(now, what, tz)
    today = get_today(now, tz)
    if which == "this":
        return get_period(today, what)
    first, last = get_period(today, "week")
    return first - timedelta(weeks=int(what) - 1), last


def get_days_before(first, last, preset):
    """Return the first and last day of the period before: of a month, quarter or year the one before it, else
    as many days.

    :param preset: as in :func:`get_days`; False for days that somebody chose

    >>> from datetime import date
    >>> quarter = get_period(date(2024, 4, 1), "quarter")
    >>> for preset in ("last_quarter", False):
    ...     print(*get_days_before(*quarter, preset))
    2024-01-01 2024-03-31
    2024-01-01 2024-03-31
    >>> print(*get_days_before(date(2024, 3, 1), date(2024, 3, 31), "last_month"))
    2024-02-01 2024-02-29
    >>> print(*get_days_before(date(2024, 3, 1), date(2024, 3, 31), False))
    2024-01-30 2024-02-29
    """
    day_before = first - timedelta(days=1)
    _which, _underscore, what = (preset or "").partition("_")
    return get_period(day_before, what) if what in MONTHS else (day_before - (last - first), day_before)


def get_step(first, last):
    """Return by what a trend over these days is drawn: ``day``, ``week`` or ``month``.

    >>> from datetime import date
    >>> get_step(date(2024, 3, 18), date(2024, 3, 31)), get_step(date(2024, 1, 1), date(2024, 3, 24))
    ('day', 'week')
    >>> get_step(date(2023, 1, 1), date(2023, 12, 31))
    'month'
    """
    days = (last - first).days + 1
    return "day" if days <= 14 else "week" if days <= 26 * 7 else "month"


def get_bounds(first, last, tz):
    """Return since when and until when (exclusive) the days ``first`` to ``last`` are, in naive UTC. A week
    in which the clock changes has an hour more or less.

    >>> from datetime import date
    >>> since, until = get_bounds(date(2024, 3, 25), date(2024, 3, 31), "Europe/Brussels")
    >>> since.isoformat(), until - since
    ('2024-03-24T23:00:00', datetime.timedelta(days=6, seconds=82800))
    """
    zone, days = get_zone(tz), (first, last + timedelta(days=1))
    since, until = (zone.localize(datetime.combine(day, time())).astimezone(pytz.utc) for day in days)
    return since.replace(tzinfo=None), until.replace(tzinfo=None)


def get_review_due(last, tz):
    """Return until when a period is to be reviewed that ends with the day ``last``: noon of the Tuesday after
    the next Monday, in the time zone ``tz``; in naive UTC.

    >>> from datetime import date
    >>> get_review_due(date(2024, 3, 24), "Asia/Shanghai").isoformat()  # a Sunday
    '2024-03-26T04:00:00'
    >>> get_review_due(date(2024, 1, 31), "UTC").isoformat()  # a Wednesday
    '2024-02-06T12:00:00'
    """
    tuesday = last + timedelta(days=2 + (6 - last.weekday()))
    noon = get_zone(tz).localize(datetime.combine(tuesday, time(12)))
    return noon.astimezone(pytz.utc).replace(tzinfo=None)


def add_up_weeks(weeks, minimum):
    """Add up weeks until enough deals entered: so many weeks together count as one. What is not enough in the
    end is left out.

    :param weeks: ``(entries into the stage, entries into the next one)`` of each week, newest first
    :return: ``[(how many weeks, entries, entries into the next stage), …]``, newest first

    >>> add_up_weeks([(6, 2), (2, 1), (3, 0), (1, 0)], 5)
    [(1, 6, 2), (2, 5, 1)]
    """
    together, held = [], (0, 0, 0)
    for begun, following in weeks:
        held = (held[0] + 1, held[1] + begun, held[2] + following)
        if held[1] >= max(minimum, 1):
            together.append(held)
            held = (0, 0, 0)
    return together


def is_flow_alert(weeks, rate, count, minimum):
    """Tell whether the flow was too low ``count`` weeks in a row.

    :param weeks: ``(stays begun in the stage, stays begun in the next one)`` of each week, newest first
    :param rate: in percent; 0: never
    :param minimum: so many stays must have begun, or chance would raise the alert; weeks in which fewer did
        are added up until there are enough

    >>> is_flow_alert([(10, 2), (12, 3)], 30, 2, 5), is_flow_alert([(10, 3), (12, 3)], 30, 2, 5)
    (True, False)
    >>> is_flow_alert([(10, 2)], 30, 2, 5), is_flow_alert([(4, 0), (10, 2)], 30, 2, 5)
    (False, False)
    >>> is_flow_alert([(4, 0), (3, 1), (10, 2)], 30, 2, 5), is_flow_alert([(2, 0)] * 5, 30, 2, 5)
    (True, False)
    >>> is_flow_alert([(2, 0)] * 6, 30, 2, 5)
    True
    """
    recent = add_up_weeks(weeks, minimum)[:count]
    if not rate or len(recent) < count:
        return False
    return all(get_rate(following, begun) < rate for _weeks, begun, following in recent)


def is_dwell_alert(mean_days, stays, limit_days, minimum):
    """Tell whether the stays in a stage lasted too long on average.

    :param stays: how many the mean is of
    :param limit_days: calendar days; 0: never

    >>> is_dwell_alert(16, 5, 15, 5), is_dwell_alert(15, 5, 15, 5), is_dwell_alert(40, 4, 15, 5)
    (True, False, False)
    """
    return bool(limit_days) and stays >= max(minimum, 1) and mean_days > limit_days


def find_long_stays(ended, still, limit_days, minimum):
    """Find what was too long on average: the stays that ended, where there are enough of them; else these
    together with those that go on, which will be at least as long as they are by now.

    :param ended: ``(how many, their mean days)`` of each week, newest first: weeks add up until there are
        enough; none does where the newest has none
    :param still: the same of the stays that go on
    :return: ``(how many ended, how many go on, their mean days, how many weeks)``, None where nothing was too
        long

    >>> find_long_stays([(5, 16), (9, 1)], (9, 1), 15, 5)
    (5, 0, 16.0, 1)
    >>> find_long_stays([(2, 20), (3, 30)], (0, 0), 15, 5)
    (5, 0, 26.0, 2)
    >>> find_long_stays([(0, 0), (9, 30)], (5, 40), 15, 5), find_long_stays([(0, 0), (9, 30)], (4, 40), 15, 5)
    ((0, 5, 40.0, 1), None)
    >>> find_long_stays([(2, 30), (0, 0)], (3, 20), 15, 5), find_long_stays([(2, 30)], (30, 5), 15, 5)
    ((2, 3, 24.0, 1), None)
    """
    count, total, weeks = 0, 0.0, 1
    for number, (stays, mean_days) in enumerate(ended if ended and ended[0][0] else (), start=1):
        if stays:
            count, total, weeks = count + stays, total + stays * mean_days, number
        if count >= minimum:
            break
    going_on, mean_days = still
    for others, days in ((0, 0.0), (going_on, going_on * mean_days)):
        mean = (total + days) / (count + others) if count + others else 0
        if is_dwell_alert(mean, count + others, limit_days, minimum):
            return count, others, mean, weeks
    return None
