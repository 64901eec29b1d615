import ast
from itertools import product

from odoo import api, models


class CrmPlaybookRule(models.AbstractModel):
    """Domains in a file of a playbook: as JSON, with the records that they name by external id and name, as
    ids mean something else in another database.
    """

    _inherit = "crm.playbook.rule"

    @api.model
    def _export_domain(self, text):
        """Return the domain in ``text`` as a list that JSON can hold.

        :raise ValueError: when it is no domain of plain values
        """
        self._parse_domain(text)
        return self._export_terms(ast.literal_eval((text or "[]").strip()), self.env["crm.lead"])

    @api.model
    def _export_terms(self, terms, model):
        return [
            term if isinstance(term, str) else self._convert_term(term, model, self._export_operand)
            for term in terms
        ]

    @api.model
    def _import_domain(self, terms):
        """Return the text of a domain from a file; what is no domain stays, and is refused when saved.

        :raise ValueError: with a sentence, when a record that it names is not there
        """
        return repr(self._import_terms(terms, self.env["crm.lead"])) if terms else "[]"

    @api.model
    def _import_terms(self, terms, model):
        return [
            tuple(self._convert_term(term, model, self._import_operand))
            if isinstance(term, list) and len(term) == 3
            else term
            for term in terms
        ]

    @api.model
    def _convert_term(self, term, model, convert):
        """Return ``[field, operator, value]`` with the value converted for the model it is about."""
        field_expr, operator, value = term
        comodel = self._get_named_model(model, field_expr) if isinstance(field_expr, str) else None
        return [field_expr, operator, convert(value, comodel, operator)]

    @api.model
    def _get_named_model(self, model, field_expr):
        """Return the model whose ids the values of a condition on ``field_expr`` are, or None."""
        for name in field_expr.split("."):
            if name == "id" or model is None:
                break
            field = model._fields.get(name)
            model = self.env[field.comodel_name] if field is not None and field.relational else None
        return model

    @api.model
    def _export_operand(self, value, model, operator):
        if isinstance(value, (list, tuple, set)):
            if model is not None and operator.endswith("any"):
                return self._export_terms(value, model)
            return [self._export_operand(one, model, operator) for one in value]
        is_id = model is not None and isinstance(value, int) and not isinstance(value, bool) and value > 0
        return self._export_record(model.browse(value)) if is_id else value

    @api.model
    def _export_record(self, record):
        """Return how a file names a record: ``{"name", "xmlid"}``, without an external id only the name."""
        xmlid = record.get_external_id().get(record.id)
        name = record.with_context(lang="en_US").display_name
        return {"name": name, **({"xmlid": xmlid} if xmlid and not xmlid.startswith("__") else {})}

    @api.model
    def _import_operand(self, value, model, operator):
        if isinstance(value, list):
            if model is not None and isinstance(operator, str) and operator.endswith("any"):
                return self._import_terms(value, model)
            return [self._import_operand(one, model, operator) for one in value]
        if isinstance(value, dict) and model is not None:
            return self._import_record(value, model).id
        return value

    @api.model
    def _import_record(self, named, model):
        """Return the record of ``model`` that a file names.

        :raise ValueError: with a sentence, when there is none, or several have that name
        """
        xmlid = str(named.get("xmlid") or "")
        found = self.env.ref(xmlid, raise_if_not_found=False) if xmlid.count(".") == 1 else None
        if found is not None and found._name == model._name:
            return found
        name = str(named.get("name") or "")
        for is_archived, lang in product((False, True), dict.fromkeys(["en_US", self.env.lang or "en_US"])):
            named_so = model.with_context(lang=lang, active_test=not is_archived)
            found = named_so.search([("display_name", "=", name)], limit=2)
            if found:
                break
        if len(found) != 1:
            values = {"model": model._description, "name": name}
            raise ValueError(
                self.env._("there are several records “%(name)s” (%(model)s).", **values)
                if found
                else self.env._("there is no record “%(name)s” (%(model)s).", **values)
            )
        return found
