"""Amounts of money, as people write them in the cells of a sheet."""

import datetime
import re
from decimal import Decimal

from odoo.tools.translate import LazyTranslate

from .cell_texts import CellError, NumberText, fold, plain, read_number, refuse_vague, show
from .number_formats import read_format

_lt = LazyTranslate(__name__, default_lang="en_US")

UNITS = {
    **{"千": 10**3, "k": 10**3, "百": 10**2, "百万": 10**6, "千万": 10**7, "万": 10**4, "w": 10**4},
    **{"亿": 10**8, "十亿": 10**9, "百亿": 10**10, "千亿": 10**11, "万亿": 10**12},
}
TRADITIONAL = str.maketrans("萬億圓圆", "万亿元元")
UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
NUMBER = r"[0-9][0-9.,' ]*"
AMOUNT = re.compile(rf"((?:{NUMBER}(?:{UNIT}))*)({NUMBER})?(元)?")
PART = re.compile(rf"({NUMBER})({UNIT})")
# 元 and ¥ are whatever the company counts in, as in the headings of the sheet.
YUAN = ("¥", "人民币", "人民幣", "rmb", "cny")
LARGEST = Decimal(10) ** 15


def read_amount(cell, unit=1, decimal=None, symbols=()):
    """Return an amount of money, in the company's currency, not in ``unit``.

    :param unit: what a plain number counts: 10,000 where the heading says 万元
    :param decimal: the sign of decimals, None where nothing but the number itself tells
    :param symbols: the signs of the company's currency

    >>> [str(read_amount(text)) for text in ("50", "50.5", "1,200.5", "¥1 200", "５０", "50元", "1,200,000")]
    ['50', '50.5', '1200.5', '1200', '50', '50', '1200000']
    >>> [str(read_amount(text, 10_000)) for text in ("50", "50万", "50.5 萬元", "3千万", "1.2亿", "1万2千")]
    ['500000', '500000', '505000', '30000000', '120000000', '12000']
    >>> [str(read_amount(NumberText(505000, code), 10_000)) for code in ('0!.0,"万"', '0"元"')]
    ['505000', '505000']
    >>> str(read_amount("1.200,5", decimal=",")), str(read_amount("1.200", decimal="."))
    ('1200.5', '1.2')
    >>> refused = ("50-80", "约50", "五十", "1.200", "1,2", "50元", "1万2", "$5", "5²")
    >>> for cell in (*refused, datetime.date(2024, 5, 8)):
    ...     try: read_amount(cell, 10_000)
    ...     except CellError as error: print(error)
    “50-80” is more than one number. Write one.
    “约50” is not exact. Write the number alone.
    “五十” is in words. Write it in digits.
    “1.200” can be 1.2 or 1200. Write one of them.
    “1,2” is no amount. Write a number, such as 50, 1,200.5 or 50.5万.
    “50元” stands in a column of 10,000 (万). Write 0.005 or 50万.
    “1万2” is no amount. Write a number, such as 50, 1,200.5 or 50.5万.
    “$5” is no amount. Write a number, such as 50, 1,200.5 or 50.5万.
    “5²” is no amount. Write a number, such as 50, 1,200.5 or 50.5万.
    “2024-05-08” is no amount. Write a number, such as 50, 1,200.5 or 50.5万.
    """
    refusal = _lt("“%(cell)s” is no amount. Write a number, such as 50, 1,200.5 or 50.5万.", cell=show(cell))
    if isinstance(cell, datetime.date):
        raise CellError(refusal)
    if isinstance(cell, NumberText):
        amount = _read_amount_number(cell, unit, symbols, refusal)
    else:
        amount = _read_amount_text(cell, unit, decimal, symbols, refusal)
    if not 0 <= amount < LARGEST:
        raise CellError(refusal)
    return Decimal(plain(amount))


def is_plain(cell):
    """Tell whether an amount is a number without its unit, so that only its column tells the unit.

    >>> [is_plain(cell) for cell in ("50", "50万", NumberText(50, ""), NumberText(505000, '0!.0,"万"'))]
    [True, False, True, False]
    """
    if isinstance(cell, NumberText):
        shown = read_format(cell.number_format, cell.value)
        return shown.scale == 1 and not re.search(f"{UNIT}|元", _simplify(shown.text))
    return not re.search(f"{UNIT}|元", _simplify(str(cell)))


def _simplify(text):
    return fold(text).lower().translate(TRADITIONAL)


def _read_amount_number(cell, unit, symbols, refusal):
    """Return the amount of a cell that holds a number: what it holds, if it shows the same."""
    number, shown = cell.value, read_format(cell.number_format, cell.value)
    text = _strip_currency(_simplify(shown.text), symbols)
    if shown.is_percent or shown.is_date or (text not in ("", "元") and text.removesuffix("元") not in UNITS):
        raise CellError(refusal)
    told = UNITS.get(text.removesuffix("元"), 1 if text == "元" else unit)
    if shown.scale != 1 and shown.scale * told != 1:
        raise CellError(
            _lt(
                "“%(cell)s” is shown, but the cell holds %(number)s. Write the number as it is.",
                cell=show(cell),
                number=plain(number),
            )
        )
    return number * shown.scale * told


def _read_amount_text(cell, unit, decimal, symbols, refusal):
    """Return the amount that a text says."""
    text = _simplify(str(cell))
    refuse_vague(cell, text)
    text = _strip_currency(text, symbols)
    found = AMOUNT.fullmatch(text)
    if not found or not (found[1] or found[2]) or (found[1] and found[2]):
        raise CellError(refusal)
    if found[1]:
        return _add_parts(PART.findall(found[1]), decimal, refusal)
    number = read_number(found[2], decimal, refusal)
    if found[3] and unit != 1:
        raise CellError(
            _lt(
                "“%(cell)s” stands in a column of 10,000 (万). Write %(tens)s or %(units)s万.",
                cell=show(cell),
                tens=plain(number / unit),
                units=plain(number),
            )
        )
    return number * (1 if found[3] else unit)


def _add_parts(parts, decimal, refusal):
    """Return the sum of numbers with units, each unit the next one below the one before: 1万2千."""
    total, above = Decimal(0), None
    for text, unit in parts:
        number = read_number(text, decimal, refusal)
        if above and (number % 1 or number * UNITS[unit] >= above or not _follows(unit, above)):
            raise CellError(refusal)
        if len(parts) > 1 and number % 1:
            raise CellError(refusal)
        total, above = total + number * UNITS[unit], UNITS[unit]
    return total


def _follows(unit, above):
    """Tell whether a unit behind another can mean itself only: of 1亿2千, who knows whether 千万 is meant?

    >>> _follows("千", 10**4), _follows("千", 10**8), _follows("万", 10**8)
    (True, False, True)
    """
    return UNITS[unit] * 10 == above or (unit.endswith("万") and above == 10**8)


def _strip_currency(text, symbols):
    """Return an amount without the sign of the company's currency before or behind it."""
    for symbol in (*YUAN, *(fold(one).lower() for one in symbols if one)):
        if text.startswith(symbol):
            return text.removeprefix(symbol).strip()
        if text.endswith(symbol):
            return text.removesuffix(symbol).strip()
    return text
