from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ...tools.funnel import get_rate


class DigestDigest(models.Model):
    """Two figures of the funnel in Odoo's digest mail; off until somebody asks for them."""

    _inherit = "digest.digest"

    kpi_funnel_conversion = fields.Boolean("Weekly Flow (Handbook, %)")
    kpi_funnel_conversion_value = fields.Float(compute="_compute_kpi_funnel_conversion_value")
    kpi_funnel_overdue = fields.Boolean("Playbook Deadlines Not Met")
    kpi_funnel_overdue_value = fields.Integer(compute="_compute_kpi_funnel_overdue_value")

    def _compute_kpi_funnel_conversion_value(self):
        """Stays begun in the next stage ÷ stays begun in a stage × 100, of all stages that another one
        follows.
        """
        for digest in self:
            domain = digest._get_funnel_domain("date") & Domain("event", "in", ["begun", "next"])
            rows = self.env["crm.funnel.report"]._read_group(
                domain, ["playbook_id", "stage_id"], ["next_count:sum", "begun_count:sum", "flow_rate:avg"]
            )
            counted = [(following, begun) for *_stage, following, begun, rate in rows if rate is not False]
            following, begun = (sum(column) for column in zip(*counted, strict=True)) if counted else (0, 0)
            digest.kpi_funnel_conversion_value = get_rate(following, begun) or 0.0

    def _compute_kpi_funnel_overdue_value(self):
        """What playbooks wanted done in the period and was late, missed, or is overdue."""
        for digest in self:
            domain = digest._get_funnel_domain("due_at")
            domain &= Domain("state", "in", ["overdue", "late", "missed"])
            digest.kpi_funnel_overdue_value = self.env["crm.playbook.deadline.report"].search_count(domain)

    def _get_funnel_domain(self, date_field):
        """Return the domain of the digest's period and company.

        :raise AccessError: for who is no salesperson; Odoo leaves the figure out of their mail
        """
        if not self.env.user.has_group("sales_team.group_sale_salesman"):
            raise AccessError(self.env._("Only Sales users can see these figures."))
        start, end, companies = self._get_kpi_compute_parameters()
        company = Domain("lead_id.company_id", "in", [*(self.company_id or companies).ids, False])
        return company & Domain(date_field, ">=", start) & Domain(date_field, "<", end)

    def _compute_kpis_actions(self, company, user):
        actions = super()._compute_kpis_actions(company, user)
        menu_id = self.env.ref("crm.crm_menu_root").id
        actions["kpi_funnel_conversion"] = f"sales_funnel_playbook.crm_funnel_action?menu_id={menu_id}"
        actions["kpi_funnel_overdue"] = (
            f"sales_funnel_playbook.crm_playbook_deadline_report_action?menu_id={menu_id}"
        )
        return actions
