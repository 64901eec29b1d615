from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ...tools.cell_texts import fold
from .namesakes import INDUSTRIES


class CrmLead(models.Model):
    """The industries that a sheet names: found in any language, and made for the rows that come in."""

    _inherit = "crm.lead"

    @api.model
    def load(self, fields, data):
        """Find and make the industries before the rows: each row that fails would take back what the rows
        before it made. Of a failed import, and of rows that are left out, nothing stays.
        """
        if "industry_id" not in fields:
            return super().load(fields, data)
        column = fields.index("industry_id")
        savepoint = self.env.cr.savepoint()
        try:
            texts = [row[column] for row in data[: self.env.context.get("_import_limit")]]
            found, made = self._get_industries(
                {text for text in texts if isinstance(text, str) and fold(text)}
            )
            result = super(CrmLead, self.with_context(**{INDUSTRIES: found})).load(fields, data)
            if result["ids"] and made:
                # sudo: they were made here, by who may make them; deals that were given away use them too
                used = self.sudo().browse(result["ids"]).industry_id
                (made.sudo() - used).unlink()
            savepoint.close(rollback=not result["ids"])
        finally:
            if not savepoint.closed:
                savepoint.close(rollback=True)
        return result

    @api.model
    def _get_industries(self, names):
        """Return ``({name: industries}, the new ones)``: whatever the language, spaces, width and capitals;
        those that are missing are made, if the user may.
        """
        industries = self.env["res.partner.industry"]
        known = defaultdict(set)
        industries.flush_model(["name"])
        for id_, name in self.env.execute_query(
            SQL(
                "SELECT id, said.value FROM res_partner_industry, jsonb_each_text(name) said"
                " WHERE id = ANY(%s)",
                industries.search([("active", "=", True)]).ids,
            )
        ):
            known[self._simplify_industry(name)].add(id_)
        missing = {self._simplify_industry(name): fold(name) for name in sorted(names, reverse=True)}
        missing = {key: name for key, name in missing.items() if key not in known}
        may_create = industries.has_access("create")
        made = industries.create([{"name": name} for name in missing.values()] if may_create else [])
        for key, industry in zip(missing, made, strict=False):
            known[key].add(industry.id)
        found = {
            name: industries.browse(sorted(known.get(self._simplify_industry(name), ()))) for name in names
        }
        return {name: one for name, one in found.items() if one}, made

    @api.model
    def _simplify_industry(self, name):
        return "".join(fold(name).casefold().split())
