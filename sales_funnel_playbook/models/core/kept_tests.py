import re

from odoo import SUPERUSER_ID, api, models
from odoo.tools import SQL, date_utils, is_list_of

from .crm_playbook_rule import COLLECTION_TYPES
from .memory import remembered

# A day that is told from today: it is the same from one midnight to the next.
FROM_TODAY = re.compile(r"today(\s+[+-]\d+[dwmy])*")
DATES = ("date", "datetime")
# What an expression of the column alone answers, whoever asks and whenever.
PLAIN_TYPES = ("boolean", "char", "text", "html", "integer", "float", "monetary", "selection", *DATES)


class CrmPlaybookRule(models.AbstractModel):
    """Most domains come to the same SQL as long as no rule is changed, or as long as it is today. A save asks
    that of a dozen of them, and takes longer to translate them than PostgreSQL to answer.
    """

    _inherit = "crm.playbook.rule"

    @api.model
    def _get_zone_tests(self, domains, leads, zone):
        kept, other = {}, {}
        for key, text in domains.items():
            lasting = self._get_lasting(text)
            if lasting:
                day = self._get_day_in(zone) if lasting == "day" else False
                kept[key] = self._get_kept_test(text, zone if day else False, day)
            else:
                other[key] = text
        return {**kept, **(super()._get_zone_tests(other, leads, zone) if other else {})}

    @api.model
    def _get_day_in(self, zone):
        """Return which day it is in a time zone, as domains understand "today"."""
        return str(date_utils.parse_date("today", self.with_context(tz=zone).env))

    @api.model
    @remembered("text", "zone", "day")
    def _get_kept_test(self, text, zone, day):
        """Return the condition of a domain that lasts; see :meth:`_get_zone_tests`."""
        leads = self.env["crm.lead"].with_user(SUPERUSER_ID).with_context(lang="en_US", tz=zone or "UTC")
        return self._prepare_test(self._search_leads(self._parse_domain(text), leads), ())

    @api.model
    @remembered("text")
    def _get_lasting(self, text):
        """Return how long a domain comes to the same SQL: ``"always"``, which is until a rule changes;
        ``"day"``; or False: it is not known.
        """
        leads = self.env["crm.lead"].with_user(SUPERUSER_ID)
        try:
            spans = {
                self._get_condition_span(one, leads) for one in self._parse_domain(text).iter_conditions()
            }
            if False in spans or not self._is_of_row(text):
                return False
        except ValueError:
            return False
        return "day" if "day" in spans else "always"

    @api.model
    def _is_of_row(self, text):
        """Tell whether a domain comes to a condition on the row of a lead, without other tables joined to it
        and without a look at which leads are asked about.
        """
        leads = self.env["crm.lead"].with_user(SUPERUSER_ID).with_context(lang="en_US", tz="UTC")
        query = self._search_leads(self._parse_domain(text), leads)
        is_alone = query.from_clause.code == SQL.identifier(query.table).code
        return is_alone and not query.is_empty() and bool(query.where_clause.code)

    @api.model
    def _get_condition_span(self, condition, model):
        """Return how long a condition on ``model`` comes to the same SQL; see :meth:`_get_lasting`."""
        field = model._fields.get(condition.field_expr)
        if field is None or field.company_dependent or field.translate:
            return False
        if not field.store:
            return "always" if field.name in self._get_ruled_names(model) else False
        if field.type == "one2many" and issubclass(self.pool[field.comodel_name], self.pool["crm.lead.fact"]):
            return self._get_fact_span(condition, model.env[field.comodel_name])
        if field.type == "many2one":
            is_by_id = condition.operator in ("=", "!=", "in", "not in") and _is_of_ids(condition.value)
            return "always" if is_by_id else False
        if field.type not in PLAIN_TYPES:
            return False
        return self._get_value_span(condition.value) if field.type in DATES else "always"

    @api.model
    def _get_fact_span(self, condition, facts):
        """Return the same of a condition on the facts of a deal."""
        if condition.operator not in ("any", "not any"):
            return "always" if not condition.value else False
        conditions = self._make_domain(condition.value).iter_conditions()
        spans = {self._get_condition_span(one, facts) for one in conditions}
        return False if False in spans else "day" if "day" in spans else "always"

    @api.model
    def _get_ruled_names(self, model):
        """Return the names of the fields of ``model`` that are not stored, and are searched for by what rules
        say and by columns of the same row, whatever the day.
        """
        return {"playbook_id"} if model._name == "crm.lead" else set()

    @api.model
    def _get_value_span(self, value):
        """Return how long a day or moment stays the same."""
        if not value or (isinstance(value, COLLECTION_TYPES) and not any(value)):
            return "always"
        return "day" if isinstance(value, str) and FROM_TODAY.fullmatch(value) else False


def _is_of_ids(value):
    """Tell whether a value is an id, several, or none: names are looked up."""
    values = list(value) if isinstance(value, COLLECTION_TYPES) else [value]
    return is_list_of(values, int) or not any(values)
