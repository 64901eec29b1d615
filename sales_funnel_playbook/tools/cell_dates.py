"""Dates and times, as people write them in the cells of a sheet. What is refused says how to write it:

>>> days = ("24.3.15", "3/4/2024", "3-15", "12月20日", "2024-05-09", "1999-12-31", "2024-02-30", "45366")
>>> for text in days:
...     try: read_time(text, date(2024, 5, 8))
...     except CellError as error: print(error)
“24.3.15” can be more than one day. Write year, month and day, such as 2024-03-15.
“3/4/2024” can be 2024-04-03 or 2024-03-04. Write one of them.
“3-15” can be more than one day. Write year, month and day, such as 2024-03-15.
“12月20日” of this year lies ahead. Write the year too, such as 2023-12-20.
“2024-05-09” is later than today. Write when it was.
“1999-12-31” is before the year 2000. Write when it was.
“2024-02-30” is no date. Write one such as 2024-03-15.
“45366” is Excel's number of 2024-03-15. Write the date, or give the cell the format of a date.
"""

import re
from datetime import date, datetime, time

from odoo.tools.translate import LazyTranslate

from .cell_texts import CellError, NumberText, fold, get_moment, show
from .number_formats import read_format

_lt = LazyTranslate(__name__, default_lang="en_US")

# Odoo does not know when a company began; what is older was not meant.
EARLIEST = date(2000, 1, 1)
SERIALS = range(36526, 73051)  # of the years 2000 to 2099
YEAR_FIRST = re.compile(r"((?:19|20)[0-9]{2})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
IN_CHINESE = re.compile("(?:((?:19|20)?[0-9]{2}) *年)? *([0-9]{1,2}) *月 *([0-9]{1,2}) *[日号號]")
TOGETHER = re.compile("((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})")
YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2((?:19|20)[0-9]{2})")
SHORT = re.compile(r"[0-9]{1,2}([-/.])[0-9]{1,2}(\1[0-9]{2})?")
TIME = re.compile(
    "(上午|下午)? *([0-9]{1,2})(?:[:时時点點]([0-9]{1,2}))(?:[:分]([0-9]{1,2})秒?|分)?(?:[.]0+)? *(am|pm)?"
    "|(上午|下午)? *([0-9]{1,2})[时時点點]"
)


def read_time(cell, today, order=None, is_past=True):
    """Return the time that a cell says, midnight where it says the day alone.

    :param date today: the day of the person who imports
    :param order: ``dmy`` or ``mdy``, where the column tells in which order days and months stand
    :param is_past: whether what is later than today cannot be meant

    >>> today = date(2024, 5, 8)
    >>> texts = ("2024-03-15", "2024/3/15", "2024.3.15", "2024年3月15日", "３月15日", "20240315", "15/3/2024")
    >>> {str(read_time(text, today)) for text in texts}
    {'2024-03-15 00:00:00'}
    >>> texts = ("2024-03-15 14:30", "2024/3/15 2:30 PM", "2024年3月15日 下午2时30分", "2024-03-15T14:30:00")
    >>> {str(read_time(text, today)) for text in texts}
    {'2024-03-15 14:30:00'}
    >>> str(read_time("3/4/2024", today, "mdy")), str(read_time(date(2024, 3, 15), today))
    ('2024-03-04 00:00:00', '2024-03-15 00:00:00')
    """
    moment = _read_cell(cell, today, order)
    if moment is None:
        raise CellError(_lt("“%(cell)s” is no date. Write one such as 2024-03-15.", cell=show(cell)))
    if moment.date() < EARLIEST:
        raise CellError(_lt("“%(cell)s” is before the year 2000. Write when it was.", cell=show(cell)))
    if is_past and moment.date() > today:
        raise CellError(_lt("“%(cell)s” is later than today. Write when it was.", cell=show(cell)))
    return moment


def find_order(cells):
    """Return in which order a column writes day and month before the year: ``dmy`` or ``mdy`` where one
    cell at least can be read in that order alone and none in the other alone, else None.

    >>> dmy, mdy = ["3/4/2024", "15/3/2024"], ["3/4/2024", "3/15/2024"]
    >>> find_order(dmy), find_order(mdy), find_order(["3/4/2024"]), find_order([*dmy, *mdy])
    ('dmy', 'mdy', None, None)
    """
    orders = set()
    for cell in cells:
        found = isinstance(cell, str) and YEAR_LAST.match(fold(cell))
        if found and int(found[1]) > 12:
            orders.add("dmy")
        elif found and int(found[3]) > 12:
            orders.add("mdy")
    return orders.pop() if len(orders) == 1 else None


def _read_cell(cell, today, order):
    """Return the time that a cell holds or its text says; None for a number of no day."""
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime.combine(cell, time())
    if isinstance(cell, NumberText) and read_format(cell.number_format, cell.value).is_date:
        return get_moment(cell.value)
    return _read_text(cell, today, order)


def _read_text(cell, today, order):
    """Return the time that a text says."""
    text = fold(str(cell)).lower()
    refusal = _lt("“%(cell)s” is no date. Write one such as 2024-03-15.", cell=show(cell))
    if isinstance(cell, NumberText) or re.fullmatch("[0-9]{5}(?:[.][0-9]+)?", text):
        _refuse_number(cell, text, refusal)
    for form, read in (
        (YEAR_FIRST, lambda found: (found[1], found[3], found[4])),
        (IN_CHINESE, lambda found: (found[1] or today.year, found[2], found[3])),
        (TOGETHER, lambda found: found.groups()),
        (YEAR_LAST, lambda found: _get_year_last(cell, found, order)),
    ):
        if found := form.match(text):
            day = _make_day(read(found), refusal)
            if form is IN_CHINESE and not found[1] and day > today:
                _refuse_ahead(cell, day)
            if form is IN_CHINESE and day.year > today.year and len(found[1] or "") == 2:
                raise CellError(refusal)
            rest = text[found.end() :]
            if form is not IN_CHINESE and not re.match("$|[ t上下]", rest):
                raise CellError(refusal)
            return datetime.combine(day, _read_clock(rest, refusal))
    if SHORT.match(text):
        raise CellError(
            _lt(
                "“%(cell)s” can be more than one day. Write year, month and day, such as 2024-03-15.",
                cell=show(cell),
            )
        )
    raise CellError(refusal)


def _get_year_last(cell, found, order):
    """Return year, month and day of 15/3/2024, which only numbers above 12 or the column tell apart."""
    first, second = int(found[1]), int(found[3])
    if first <= 12 and second <= 12 and first != second and not order:
        one, other = f"{found[4]}-{second:02}-{first:02}", f"{found[4]}-{first:02}-{second:02}"
        raise CellError(
            _lt(
                "“%(cell)s” can be %(one)s or %(other)s. Write one of them.",
                cell=show(cell),
                one=one,
                other=other,
            )
        )
    is_month_first = second > 12 or (first <= 12 and order == "mdy")
    return (found[4], first, second) if is_month_first else (found[4], second, first)


def _make_day(parts, refusal):
    year, month, day = map(int, parts)
    try:
        return date(year if year > 99 else 2000 + year, month, day)
    except ValueError:
        raise CellError(refusal) from None


def _read_clock(text, refusal):
    """Return the time of day behind a date, midnight where there is none."""
    text = re.sub("^t", "", text).strip()
    if not text:
        return time()
    found = TIME.fullmatch(text)
    if not found:
        raise CellError(refusal)
    half = found[1] or found[5] or found[6]
    hour = int(found[2] or found[7])
    if half and not 1 <= hour <= 12:
        raise CellError(refusal)
    if half:
        hour = hour % 12 + (12 if half in ("下午", "pm") else 0)
    try:
        return time(hour, int(found[3] or 0), int(found[4] or 0))
    except ValueError:
        raise CellError(refusal) from None


def _refuse_number(cell, text, refusal):
    """Refuse a number: which day it counts from, only the format of a cell tells."""
    if re.fullmatch("[0-9]{8}", text):
        return
    number = float(text) if re.fullmatch(r"[0-9]{5}([.][0-9]+)?", text) else 0
    if int(number) not in SERIALS:
        raise CellError(refusal)
    raise CellError(
        _lt(
            "“%(cell)s” is Excel's number of %(day)s. Write the date, or give the cell the format of a date.",
            cell=show(cell),
            day=get_moment(int(number)).date(),
        )
    )


def _refuse_ahead(cell, day):
    raise CellError(
        _lt(
            "“%(cell)s” of this year lies ahead. Write the year too, such as %(day)s.",
            cell=show(cell),
            day=f"{day.year - 1}-{day:%m-%d}",
        )
    )
