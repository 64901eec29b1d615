from odoo import api, fields, models


class CrmPlaybookDocumented(models.AbstractModel):
    """A rule that a person meets by a click, and a document of another app by being there: a confirmed order,
    a paid invoice. Which kinds of documents there are is said by the modules that bring them.
    """

    _name = "crm.playbook.documented"
    _description = "Rule that a document can meet"

    met_by = fields.Selection(
        [],
        string="Also Met By",
        help="A document of the deal that shows it: then nobody has to click, and no approval is needed. It"
        " is unmet again when the document no longer holds, for example because an order was cancelled.",
    )
    has_kinds_of_documents = fields.Boolean(
        compute="_compute_has_kinds_of_documents", help="An app is installed whose documents can meet rules."
    )

    def _compute_has_kinds_of_documents(self):
        self.has_kinds_of_documents = bool(self.env["crm.lead"]._get_document_domains())

    def _get_document_kind(self):
        """Return the kind of document that meets this rule, a value of ``met_by``, or ``""``."""
        self.ensure_one()
        return self.met_by or ""

    def _get_document_domain(self):
        """Return the domain of the leads that have a document which meets this rule, or ``""``."""
        return self.env["crm.lead"]._get_document_domains().get(self._get_document_kind(), "")

    def _get_document_text(self):
        """Return which document meets this rule, as a sentence in the user's language, or ``""``."""
        kind = self._get_document_kind()
        labels = dict(self._fields["met_by"]._description_selection(self.env)) if kind else {}
        return self.env._("Also met by: %s.", labels[kind]) if kind in labels else ""


class CrmLead(models.Model):
    """What a deal's documents in other apps show. Modules that bring such documents extend these."""

    _inherit = "crm.lead"

    @api.model
    def _get_document_domains(self):
        """Return ``{value of met_by: domain, as text, of the leads that have such a document}``. The gate
        asks it of many leads at once, and keeps the texts in memory: they are the same for everybody.
        """
        return {}

    def _find_documents(self, kinds):
        """Return ``{value of met_by: [record, …]}``: the documents of this lead that meet rules of ``kinds``,
        whoever may read them.

        :param set kinds: values of ``met_by``; those of other modules are theirs
        """
        self.ensure_one()
        return {}
