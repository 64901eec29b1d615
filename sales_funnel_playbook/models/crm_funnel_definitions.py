from markupsafe import Markup

from odoo import api, fields, models

from .crm_funnel_review_finding import FINDINGS

# The numbers of a stage in the order in which they are shown.
NUMBERS = (
    *("begun_count", "next_count", "flow_rate", "last_flow_rate", "mean_flow_rate"),
    *("advanced_count", "won_count", "lost_count", "returned_count"),
    *("open_count", "open_amount", "weighted_amount"),
    *("cohort_count", "reached_count", "reached_rate"),
    *("cohort_won_count", "cohort_lost_count", "cohort_open_count"),
    *("stay_count", "stay_days", "stay_days_median", "stay_days_p90"),
    *("stay_hours", "stay_hours_median", "stay_hours_p90", "over_limit_count"),
)


class CrmFunnelReview(models.Model):
    """Each number's definition, wherever it is shown."""

    _inherit = "crm.funnel.review"

    definitions = fields.Html(compute="_compute_definitions", sanitize=False)

    @api.depends_context("lang")
    def _compute_definitions(self):
        """The help of each number, which is its definition."""
        line_fields = self.env["crm.funnel.review.line"]._fields
        named = [
            *(line_fields[name] for name in NUMBERS),
            *(self._fields[name] for name in FINDINGS.values()),
        ]
        texts = [(one._description_string(self.env), one._description_help(self.env)) for one in named]
        rows = Markup().join(Markup("<dt>%s</dt><dd>%s</dd>") % text for text in texts)
        self.definitions = Markup("<dl>%s</dl>") % rows
