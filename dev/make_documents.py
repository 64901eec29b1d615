"""Writes the one-page documents that the addon ships with outputs, to edit: one file for each language.

A page is ``(title, hint, parts)``; see dev/documents. A part is ``("fields", labels)``, two to a line,
``("table", heading, columns, empty rows)``, ``("rows", heading, columns, first cells)``, ``("lines", heading,
labels)`` or ``("text", heading, text)``. The files are the same whenever they are written.
"""

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from documents import en_US, zh_CN, zh_TW

TARGET = Path(__file__).parent.parent / "sales_funnel_playbook" / "data" / "documents"
DOCUMENTS = {
    "needs_analysis": "NEEDS",
    "negotiation_minutes": "MINUTES",
    "customer_file": "CUSTOMER",
    "renewal_intent": "RENEWAL",
}
FONTS = {en_US: "Calibri", zh_CN: "Microsoft YaHei", zh_TW: "Microsoft JhengHei"}
WIDTH = 10206  # of the text on a page of A4 with margins of 15 mm, in twentieths of a point
SHADE = "E6E6F0"
MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
CONTENT_TYPES = f"""{HEAD}<Types xmlns="{PACKAGE}/content-types">\
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Override PartName="/word/document.xml" ContentType="{KIND}.document.main+xml"/>\
<Override PartName="/word/styles.xml" ContentType="{KIND}.styles+xml"/></Types>"""


def write_relations(kind, target):
    return (
        f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )


def write_styles(language, font):
    """Return the styles: text, title, headings, and what is written small as a hint."""
    fonts = f'<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:eastAsia="{font}" w:cs="Calibri"/>'
    lang = f'<w:lang w:val="en-US" w:eastAsia="{language.replace("_", "-")}"/>'
    styles = [
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>',
        write_style("Title", "Title", 'w:before="0" w:after="40"', '<w:b/><w:sz w:val="36"/>'),
        write_style("Heading1", "heading 1", 'w:before="140" w:after="40"', '<w:b/><w:sz w:val="22"/>', 0),
        write_style("Hint", "Hint", 'w:before="0" w:after="100"', '<w:i/><w:color w:val="606070"/>'),
    ]
    return (
        f'{HEAD}<w:styles xmlns:w="{MAIN}"><w:docDefaults><w:rPrDefault><w:rPr>{fonts}<w:sz w:val="19"/>'
        f'{lang}</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:before="20" w:after="20"/></w:pPr>'
        f"</w:pPrDefault></w:docDefaults>{''.join(styles)}</w:styles>"
    )


def write_style(key, name, spacing, run, level=None):
    outline = "" if level is None else f'<w:outlineLvl w:val="{level}"/>'
    return (
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/><w:basedOn w:val="Normal"/>'
        f"<w:pPr><w:spacing {spacing}/>{outline}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def write_paragraph(text, style=""):
    shown = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{shown}<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def write_table(rows, widths, is_label):
    """Return a table with lines.

    :param is_label: tells of a row's and a column's number whether the cell has a label
    """
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="B0B0C0"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    lines = []
    for number, row in enumerate(rows):
        cells = []
        for column, (text, width) in enumerate(zip(row, widths, strict=True)):
            shade = (
                f'<w:shd w:val="clear" w:color="auto" w:fill="{SHADE}"/>' if is_label(number, column) else ""
            )
            cells.append(
                f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>'
                f"{write_paragraph(text)}</w:tc>"
            )
        lines.append(f'<w:tr><w:trPr><w:trHeight w:val="460"/></w:trPr>{"".join(cells)}</w:tr>')
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{borders}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(lines)}</w:tbl>'
    )


def write_part(kind, *args):
    """Return a part of a page; see above."""
    if kind == "fields":
        [labels] = args
        rows = [[labels[n], "", labels[n + 1], ""] for n in range(0, len(labels), 2)]
        return write_table(rows, split((2, 3, 2, 3)), lambda _row, column: column % 2 == 0)
    heading, *rest = args
    title = write_paragraph(heading, "Heading1")
    if kind == "text":
        return title + write_paragraph(rest[0])
    if kind == "lines":
        rows = [[label, ""] for label in rest[0]]
        return title + write_table(rows, split((2, 5)), lambda _row, column: column == 0)
    columns, filled = rest
    first = filled if kind == "rows" else [""] * filled
    rows = [columns, *([cell] + [""] * (len(columns) - 1) for cell in first)]
    return title + write_table(rows, split((1,) * len(columns)), lambda row, _column: row == 0)


def split(shares):
    """Return the width of the page in parts; the last one has what is left."""
    widths = [WIDTH * share // sum(shares) for share in shares[:-1]]
    return [*widths, WIDTH - sum(widths)]


def write_document(title, hint, parts):
    body = "".join(write_part(*part) for part in parts)
    page = (
        '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="850" w:right="850" w:bottom="680"'
        ' w:left="850" w:header="400" w:footer="400" w:gutter="0"/></w:sectPr>'
    )
    end = '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr></w:p>'
    return (
        f'{HEAD}<w:document xmlns:w="{MAIN}"><w:body>{write_paragraph(title, "Title")}'
        f"{write_paragraph(hint, 'Hint')}{body}{end}{page}</w:body></w:document>"
    )


def write_file(path, language, font, document):
    """Write a document as a package of a fixed moment."""
    parts = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": write_relations("officeDocument", "word/document.xml"),
        "word/_rels/document.xml.rels": write_relations("styles", "styles.xml"),
        "word/styles.xml": write_styles(language, font),
        "word/document.xml": write_document(*document),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name)  # of the first of January 1980, as a ZIP has it without a moment
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, text)


def write_all(target=TARGET):
    target.mkdir(parents=True, exist_ok=True)
    for name, key in DOCUMENTS.items():
        for texts, font in FONTS.items():
            language = texts.__name__.rsplit(".", 1)[1]
            write_file(target / f"{name}.{language}.docx", language, font, getattr(texts, key))


if __name__ == "__main__":
    write_all()
