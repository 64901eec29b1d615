from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import html2plaintext

from ..tools.case_text import expand, get_patterns
from .crm_playbook_case import TEXT_FIELDS


class CrmPlaybookCase(models.Model):
    """Finding cases by their words, in any language, by index."""

    _inherit = "crm.playbook.case"

    search_text = fields.Text(
        compute="_compute_search_text",
        store=True,
        prefetch=False,
        export_string_translation=False,
        help="The words of title and texts; Chinese as pairs of characters, see tools/case_text.py.",
    )
    content = fields.Char(
        string="Title or Text",
        compute="_compute_content",
        search="_search_content",
        help="Search title and text: all words have to be there, Chinese ones too.",
    )

    # without the extension every search still finds the same, only slower
    _search_text_idx = models.Index(
        lambda registry: registry.has_trigram and "USING gin (search_text gin_trgm_ops)"
    )

    @api.depends(*TEXT_FIELDS, "customer_name")
    def _compute_search_text(self):
        for case in self:
            texts = [html2plaintext(case[name] or "") for name in TEXT_FIELDS]
            case.search_text = expand(" \n".join([*texts, case.customer_name or ""]))

    def _compute_content(self):
        self.content = False

    def _search_content(self, operator, value):
        """Every word has to be in the text; part of a word will do, from three letters on."""
        if operator not in ("ilike", "like") or not isinstance(value, str):
            return NotImplemented
        return Domain.AND(Domain("search_text", "like", pattern) for pattern in get_patterns(value))
