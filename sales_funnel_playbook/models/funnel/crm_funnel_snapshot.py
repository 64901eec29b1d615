from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...fields import LapsingMany2one, LooseMany2one
from ..rating.crm_playbook_tier import TIERS
from ..risk.crm_risk_type import LEVELS


class CrmFunnelSnapshot(models.Model):
    """An open deal as it was on a Monday, or on a day of this week. Written in SQL, by a job; nobody has the
    right to write. Whoever may see the deal may see it; what is left of deals that are gone, sales managers
    only.
    """

    _name = "crm.funnel.snapshot"
    _description = "Deal on a Monday"
    _order = "date desc, id desc"
    _rec_name = "lead_name"
    _log_access = False

    date = fields.Date(string="Monday", required=True, readonly=True)
    company_id = LooseMany2one(
        "res.company",
        required=True,
        readonly=True,
        help="The deal's; of a deal without one, that of its playbook, else the first company.",
    )
    currency_id = LooseMany2one("res.currency", required=True, readonly=True)
    lead_id = LapsingMany2one("crm.lead", string="Deal", readonly=True)
    lead_name = fields.Char(string="Deal's Name", readonly=True)
    playbook_id = LapsingMany2one("crm.playbook", readonly=True)
    stage_id = LapsingMany2one("crm.stage", readonly=True)
    team_id = LapsingMany2one("crm.team", string="Sales Team", readonly=True)
    user_id = LapsingMany2one("res.users", string="Salesperson", readonly=True)
    product_line_id = LapsingMany2one("crm.product.line", readonly=True)
    worth = fields.Monetary(readonly=True)
    expected_revenue = fields.Monetary(readonly=True)
    recurring_revenue_monthly = fields.Monetary(string="Expected MRR", readonly=True)
    probability = fields.Float(readonly=True, aggregator="avg")
    date_deadline = fields.Date(string="Expected Closing", readonly=True)
    tier = fields.Selection(TIERS, readonly=True)
    risk_level = fields.Selection(LEVELS, readonly=True)

    _deal_known = models.Constraint("CHECK(lead_id IS NOT NULL)", "What is kept is of a deal.")
    _deal_uniq = models.UniqueIndex("(date, lead_id)", "A deal is kept once each Monday.")

    def _search(self, domain, *args, bypass_access=False, **kwargs):
        if not self.env.su and not bypass_access:
            domain = Domain(domain) & self._get_visible_domain()
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    def _get_visible_domain(self):
        """Return the domain of what the user may see besides the record rules."""
        leads = self.env["crm.lead"].with_context(active_test=False)._search([])
        sees_gone = self.env.user.has_group("sales_team.group_sale_manager")
        is_seen = leads.where_clause or SQL("TRUE")

        def to_sql(model, alias, query):
            ids = SQL.identifier(leads.table, "id"), SQL.identifier(alias, "lead_id")
            rows = SQL("SELECT 1 FROM %s WHERE %s = %s", leads.from_clause, *ids)
            if sees_gone:
                return SQL("NOT EXISTS (%s AND (%s) IS NOT TRUE)", rows, is_seen)
            return SQL("EXISTS (%s AND (%s))", rows, is_seen)

        return Domain.custom(to_sql=to_sql)

    def _check_access(self, operation):
        result = super()._check_access(operation)
        allowed = self - result[0] if result else self
        if not any(allowed._ids):
            return result
        hidden = allowed - self.browse(allowed._search([("id", "in", allowed.ids)]))
        if not hidden:
            return result
        rules = self.env["ir.rule"]
        return (result[0] if result else self.browse()) | hidden, lambda: rules._make_access_error(
            operation, hidden
        )


class CrmFunnelSnapshotDay(models.Model):
    """That the deals of a company were kept on a Monday, be there none: what is not known is not nothing."""

    _name = "crm.funnel.snapshot.day"
    _description = "Monday on which deals were kept"
    _order = "date desc, company_id"
    _rec_name = "date"
    _log_access = False

    date = fields.Date(string="Monday", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    taken_at = fields.Datetime(string="Kept At", required=True, readonly=True)
    deal_count = fields.Integer(string="Open Deals", readonly=True)

    _company_uniq = models.UniqueIndex("(date, company_id)", "A company's deals are kept once each Monday.")
