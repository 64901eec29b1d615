from odoo import api, fields, models

from ...tools.funnel import get_bounds
from .crm_funnel_intake_numbers import RATES

KINDS = [("source", "Source"), ("medium", "Marketing Medium"), ("campaign", "Campaign")]
COUNTS = (
    *("captured_count", "asked_count", "complete_count", "contacted_count", "further_count"),
    *("won_count", "lost_count"),
)
MEASURES = (*COUNTS, *RATES, "contact_hours", "won_amount")
# In the order in which they are shown.
NUMBERS = (
    *("captured_count", "asked_count", "complete_count", "complete_rate", "contacted_count"),
    *("contact_hours", "further_count", "further_rate", "won_count", "won_rate", "won_amount", "lost_count"),
)


class CrmFunnelReviewChannel(models.Model):
    """What a source, medium or campaign brought in the period of a review, as *Intake by Channel* had it when
    the review was generated; the deals that name none have a line of their own.
    """

    _name = "crm.funnel.review.channel"
    _description = "Funnel Review Channel"
    _inherit = ["crm.funnel.intake.numbers", "crm.funnel.counted"]
    _order = "review_id, sequence, id"

    review_id = fields.Many2one("crm.funnel.review", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer()
    kind = fields.Selection(KINDS, string="Channel Type", required=True)
    name = fields.Char(
        string="Intake Channel",
        translate=True,
        help="As it was called when the review was generated; empty for deals that name none.",
    )
    currency_id = fields.Many2one(related="review_id.currency_id")
    date_from = fields.Date(related="review_id.date_from", store=True)
    team_id = fields.Many2one(related="review_id.team_id", store=True, string="Sales Team")
    captured_count = fields.Integer(help="Deals that were captured in the period.")
    won_count = fields.Integer(help="Deals of these that were won when the review was generated.")
    lost_count = fields.Integer(help="Deals of these that were lost when the review was generated.")
    won_amount = fields.Monetary(
        help="Worth of the won deals in the playbook's currency, when the review was generated; one without a"
        " rate is left out."
    )

    @api.depends("name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for channel in self:
            channel.display_name = channel.name or self.env._("Not stated")

    @api.model
    def _get_default_number(self):
        return "captured_count"

    @api.model
    def _is_counted(self, name):
        return name in COUNTS

    def _format_number(self, name):
        """Return a number for a text; a dash where there is none."""
        self.ensure_one()
        if name in COUNTS:
            return str(self[name])
        if self[name] is False:
            return "–"
        return self.env._("%(rate)s %%", rate=f"{self[name]:.1f}") if name in RATES else f"{self[name]:.1f}"


class CrmFunnelReview(models.Model):
    """A review keeps where the deals of its period came from."""

    _inherit = "crm.funnel.review"

    def _make_channels(self):
        """Freeze what each source, medium and campaign brought in the period."""
        self.ensure_one()
        since, until = get_bounds(self.date_from, self.date_to, self.tz)
        its = self.env["crm.funnel.report"]._get_scope_domain(self._get_scope())
        report = self.env["crm.funnel.intake.report"]
        groups = report._read_grouping_sets(
            its & report._get_captured_domain(since, until),
            [[f"{kind}_id"] for kind, _label in KINDS],
            [*map(self._get_aggregate, MEASURES), *(f"{name}:deals" for name in COUNTS)],
        )
        vals_list = [
            vals
            for (kind, _label), rows in zip(KINDS, groups, strict=True)
            for vals in self._prepare_channels(kind, rows)
        ]
        names = [vals.pop("names") for vals in vals_list]
        channels = self.env["crm.funnel.review.channel"].create(
            [{"sequence": number, **vals} for number, vals in enumerate(vals_list)]
        )
        for channel, its_names in zip(channels, names, strict=True):
            channel.update_field_translations("name", its_names)

    def _prepare_channels(self, kind, rows):
        """Return the values of each channel of a kind, the one that brought most first.

        :param list rows: ``(channel, *its measures, *the deals behind each of its counts)``
        """
        vals_list = [
            {
                "review_id": self.id,
                "kind": kind,
                "name": channel.display_name,
                "names": self._get_channel_names(channel),
                "counted_lead_ids": dict(zip(COUNTS, values[len(MEASURES) :], strict=True)),
                **dict(zip(MEASURES, values[: len(MEASURES)], strict=True)),
            }
            for channel, *values in rows
        ]
        return sorted(vals_list, key=lambda vals: (-vals["captured_count"], vals["name"] or ""))

    @api.model
    def _get_aggregate(self, name):
        return f"{name}:sum" if name in COUNTS or name == "won_amount" else f"{name}:avg"

    @api.model
    def _get_channel_names(self, channel):
        """Return ``{language: what a channel is called}``, empty where it is the same in all."""
        name = channel._fields[channel._rec_name]
        return (name._get_stored_translations(channel) or {}) if channel and name.translate else {}

    def _get_told_channels(self):
        """Return the channels for mail and paper: of the kinds that a deal of the period names at all."""
        kinds = {channel.kind for channel in self.channel_ids if channel.name}
        return self.channel_ids.filtered(lambda channel: channel.kind in kinds)

    def _get_channel_kind(self, kind):
        """Return what a kind of channel is called."""
        return dict(self.channel_ids._fields["kind"]._description_selection(self.env))[kind]
