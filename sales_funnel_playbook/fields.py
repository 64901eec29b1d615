from odoo import fields
from odoo.tools import SQL


class OptionalFloat(fields.Float):
    """A number that there may be none of: a rate without anything to divide by is empty, not 0."""

    falsy_value = None

    def convert_to_column(self, value, record, values=None, validate=True):
        if value is None or value is False:
            return None
        return super().convert_to_column(value, record, values, validate)

    def convert_to_cache(self, value, record, validate=True):
        if value is None or value is False:
            return None
        return super().convert_to_cache(value, record, validate)

    def convert_to_record(self, value, record):
        return False if value is None else value


class BigInteger(fields.Integer):
    """A whole number beyond 2,147,483,647 too, such as the seconds of a moment after 2038."""

    _column_type = ("int8", "int8")


class LooseMany2one(fields.Many2one):
    """A record as it was referred to at a moment: no foreign key, which would cost a look at each of 100,000
    rows that are written at once.
    """

    def update_db_foreign_key(self, model, column):
        """Add none."""


class LapsingMany2one(LooseMany2one):
    """One whose id stays when the record goes, and is read as empty then."""

    def to_sql(self, model, alias):
        column = super().to_sql(model, alias)
        table = SQL.identifier(model.env[self.comodel_name]._table)
        return SQL("CASE WHEN EXISTS (SELECT 1 FROM %s WHERE id = %s) THEN %s END", table, column, column)
