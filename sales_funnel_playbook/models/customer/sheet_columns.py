"""A column of the customer sheet: what it tells of its cells as a whole, and what each of them says."""

from decimal import Decimal
from statistics import median

from odoo import fields
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ...tools.cell_amounts import is_plain, read_amount
from ...tools.cell_dates import find_order, read_time
from ...tools.cell_texts import CellError, fold, plain, show, tells_decimals
from ...tools.cells import is_above_one, read_percent, read_risk, read_size, read_yes_no

_lt = LazyTranslate(__name__, default_lang="en_US")

KINDS = {
    "expected_revenue_wan": "amount",
    "probability": "percent",
    "risk_level": "risk",
    "company_size": "size",
}
KINDS_OF_TYPES = {"monetary": "amount", "date": "time", "datetime": "time", "boolean": "yes_no"}
UNITS = {"expected_revenue_wan": 10_000}
PAST = ("stage_entered_at", "last_contact_at", "captured_at")  # what has happened, not what will
OUTLIER = 1000  # times the median: an amount in another unit
FEWEST = 3  # amounts with a median that tells something


class SheetColumn:
    """The cells of a column that a heading of the sheet has recognised.

    :param leads: an empty recordset, with the environment of the person who imports
    :param cells: of all rows of the file: texts, dates and times
    :param options: of Odoo's import
    """

    def __init__(self, leads, field_name, cells, options):
        self.leads, self.env = leads, leads.env
        self.field = leads._fields[field_name]
        self.unit = UNITS.get(field_name, 1)
        self.kind = KINDS.get(field_name) or KINDS_OF_TYPES.get(self.field.type)
        self.cells = cells
        self.decimal = self._find_decimal(options)

    def get_cells(self):
        """Return, for each cell, what Odoo's import reads of it, and the sentence that refuses it, if any."""
        if not self.kind:
            return [(cell, None) for cell in self.cells]
        read_cell = getattr(self, f"_get_{self.kind}_reader")()
        read = [self._read_cell(read_cell, cell) for cell in self.cells]
        return self._ask_about_outliers(read) if self.kind == "amount" else read

    def _read_cell(self, read_cell, cell):
        if isinstance(cell, str) and not fold(cell):
            return "", None
        try:
            return read_cell(cell), None
        except CellError as error:
            return "", error.args[0]

    def _find_decimal(self, options):
        """Return the sign of decimals: the one that was chosen, if it is not the usual one, else the point
        where a cell of the column tells, else None.
        """
        if options.get("float_decimal_separator") == ",":
            return ","
        return "." if any(isinstance(cell, str) and tells_decimals(cell) for cell in self.cells) else None

    def _get_amount_reader(self):
        currency = self.env.company.currency_id
        symbols = (currency.symbol, currency.name)
        return lambda cell: plain(read_amount(cell, self.unit, self.decimal, symbols) / self.unit)

    def _get_percent_reader(self):
        is_percent = any(is_above_one(cell) for cell in self.cells)
        return lambda cell: plain(read_percent(cell, self.decimal, is_percent))

    def _get_time_reader(self):
        today, order = fields.Date.context_today(self.leads), find_order(self.cells)
        is_past, write = self.field.name in PAST, type(self.field).to_string
        return lambda cell: write(read_time(cell, today, order, is_past))

    def _get_risk_reader(self):
        return read_risk

    def _get_size_reader(self):
        return read_size

    def _get_yes_no_reader(self):
        return lambda cell: "1" if read_yes_no(cell) else "0"

    def _ask_about_outliers(self, read):
        """Refuse plain numbers that are so much more than others that their unit must be another one; with
        its unit behind it, the same amount is taken.
        """
        amounts = [Decimal(value) * self.unit for value, _sentence in read if value]
        ordinary = [median(amounts)] if len(amounts) >= FEWEST else []
        ordinary = min((one for one in (*ordinary, self._get_median_of_open_deals()) if one), default=None)
        if not ordinary:
            return read
        return [
            ("", self._word_outlier(cell, Decimal(value)))
            if value and is_plain(cell) and Decimal(value) * self.unit >= OUTLIER * ordinary
            else (value, sentence)
            for cell, (value, sentence) in zip(self.cells, read, strict=True)
        ]

    def _get_median_of_open_deals(self):
        """Return the median of what the open deals are worth that the person sees, None where there are
        too few of them.
        """
        domain = Domain("expected_revenue", ">", 0) & Domain("won_status", "=", "pending")
        domain &= Domain("type", "=", "opportunity") & Domain(
            "company_id", "in", (False, self.env.company.id)
        )
        query = self.leads._search(domain)
        amount = self.leads._field_to_sql(query.table, "expected_revenue", query)
        middle = SQL("COUNT(*), PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY %s)", amount)
        [(count, found)] = self.env.execute_query(query.select(middle))
        return Decimal(str(found)) if count >= FEWEST else None

    def _word_outlier(self, cell, number):
        """Return the sentence that asks in which unit an amount is."""
        given = {"cell": show(cell), "tens": plain(number * self.unit / 10_000)}
        if self.unit == 1:
            return _lt(
                "“%(cell)s” is more than 1,000 times what deals are usually worth. Write %(tens)s万 if it"
                " is so much.",
                **given,
            )
        return _lt(
            "“%(cell)s” is more than 1,000 times what deals are usually worth. Write %(less)s if it is not in"
            " ten thousands, or %(tens)s万 if it is so much.",
            less=plain(number / self.unit),
            **given,
        )
