"""Writes tables into worksheets: text as text, whatever it begins with."""

MAX_TEXT = 32_767  # characters that a cell can hold


def write_table(sheet, styles, headings, rows, widths):
    """Write rows of ``(value, style name)`` under bold headings.

    :param styles: ``{style name: format}``, with one for ``head``
    """
    for column, (heading, width) in enumerate(zip(headings, widths, strict=True)):
        sheet.write_string(0, column, heading, styles["head"])
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(rows), 1), len(headings) - 1)
    for number, row in enumerate(rows, start=1):
        for column, (value, style) in enumerate(row):
            write_cell(sheet, number, column, value, styles.get(style))


def write_cell(sheet, row, column, value, style):
    """Write a text, number, date or time into a cell; False and None are nothing."""
    if value is None or value is False:
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, str):
        sheet.write_string(row, column, value[:MAX_TEXT], style)
    elif isinstance(value, (int, float)):
        sheet.write_number(row, column, value, style)
    else:
        sheet.write_datetime(row, column, value, style)
