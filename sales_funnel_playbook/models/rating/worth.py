from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, frozendict

from ..core.memory import remembered

ONE_OFF = "one_off"
BASES = [
    (ONE_OFF, "One-Off Revenue"),
    ("recurring", "Yearly Recurring Revenue"),
    ("both", "One-Off and Yearly Recurring Revenue"),
]
MONTHS = 12
YEARLY = """
    ROUND(COALESCE(%(recurring)s, 0) * %(months)s / COALESCE(NULLIF((
        SELECT number_of_months FROM crm_recurring_plan WHERE id = %(plan)s
    ), 0), 1), 2)
"""


class CrmPlaybook(models.Model):
    """What a deal is worth is the playbook's choice."""

    _inherit = "crm.playbook"
    _playbook_effects = {"rating": {"worth_basis"}}

    worth_basis = fields.Selection(
        BASES,
        string="Deals Are Worth",
        required=True,
        default=ONE_OFF,
        tracking=True,
        help="What counts in tiers, the funnel and its reviews: the expected revenue, the recurring revenue"
        " of a year, or both together.",
    )

    @api.model
    @remembered()
    def _get_worth_bases(self):
        """Return ``{playbook id: basis}`` of the playbooks in use that count recurring revenue, in memory."""
        # sudo: kept in memory for everybody
        playbooks = self.sudo().search([("is_template", "=", False), ("worth_basis", "!=", ONE_OFF)])
        return frozendict({playbook.id: playbook.worth_basis for playbook in playbooks})


class CrmPlaybookRule(models.AbstractModel):
    _inherit = "crm.playbook.rule"

    @api.model
    def _get_ruled_names(self, model):
        ruled = {"worth", "has_score_sheet", "playbook_position"} if model._name == "crm.lead" else set()
        return super()._get_ruled_names(model) | ruled


class CrmPlaybookCacheMixin(models.AbstractModel):
    _inherit = "crm.playbook.cache.mixin"

    def _forget_rules(self):
        result = super()._forget_rules()
        self.env["crm.lead"].invalidate_model(["worth"], flush=False)
        return result


class CrmLead(models.Model):
    """What a deal is worth, in the currency of its company: an expression over Odoo's own columns, so that a
    choice holds for all deals at once, and deals of whoever has not chosen cost nothing.
    """

    _inherit = "crm.lead"

    worth = fields.Monetary(
        compute="_compute_worth",
        search="_search_worth",
        currency_field="company_currency",
        help="The expected revenue, the recurring revenue of a year, or both, as the playbook says.",
    )

    @api.depends(
        *("expected_revenue", "recurring_revenue", "recurring_revenue_monthly", "recurring_plan"),
        *("product_line_id", "team_id", "company_id"),
    )
    def _compute_worth(self):
        bases = self.env["crm.playbook"]._get_worth_bases()
        assignment = self.env["crm.playbook"]._get_assignment() if bases else None
        for lead in self:
            basis = bases.get(assignment.resolve(lead), ONE_OFF) if bases else ONE_OFF
            one_off = 0.0 if basis == "recurring" else lead.expected_revenue
            lead.worth = one_off + (0.0 if basis == ONE_OFF else lead._get_yearly_revenue())

    def _get_yearly_revenue(self):
        """Return the recurring revenue of a year: exactly, which twelve rounded months are not."""
        # sudo: plans are no secret to who sees the deal
        months = self.sudo().recurring_plan.number_of_months or 1
        return (self.recurring_revenue or 0.0) * MONTHS / months

    def _search_worth(self, operator, value):
        field = self._fields["worth"]

        def to_sql(model, alias, query):
            return field.condition_to_sql("worth", operator, value, model, alias, query)

        return Domain.custom(to_sql=to_sql)

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr == "worth":
            return self._get_worth_sql(alias, query)
        return super()._field_to_sql(alias, field_expr, query)

    def _get_worth_sql(self, alias, query=None):
        """Return what a deal is worth, as an expression on a row ``alias`` of ``crm_lead``."""
        self._check_field_access(self._fields["worth"], "read")
        one_off = self._field_to_sql(alias, "expected_revenue", query)
        bases = self.env["crm.playbook"]._get_worth_bases()
        if not bases:
            return one_off
        recurring, plan = (
            self._field_to_sql(alias, name, query) for name in ("recurring_revenue", "recurring_plan")
        )
        yearly = SQL(YEARLY, recurring=recurring, plan=plan, months=MONTHS)
        amounts = {"recurring": yearly, "both": SQL("COALESCE(%s, 0) + %s", one_off, yearly)}
        values = {playbook_id: amounts[basis] for playbook_id, basis in bases.items()}
        return self._get_playbook_case(values, one_off, alias, query)
