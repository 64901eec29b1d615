from collections import defaultdict

from odoo import api, models

from ...tools.cell_texts import show
from ...wording import list_texts
from .sheet_columns import SheetColumn

SHEET = "playbook_sheet"  # in the context: the SheetReading of an import
MAX_ROWS = 5  # that a message names


class SheetReading:
    """What is known of a sheet while it is read: its recognised columns, and what is wrong with cells."""

    def __init__(self, headings, is_test):
        self.headings = headings
        self.is_test = is_test
        self.faults = []
        self.header, self.rows = [], []
        self.shown = {}  # the heading of each field, as the file has it


class SheetFaultError(Exception):
    """Cells of a sheet cannot be read: nothing of it comes in."""


class BaseImportImport(models.TransientModel):
    """Cells of the customer sheet are read as people write them, where a heading of the sheet has
    recognised their column. Everything else stays Odoo's own.
    """

    _inherit = "base_import.import"

    def execute_import(self, fields, columns, options, dryrun=False):
        """Read the cells of recognised columns before Odoo does, and report all that is wrong at once:
        a sheet with cells that cannot be read is tested only.

        :param fields: the path of the field each column goes to, False where it is left out
        :param columns: the headings, in lower case
        """
        if self.res_model != "crm.lead":
            return super().execute_import(fields, columns, options, dryrun=dryrun)
        headings = self._get_sheet_headings(fields, columns)
        try:
            importer = self.with_context(**{SHEET: SheetReading(headings, dryrun)})
            result = super(BaseImportImport, importer).execute_import(fields, columns, options, dryrun=dryrun)
        except SheetFaultError:
            importer = self.with_context(**{SHEET: SheetReading(headings, True)})
            result = super(BaseImportImport, importer).execute_import(fields, columns, options, dryrun=True)
        return importer._add_faults(result, options)

    def _get_sheet_headings(self, fields, columns):
        """Return ``{field: heading}`` of the columns that a heading of the sheet has recognised, and
        that go where the heading says; with these also those of fields that are yes or no, which are a
        team's own: of a cell that it does not know, Odoo makes a yes.
        """
        pairs = [(field, heading) for field, heading in zip(fields, columns, strict=False) if field]
        known = {field: heading for field, heading in pairs if field == self._get_heading_field(heading)}
        if not known:
            return {}
        leads = self.env["crm.lead"]
        return {
            field: heading
            for field, heading in pairs
            if field in known or (field in leads._fields and leads._fields[field].type == "boolean")
        }

    def _read_file(self, options):
        """Remember the headings as the sheet has them."""
        length, rows = super()._read_file(options)
        if (reading := self.env.context.get(SHEET)) and rows:
            reading.header, reading.rows = rows[0], rows
        return length, rows

    def _convert_import_data(self, fields, options):
        """Read the cells of recognised columns: the whole file, as what a column tells, all its rows tell,
        also where the file goes in batches.

        :raise SheetFaultError: when it is no test and a cell cannot be read
        """
        reading = self.env.context.get(SHEET)
        if not reading:
            return super()._convert_import_data(fields, options)
        given, skip = {**options, "skip": 0}, options.get("skip") or 0
        rows, import_fields = super()._convert_import_data(fields, given)
        options.update({name: value for name, value in given.items() if name != "skip"})
        for index, field in enumerate(fields):
            heading = reading.header[index] if options.get("has_headers") else field
            if field:
                reading.shown[field] = str(heading).strip()
            if field in reading.headings:
                self._read_column(reading, field, rows, import_fields.index(field), options, skip)
        if reading.faults and not reading.is_test:
            raise SheetFaultError
        return rows[skip:], import_fields

    def _read_column(self, reading, field_name, rows, position, options, skip):
        """Write into ``rows`` what the cells of a column say, in Odoo's form, nothing where they cannot be
        read; note what is wrong with those that are still to come in.
        """
        column = SheetColumn(self.env[self.res_model], field_name, [row[position] for row in rows], options)
        for index, (row, (value, sentence)) in enumerate(zip(rows, column.get_cells(), strict=True)):
            if sentence and index >= skip:
                reading.faults.append((field_name, row[position], sentence, index - skip))
            row[position] = value

    def _parse_float_from_data(self, data, index, name, options):
        if self._is_read(name):
            return None
        return super()._parse_float_from_data(data, index, name, options)

    def _parse_date_from_data(self, data, index, name, field_type, options):
        if self._is_read(name):
            return None
        return super()._parse_date_from_data(data, index, name, field_type, options)

    def _is_read(self, name):
        reading = self.env.context.get(SHEET)
        return bool(reading) and name in reading.headings

    def _add_faults(self, result, options):
        """Put what is wrong with cells before what else keeps the sheet from coming in; what follows from
        such a cell being empty is left out.
        """
        faults = [
            *self.env.context[SHEET].faults,
            *(
                (message["field"], message["value"], message["message"], message["rows"]["from"])
                for message in result["messages"]
                if message.get("is_cell")
            ),
        ]
        if not faults:
            return self._number_messages(result, options)
        faulty = {index for *_fault, index in faults}
        others = [
            message
            for message in result["messages"]
            if not message.get("is_cell")
            and (message.get("field") or message.get("rows", {}).get("from") not in faulty)
        ]
        result = self._number_messages({**result, "ids": False, "messages": others}, options)
        return {**result, "messages": [*self._word_faults(faults, options), *result["messages"]]}

    def _number_messages(self, result, options):
        """Return what Odoo says of cells with the rows as the spreadsheet numbers them, those of one text
        together.
        """
        numbers, skip = options.get("sheet_rows"), options.get("skip") or 0
        if not numbers or not result["messages"]:
            return result
        headings = self.env.context[SHEET].shown
        together = defaultdict(list)
        for message in result["messages"]:
            is_cell = message.get("field") in headings and isinstance(message.get("record"), int)
            key = (
                (message["field"], str(message.get("value")), message["message"]) if is_cell else id(message)
            )
            together[key].append(message)
        numbered = []
        for key, its in together.items():
            message = its[0]
            if isinstance(key, tuple):
                rows = [numbers[skip + one["record"]] for one in its]
                sentence = self._word_fault(headings[key[0]], message["message"], rows)
                # the screen adds one, as if there were headings alone above the rows
                place = {"from": rows[0] - 1, "to": rows[-1] - 1}
                message = {**message, "message": sentence, "rows": place}
            numbered.append(message)
        # the names are those of other rows
        return {**result, "messages": numbered, "name": []}

    def _word_faults(self, faults, options):
        """Return Odoo's messages about cells, those of one kind in one, with the rows' numbers."""
        together = defaultdict(list)
        for field_name, cell, sentence, index in faults:
            together[field_name, show(cell), str(sentence)].append(index)
        skip, numbers = options.get("skip") or 0, options.get("sheet_rows")
        headings = self.env.context[SHEET].shown
        return [
            {
                "type": "error",
                "message": self._word_fault(
                    headings.get(field_name, field_name),
                    sentence,
                    [numbers[skip + index] if numbers else 2 + skip + index for index in indexes],
                ),
                "rows": {"from": indexes[0], "to": indexes[0]},
                "record": indexes[0],
                "field": field_name,
                "value": cell,
                "is_cell": True,
            }
            for (field_name, cell, sentence), indexes in together.items()
        ]

    @api.model
    def _word_fault(self, heading, sentence, rows):
        """Return what is wrong with the cells of some rows, as the person sees them in the spreadsheet."""
        said = {
            "rows": list_texts(self.env, rows[:MAX_ROWS]),
            "more": len(rows) - MAX_ROWS,
            "heading": heading,
            "sentence": sentence,
        }
        if len(rows) == 1:
            return self.env._("Row %(rows)s, “%(heading)s”: %(sentence)s", **said)
        if len(rows) <= MAX_ROWS:
            return self.env._("Rows %(rows)s, “%(heading)s”: %(sentence)s", **said)
        return self.env._("Rows %(rows)s and %(more)s more, “%(heading)s”: %(sentence)s", **said)
