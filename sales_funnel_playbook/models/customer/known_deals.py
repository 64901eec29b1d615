from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain

from ...tools.cell_texts import fold
from ...wording import list_clauses, list_texts
from .cells import SHEET, SheetReading
from .writing import UPDATE

CUSTOMERS = ("partner_name", "partner_id")
IDS = ("id", ".id")
NAMED = 10  # customers that a sentence names


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.model
    def _get_open_deals_by_customer(self, names, domain=None):
        """Return ``{customer: open deals}`` of the customers that sheets call by one of ``names``.

        :param domain: which deals, if not the opportunities of the company in which the user works
        """
        if domain is None:
            domain = Domain("type", "=", "opportunity")
            domain &= Domain("company_id", "in", (False, self.env.company.id))
        named = Domain("partner_name", "in", names) | Domain(
            "partner_id.commercial_partner_id.name", "in", names
        )
        found = defaultdict(self.browse)
        for lead in self.search(named & domain & Domain("won_status", "=", "pending")) if names else ():
            company = lead.partner_id.commercial_partner_id.name
            found[lead.partner_name if lead.partner_name in names else company] += lead
        return found


class BaseImportImport(models.TransientModel):
    """Beside the preview, before anything is made: which customers of new rows have open deals already."""

    _inherit = "base_import.import"

    def parse_preview(self, options, count=10):
        if self.res_model != "crm.lead" or self.env.context.get(UPDATE):
            return super().parse_preview(options, count=count)
        reading = SheetReading({}, True)
        importer = self.with_context(**{SHEET: reading})
        result = super(BaseImportImport, importer).parse_preview(options, count=count)
        names = self._get_new_customers(reading.rows, result.get("matches") or {}, options)
        if note := self._get_known_deals_note(names):
            result["playbook_notes"] = [*result.get("playbook_notes", ()), note]
        return result

    def _get_new_customers(self, rows, matches, options):
        """Return the names of the customers of rows that name no deal, each once."""
        columns = [index for index, path in matches.items() if len(path) == 1 and path[0] in CUSTOMERS]
        ids = [index for index, path in matches.items() if len(path) == 1 and path[0] in IDS]
        new = (
            row[index]
            for row in rows[1 if options.get("has_headers") else 0 :]
            if not any(row[one] for one in ids)
            for index in columns
        )
        return [*dict.fromkeys(fold(name) for name in new if isinstance(name, str) and fold(name))]

    def _get_known_deals_note(self, names):
        """Return the sentence that names the customers with open deals, and where these are; else None."""
        deals = self.env["crm.lead"]._get_open_deals_by_customer(names, Domain.TRUE)
        known = {
            customer: [deal.stage_id.name or deal.name for deal in its] for customer, its in deals.items()
        }
        if not known:
            return None
        shown = [
            self.env._("%(customer)s (%(stages)s)", customer=name, stages=list_texts(self.env, known[name]))
            for name in names
            if name in known
        ]
        more = [self.env._("… and %s more", len(shown) - NAMED)] if len(shown) > NAMED else []
        return self.env._(
            "These customers have open deals already: %s. A row without the ID of its deal makes a new one.",
            list_clauses(self.env, [*shown[:NAMED], *more]),
        )
