from odoo import api, fields, models
from odoo.fields import Domain

from .mixins import is_kept


class CrmLeadFact(models.AbstractModel):
    """A fact recorded about a lead. It is visible exactly when its lead is, and may be changed only
    by who may change the lead, whatever record rules the lead has.
    """

    _name = "crm.lead.fact"
    _description = "Fact about a deal"
    # millions of rows: whether they need be asked for their leads at all is found out before
    _is_history = False

    lead_id = fields.Many2one("crm.lead", string="Deal", required=True, index=True, ondelete="cascade")

    @api.model
    def _has_field_access(self, field, operation):
        """What follows from a fact nobody writes: over no channel, and by no default in a context."""
        is_free = operation == "read" or self.env.su or not (is_kept(field) and field.compute)
        return is_free and super()._has_field_access(field, operation)

    def write(self, vals):
        """A fact can only be given to a lead that the user may change too."""
        result = super().write(vals)
        if "lead_id" in vals:
            self.check_access("write")
        return result

    def _check_access(self, operation):
        result = super()._check_access(operation)
        allowed = self - result[0] if result else self
        if not any(allowed._ids):
            return result
        operation = "read" if operation == "read" else "write"
        # sudo: only to know which lead it is; the right on that is asked as the user
        leads = allowed.sudo().lead_id.sudo(False)
        visible = leads._filtered_access(operation)
        if leads == visible:
            return result
        hidden = allowed.sudo().filtered(lambda fact: fact.lead_id.id not in visible._ids)
        make_error = (leads - visible)._check_access(operation)[1]
        return (result[0] if result else self.browse()) | hidden.sudo(False), make_error

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        if not self.env.su and not bypass_access and not (self._is_history and self._sees_all_leads()):
            leads = self.env["crm.lead"].with_context(active_test=False)._search([])
            domain = Domain(domain) & Domain("lead_id", "in", leads)
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    @api.model
    def _sees_all_leads(self):
        """Tell whether no record rule keeps any lead from the user: there is none but Odoo's own of
        companies, and the user works in all of them. One query, where that is to be asked.
        """
        leads = self.env["crm.lead"].with_context(active_test=False)
        restricted = leads._search([]).where_clause
        if not restricted:
            return True
        companies = self.env.companies.ids
        # sudo: only to know what Odoo's own rule comes to
        by_company = leads.sudo()._search([("company_id", "in", [*companies, False])]).where_clause
        # sudo: how many companies there are, of which the user may not see all
        every = self.env["res.company"].sudo().with_context(active_test=False)
        return restricted == by_company and every.search_count([]) == len(companies)
