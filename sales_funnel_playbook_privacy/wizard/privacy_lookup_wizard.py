from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize

# In the form in which Odoo's own lookup lists what it has found.
FOUND = """
    %(query)s UNION ALL SELECT %(model_id)s AS res_model_id, id AS res_id, TRUE AS is_active
    FROM %(table)s WHERE id = ANY(%(ids)s)
"""
NAMED_IN = ("crm.lead.progress", "crm.lead.risk")


class PrivacyLookupWizard(models.TransientModel):
    """Odoo looks for a person in fields that are people or addresses: it finds decision chains and captured
    contacts. What is said of a person in the text of notes and risks it cannot know of.
    """

    _inherit = "privacy.lookup.wizard"

    def _get_query(self):
        query = super()._get_query()
        for model, ids in self._find_named().items():
            query = SQL(
                FOUND,
                query=query,
                model_id=self.env["ir.model"]._get_id(model),
                table=SQL.identifier(self.env[model]._table),
                ids=ids,
            )
        return query

    def _find_named(self):
        """Return ``{model: ids}`` of the notes and risks in which the person is named."""
        name = self.name.strip().translate({ord(letter): f"\\{letter}" for letter in "\\%_"})
        known = Domain("email_normalized", "=", email_normalize(self.email)) | Domain("name", "=ilike", name)
        # sudo: as Odoo's own lookup, which is for administrators, of all companies
        people = self.env["res.partner"].sudo().with_context(active_test=False)
        people = people.search(known & Domain("is_company", "=", False))
        # few people have a name or an address
        facts = [person._find_personal_facts() for person in people]
        return {model: [*{id_ for found in facts for id_ in found[model].ids}] for model in NAMED_IN}
