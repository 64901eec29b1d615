from odoo import api, models

from ...arguments import MAX_ID

# What a deal is called after, where a sheet does not say how: the first that is known.
NAMED_AFTER = ("partner_name", "contact_name", "email_from", "phone")


class CrmLead(models.Model):
    """Which deal a row of a sheet is, and what the deal is called."""

    _inherit = "crm.lead"

    @api.model
    def load(self, fields, data):
        if ".id" not in fields:
            return super().load(*self._name_rows(fields, data, {}))
        cells = [str(row[fields.index(".id")] or "") for row in data]
        ids = [int(cell) for cell in cells if cell.isdecimal() and int(cell) <= MAX_ID]
        known = {str(lead.id): lead for lead in self.search([("id", "in", ids)])}
        if messages := self._get_unknown_ids(cells, known):
            return {"ids": False, "messages": messages, "nextrow": 0}
        data = self._keep_customers(fields, data, known)
        return super().load(*self._name_rows(fields, data, known))

    @api.model
    def _get_unknown_ids(self, cells, known):
        """Return the messages about cells that are the number of no deal that the person sees."""
        return [
            {
                "type": "error",
                "message": self.env._("“%s” is no ID of a deal.", cell),
                "rows": {"from": number, "to": number},
                "record": number,
                "field": ".id",
            }
            for number, cell in enumerate(cells)
            if cell and cell not in known
        ]

    @api.model
    def _keep_customers(self, fields, data, known):
        """Return the rows, with no company for deals that have none: the Funnel Sheet shows their person or
        name there, which does not become a company by coming in again.
        """
        if "partner_name" not in fields:
            return data
        number, company = fields.index(".id"), fields.index("partner_name")
        kept = []
        for row in data:
            lead = known.get(row[number])
            is_same = lead and not lead.partner_name and row[company] == lead.customer_label
            kept.append([*row[:company], "", *row[company + 1 :]] if is_same else row)
        return kept

    @api.model
    def _name_rows(self, fields, data, known):
        """Return ``(fields, data)`` with a name for each deal that is new, if the sheet has none.

        :param known: ``{ID: deal}`` of the rows that are there already
        """
        own = [fields.index(name) for name in NAMED_AFTER if name in fields]
        is_new = ".id" not in fields or any(not row[fields.index(".id")] for row in data)
        if not own or not is_new or not {"id", "name"}.isdisjoint(name.split("/")[0] for name in fields):
            return fields, data
        number = fields.index(".id") if known else None
        named = []
        for row in data:
            lead = known.get(row[number]) if known else None
            named.append([*row, lead.name if lead else next((row[one] for one in own if row[one]), "")])
        return [*fields, "name"], named
