from odoo import api, fields, models
from odoo.fields import Domain

from ...columns import is_being_installed, make_room

COMPANY_SIZES = [
    ("1-10", "1–10"),
    ("11-50", "11–50"),
    ("51-200", "51–200"),
    ("201-500", "201–500"),
    ("501-1000", "501–1,000"),
    ("1001+", "More than 1,000"),
]
# What a lead takes over from its customer, and gives to a customer made from it.
SHARED_FIELDS = ("industry_id", "company_size")
DECISION_FIELDS = ("use_case", "pain_points", "budget_min", "budget_max", "budget_status")
BUDGET_RANGE = ("budget_min", "budget_max")
# In the context: what is written on a lead does not go on to its customer, as Odoo has it.
KEEPS_CUSTOMER = "playbook_keeps_customer"
MAX_DUPLICATES = 21  # as many as Odoo's own detection looks at


class ResPartner(models.Model):
    _inherit = "res.partner"

    company_size = fields.Selection(COMPANY_SIZES, help="How many people work there.")

    def _auto_init(self):
        if is_being_installed(self.env):
            make_room(self)
        return super()._auto_init()

    @api.model
    def _commercial_fields(self):
        """Whoever works at a company has its size, as it has its industry."""
        return [*super()._commercial_fields(), "company_size"]


class CrmLead(models.Model):
    """Who the customer is, and what the decision depends on."""

    _inherit = "crm.lead"

    industry_id = fields.Many2one(
        "res.partner.industry",
        compute="_compute_customer_profile",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        tracking=True,
    )
    company_size = fields.Selection(
        COMPANY_SIZES,
        compute="_compute_customer_profile",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="How many people work there; taken over from the customer.",
    )
    use_case = fields.Text(tracking=True, help="What the customer would use the product for.")
    pain_points = fields.Text(tracking=True, help="What hurts today, in the customer's words.")
    budget_min = fields.Monetary(string="Budget From", currency_field="company_currency", tracking=True)
    budget_max = fields.Monetary(string="Budget To", currency_field="company_currency", tracking=True)
    budget_status = fields.Selection(
        [
            ("unknown", "Not Known"),
            ("estimated", "Estimated"),
            ("requested", "In Approval"),
            ("approved", "Approved"),
            ("cut", "Cut"),
            ("frozen", "Frozen"),
        ],
        tracking=True,
    )

    _budget_range = models.Constraint(
        "CHECK(budget_min >= 0 AND budget_max >= 0 AND (budget_max = 0 OR budget_min <= budget_max))",
        "“Budget From” and “Budget To” cannot be negative, and “Budget From” cannot be above “Budget To”.",
    )

    @api.depends("partner_id")
    def _compute_customer_profile(self):
        """What the customer tells wins; what it does not tell stays as it is on the lead."""
        for lead in self:
            customer = lead.partner_id.commercial_partner_id
            for name in SHARED_FIELDS:
                lead[name] = customer[name] or lead[name]

    @api.depends("partner_name")
    def _compute_potential_lead_duplicates(self):
        """Odoo compares e-mail, phone and customer; a lead that has only the customer's name yet is
        compared by that.
        """
        result = super()._compute_potential_lead_duplicates()
        for lead in self:
            namesakes = lead._get_namesakes() - lead.duplicate_lead_ids
            lead.duplicate_lead_ids |= namesakes
            lead.duplicate_lead_count += len(namesakes)
        return result

    def _get_namesakes(self):
        """Return the leads that name the same company, whatever its capitals; none where there are so
        many that the name tells nothing.
        """
        name = (self.partner_name or "").strip()
        if not name:
            return self.browse()
        leads = self.with_context(active_test=False)
        same = Domain("partner_name", "=ilike", name.translate({ord(c): f"\\{c}" for c in "\\%_"}))
        found = leads.search(same & Domain("id", "!=", self._origin.id), limit=MAX_DUPLICATES)
        return found if len(found) < MAX_DUPLICATES else self.browse()

    def action_use_customer(self):
        """Link the customer that has the name this lead gives; whom to call stays as it is on both."""
        self.ensure_one()
        if not self.partner_id and self.commercial_partner_id:
            known = {name: self[name] for name in ("contact_name", "email_from", "phone") if self[name]}
            lead = self.with_context(**{KEEPS_CUSTOMER: True})
            lead.write({"partner_id": self.commercial_partner_id.id, **known})
        return True

    def _inverse_email_from(self):
        """The person's address does not become the company's because somebody linked the company."""
        return None if self.env.context.get(KEEPS_CUSTOMER) else super()._inverse_email_from()

    def _inverse_phone(self):
        return None if self.env.context.get(KEEPS_CUSTOMER) else super()._inverse_phone()

    def _prepare_customer_values(self, partner_name, is_company=False, parent_id=False):
        """A customer made from the lead keeps what is known of the company."""
        values = super()._prepare_customer_values(partner_name, is_company, parent_id)
        if is_company:
            values.update(industry_id=self.industry_id.id, company_size=self.company_size)
        return values

    def _merge_get_fields(self):
        return [*super()._merge_get_fields(), *SHARED_FIELDS, *DECISION_FIELDS]

    def _merge_get_fields_specific(self):
        return {**super()._merge_get_fields_specific(), **dict.fromkeys(BUDGET_RANGE, self._merge_budget)}

    @api.model
    def _merge_budget(self, name, leads):
        """A range is one piece of information: both ends are those of the first deal that knows one."""
        known = next((lead for lead in leads if any(lead[end] for end in BUDGET_RANGE)), leads[:1])
        return known[name]
