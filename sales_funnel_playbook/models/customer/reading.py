import csv
import logging
import zipfile

from odoo import api, models
from odoo.addons.base_import.models.base_import import ImportValidationError
from odoo.tools import human_size

from ...arguments import check_file_size
from ...hooks import SHEET_HEADINGS
from ...tools.sheet_books import MAX_CELLS, MAX_UNPACKED, TooLargeError, check_unpacked, get_kind, read_book
from ...tools.sheet_headings import get_fields, get_known
from ...tools.sheet_rows import ErrorText, find_headings, get_ranges, plain, read_table
from ...tools.sheet_text import UnreadableError, read_text

FIELDS = get_fields(SHEET_HEADINGS)
IDS = ("id", "商机id", "商機id", "識別號", "dealid")  # plain headings of the numbers that deals have
NAMED = 5  # how many of many rows a sentence names
# In the options while a file is read: the table that was found in it. It never leaves the server.
TABLE = "playbook_table"

_logger = logging.getLogger(__name__)


class BaseImportImport(models.TransientModel):
    """Files with the customer sheet, or a list from a fair or a form, are read as they are: in whatever
    encoding, under whatever title, with blank rows and totals. A file of leads is one of these if a
    heading tells so; every other file stays Odoo's own.
    """

    _inherit = "base_import.import"

    def _read_file(self, options):
        if self.res_model == "crm.lead" and self.file:
            self._check_size()
        table = self._read_sheet(options)
        if not table:
            return super()._read_file(options)
        options[TABLE] = table
        return len(table.rows) + 1, [table.headings, *table.rows]

    def _check_size(self):
        """Refuse a file that is too large, before anybody unpacks it."""
        check_file_size(self.env, self.file_name or "", len(self.file))
        try:
            check_unpacked(self.file)
        except TooLargeError as error:
            raise ImportValidationError(self._explain_too_large()) from error
        except zipfile.BadZipFile:  # Odoo says what is wrong with it
            return

    @api.model
    def _explain_too_large(self):
        return self.env._(
            "This workbook is too large: up to %(size)s unpacked and %(cells)s million cells are read. Save"
            " the sheet alone in a new file, or split it.",
            size=human_size(MAX_UNPACKED),
            cells=MAX_CELLS // 10**6,
        )

    def _read_sheet(self, options):
        """Return the table of a sheet, none of a file that is left to Odoo; note in ``options``, as Odoo
        does, how it was read.

        :raise ImportValidationError: when it is a sheet that cannot be read without a doubt
        """
        quote = options.get("quoting") or '"'
        if self.res_model != "crm.lead" or not options.get("has_headers") or len(quote) != 1 or not self.file:
            return None
        known = get_known(SHEET_HEADINGS, self._get_labels())
        kind = get_kind(self.file)
        rows = (
            self._read_lines(options, quote, known)
            if kind == "csv"
            else self._read_book(kind, options, known)
        )
        table = rows and read_table(rows, known)
        if table:
            self._check_table(table, is_text=kind == "csv")
        return table

    def _get_labels(self):
        """Return the names that Odoo has for the fields of leads, in the user's language and in English."""
        leads = self.env["crm.lead"]
        labels = [
            leads.with_context(lang=lang).fields_get([], ["string"]) for lang in (self.env.lang, "en_US")
        ]
        return [*leads._fields, *(label["string"] for of in labels for label in of.values())]

    def _read_lines(self, options, quote, known):
        """Return the rows of a text file, none where none is a heading."""
        chosen, separator = options.get("encoding") or "", options.get("separator") or ""
        try:
            found = read_text(self.file, chosen, separator, quote, known)
        except UnreadableError as error:
            raise ImportValidationError(self._explain_unreadable(error)) from error
        except csv.Error:
            return None
        if not found:
            return None
        rows, options["encoding"], options["separator"] = found
        return rows

    def _read_book(self, kind, options, known):
        """Return the rows of a workbook, none where none is a heading, or where Odoo is to say what is
        wrong with the file.
        """
        try:
            found = read_book(kind, self.file, options.get("sheet"), known)
        except TooLargeError as error:
            raise ImportValidationError(self._explain_too_large()) from error
        except Exception:  # whatever the libraries raise at a broken file
            _logger.info("A workbook could not be read as a sheet.", exc_info=True)
            return None
        if not found:
            return None
        options["sheets"], options["sheet"], rows = found
        return rows

    @api.model
    def _explain_unreadable(self, error):
        where = (
            self.env._(
                "Line %(line)s cannot be read as %(encoding)s.", line=error.line, encoding=error.encoding
            )
            if error.line
            else self.env._("In which encoding this file was saved cannot be told.")
        )
        what = self.env._(
            "Under Formatting, choose the Encoding in which the file was saved: gb18030 for simplified"
            " Chinese, big5 for traditional Chinese, windows-1252 for Western European languages. Or save it"
            " as “CSV UTF-8”, or as a workbook (XLSX)."
        )
        return f"{where} {what}"

    def _check_table(self, table, is_text):
        """Refuse a sheet of which it cannot be told what its cells say.

        :param bool is_text: whether the file is text, where one cell too many moves all that follow
        """
        if not table.rows:
            raise ImportValidationError(self.env._("The sheet has headings, but no rows below them."))
        if is_text and table.surplus:
            raise ImportValidationError(
                self.env._(
                    "These rows have more cells than there are headings: %s. A cell with the separator in it"
                    " needs quotation marks around it. Correct the file, or save the sheet as a workbook"
                    " (XLSX).",
                    get_ranges(table.surplus),
                )
            )
        if errors := self._get_errors(table):
            more = [self.env._("… and %s more.", len(errors) - NAMED)] if len(errors) > NAMED else []
            raise ImportValidationError(" ".join([*errors[:NAMED], *more]))

    def _get_errors(self, table):
        """Return the sentences about cells whose formulas could not be calculated."""
        return [
            self.env._(
                "Row %(row)s, “%(heading)s”: the cell shows %(error)s. Correct its formula, or empty the"
                " cell.",
                row=number,
                heading=heading,
                error=cell,
            )
            for number, row in zip(table.numbers, table.rows, strict=True)
            for heading, cell in zip(table.headings, row, strict=True)
            if heading and isinstance(cell, ErrorText)
        ]

    def parse_preview(self, options, count=10):
        """Say beside the preview of a sheet what of the file is not of its table."""
        result = super().parse_preview(options, count=count)
        table = options.pop(TABLE, None)
        if not table or result.get("error"):
            return result
        result["fields"] = [*result["fields"], self._prepare_id_field()]
        return {**result, "playbook_notes": self._get_notes(table)}

    def _prepare_id_field(self):
        """Return the number of a deal as a field that a column can go to, in the form of Odoo's others."""
        return {
            "id": ".id",
            "name": ".id",
            "string": self.env._("ID of the Deal"),
            "required": False,
            "fields": [],
            "type": "id",
            "model_name": self.res_model,
        }

    @api.model
    def _get_notes(self, table):
        """Return the sentences about what is left out of a sheet."""
        said = {
            self.env._("Left out above the headings: %s"): self._name_texts(table.titles),
            self.env._("Rows of totals left out: %s"): get_ranges(table.totals),
            self.env._("Blank rows left out: %s"): get_ranges(table.blank),
            self.env._("Left out below the table: %s"): self._name_texts(table.footnotes),
        }
        return [text % what for text, what in said.items() if what]

    @api.model
    def _name_texts(self, texts):
        return " · ".join([*texts[:NAMED], *(["…"] if texts[NAMED:] else [])])

    def _convert_import_data(self, fields, options):
        """Note in ``options``, as ``sheet_rows``, which rows of the file the rows of data are: of the whole
        file, also where it goes in batches.
        """
        data, import_fields = super()._convert_import_data(fields, options)
        if table := options.pop(TABLE, None):
            columns = [index for index, field in enumerate(fields) if field]
            options["sheet_rows"] = [
                number
                for number, row in zip(table.numbers, table.rows, strict=True)
                if any(row[column] for column in columns)
            ]
        return data, import_fields

    def _get_heading_field(self, heading):
        """Return the field that a heading fills, without regard to spaces, width and capitals."""
        return FIELDS.get(plain(heading or ""))

    def _get_mapping_suggestions(self, headers, header_types, fields_tree):
        known = get_known(SHEET_HEADINGS, ())
        is_sheet = self.res_model == "crm.lead" and find_headings([headers], known) is not None
        reader = self.with_context(playbook_sheet=is_sheet)
        return super(BaseImportImport, reader)._get_mapping_suggestions(headers, header_types, fields_tree)

    def _get_mapping_suggestion(self, header, fields_tree, header_types, mapping_fields):
        """A column goes where somebody has sent its heading before, else where a heading of the sheet or a
        label of Odoo says that is the same but for spaces, width and capitals.
        """
        own = fields_tree and fields_tree[0]["model_name"] == "crm.lead" == self.res_model
        is_id = plain(header) in IDS and "integer" in header_types
        if own and is_id and self.env.context.get("playbook_sheet"):
            return {"field_path": [".id"], "distance": 0}
        if not own or not plain(header) or header.lower() in mapping_fields:
            return super()._get_mapping_suggestion(header, fields_tree, header_types, mapping_fields)
        saved = {plain(heading): path for heading, path in mapping_fields.items() if heading}
        labels = {plain(field["string"]): field["name"] for field in reversed(fields_tree)}
        path = saved.get(plain(header)) or self._get_heading_field(header) or labels.get(plain(header))
        if path:
            return {"field_path": path.split("/"), "distance": 0}
        return super()._get_mapping_suggestion(header, fields_tree, header_types, mapping_fields)
