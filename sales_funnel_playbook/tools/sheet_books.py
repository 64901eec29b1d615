"""Reads workbooks (XLSX, XLS, ODS) cell by cell: every row as it is in the file, each number as its format
shows what it is.
"""

import io
import re
import zipfile
from datetime import date, datetime, time, timedelta
from itertools import chain

from lxml import etree

from .cell_texts import NumberText
from .number_formats import EAST_ASIAN_DATES
from .sheet_rows import ErrorText, find_headings

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")
MAX_REPEATED = 1_000  # a file says of its blank end that it is repeated up to a million times
MAX_UNPACKED = 200 * 2**20  # bytes: a few kilobytes may unpack to as many gigabytes
MAX_CELLS = 3_000_000  # of a sheet, and a row counts as one more: a few bytes may stand for a million of them


class TooLargeError(Exception):
    """A workbook that would take more memory than a request has."""


def check_unpacked(content):
    """Look, before anything is unpacked, how large a workbook is then.

    :raise TooLargeError: when it is over :data:`MAX_UNPACKED`
    """
    if content.startswith(b"PK") and zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED:
                raise TooLargeError


class Counted(list):
    """The rows of a sheet; there may be so many."""

    cells = 0

    def add(self, row, times=1):
        self.cells += (len(row) + 1) * times
        if self.cells > MAX_CELLS:
            raise TooLargeError
        self.extend([row] * times)


def get_kind(content):
    """Return what a file is by its content, whatever its name says: ``xlsx``, ``xls``, ``ods`` or ``csv``."""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    if content.startswith(b"PK") and zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = set(parts.namelist())
        return "ods" if "content.xml" in names else "xlsx"
    return "csv"


def read_book(kind, content, name, known):
    """Return ``(names of the sheets, the one that is read, its rows)``.

    :param str name: the sheet that is asked for; else the first with headings of :mod:`.sheet_rows` is
        read; none where there is none
    """
    book = READERS[kind](content)
    for one in [name] if name in book.names else book.names:
        if find_headings(book.get_rows(one, top=True), known) is not None:
            return book.names, one, book.get_rows(one)
    return None


class Xlsx:
    """Read row by row: a workbook as a whole takes many times the memory of its cells."""

    def __init__(self, content):
        import openpyxl

        self.book = openpyxl.load_workbook(io.BytesIO(content), data_only=True, read_only=True)
        self.names = [sheet.title for sheet in self.book.worksheets]
        self.formats = {}  # by the number of a style: the number of its format, and the format

    def get_rows(self, name, top=False):
        sheet = self.book[name]
        sheet.reset_dimensions()  # some programs write others than there are
        rows = sheet.iter_rows(max_row=30 if top else None)
        counted = Counted()
        for row in rows:
            counted.add([self.get_value(cell) for cell in row])
        return counted

    def get_value(self, cell):
        value = cell.value
        if value is None:
            return ""
        if cell.data_type == "e":
            return ErrorText(value)
        if isinstance(value, str):
            return value
        number, number_format = self.get_format(cell)
        if isinstance(value, (datetime, date, time, timedelta)):
            return show_moment(value, number_format)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return str(value)
        if number in EAST_ASIAN_DATES:  # what East Asian programs write has no text in the file
            from openpyxl.utils.datetime import from_excel

            return show_moment(from_excel(value, self.book.epoch), "date")
        return NumberText(value, number_format)

    def get_format(self, cell):
        style = cell._style_id
        if style not in self.formats:
            self.formats[style] = (cell.style_array.numFmtId, cell.number_format)
        return self.formats[style]


class Xls:
    def __init__(self, content):
        import xlrd

        self.xlrd = xlrd
        self.book = xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=io.StringIO())
        self.names = self.book.sheet_names()

    def get_rows(self, name, top=False):
        sheet = self.book.sheet_by_name(name)
        count = min(sheet.nrows, 30) if top else sheet.nrows
        return [[self.get_value(cell) for cell in sheet.row(number)] for number in range(count)]

    def get_value(self, cell):
        kind = cell.ctype
        if kind == self.xlrd.XL_CELL_ERROR:
            return ErrorText(self.xlrd.error_text_from_code.get(cell.value, "#ERROR"))
        if kind == self.xlrd.XL_CELL_BOOLEAN:
            return str(bool(cell.value))
        if kind == self.xlrd.XL_CELL_DATE:
            moment = self.xlrd.xldate.xldate_as_datetime(cell.value, self.book.datemode)
            return show_moment(moment if cell.value >= 1 else moment.time(), "")
        if kind == self.xlrd.XL_CELL_NUMBER:
            style = self.book.xf_list[cell.xf_index]
            return NumberText(cell.value, self.book.format_map[style.format_key].format_str)
        return str(cell.value)


class Ods:
    def __init__(self, content):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
            tree = etree.fromstring(parts.read("content.xml"), parser)
        self.tables = {table.get(TABLE + "name"): table for table in tree.iter(TABLE + "table")}
        self.names = list(self.tables)

    def get_rows(self, name, top=False):
        rows = Counted()
        for row in self.tables[name].iter(TABLE + "table-row"):
            cells = list(chain.from_iterable(map(self.get_cells, row)))
            while cells and cells[-1] == "":
                cells.pop()
            repeated = int(row.get(TABLE + "number-rows-repeated", 1))
            rows.add(cells, repeated if cells else min(repeated, MAX_REPEATED))
            if top and len(rows) >= 30:
                break
        return rows

    def get_cells(self, cell):
        if cell.tag not in (TABLE + "table-cell", TABLE + "covered-table-cell"):
            return []
        value = self.get_value(cell)
        repeated = int(cell.get(TABLE + "number-columns-repeated", 1))
        if value != "" and repeated > MAX_CELLS:
            raise TooLargeError
        return [value] * (repeated if value != "" else min(repeated, MAX_REPEATED))

    def get_value(self, cell):
        text = "\n".join(self.get_text(part) for part in cell if part.tag == TEXT + "p")
        kind = cell.get(OFFICE + "value-type")
        if text in ("#N/A", "#DIV/0!", "#NAME?", "#REF!", "#VALUE!", "#NUM!", "#NULL!") or text[:4] == "Err:":
            return ErrorText(text)
        if kind in ("float", "currency", "percentage"):
            value = float(cell.get(OFFICE + "value"))
            return NumberText(value, "0%" if kind == "percentage" else get_format(value, text))
        if kind == "date":
            moment = datetime.fromisoformat(cell.get(OFFICE + "date-value").split(".")[0])
            return moment if moment.time() != time() else moment.date()
        if kind == "time" and (found := DURATION.fullmatch(cell.get(OFFICE + "time-value", ""))):
            return "{:02}:{:02}:{:02}".format(*map(int, found.groups()))
        if kind == "boolean":
            return str(cell.get(OFFICE + "boolean-value") == "true")
        return text

    def get_text(self, part):
        """Return the text of a paragraph, with the blanks and line breaks that are elements of it."""
        if part.tag == TEXT + "s":
            inner = " " * int(part.get(TEXT + "c", 1))
        elif part.tag in (TEXT + "line-break", TEXT + "tab"):
            inner = "\n" if part.tag == TEXT + "line-break" else "\t"
        else:
            inner = (part.text or "") + "".join(self.get_text(one) + (one.tail or "") for one in part)
        return inner


READERS = {"xlsx": Xlsx, "xls": Xls, "ods": Ods}


def get_format(value, shown):
    """Return a number format that shows a value so: ODS files do not say which format is which cell's.

    >>> get_format(505000, "50.5万"), get_format(50.5, "50.5万"), get_format(50.5, "50.5")
    ('0!.0,"万"', '0"万"', '')
    """
    if not shown.rstrip().endswith(("万", "萬")):
        return ""
    digits = re.sub(r"[^\d.]", "", shown)
    is_scaled = digits.count(".") < 2 and digits.strip(".") and float(digits) * 9_000 < abs(value)
    return '0!.0,"万"' if is_scaled else '0"万"'


def show_moment(value, number_format):
    """Return a date, or a date with its time; of a time alone, which is no date, its text.

    >>> show_moment(datetime(2024, 3, 15), "yyyy-mm-dd"), show_moment(time(9, 30), "")
    (datetime.date(2024, 3, 15), '09:30:00')
    """
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, time):
        return value.replace(microsecond=0).isoformat()
    if isinstance(value, datetime):
        value = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
        return value if value.time() != time() else value.date()
    return value
