from odoo import api, models
from odoo.fields import Domain

from ..models.role.contributing import AMOUNTS

# What a program gives cannot be this very object: it says that only numbers are asked for.
COUNTING = object()
CONTEXT = "playbook_intake_counting"
# By what marketing counts deals that it may not see: nothing that tells of a single one.
DIMENSIONS = frozenset(
    {
        *("playbook_id", "company_id", "product_line_id", "team_id", "user_id", "stage_id", "outcome"),
        *("source_id", "medium_id", "campaign_id", "industry_id", "company_size", "country_id"),
        *("lost_reason_id", "date", "day", "week"),
    }
)
NUMBERS = frozenset(
    {
        *("captured_count", "asked_count", "complete_count", "complete_rate", "contacted_count"),
        *("contact_hours", "further_count", "further_rate", "won_count", "lost_count", "won_rate"),
        "won_amount",
    }
)
AGGREGATES = frozenset({"sum", "avg", "count"})


class CrmFunnelIntakeReport(models.Model):
    """Marketing counts what has become of all deals of the user's companies, and lists those that it sees."""

    _inherit = "crm.funnel.intake.report"

    @api.model
    def _has_field_access(self, field, operation):
        if not super()._has_field_access(field, operation):
            return False
        is_amount = field.name in ("won_amount", "tier")
        user = self.env.user
        return self.env.su or not is_amount or not user._is_contributor() or user.has_group(AMOUNTS)

    @api.model
    def _read_group(self, domain, groupby=(), aggregates=(), having=(), offset=0, limit=None, order=None):
        model = self._as_counting(domain, groupby, aggregates, having)
        return super(CrmFunnelIntakeReport, model)._read_group(
            domain, groupby, aggregates, having, offset, limit, order
        )

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        groupby = [spec for specs in grouping_sets for spec in specs]
        model = self._as_counting(domain, groupby, aggregates)
        return super(CrmFunnelIntakeReport, model)._read_grouping_sets(
            domain, grouping_sets, aggregates, order
        )

    @api.model
    def _as_counting(self, domain, groupby, aggregates, having=()):
        """Return this model, for marketing as one that counts what it may not list."""
        if self.env.user._is_marketing() and self._is_counting(domain, groupby, aggregates, having):
            return self.with_context(**{CONTEXT: COUNTING})
        return self.with_context(**{CONTEXT: False}) if CONTEXT in self.env.context else self

    @api.model
    def _is_counting(self, domain, groupby, aggregates, having):
        """Tell whether only numbers are asked for, of groups that tell of no single deal."""
        dimensions = {spec.split(":")[0] for spec in groupby}
        names = {condition.field_expr for condition in Domain(domain).iter_conditions()}
        numbers = [spec.partition(":") for spec in aggregates if spec != "__count"]
        return (
            not having
            and dimensions <= DIMENSIONS
            and names <= DIMENSIONS | NUMBERS
            and all(name in NUMBERS and function in AGGREGATES for name, _colon, function in numbers)
        )

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        if self.env.context.get(CONTEXT) is not COUNTING or bypass_access:
            return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)
        own = Domain("company_id", "in", [*self.env.companies.ids, False])
        domain = Domain(domain) & own
        return super()._search(domain, *args, bypass_access=True, **kwargs)
