from datetime import date, datetime, time
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from odoo.addons.sales_funnel_playbook.tools.cell_amounts import read_amount
from odoo.addons.sales_funnel_playbook.tools.cell_dates import read_time
from odoo.addons.sales_funnel_playbook.tools.cell_texts import CellError, NumberText, plain
from odoo.addons.sales_funnel_playbook.tools.cells import read_percent, read_risk, read_size, read_yes_no

from ..properties import SETTINGS, given, settings, st

CASES = 10_000
TODAY = date(2024, 5, 8)
WIDE = str.maketrans("0123456789.,%", "０１２３４５６７８９．，％")
UNITS = {"千": 10**3, "万": 10**4, "萬": 10**4, "W": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8}
# Formats of workbooks, and what of an amount a cell with such a format holds.
FORMATS = {
    **dict.fromkeys(('0!.0,"万"', r"0\.0000"), 1),
    **dict.fromkeys(('0.0"万"', '0.00"万元"'), 10**4),
    **dict.fromkeys(("0,", "0.0,,", "0%", "yyyy-mm-dd", '0" pcs"'), 1),
}


def write_amounts(value, unit, pick):
    """Return a text of an amount, or a cell of a workbook, in one of the forms that people use."""
    number = value / unit
    whole, point, decimals = plain(number).partition(".")
    grouped, own = f"{int(whole):,}{point}{decimals}", pick([*UNITS])
    german = grouped.translate(str.maketrans(",.", ".,"))
    rest, ten_thousands = value % 10_000, int(value // 10_000)
    number_format = pick([*FORMATS])
    return pick(
        [
            *(plain(number), grouped, grouped.replace(",", " "), grouped.replace(",", "\u00a0")),
            *(
                plain(number).translate(WIDE),
                f" {grouped}　",
                f"¥{grouped}",
                f"￥ {plain(number)}",
                f"$ {grouped}",
            ),
            *(
                f"{plain(value / UNITS[own])}{own}",
                f"{plain(value / UNITS[own])} {own}元",
                f"{plain(value)}元",
            ),
            german if len(decimals) != 3 else grouped,
            f"{ten_thousands}万{plain(rest / 1000)}千" if rest else f"{ten_thousands}万",
            f"{ten_thousands}万{plain(rest)}",
            *(
                f"{plain(number)}-{plain(number * 2)}",
                f"约{plain(number)}",
                f"{number:e}",
                f"-{plain(number)}",
            ),
            NumberText(value / FORMATS[number_format], number_format),
            *(NumberText(number, "General"), NumberText(number, '"¥"#,##0.00_ ')),
        ]
    )


def write_percent(value, pick):
    text, share = plain(value), plain(value / 100)
    return pick(
        [
            *(text, f"{text}%", f"{text} %", f"{text}％".translate(WIDE), f" {text}% ", share),
            *(NumberText(value, "General"), NumberText(value / 100, "0%"), NumberText(value / 100, "0.00%")),
            *(NumberText(value / 100, "General"), NumberText(value, '0"%"'), f"{text.replace('.', ',')}%"),
        ]
    )


def write_time(moment, pick):
    day, clock = moment.date(), moment.time()
    serial = (day - date(1899, 12, 30)).days
    year, month, number, short = day.year, day.month, day.day, f"{day:%y}"
    text = pick(
        [
            *(f"{year}-{month:02}-{number:02}", f"{year}/{month}/{number}", f"{year}.{month}.{number}"),
            *(
                f"{year}年{month}月{number}日",
                f"{year} 年 {month} 月 {number} 号",
                f"{year}{month:02}{number:02}",
            ),
            *(f"{short}.{month}.{number}", f"{number}.{month}.{short}", f"{month}/{number}/{short}"),
            *(f"{number}/{month}/{year}", f"{month}/{number}/{year}", f"{short}年{month}月{number}日"),
            *(f"{year - 1911}年{month}月{number}日", f"{year - 1911}/{month}/{number}", f"{month}-{number}"),
            f"{month}月{number}日" if year == TODAY.year else f"{year}年{month}月{number}日",
        ]
    )
    if clock == time():
        others = [str(serial), NumberText(serial, "General"), NumberText(serial, "yyyy/m/d"), day, moment]
        others += [NumberText(serial * 100, "yyyy/m/d"), NumberText(0.5, "h:mm")]
        return pick([text, text.translate(WIDE), *others])
    half = f"{'下午' if clock.hour > 11 else '上午'}{clock.hour % 12 or 12}:{clock.minute:02}"
    clocks = (
        f"{clock:%H:%M}",
        f"{clock.hour}:{clock.minute:02}",
        f"{clock:%H:%M:%S}",
        f"{clock:%I:%M %p}",
        half,
    )
    return pick(
        [f"{text} {pick(clocks)}", moment, NumberText(serial + clock.hour / 24 + clock.minute / 1440, "")]
    )


def write_word(value, pick):
    return pick(
        {
            "high": ["高", "High", "H", " ｈ", "high risk"],
            "medium": ["中", "medium", "M", "MEDIUM"],
            "low": ["低", "low", "Ｌ"],
            True: ["是", "Y", "yes", "✓", "√", "TRUE", "1", "x"],
            False: ["否", "N", "No", "0", "false", "×"],
            "1-10": ["1-10", "5", "1–10人", "少于10人"],
            "51-200": ["51-200", "120", "51~200 人", "60至150人", "100+"],
            "1001+": ["1001+", "5000", "1000人以上", "More than 1,000"],
        }[value]
    )


READERS = {
    **dict.fromkeys(("high", "medium", "low"), read_risk),
    **dict.fromkeys((True, False), read_yes_no),
    **dict.fromkeys(("1-10", "51-200", "1001+"), read_size),
}


@tagged("post_install", "-at_install")
class TestCells(BaseCase):
    """Whatever form a value is written in: it is read, or refused, and never another one."""

    def _check(self, strategy, write_and_read, fewest):
        """Read values in forms that hypothesis picks; at least a share of them is not refused."""
        read = []

        @settings(SETTINGS, max_examples=CASES // 4)
        @given(strategy, st.randoms(use_true_random=True))
        def check(value, random):
            read.append(False)
            try:
                written, found = write_and_read(value, random.choice)
            except CellError as error:
                self.assertRegex(
                    error.args[0]._translate("en_US"), r"“.*” .*[.] Write .*[.]$|“.*” .*: .*[.]$"
                )
            else:
                self.assertEqual(found, value, f"of {written!r}")
                read[-1] = True

        check()
        self.assertGreaterEqual(len(read), CASES // 4)
        self.assertGreater(sum(read), len(read) * fewest)

    def test_amounts(self):
        def check(value, pick):
            unit = pick((1, 10_000))
            written = write_amounts(value, unit, pick)
            return written, read_amount(written, unit, symbols=("€", "EUR"))

        amounts = st.one_of(
            st.integers(0, 10**6).map(lambda number: Decimal(number) * 1000),
            st.integers(0, 10**11).map(lambda number: Decimal(number) / 100),
        )
        self._check(amounts, check, 0.4)

    def test_percentages(self):
        def check(value, pick):
            written = write_percent(value, pick)
            return written, read_percent(written)

        self._check(st.integers(0, 10_000).map(lambda number: Decimal(number) / 100), check, 0.5)

    def test_times(self):
        def check(value, pick):
            written = write_time(value, pick)
            return written, read_time(written, TODAY)

        moments = st.datetimes(datetime(2000, 1, 1), datetime(2024, 5, 8, 23, 59))
        moments = moments.map(lambda moment: moment.replace(second=0, microsecond=0))
        days = moments.map(lambda moment: moment.replace(hour=0, minute=0))
        self._check(st.one_of(days, moments), check, 0.3)

    def test_words(self):
        def check(value, pick):
            written = write_word(value, pick)
            return written, READERS[value](written)

        self._check(st.sampled_from([*READERS]), check, 0.5)
