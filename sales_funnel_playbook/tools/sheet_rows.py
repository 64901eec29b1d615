"""What the rows of a sheet are: the one with its headings, titles above it, blank ones, totals, notes."""

import re
import unicodedata
from datetime import datetime, time
from itertools import islice
from typing import NamedTuple

LOOKED_AT = 30  # rows among which the headings are looked for
LONGEST_LABEL = 200  # letters: what is longer is no word for a total
INVISIBLE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00ad]+")
AROUND = re.compile(r"^[*:]+|[*:]+$")
TOTALS = re.compile(
    r"(合计|合計|总计|總計|共计|共計|小计|小計|汇总|匯總|彙總|总和|總和|(grand)?total(s)?|sub-?total(s)?|sum)"
    r"(数|數|金额|金額|amount)?(\(.*\))?[:]?"
)
FOOTNOTES = re.compile(
    r"(制表|製表|填表|审核|審核|备注|備註|说明|說明|注|註|note|notes|preparedby)[^:]{0,6}:.*"
)
AMOUNT = re.compile(r"[-+(]?[¥$€£]?[-+]?[\d.,]+(%|万|萬|千|亿|億)*(元|家|个|個|笔|筆)?\)?")


class Sheet(NamedTuple):
    """The table of a sheet, and what is not of it. Rows are named by their numbers in the file."""

    headings: list
    rows: list
    numbers: list  # of the rows
    titles: list  # the texts above the headings
    blank: list  # numbers
    totals: list  # numbers
    footnotes: list  # the texts of notes below the table
    surplus: list  # numbers of rows with cells beyond the row of headings


class ErrorText(str):
    """What a cell with a formula shows that cannot be calculated, such as #N/A."""


def plain(text):
    """Return a text by which headings are compared: without spaces, line breaks, width and capitals.

    >>> plain("预计成交金额\\n（万元）") == plain("预计成交金额(万元)")
    True
    >>> plain(" Customer　NAME* "), plain("成交概率（％）")
    ('customername', '成交概率(%)')
    """
    return AROUND.sub("", INVISIBLE.sub("", unicodedata.normalize("NFKC", str(text)).casefold()))


def is_blank(cell):
    """Tell whether nobody sees anything in a cell.

    >>> is_blank(" \\u3000"), is_blank("0")
    (True, False)
    """
    if not cell or not isinstance(cell, str):
        return not cell
    return not cell[0].isalnum() and not INVISIBLE.sub("", cell)


def count_headings(row, known):
    """Return how many cells of a row are headings, and how many of these are ``known``.

    :param known: ``{plain heading: whether it tells the sheet from other tables}``
    :return: ``(those that tell, all)``: what is greater is more of a row of headings
    """
    found = [known[plain(cell)] for cell in row if isinstance(cell, str) and plain(cell) in known]
    return sum(found), len(found)


def find_headings(rows, known):
    """Return the index of the row that has most headings, none where no row has one of the sheet's own.

    >>> rows = [["Sales funnel", ""], ["", ""], ["Customer Name", "E-mail"], ["Industry", "x"]]
    >>> find_headings(rows, {"customername": True, "e-mail": False, "industry": True})
    2
    >>> find_headings(rows, {"e-mail": False}) is None
    True
    """
    counts = [count_headings(row, known) for row in rows[:LOOKED_AT]]
    telling = [(*count, -index) for index, count in enumerate(counts) if count[0]]
    return -max(telling, key=lambda count: (count[1], count[2]))[2] if telling else None


def is_total(row):
    """Tell whether a row only adds up others: it begins with such a word and has but numbers besides.

    >>> [is_total(row) for row in (["", "合计", "130"], ["合　计：", "3 家", "￥1,300.5"], ["Total", ""])]
    [True, True, True]
    >>> is_total(["Total", "Energy", "50"]), is_total(["", "50"])
    (False, False)
    """
    cells = (cell for cell in row if not is_blank(cell))
    label = next(cells, "")
    return (
        isinstance(label, str)
        and len(label) < LONGEST_LABEL
        and bool(TOTALS.fullmatch(plain(label)) or TOTALS.fullmatch(f"{plain(label)}:"))
        and all(isinstance(cell, str) and bool(AMOUNT.fullmatch(plain(cell))) for cell in cells)
    )


def is_footnote(row):
    """Tell whether a row is a note below the table: who made it, what its words mean.

    >>> is_footnote(["备注：金额含税", ""]), is_footnote(["A公司", ""]), is_footnote(["备注：含税", "50"])
    (True, False, False)
    """
    cells = list(islice((cell for cell in row if not is_blank(cell)), 2))
    return len(cells) == 1 and isinstance(cells[0], str) and bool(FOOTNOTES.fullmatch(plain(cells[0])))


def read_table(rows, known):
    """Return the :class:`Sheet` of rows of cells as they are in a file, blank ones too; none where no row
    has a heading of the sheet.

    >>> rows = [["My customers"], ["客户名称", "金额"], [], ["A", "5"], ["合计", "5"], ["备注：含税"]]
    >>> sheet = read_table(rows, {"客户名称": True})
    >>> sheet.rows, sheet.numbers, sheet.titles, sheet.blank, sheet.totals, sheet.footnotes
    ([['A', '5']], [4], ['My customers'], [3], [5], ['备注：含税'])
    """
    top = find_headings(rows, known)
    if top is None:
        return None
    last = max(index for index, row in enumerate(rows) if not all(map(is_blank, row)))
    below = list(enumerate(rows[top + 1 : last + 1], start=top + 2))
    kinds = {number: get_kind(row) for number, row in below}
    numbers = {
        kind: [number for number, row in below if kinds[number] == kind]
        for kind in ("row", "blank", "total", "footnote")
    }
    width = max(get_width(rows[number - 1]) for number in (top + 1, *numbers["row"]))
    return Sheet(
        [tidy(cell) for cell in fit(rows[top], width)],
        [["" if is_blank(cell) else cell for cell in fit(rows[n - 1], width)] for n in numbers["row"]],
        numbers["row"],
        get_texts(rows[:top]),
        numbers["blank"],
        numbers["total"],
        get_texts(rows[number - 1] for number in numbers["footnote"]),
        [number for number in numbers["row"] if get_width(rows[number - 1]) > len(rows[top])],
    )


def get_kind(row):
    """Return what a row below the headings is: ``row``, ``blank``, ``total`` or ``footnote``."""
    if all(map(is_blank, row)):
        return "blank"
    return "total" if is_total(row) else "footnote" if is_footnote(row) else "row"


def get_width(row):
    """Return up to which cell there is something in a row."""
    return next((column for column in range(len(row), 0, -1) if not is_blank(row[column - 1])), 0)


def fit(row, width):
    return [*row[:width], *[""] * (width - len(row))]


def get_texts(rows):
    """Return the texts of the cells of ``rows``, each once."""
    return list(dict.fromkeys(tidy(cell) for row in rows for cell in row if not is_blank(cell)))


def get_ranges(numbers):
    """Return numbers of rows as a person writes them.

    >>> get_ranges([4, 7, 8, 9])
    '4, 7–9'
    """
    ranges = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ", ".join(f"{first}–{last}" if first < last else str(first) for first, last in ranges)


def tidy(cell):
    """Return the text of a heading or a title on one line.

    >>> tidy(" 预计成交金额\\n(万元)　")
    '预计成交金额 (万元)'
    """
    if isinstance(cell, (datetime, time)):
        return cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
    return INVISIBLE.sub(" ", str(cell)).strip()
