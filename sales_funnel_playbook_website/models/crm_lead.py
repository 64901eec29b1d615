import math

from odoo import api, models

BUDGET = ("budget_min", "budget_max")
LARGEST = 10**15  # what a visitor may enter as a budget


class CrmLead(models.Model):
    """A deal that comes in by a website form. Whatever a visitor writes there, nothing keeps them out."""

    _inherit = "crm.lead"

    @api.model
    def _get_form_fields(self):
        """Return the names of the playbook's fields that a website form may have."""
        return ("product_line_id", "use_case", "pain_points", "industry_id", "company_size", *BUDGET)

    @api.model
    def website_form_input_filter(self, request, values):
        values = super().website_form_input_filter(request, values)
        values = self._clean_form_budget(self._clean_form_choices(values))
        if not values.get("source_id"):
            values["source_id"] = self._get_form_source(request).id
        # sudo: a visitor may not read what is sold and in which stages
        return self.sudo()._prepare_arrival_vals({"company_id": request.website.company_id.id, **values})

    @api.model
    def _get_form_source(self, request):
        """Return where a form's deal comes from: as the link says by which its visitor came, else the
        website.
        """
        # sudo: sources are made as visitors come
        source_id = self.sudo().default_get(["source_id"]).get("source_id")
        if source_id:
            return self.env["utm.source"].browse(source_id)
        return self.env["utm.mixin"].sudo()._find_or_create_record("utm.source", request.website.name)

    @api.model
    def _clean_form_choices(self, values):
        """Return ``values`` without choices that there are not any more: a page may be older than they."""
        sizes = dict(self._fields["company_size"]._description_selection(self.env))
        # sudo: only whether there is such an industry
        industry = self.env["res.partner.industry"].sudo().browse(values.get("industry_id") or ()).exists()
        known = {"company_size": values.get("company_size") in sizes, "industry_id": bool(industry)}
        return {name: value for name, value in values.items() if known.get(name, True)}

    @api.model
    def _clean_form_budget(self, values):
        """Return ``values`` with a budget that can be one: the smaller number first, and no number that is
        none.
        """
        amounts = {name: values[name] for name in BUDGET if name in values}
        amounts = {name: one for name, one in amounts.items() if math.isfinite(one) and 0 <= one <= LARGEST}
        if len(amounts) == len(BUDGET) and all(amounts.values()):
            amounts = dict(zip(BUDGET, sorted(amounts.values()), strict=True))
        return {name: value for name, value in values.items() if name not in BUDGET} | amounts
