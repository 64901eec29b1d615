"""What people write in the cells of a sheet, one function a kind of cell: it returns the value, or raises
a CellError that says what to write instead. What can be read in two ways is never guessed.
"""

import re
from datetime import date
from decimal import Decimal

from odoo.tools.translate import LazyTranslate

from .cell_texts import CellError, NumberText, fold, plain, read_number, refuse_vague, show
from .number_formats import read_format

_lt = LazyTranslate(__name__, default_lang="en_US")

LEVELS = {"高": "high", "中": "medium", "低": "low", "h": "high", "m": "medium", "l": "low"}
ANSWERS = {
    **dict.fromkeys(("是", "y", "yes", "true", "1", "✓", "✔", "√", "☑"), True),
    **dict.fromkeys(("否", "n", "no", "false", "0", "✗", "✘"), False),
}
SIZES = ("1-10", "11-50", "51-200", "201-500", "501-1000", "1001+")


def read_percent(cell, decimal=None, is_percent=False):
    """Return a percentage, from 0 to 100.

    :param is_percent: plain numbers up to 1 are percentages too: others of the column are above 1

    >>> [str(read_percent(text)) for text in ("70", "70%", "70 %", "6.5%", "７０", NumberText(0.7, "0%"))]
    ['70', '70', '70', '6.5', '70', '70']
    >>> str(read_percent("1", is_percent=True)), str(read_percent("0"))
    ('1', '0')
    >>> for text in ("0.7", "1", "170", "七成", "50-80%"):
    ...     try: read_percent(text)
    ...     except CellError as error: print(error)
    “0.7” can be 0.7% or 70%. Write one of them.
    “1” can be 1% or 100%. Write one of them.
    “170” is no percentage. Write a number from 0 to 100, such as 70 or 70%.
    “七成” is in words. Write it in digits.
    “50-80%” is more than one number. Write one.
    """
    refusal = _lt(
        "“%(cell)s” is no percentage. Write a number from 0 to 100, such as 70 or 70%%.", cell=show(cell)
    )
    number, is_told = _get_percentage(cell, decimal, refusal)
    if not is_told and number > 0 and (number < 1 or (number == 1 and not is_percent)):
        one, other = f"{plain(number)}%", f"{plain(number * 100)}%"
        raise CellError(
            _lt(
                "“%(cell)s” can be %(one)s or %(other)s. Write one of them.",
                cell=show(cell),
                one=one,
                other=other,
            )
        )
    if not 0 <= number <= 100:
        raise CellError(refusal)
    return number


def _get_percentage(cell, decimal, refusal):
    """Return the number of a percentage, and whether it is one for certain."""
    if isinstance(cell, NumberText):
        number, shown = cell.value, read_format(cell.number_format, cell.value)
        if shown.is_date or shown.scale != 1 or shown.text not in ("", "%"):
            raise CellError(refusal)
        number = number * 100 if shown.is_percent else number
        return Decimal(plain(round(number, 10))), shown.is_percent or shown.text == "%"
    if isinstance(cell, date):
        raise CellError(refusal)
    text = fold(str(cell))
    refuse_vague(cell, text)
    return read_number(text.removesuffix("%"), decimal, refusal), text.endswith("%")


def is_above_one(cell):
    """Tell whether a cell is a plain number above 1: a percentage, and its column one of percentages.

    >>> [is_above_one(cell) for cell in ("70", "70%", "1", "x", NumberText(0.7, "0%"))]
    [True, False, False, False, False]
    """
    try:
        number, is_told = _get_percentage(cell, None, "")
    except CellError:
        return False
    return not is_told and number > 1


def read_risk(cell):
    """Return the level of a risk.

    >>> read_risk("高"), read_risk(" Medium"), read_risk("Ｌ")
    ('high', 'medium', 'low')
    >>> try: read_risk("严重")
    ... except CellError as error: print(error)
    “严重” is no risk level. Write High, Medium or Low.
    """
    word = fold(str(cell)).lower()
    level = LEVELS.get(word, word if word in LEVELS.values() else None)
    if not level:
        raise CellError(_lt("“%(cell)s” is no risk level. Write High, Medium or Low.", cell=show(cell)))
    return level


def read_yes_no(cell):
    """Return whether a cell says yes.

    >>> [read_yes_no(text) for text in ("是", "否", "Y", "✓", "No")]
    [True, False, True, True, False]
    """
    answer = ANSWERS.get(fold(str(cell)).lower())
    if answer is None:
        raise CellError(_lt("“%(cell)s” is neither yes nor no. Write Yes or No.", cell=show(cell)))
    return answer


def read_size(cell):
    """Return how many people work at a company, one of ``SIZES``: of a number or of a part of one of them.

    >>> [read_size(text) for text in ("11-50", "51–200 人", "120", "1000人以上", "20至49人", "501-1,000")]
    ['11-50', '51-200', '51-200', '1001+', '11-50', '501-1000']
    """
    text = re.sub(r" |,|人|员工|員工|people|employees", "", fold(str(cell)).lower())
    text = re.sub("[–—~至到]|to", "-", text)
    if text in ("1001+", "1000+", "1000以上", "1001以上", ">1000", "morethan1000"):
        return "1001+"
    if found := re.fullmatch("([0-9]+)(?:-([0-9]+))?", text):
        low, high = int(found[1]), int(found[2] or found[1])
        for size in SIZES:
            first, _dash, last = size.rstrip("+").partition("-")
            if int(first) <= low <= high and (high <= int(last) if last else True):
                return size
    raise CellError(
        _lt(
            "“%(cell)s” is no size of a company. Write one of: %(sizes)s.",
            cell=show(cell),
            sizes=", ".join(SIZES),
        )
    )
