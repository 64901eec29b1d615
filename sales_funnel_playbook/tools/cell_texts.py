"""The texts of a sheet's cells, and the numbers in them."""

import re
from datetime import datetime, timedelta
from decimal import Decimal

from odoo.tools.translate import LazyTranslate

from .number_formats import read_format

_lt = LazyTranslate(__name__, default_lang="en_US")

# Signs of double width, which East Asian keyboards write. No other sign is another one's double: ² is no 2.
WIDTHS = {**{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}, 0x3000: " ", 0xFFE5: "¥"}
SPACES = dict.fromkeys(map(ord, "\t\n\r\u00a0\u2009\u202f"), " ")
LONGEST = 60
UNITS = re.compile("[百千万萬亿億]")
EPOCH = datetime(1899, 12, 30)  # the day from which Excel counts days
LAST_DAY = 2_958_466  # Excel's number of the first day of the year 10000
ABOUT = re.compile("[约約大概左右上下多余餘起<>≥≤≈]|[+]$|approx|about|ca[.]|^~")
RANGE = re.compile(r"[0-9万亿元%] *([-–—~至到]|to) *[0-9]")
IN_WORDS = re.compile("^[一二三四五六七八九十百千万亿两零〇半成]+元?$")


class CellError(ValueError):
    """A cell that cannot be read for certain: one sentence, translated when it is written."""


class NumberText(str):
    """The text of a number in a workbook, with its ``value`` and ``number_format``: its digits, with the
    unit that its format gives it.

    >>> NumberText(0.7, "0%"), NumberText(505000.0, '0!.0,"万"'), NumberText(13800138000.0, "General")
    ('70%', '50.5万', '13800138000')
    """

    def __new__(cls, value, number_format):
        value = Decimal(str(value))
        scale, unit = 1, ""
        if number_format not in ("", "General"):
            shown = read_format(number_format, value)
            unit = "%" if shown.is_percent else shown.text if UNITS.search(shown.text) else ""
            scale = (100 if shown.is_percent else shown.scale) if unit else 1
        self = super().__new__(cls, f"{plain(value * scale)}{unit}")
        self.value, self.number_format = value, number_format
        return self


def fold(text):
    """Return a text in single width, without spaces around it.

    >>> fold(" ５０．５％　"), fold("5²")
    ('50.5%', '5²')
    """
    return text.translate(WIDTHS).translate(SPACES).strip()


def show(cell):
    """Return a cell as the person sees it in the spreadsheet.

    >>> show("50-80"), show(NumberText(5, "")), show(NumberText(0.7, "0%"))
    ('50-80', '5', '70%')
    >>> show(NumberText(505000, '0!.0,"万"')), show(NumberText(45366, "yyyy/m/d"))
    ('50.5万', '2024-03-15')
    """
    if not isinstance(cell, NumberText):
        return str(cell)
    shown = read_format(cell.number_format, cell.value)
    if shown.is_date and get_moment(cell.value):
        return str(get_moment(cell.value)).removesuffix(" 00:00:00")
    number = cell.value * shown.scale * (100 if shown.is_percent else 1)
    return f"{plain(number)}{'%' if shown.is_percent else shown.text}"


def get_moment(number):
    """Return the time that Excel keeps as a number of days, to the second; None where it is none.

    >>> str(get_moment(45366.5)), get_moment(-1), get_moment(10**9)
    ('2024-03-15 12:00:00', None, None)
    """
    if not 0 <= number < LAST_DAY:
        return None
    return EPOCH + timedelta(seconds=round(number * 86400))


def refuse_vague(cell, text):
    """Refuse what says more than one number, or none for certain."""
    if RANGE.search(text):
        raise CellError(_lt("“%(cell)s” is more than one number. Write one.", cell=show(cell)))
    if ABOUT.search(text):
        raise CellError(_lt("“%(cell)s” is not exact. Write the number alone.", cell=show(cell)))
    if IN_WORDS.search(text):
        raise CellError(_lt("“%(cell)s” is in words. Write it in digits.", cell=show(cell)))


def read_number(text, decimal, refusal):
    """Return the number that digits and their separators say."""
    if len(text) > LONGEST:
        raise CellError(refusal)
    text = text.strip().translate(str.maketrans(",.", ".,") if decimal == "," else {})
    if re.fullmatch(r"[1-9][0-9]{0,2}\.[0-9]{3}", text) and not decimal:
        one, other = plain(Decimal(text)), text.replace(".", "")
        raise CellError(
            _lt("“%(cell)s” can be %(one)s or %(other)s. Write one of them.", cell=text, one=one, other=other)
        )
    for separator in (",", " ", "'", "."):
        group = re.escape(separator)
        decimals = r"(\.[0-9]+)?" if separator != "." else ""
        if re.fullmatch(rf"[1-9][0-9]{{0,2}}({group}[0-9]{{3}})+{decimals}", text) and (
            separator != "." or text.count(".") > 1
        ):
            return Decimal(text.replace(separator, ""))
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        raise CellError(refusal)
    return Decimal(text)


def plain(number):
    """Return a number without an exponent and without zeros at its end.

    >>> plain(Decimal("50.50")), plain(Decimal("1E+3")), plain(Decimal("0"))
    ('50.5', '1000', '0')
    """
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def tells_decimals(text):
    """Tell whether the point of a number is the sign of its decimals for certain.

    >>> [tells_decimals(text) for text in ("50.5", "1,200.5", "0.125", "1,200", "1.200", "1.200.000", "50")]
    [True, True, True, False, False, False, False]
    """
    return bool(re.search(r"^0\.|(^|[^0-9.])[0-9]+\.([0-9]{1,2}|[0-9]{4,})($|[^0-9.,])", fold(text))) or bool(
        re.search(r",[0-9]{3}\.[0-9]+", fold(text))
    )
