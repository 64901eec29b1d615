from datetime import datetime, timedelta

from odoo import api, fields, models

from ..models.customer.crm_lead import COMPANY_SIZES
from ..models.rating.crm_playbook_tier import TIERS

WEEK = "%G-W%V"  # ISO 8601, as the column ``week`` of the analyses has it


def get_monday(week):
    """Return the first day of a week such as "2026-W48"."""
    return datetime.strptime(f"{week}-1", f"{WEEK}-%u").date()


def get_weeks(first, last):
    """Return all weeks from one to another, both included, as in "2026-W53", "2027-W01"."""
    monday, end = get_monday(first), get_monday(last)
    days = range(0, (end - monday).days + 1, 7)
    return [(monday + timedelta(days=day)).strftime(WEEK) for day in days]


class CrmLeadTrait(models.AbstractModel):
    """What analyses of deals ask for: whose a deal is; and as it says today, where it came from, who the
    customer is, and why it was lost.
    """

    _name = "crm.lead.trait"
    _description = "What Deals Are Analysed By"

    playbook_id = fields.Many2one("crm.playbook", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    product_line_id = fields.Many2one("crm.product.line", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    stage_id = fields.Many2one("crm.stage", readonly=True)
    tier = fields.Selection(TIERS, readonly=True, help="The deal's tier today.")
    source_id = fields.Many2one("utm.source", readonly=True)
    medium_id = fields.Many2one("utm.medium", string="Marketing Medium", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", readonly=True)
    industry_id = fields.Many2one("res.partner.industry", readonly=True)
    company_size = fields.Selection(COMPANY_SIZES, readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    lost_reason_id = fields.Many2one("crm.lost.reason", readonly=True)

    @api.model
    def _web_read_group_fill_temporal(self, groups, groupby, aggregates, *args, **kwargs):
        """Weeks in which nothing happened stand on a graph's axis, as Odoo does it for dates: the weeks here
        are texts, because each deal's are those of where it is worked."""
        weeks = [group[0] for group in groups if group[0]] if groupby[0] == "week" else []
        if not weeks:
            return super()._web_read_group_fill_temporal(groups, groupby, aggregates, *args, **kwargs)
        empty = tuple(self._read_group_empty_value(spec) for spec in (*groupby[1:], *aggregates))
        missing = {*get_weeks(min(weeks), max(weeks))}.difference(weeks)
        dated = [group for group in groups if group[0]] + [(week, *empty) for week in missing]
        return sorted(dated, key=lambda group: group[0]) + [group for group in groups if not group[0]]
