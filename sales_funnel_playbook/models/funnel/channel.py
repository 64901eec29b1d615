from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.funnel import get_bounds
from ...tools.funnel_events import TRAITS

WAN = 10_000
WIDTH = 16
# An open deal has no reason for being lost; the handbook's sheet has its industry already.
OF_OPEN = [name for name in TRAITS if name not in ("industry_id", "lost_reason_id")]


class CrmFunnelReview(models.Model):
    """Where the deals of a review came from, and why some of them were lost."""

    _inherit = "crm.funnel.review"

    @api.readonly
    def action_open_channels(self):
        """Open the analysis of the same deals and days by channel; what deals say of it is of today."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sales_funnel_playbook.crm_funnel_report_action")
        first, last = (fields.Date.to_string(day) for day in (self.date_from, self.date_to))
        days = Domain("day", ">=", first) & Domain("day", "<=", last)
        its = self.env["crm.funnel.report"]._get_scope_domain(self._get_scope())
        groups = {"search_default_group_source": 1, "search_default_group_stage": 1}
        return {**action, "domain": list(its & days), "context": groups, "display_name": self.display_name}

    def _get_trait_headings(self, names):
        """Return the labels of what deals say of channel, customer and reason."""
        leads, channels = self.env["crm.lead"]._fields, self.env["crm.funnel.review.channel"]._fields
        # Odoo's Chinese for a medium says that something is middling
        own = {"medium_id": dict(channels["kind"]._description_selection(self.env))["medium"]}
        return [own.get(name) or leads[name]._description_string(self.env) for name in names]

    def _prepare_traits(self, lead, names):
        """Return the cells of what a deal says of channel, customer and reason."""
        sizes = dict(lead._fields["company_size"]._description_selection(self.env))
        return [
            (sizes.get(lead[name]) if name == "company_size" else lead[name].display_name, None)
            for name in names
        ]

    def _get_closed(self):
        """Return the events with which deals were won or lost in the period, oldest first."""
        report = self.env["crm.funnel.report"]
        bounds = get_bounds(self.date_from, self.date_to, self.tz)
        is_closed = Domain("event", "=", "left") & (
            Domain("won_count", "=", 1) | Domain("lost_count", "=", 1)
        )
        return report.search(
            report._get_period_domain(self._get_scope(), *bounds) & is_closed, order="date, id"
        )

    def _write_closed(self, sheet, styles):
        """Write the deals that were won or lost in the period, where from and why."""
        outcomes = dict(self.env["crm.funnel.report"]._fields["outcome"]._description_selection(self.env))
        rows = [
            [
                (event.lead_id.partner_id.name or event.lead_id.partner_name or event.lead_id.name, None),
                (outcomes["won" if event.won_count else "lost"], None),
                (event.stage_id.name, None),
                (self._get_day(event.date), "date"),
                (event.lead_id.worth / WAN, "decimal"),
                (event.lead_id.user_id.name, None),
                *self._prepare_traits(event.lead_id, TRAITS),
            ]
            for event in self._get_closed()
        ]
        headings = [
            self.env._("Customer name"),
            self.env._("Outcome"),
            self.env._("Stage"),
            self.env._("Closed On"),
            self.env._("Worth (10,000)"),
            self.env._("Owner"),
            *self._get_trait_headings(TRAITS),
        ]
        widths = [28, 10, 18, 12, 14, 16, *(WIDTH for _name in TRAITS)]
        self._write_table(sheet, styles, headings, rows, widths)
