"""What the number format of a spreadsheet's cell shows of the number that the cell holds."""

import re
from decimal import Decimal
from typing import NamedTuple

# A format's parts: text in quotes, one escaped character, room and filling, brackets, and the rest.
TOKEN = re.compile(r'"([^"]*)"|[\\!](.)|[_*].|\[([^\]]*)\]|(General)|(.)', re.IGNORECASE | re.DOTALL)
CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[0-9.]+)")
DATES = re.compile(r"[ymdhs]", re.IGNORECASE)
# By their number, which a file of an East Asian Excel gives alone, these are dates and times.
EAST_ASIAN_DATES = frozenset((*range(27, 37), *range(50, 59)))


class Shown(NamedTuple):
    """What a number format makes of a number."""

    scale: Decimal = Decimal(1)  # what is shown is the number times this
    text: str = ""  # what stands around the digits: a unit, a currency
    is_percent: bool = False  # the percent sign that multiplies by 100
    is_date: bool = False


def read_format(code, number=1):
    """Return what a number format shows of a number.

    >>> read_format("0%").is_percent, read_format("yyyy-mm-dd").is_date, read_format('0"%"').text
    (True, True, '%')

    Only the unit is shown where commas divide by 1,000, or a point is written between the digits:

    >>> read_format('0!.0,"万"')
    Shown(scale=Decimal('0.0001'), text='万', is_percent=False, is_date=False)
    >>> [str(read_format(code).scale) for code in ("#,##0.00", "#,##0,", r"0\\.0000", "0.00,,")]
    ['1', '0.001', '0.0001', '0.000001']
    >>> read_format('[>=100000000]0.0,,"M";[>=10000]0!.0,"万";0', 505000).text
    '万'
    >>> read_format('_ [$¥-804]* #,##0.00_ ').text, read_format("General").text, read_format('0.0"万元"').text
    ('¥', '', '万元')
    """
    section = _get_section(code or "General", number)
    tokens = list(TOKEN.finditer(section))
    plain = "".join(token[5] or "" for token in tokens)
    if DATES.search(re.sub(r"E[+-]", "", plain)):
        return Shown(is_date=True)
    literal = "".join(_get_literal(token) for token in tokens)
    digits = re.sub("[^0#?.,]", "", plain)
    scale = Decimal(1).scaleb(-3 * _count_scaling_commas(digits) - _count_behind_point(tokens))
    return Shown(scale, re.sub(r"[.()+ -]", "", literal), "%" in plain)


def _get_section(code, number):
    """Return the part of a format that applies to a number: by its conditions, else by its sign."""
    sections = [""]
    for token in TOKEN.finditer(code):
        if token[5] == ";":
            sections.append("")
        else:
            sections[-1] += token[0]
    conditions = [CONDITION.search("".join(re.findall(r"\[[^\]]*\]", one))) for one in sections]
    if any(conditions):
        for section, condition in zip(sections, conditions, strict=True):
            if condition is None or _is_met(condition, number):
                return section
        return sections[-1]
    if number < 0 and len(sections) > 1:
        return sections[1]
    return sections[2] if number == 0 and len(sections) > 2 else sections[0]


def _is_met(condition, number):
    sign, bound = condition[1], float(condition[2])
    return {
        "<": number < bound,
        ">": number > bound,
        "=": number == bound,
        "<=": number <= bound,
        ">=": number >= bound,
        "<>": number != bound,
    }[sign]


def _get_literal(token):
    """Return what a part of a format shows as it is: texts, and the sign of a currency in brackets."""
    quoted, escaped, bracket, _general, plain = token.groups()
    if bracket is not None:
        return bracket[1:].split("-")[0] if bracket.startswith("$") else ""
    if quoted is not None or escaped is not None:
        return quoted or escaped or ""
    return "" if not plain or plain in "0#?.,%/E@" else plain


def _count_scaling_commas(digits):
    """Return how many commas stand right behind the digits before the point: each divides by 1,000."""
    whole = digits.split(".")[0] if "." in digits else digits
    behind = len(digits) - len(digits.rstrip(","))
    return max(len(whole) - len(whole.rstrip(",")), behind)


def _count_behind_point(tokens):
    """Return how many digits stand behind a point that is written between them, and is none."""
    count, is_behind = 0, False
    for token in tokens:
        if (token[1] or token[2]) == "." and not is_behind:
            is_behind = True
        elif is_behind and token[5] and token[5] in "0#?":
            count += 1
        elif is_behind and token[5] == ".":
            return 0
    return count
