import copy
from collections import defaultdict
from typing import NamedTuple

from odoo import api, models
from odoo.addons.base_import.models.base_import import ImportValidationError
from odoo.exceptions import UserError

from ...tools.sheet_rows import plain
from .cells import SHEET, SheetReading
from .reading import IDS
from .writing import UPDATE

# As the web client sends them with a file before anybody has chosen anything.
OPTIONS = {
    **dict.fromkeys(("encoding", "separator", "date_format", "datetime_format", "sheet"), ""),
    **{"quoting": '"', "float_thousand_separator": ",", "float_decimal_separator": "."},
    **{"has_headers": True, "keep_matches": False, "sheets": [], "skip": 0, "advanced": False},
}


class UpdateSheet(NamedTuple):
    """What a file says of deals.

    ``names`` are the fields of the columns, ``rows`` their cells as Odoo's import takes them, ``numbers``
    those of the rows in the file, ``headings`` what the file calls each field, ``faults`` the sentences about
    cells that cannot be read, for each index of a row, ``notes`` what is said of the file as a whole, and
    ``created`` the fields for whose names records are made.
    """

    names: list
    rows: list
    numbers: list
    headings: dict
    faults: dict
    notes: list
    created: dict

    def get_cells(self, name):
        """Return the cells of a column, empty ones where the file has none of it."""
        if name not in self.names:
            return [""] * len(self.rows)
        column = self.names.index(name)
        return [row[column] for row in self.rows]

    def word(self, env, name, sentence):
        """Return a sentence about a cell of a row, with its heading."""
        return word_cell(env, self.headings[name], sentence) if name in self.headings else sentence


def word_cell(env, heading, sentence):
    """Return a sentence about a cell under a heading."""
    return env._("“%(heading)s”: %(sentence)s", heading=heading, sentence=sentence)


class BaseImportImport(models.TransientModel):
    _inherit = "base_import.import"

    def _read_update(self):
        """Return the :class:`UpdateSheet` that this file is.

        :raise UserError: when it is no sheet, or its cells cannot be told for certain
        """
        options = copy.deepcopy(OPTIONS)
        preview = self.with_context(**{UPDATE: True}).parse_preview(options)
        if preview.get("error"):
            raise UserError(preview["error"])
        options.update({key: value for key, value in preview["options"].items() if key in OPTIONS})
        headings = [heading.strip() for heading in preview["headers"]]
        fields = self._choose_columns(headings, preview.get("matches") or {})
        reading = SheetReading(self._get_sheet_headings(fields, headings), True)
        importer = self.with_context(**{SHEET: reading})
        try:
            rows, names = importer._convert_import_data(fields, options)
            rows = importer._parse_import_data(rows, names, options)
        except ImportValidationError as error:
            raise UserError(str(error)) from error
        self._check_sheet(names, options)
        names, rows = importer.with_context(import_options=options)._handle_multi_mapping(names, rows)
        faults = defaultdict(list)
        of = {field: heading for field, heading in zip(fields, headings, strict=True) if field}
        for name, _cell, sentence, index in reading.faults:
            faults[index].append(word_cell(self.env, of.get(name, name), sentence))
        notes = [*preview.get("playbook_notes", ()), *self._get_column_notes(headings, fields)]
        created = options.get("name_create_enabled_fields", {})
        return UpdateSheet(names, rows, options["sheet_rows"], of, faults, notes, created)

    @api.model
    def _choose_columns(self, headings, matches):
        """Return the field each column tells of the deals: those of the deal itself, each once."""
        leads, fields = self.env["crm.lead"], []
        for index, heading in enumerate(headings):
            path = matches.get(index) or []
            name = ".id" if plain(heading) in IDS else "/".join(path)
            field = leads._fields.get(path[0]) if path else None
            is_own = name == ".id" or (field and field.type not in ("one2many", "many2many", "binary"))
            is_own = is_own and (len(path) < 2 or path[1:] == [".id"])
            fields.append(name if is_own and name not in ("id", *fields) else False)
        return fields

    def _check_sheet(self, names, options):
        """Refuse a file of which no row can be a deal."""
        if "sheet_rows" not in options or not {".id", "partner_name"}.intersection(names):
            raise UserError(
                self.env._(
                    "No column with the ID of the deals, or with the names of the customers, was found in"
                    " this file. Download the Funnel Sheet to see the headings."
                )
            )

    @api.model
    def _get_column_notes(self, headings, fields):
        left = [heading for heading, field in zip(headings, fields, strict=True) if heading and not field]
        return [self.env._("Columns left out: %s", " · ".join(left))] if left else []
