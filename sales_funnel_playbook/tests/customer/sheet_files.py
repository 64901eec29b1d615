"""Makes files as people's programs write them: text in many encodings, XLSX, XLS and ODS."""

import csv
import io
import re
import zipfile
from datetime import date
from xml.sax.saxutils import escape

import openpyxl
import xlwt

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS = "application/vnd.ms-excel"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)


class Share(float):
    """A number that a cell shows as percent."""


class Tens(float):
    """A number that a cell shows in ten thousands."""


def make_csv(rows, encoding="utf-8", separator=","):
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator).writerows(rows)
    return stream.getvalue().encode(encoding)


def make_xlsx(rows, merged=(), formats=None, before=()):
    """Return a workbook.

    :param merged: ranges of cells that are one
    :param dict formats: the number format of cells, by their names
    :param before: the names of sheets in front of it
    """
    book = openpyxl.Workbook()
    for name in before:
        book.create_sheet(name, 0)["A1"] = "Read me first"
    sheet = book.worksheets[-1]
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    for cell, number_format in (formats or {}).items():
        sheet[cell].number_format = number_format
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def renumber_format(content, number):
    """Return a workbook whose one number format of its own has the number that East Asian programs give
    it, without its text.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/styles.xml":
                start, end = part.index(b"<numFmts"), part.index(b"</numFmts>") + len(b"</numFmts>")
                part = re.sub(rb'numFmtId="16\d"', b'numFmtId="%d"' % number, part[:start] + part[end:])
            new.writestr(name, part)
    return stream.getvalue()


def make_xls(rows, title_width=0, formats=None):
    """Return a workbook of old Excel; its first row is one merged cell where ``title_width`` says so."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for number, row in enumerate(rows):
        if title_width and number == 0:
            sheet.write_merge(0, 0, 0, title_width - 1, row[0])
            continue
        for column, value in enumerate(row):
            code = (formats or {}).get((number, column)) or (
                "yyyy-mm-dd" if isinstance(value, date) else None
            )
            style = xlwt.easyxf(num_format_str=code) if code else xlwt.Style.default_style
            sheet.write(number, column, value, style)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def make_ods(rows, title_width=0):
    """Return a workbook as LibreOffice writes it: equal cells once with how often, blank ones to the end of
    the world, comments inside their cells.
    """
    lines = []
    for number, row in enumerate(rows):
        cells = "".join(map(make_ods_cell, row))
        if title_width and number == 0:
            cells = make_ods_cell(row[0], f' table:number-columns-spanned="{title_width}"')
            cells += f'<table:covered-table-cell table:number-columns-repeated="{title_width - 1}"/>'
        blank = '<table:table-cell table:number-columns-repeated="16000"/>'
        lines.append(f"<table:table-row>{cells}{blank}</table:table-row>")
    lines.append(f'<table:table-row table:number-rows-repeated="1048000">{blank}</table:table-row>')
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMESPACES} office:version="1.3">'
        f'<office:body><office:spreadsheet><table:table table:name="Sheet1">{"".join(lines)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as parts:
        parts.writestr("mimetype", ODS)
        parts.writestr("content.xml", content)
    return stream.getvalue()


def make_ods_cell(value, more=""):
    if isinstance(value, date):
        kind, shown = f'"date" office:date-value="{value.isoformat()}"', f"{value.year}年{value.month}月"
    elif isinstance(value, Share):
        kind, shown = f'"percentage" office:value="{float(value)}"', f"{value * 100:.0f}%"
    elif isinstance(value, Tens):
        kind, shown = f'"float" office:value="{float(value)}"', f"{value / 10_000:.1f}万"
    elif isinstance(value, (int, float)):
        kind, shown = f'"float" office:value="{value}"', str(value)
    else:
        kind, shown = '"string"', escape(value or "").replace("\n", "</text:p><text:p>")
    note = "<office:annotation><text:p>Seen</text:p></office:annotation>"
    return (
        f"<table:table-cell{more} office:value-type={kind}>{note}<text:p>{shown}</text:p></table:table-cell>"
        if value not in ("", None)
        else "<table:table-cell/>"
    )
