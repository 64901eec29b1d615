from odoo import api, fields, models
from odoo.tools import SQL

from ...fields import OptionalFloat
from ...tools.funnel import get_bounds

# What is known of all deals together; the rest is of a stage only.
TOTALS = {
    *("begun_count", "won_count", "lost_count", "open_count", "open_amount", "weighted_amount"),
    *("cohort_count", "reached_count", "reached_rate"),
    *("cohort_won_count", "cohort_lost_count", "cohort_open_count"),
}


OUTCOMES = ("cohort_won_count", "cohort_lost_count", "cohort_open_count")
# The deals behind some counts are those behind others together, and are not kept once more.
PARTS = {"cohort_count": OUTCOMES, "begun_count": (*OUTCOMES, "begun_again")}
PARTS_OF_ALL = {**PARTS, "reached_count": OUTCOMES[:1], "open_count": ("open_elsewhere",)}
KEEP_NAMES = """
    UPDATE crm_funnel_review_line line SET name = stage.name FROM crm_stage stage
    WHERE stage.id = line.stage_id AND line.id = ANY(%s)
"""


class CrmFunnelReviewLine(models.Model):
    """A stage of the playbook in a review, or all its deals. Nobody has the right to write one."""

    _name = "crm.funnel.review.line"
    _description = "Funnel Review Line"
    _inherit = ["crm.funnel.numbers", "crm.funnel.counted"]
    _order = "review_id, sequence, id"

    review_id = fields.Many2one("crm.funnel.review", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer()
    playbook_stage_id = fields.Many2one("crm.playbook.stage", ondelete="set null", index="btree_not_null")
    stage_id = fields.Many2one("crm.stage", string="Pipeline Stage", ondelete="set null")
    name = fields.Char(
        string="Stage",
        required=True,
        translate=True,
        help="As the stage was called when the review was generated.",
    )
    currency_id = fields.Many2one(related="review_id.currency_id")
    date_from = fields.Date(related="review_id.date_from", store=True)
    team_id = fields.Many2one(related="review_id.team_id", store=True, string="Sales Team")
    cohort_won_count = fields.Integer(string="Cohort, Won", help="Deals of the cohort that are won.")
    cohort_lost_count = fields.Integer(string="Cohort, Lost", help="Deals of the cohort that are lost.")
    cohort_open_count = fields.Integer(string="Cohort, Open", help="Deals of the cohort that are still open.")
    open_count = fields.Integer(
        string="Open Deals", help="Deals in this stage at the end of the period, neither won nor lost."
    )
    open_amount = fields.Monetary(
        help="Worth of the open deals; in a review, as it was in the Monday snapshot at the end of the"
        " period, or when the review was generated, whichever is nearer to that end."
    )
    weighted_amount = fields.Monetary(help="Worth × probability of the open deals.")
    last_flow_rate = OptionalFloat(
        string="Previous Weekly Flow (%)",
        digits=(16, 1),
        aggregator=None,
        help="The weekly flow of the period before, as its review has it.",
    )
    mean_flow_rate = OptionalFloat(
        string="Weekly Flow, 4-Period Avg. (%)",
        digits=(16, 1),
        aggregator=None,
        help="Of the four periods before together: entries into the next stage ÷ entries into this one ×"
        " 100.",
    )
    over_limit_count = fields.Integer(
        string="Over Alert Limit",
        help="Deals in the stage for longer than its alert days: those that left it in the period, and"
        " those still there at its end.",
    )
    is_total = fields.Boolean(
        string="All Deals",
        help="Of all deals of the review, wherever they were, instead of those of a stage.",
    )

    def _get_bounds(self):
        review = self.review_id
        return get_bounds(review.date_from, review.date_to, review.tz)

    def _get_deals_domain(self, name):
        """Return the domain of the deals behind a number of this line."""
        self.ensure_one()
        return self.env["crm.funnel.report"]._get_deals_domain(
            self.review_id._get_scope(), *self._get_bounds(), self.stage_id.id, name
        )

    def _keep_names(self):
        """Keep what these lines are called in each language: a stage may be renamed, or go."""
        self.flush_recordset(["name"])
        self.env["crm.stage"].flush_model(["name"])
        self.env.cr.execute(SQL(KEEP_NAMES, self.ids))
        self.invalidate_recordset(["name"], flush=False)
        codes = [code for code, _name in self.env["res.lang"].get_installed()]
        for line in self.filtered("is_total"):
            names = {code: line.with_context(lang=code).env._("All Deals") for code in codes}
            line.update_field_translations("name", names)

    def _prepare_counted_action(self, title, name):
        if self.counted_lead_ids is not False:
            return super()._prepare_counted_action(title, name)
        title = self.env._("%s (as they are today: this review did not keep its deals)", title)
        return self.env["crm.funnel.report"]._prepare_deals_action(title, self._get_deals_domain(name))

    @api.model
    def _get_default_number(self):
        return "open_count"

    @api.model
    def _is_counted(self, name):
        return self.env["crm.funnel.report"]._is_counted(name)

    def _prepare_kept_deals(self, deals, next_id):
        """Return what is kept of the deals behind this stage's counts.

        :param dict deals: as :meth:`crm.funnel.report._get_frozen_numbers` has them
        :param next_id: the playbook's next ``crm.stage``, None where there is none
        """
        following = self.review_id.stage_line_ids.filtered(
            lambda line: next_id and line.stage_id.id == next_id
        )
        counted = {name: sorted(set(ids)) for name, ids in deals.items() if ids}
        return {"open_count": [], **counted, "next_line": following.sequence if following else -1}

    def _get_counted_ids(self, name):
        """The deals that entered the next stage are those of that stage's line; all that are open, those of
        all stages.
        """
        name = "open_count" if name.endswith("_amount") else name
        kept = self.counted_lead_ids or {}
        if name in kept:  # reviews of before keep each list
            return super()._get_counted_ids(name)
        stages = self.review_id.stage_line_ids
        if name == "next_count":
            following = stages.filtered(lambda line: line.sequence == kept.get("next_line", -1))
            return following._get_counted_ids("begun_count") if following else []
        parts = PARTS_OF_ALL if self.is_total else PARTS
        found = {id_ for part in parts.get(name, ()) for id_ in kept.get(part, ())}
        if self.is_total and name == "open_count":
            found.update(*(line._get_counted_ids(name) for line in stages))
        return sorted(found)

    def _is_told(self, name):
        """Tell whether a number means something in this line: not all do of all deals."""
        return not self.is_total or name in TOTALS

    def _format_count(self, name):
        """Return a count for a text; a dash where it means nothing."""
        return str(self[name]) if self._is_told(name) else "–"

    def _format_rate(self, name):
        """Return a rate for a text, the weekly flow with from how many to how many; a dash where there is
        none.
        """
        self.ensure_one()
        rate = self[name]
        if rate is False:
            return "–"
        told = self.env._("%(rate)s %%", rate=f"{rate:.1f}")
        return told + (f" ({self.begun_count} → {self.next_count})" if name == "flow_rate" else "")

    def _format_days(self, name):
        """Return a length of stay for a text; a dash where there is none."""
        self.ensure_one()
        days = self[name]
        return "–" if days is False else f"{days:.1f}"
