import io
import re
from datetime import datetime, timedelta
from decimal import Decimal

import openpyxl

from odoo.tests import tagged

from odoo.addons.sales_funnel_playbook.tools.cell_texts import NumberText

from ..properties import SETTINGS, given, settings, st
from .test_cells import write_amounts, write_percent, write_time, write_word
from .test_import_cells import NOW, CellsCase

ROWS = 60
FILES = 3
COLUMNS = {  # heading: field
    "成交概率(%)": "probability",
    "进入时间": "stage_entered_at",
    "风险等级": "risk_level",
    "公司规模": "company_size",
}
PERCENT, TIME, RISK, SIZE = COLUMNS
AMOUNTS = {"预计成交金额(元)": 1, "预计成交金额(万元)": 10_000}  # how much a one is; a file has one of them
LAST_DAY = 2_958_465  # Excel's number of the end of the year 9999
IS_SHORT_DAY = re.compile(r"\d\d?([/.])\d\d?\1\d\d")


class Sheet:
    """A sheet of values that are written as people write them, each in a row of its own.

    :param random: picks values and how they are written
    :param is_book: a workbook, else a text
    """

    def __init__(self, random, is_book):
        self.random, self.is_book = random, is_book
        self.amount = random.choice([*AMOUNTS])
        self.headings = [*COLUMNS, self.amount]
        self.is_day_first = random.random() < 0.5  # nobody mixes the two, and a column of both is refused
        self.rows = [self._make_row(number) for number in range(ROWS)]

    def _make_row(self, number):
        heading = self.random.choice(self.headings)
        value = self._make_value(heading)
        cell = self._write(heading, value)
        while not self._is_of_file(heading, value, cell):
            cell = self._write(heading, value)
        return f"Customer {number}", heading, value, cell

    def _make_value(self, heading):
        random = self.random
        if heading == self.amount:
            return Decimal(random.randint(100_000, 10_000_000)) / random.choice((1, 100))
        if heading == PERCENT:
            return Decimal(random.randint(101, 10_000)) / 100
        if heading == TIME:
            moment = NOW - timedelta(minutes=random.randint(0, 4_000_000))
            return moment if random.random() < 0.5 else datetime.combine(moment, datetime.min.time())
        return random.choice(("high", "medium", "low") if heading == RISK else ("1-10", "51-200", "1001+"))

    def _write(self, heading, value):
        pick = self.random.choice
        if heading == self.amount:
            return write_amounts(value, AMOUNTS[heading], pick)
        if heading == PERCENT:
            return write_percent(value, pick)
        return write_time(value, pick) if heading == TIME else write_word(value, pick)

    def _is_of_file(self, heading, value, cell):
        """Tell whether a file of this kind has such a cell, and its column such a form."""
        if heading == TIME and isinstance(cell, str) and IS_SHORT_DAY.match(cell):
            first = value.day if self.is_day_first else value.month
            return value.day != value.month and cell.startswith((f"{first}/", f"{first:02}/"))
        if isinstance(cell, NumberText) and cell.value > LAST_DAY:
            return heading != TIME  # Excel has no such day, and a file with its error is refused as a whole
        return self.is_book or type(cell) is str

    def make_file(self, rows):
        """Return the workbook with these of the rows, or the lines of the text."""
        lines = [["客户名称", *self.headings]]
        for name, own, _value, cell in rows:
            lines.append([name, *(cell if heading == own else "" for heading in self.headings)])
        return self._write_book(lines) if self.is_book else lines

    def _write_book(self, lines):
        book = openpyxl.Workbook()
        for number, line in enumerate(lines, start=1):
            for column, value in enumerate(line, start=1):
                is_number = isinstance(value, NumberText)
                cell = book.active.cell(number, column, float(value.value) if is_number else value or None)
                if is_number:
                    cell.number_format = value.number_format or "General"
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()


@tagged("post_install", "-at_install")
class TestImportValues(CellsCase):
    """Values in whatever form, through Odoo's import as the web client sends it: each comes in as it is, or
    its row is refused, and none as another one.
    """

    @settings(SETTINGS, max_examples=FILES)
    @given(st.randoms(use_true_random=True))
    def test_texts(self, random):
        self._check(Sheet(random, is_book=False))

    @settings(SETTINGS, max_examples=FILES)
    @given(st.randoms(use_true_random=True))
    def test_workbooks(self, random):
        self._check(Sheet(random, is_book=True))

    def _check(self, sheet):
        with self.env.cr.savepoint() as savepoint:
            rows, messages = sheet.rows, True
            while messages:
                result = self._upload_rows(sheet, rows)
                messages = result["messages"]
                refused = {one["record"] for one in messages}
                self.assertTrue(refused or not messages, messages)
                rows = [row for number, row in enumerate(rows) if number not in refused]
            self.assertGreater(len(rows), ROWS / 3)
            leads = self.env["crm.lead"].browse(result["ids"])
            for lead, (name, heading, value, cell) in zip(leads, rows, strict=True):
                self.assertEqual(lead.partner_name, name)
                self.assertEqual(self._get_value(lead, heading), value, f"of {cell!r} below {heading}")
            savepoint.rollback()

    def _upload_rows(self, sheet, rows):
        content = sheet.make_file(rows)
        if not sheet.is_book:
            content = self._sheet(*content[1:], headers=content[0])
        return self._upload(content)

    def _get_value(self, lead, heading):
        value = lead[COLUMNS.get(heading, "expected_revenue")]
        return Decimal(str(round(value, 2))) if isinstance(value, float) else value
