import ast
from collections.abc import Set

import psycopg2

from odoo import SUPERUSER_ID, api, fields, models, tools
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, split_every

MAX_DOMAIN_LENGTH = 20_000
MAX_COLUMNS = 1_000  # that one query returns; PostgreSQL refuses more than 1,664
# What Odoo takes for several values; a domain that it has worked on has its own kind of set.
COLLECTION_TYPES = (list, tuple, Set)


class CrmPlaybookRule(models.AbstractModel):
    """A named domain on ``crm.lead``: what an administrator writes, and what a person reads when it
    does not hold. Everything that looks at a lead inherits from it; there is one evaluator.
    """

    _name = "crm.playbook.rule"
    _description = "Playbook rule"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    guidance = fields.Text(translate=True, help="How to meet it, as the salesperson reads it.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    domain = fields.Char(
        default="[]", help="Which deals meet this rule. Chosen in the editor, never run as Python."
    )
    broken_reason = fields.Char(
        compute="_compute_broken_reason",
        help="Why the domain cannot be evaluated any more, for example because a field was removed.",
    )

    @api.depends("domain")
    def _compute_broken_reason(self):
        for rule in self:
            reasons = [self._get_broken_reason(text) for text in rule._get_domains()]
            rule.broken_reason = next(filter(None, reasons), False)

    def _get_domains(self):
        """Return the texts of this rule's domains."""
        return [self.domain]

    @api.model
    def _get_broken_reason(self, text):
        """Return why the domain in ``text`` cannot be evaluated, or False."""
        try:
            # sudo: whether it can be evaluated, not what is found
            self._compile_domain(text, self.env["crm.lead"].sudo())
        except ValueError as error:
            return str(error)
        return False

    @api.constrains("domain")
    def _check_domain(self):
        """Refuse a domain that cannot be evaluated, or that names what its author may not read:
        rules are evaluated for everybody, so they must not tell more than their author knows.
        """
        for rule in self:
            self._check_domain_text(rule.name, rule.domain)

    @api.model
    def _check_domain_text(self, name, text):
        """Raise a ValidationError about the rule ``name`` unless its domain ``text`` can be evaluated."""
        try:
            # a savepoint, because only PostgreSQL itself knows whether it can run it
            with self.env.cr.savepoint(flush=False):
                query = self._compile_domain(text, self.env["crm.lead"])
                self.env.execute_query(SQL("EXPLAIN %s", query.select()))
        except (ValueError, AccessError, psycopg2.Error) as error:
            raise ValidationError(
                self.env._(
                    "The rule “%(rule)s” cannot be saved: %(reason)s",
                    rule=name,
                    reason=(str(error) or repr(error)).splitlines()[0],
                )
            ) from error

    @api.model
    @tools.ormcache("text", "self.env.lang")
    def _parse_domain(self, text):
        """Return the :class:`Domain` written in ``text``, read as a literal and never run; kept in memory.

        :raise ValueError: with a sentence that names what is wrong
        """
        if len(text or "") > MAX_DOMAIN_LENGTH:
            raise ValueError(self.env._("the domain is longer than %s characters.", MAX_DOMAIN_LENGTH))
        try:
            literal = ast.literal_eval((text or "[]").strip())
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError) as error:
            raise ValueError(
                self.env._("“%s” is not a domain of plain values.", " ".join((text or "")[:80].split()))
            ) from error
        return self._make_domain(literal)

    @api.model
    def _make_domain(self, literal):
        """Return the :class:`Domain` of a literal.

        :raise ValueError: when it is none
        """
        try:
            return Domain(literal)
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError(str(error)) from error

    @api.model
    def _compile_domain(self, text, leads):
        """Return the :class:`Query` of ``leads``' model for the domain in ``text``, with the rights
        of ``leads``' environment and archived leads included.

        :raise ValueError: with a sentence that names the field or operator at fault
        """
        domain = self._parse_domain(text)
        self._check_names(domain, leads)
        return self._search_leads(domain, leads)

    @api.model
    def _search_leads(self, domain, leads):
        """Return the :class:`Query` of a domain; see :meth:`_compile_domain`."""
        try:
            # no records: some fields' search methods would look at them, as of a currency, and may fail
            # archived deals count; of what belongs to a deal only what a list's own filter finds
            leads = leads.browse().with_context(active_test=True)
            return leads._search(domain, active_test=False)
        except AccessError:
            raise
        except Exception as error:  # any field's own search method may fail in its own way
            raise ValueError(str(error)) from error

    @api.model
    def _check_names(self, domain, model):
        """Raise a ValueError that names the first unknown field of ``domain`` on ``model``, or an AccessError
        for a model behind it that the user may not read.
        """
        for condition in domain.iter_conditions():
            self._check_pattern(condition)
            current = model
            for name in condition.field_expr.split("."):
                field = current._fields.get(name) if current is not None else None
                if field is None:
                    raise ValueError(
                        self.env._(
                            "the field “%(field)s” of “%(path)s” does not exist.",
                            field=name,
                            path=condition.field_expr,
                        )
                    )
                if field.type == "binary":
                    self._check_file(condition)
                if field.type in ("properties", "date", "datetime"):
                    current = None
                    break  # what follows the dot is a property or a part of the date
                current = model.env[field.comodel_name] if field.relational else None
                if current is not None:
                    current.check_access("read")
            if condition.operator in ("any", "not any") and current is not None:
                self._check_names(self._make_domain(condition.value), current)

    @api.model
    def _check_file(self, condition):
        """Raise a ValueError for a condition on a file that Odoo would leave out of the domain."""
        values = condition.value if isinstance(condition.value, COLLECTION_TYPES) else [condition.value]
        is_plain = condition.operator in ("=", "!=", "in", "not in") and values and not any(values)
        if not is_plain:
            raise ValueError(
                self.env._("file “%s” can only be tested for “set” or “not set”.", condition.field_expr)
            )

    @api.model
    def _check_pattern(self, condition):
        """Raise a ValueError for a pattern that only PostgreSQL would refuse, in the middle of a move."""
        value = condition.value
        is_pattern = condition.operator.endswith(("=like", "=ilike")) and isinstance(value, str)
        if is_pattern and (len(value) - len(value.rstrip("\\"))) % 2:
            raise ValueError(self.env._("the pattern “%s” ends in a single backslash.", value))

    @api.model
    def _match(self, domains, leads):
        """Tell which of ``leads`` each domain holds for, in one scan however many there are.

        The facts decide, not who asks: record rules do not apply, archived leads count, what is archived of
        what they have does not (a done activity is no overdue one), and names compare in the language they
        were first written in. A day begins where the deal is worked.

        :param dict domains: ``{key: domain as text}``
        :return: ``{key: set of lead ids}``; a domain that cannot be evaluated has no entry
        """
        return self._evaluate(self._get_tests(domains, leads), leads)

    @api.model
    def _evaluate(self, tests, leads, hold=None):
        """Tell which of ``leads`` each test holds for, in one scan; of more tests than a query can return,
        in one for each thousand.

        :param dict tests: ``{key: condition on a row of crm_lead}``
        :param SQL hold: a query of one number that locks what the tests rely on
        :return: ``{key: set of lead ids}``
        """
        if not tests or not leads:
            return {key: set() for key in tests}
        if len(tests) > MAX_COLUMNS:
            parts = [dict(part) for part in split_every(MAX_COLUMNS, tests.items())]
            return {key: ids for part in parts for key, ids in self._evaluate(part, leads, hold).items()}
        columns = SQL(", ").join([SQL.identifier(leads._table, "id"), *tests.values()])
        query = SQL("SELECT %s FROM crm_lead WHERE %s = ANY(%s)", columns, SQL.identifier("id"), leads.ids)
        if hold:
            query = SQL("WITH held AS (%s) %s AND (SELECT count FROM held) IS NOT NULL", hold, query)
        rows = self.env.execute_query(query)
        return {key: {row[0] for row in rows if row[column]} for column, key in enumerate(tests, start=1)}

    @api.model
    def _get_tests(self, domains, leads):
        """Return ``{key: condition on a row of crm_lead}``; see :meth:`_match`."""
        zones = leads._group_by_zone() or {"UTC": leads}
        tests, *others = (self._get_zone_tests(domains, its, zone) for zone, its in zones.items())
        for key in tests if others else ():
            parts = [tests[key], *(other[key] for other in others)]
            if any(part != tests[key] for part in parts):
                ids = [its.ids for its in zones.values()]
                tests[key] = SQL("(%s)", SQL(" OR ").join(map(self._restrict_test, parts, ids)))
        return tests

    @api.model
    def _restrict_test(self, test, lead_ids):
        """Return ``test`` for some leads only."""
        return SQL("(crm_lead.id = ANY(%s) AND %s)", lead_ids, test)

    @api.model
    def _get_zone_tests(self, domains, leads, zone):
        """Return what :meth:`_get_tests` does for leads that are worked in one time zone."""
        leads = leads.with_user(SUPERUSER_ID).with_context(lang="en_US", tz=zone)
        tests = {}
        for key, text in domains.items():
            try:
                tests[key] = self._prepare_test(
                    self._search_leads(self._parse_domain(text), leads), leads.ids
                )
            except ValueError:
                continue
        return tests

    @api.model
    def _prepare_test(self, query, lead_ids):
        """Return the condition of ``query`` as an expression on a row of ``crm_lead``, which is one of
        ``lead_ids``.
        """
        if query.is_empty():
            return SQL("FALSE")
        if query.from_clause.code != SQL.identifier(query.table).code or not query.where_clause.code:
            lead_id = SQL.identifier(query.table, "id")
            # or PostgreSQL would join all leads to find out about these
            query.add_where(SQL("%s = ANY(%s)", lead_id, lead_ids))
            return SQL("%s IN %s", lead_id, query.subselect())
        return SQL("(%s)", query.where_clause)

    def _get_named_fields(self):
        """Return the names of the lead's fields that the domains of these rules look at."""
        return set().union(*(self._get_domain_fields(rule.domain) for rule in self))

    @api.model
    def _get_domain_fields(self, text):
        """Return the names of the lead's fields that the domain in ``text`` looks at."""
        try:
            conditions = self._parse_domain(text).iter_conditions()
        except ValueError:
            return set()
        return {condition.field_expr.split(".")[0] for condition in conditions}
