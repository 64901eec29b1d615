"""Which deal each row of a sheet is."""

from collections import defaultdict

from ...arguments import MAX_ID
from ...tools.cell_texts import fold
from ...wording import list_texts

NARROWING = ("product_line_id", "team_id")  # what a row may say of its deal besides the customer


class RowDeals:
    """The deals that the rows of a sheet are: by their ID, else the one open deal of the customer that the
    person may see, in the company in which the person works.

    :param leads: an empty recordset, with the environment of the person
    :param sheet: an :class:`UpdateSheet`
    """

    def __init__(self, leads, sheet):
        self.leads, self.env, self.sheet = leads, leads.env, sheet
        self.ids = [fold(str(cell)) for cell in sheet.get_cells(".id")]
        self.customers = [fold(str(cell)) for cell in sheet.get_cells("partner_name")]
        self.users = [fold(str(cell)) for cell in sheet.get_cells("user_id")]
        self.by_id = self._find_by_id()
        self.by_customer = self.leads._get_open_deals_by_customer(
            {name for name, cell in zip(self.customers, self.ids, strict=True) if name and not cell}
        )
        self.named = {name: self._find_named(name) for name in NARROWING}

    def find(self):
        """Return, for each row, ``(deal, kind, sentence)``: ``missing`` or ``refused`` with the sentence
        why, else None; no deal where the row is a new one.
        """
        found = [self._find_row(index) for index in range(len(self.sheet.rows))]
        rows = defaultdict(list)
        for (lead, _kind, _sentence), number in zip(found, self.sheet.numbers, strict=True):
            if lead:
                rows[lead].append(number)
        return [
            (lead, kind, sentence)
            if len(rows.get(lead, ())) < 2
            else (
                self.leads,
                "refused",
                self.env._(
                    "Rows %(rows)s are the same deal, “%(deal)s”: keep one of them, or give each the ID of"
                    " its own.",
                    rows=list_texts(self.env, rows[lead]),
                    deal=lead.name,
                ),
            )
            for lead, kind, sentence in found
        ]

    def _find_by_id(self):
        ids = [int(cell) for cell in self.ids if cell.isascii() and cell.isdecimal() and int(cell) <= MAX_ID]
        deals = self.leads.with_context(active_test=False).search([("id", "in", ids)])
        return {str(lead.id): lead.with_env(self.env) for lead in deals}

    def _find_named(self, name):
        """Return ``{cell: records}`` of the names in a column by which deals are told apart."""
        model = self.env[self.leads._fields[name].comodel_name]
        cells = {cell for cell in self.sheet.get_cells(name) if isinstance(cell, str) and cell}
        found = {cell: model.name_search(cell, operator="=", limit=None) for cell in sorted(cells)}
        return {cell: model.browse(id_ for id_, _name in names) for cell, names in found.items()}

    def _find_row(self, index):
        cell, customer = self.ids[index], self.customers[index]
        if cell:
            return self._check_deal(cell, customer)
        if not customer:
            sentence = self.env._("The row names no customer. Write the name, or the ID of the deal.")
            return self.leads, "refused", sentence
        leads = self._narrow(self.by_customer.get(customer, self.leads), index)
        if len(leads) < 2:
            return leads, None, None
        sentence = self.env._(
            "“%(customer)s” has more than one open deal. Write the ID of the one: %(deals)s.",
            customer=customer,
            deals=list_texts(self.env, (f"{lead.id} ({lead.name})" for lead in leads)),
        )
        return self.leads, "refused", sentence

    def _check_deal(self, cell, customer):
        """Return the deal of an ID: no sheet updates what is closed, and where somebody has sorted one column
        alone, IDs stand beside other customers.
        """
        lead = self.by_id.get(cell)
        if not lead:
            return self.leads, "missing", self.env._("“%s” is the ID of no deal that you see.", cell)
        if lead.won_status != "pending" or not lead.active:
            sentence = self.env._("“%s” is closed. Reopen it, or take the row out.", lead.name)
            return self.leads, "refused", sentence
        called = (
            *(lead.partner_name, lead.partner_id.name, lead.partner_id.commercial_partner_id.name),
            *(lead.contact_name, lead.name),
        )
        if customer and customer.casefold() not in [fold(name or "").casefold() for name in called]:
            sentence = self.env._(
                "The deal with the ID %(id)s is of “%(customer)s”, the row of “%(cell)s”. Correct the ID, or"
                " write the customer as in Odoo.",
                id=cell,
                customer=lead.customer_label,
                cell=customer,
            )
            return self.leads, "refused", sentence
        return lead, None, None

    def _narrow(self, leads, index):
        """Return which of the open deals of a customer a row can be: those of its product line and team; the
        salesperson tells only where there are several.
        """
        for name in NARROWING:
            cell = self.sheet.get_cells(name)[index] if name in self.sheet.names else ""
            if cell:
                records = self.named[name].get(cell)
                leads = leads.filtered(lambda lead, n=name, r=records: r and lead[n] in r) or leads.filtered(
                    lambda lead, n=name: not lead[n]
                )
        if len(leads) > 1 and self.users[index]:
            person = self.users[index].casefold()
            own = leads.filtered(
                lambda lead: person in ((lead.user_id.name or "").casefold(), lead.user_id.login)
            )
            leads = own or leads
        return leads
