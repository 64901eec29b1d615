from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_amount

from odoo.addons.sales_funnel_playbook.wording import label_text, list_clauses

from ..tools.change import PARTS
from ..tools.forecast import get_gap
from ..tools.targets import COMPANY

SHOWN = ("won", "commit", "best_case", "weighted", "calibrated", "target", "gap", "own")


class CrmFunnelReview(models.Model):
    """A weekly review keeps what changed in the pipeline since Monday, and the forecast of the quarter."""

    _inherit = "crm.funnel.review"

    pipeline_change = fields.Json(readonly=True, help="[[part, amount, deals more or fewer, deals], …]")
    forecast = fields.Json(readonly=True, help="{number: amount} of the quarter, of those that there are.")
    change_table = fields.Html(compute="_compute_change_table", sanitize=False)

    @api.model
    def _get_later_fields(self):
        return [*super()._get_later_fields(), "pipeline_change", "forecast"]

    @api.model
    def _make(self, playbook, period, days, team_id, company_id=False):
        review = super()._make(playbook, period, days, team_id, company_id)
        if period == "week" and company_id:
            # sudo: what was counted the module alone writes
            review.sudo()._keep_change()
        return review

    def _keep_change(self):
        """Keep the change and the forecast as they are, of the review's scope."""
        self.ensure_one()
        company = {"allowed_company_ids": self.company_id.ids}
        change, forecast = (
            self.env[name].with_context(**company) for name in ("crm.pipeline.change", "crm.forecast")
        )
        filters = self._get_change_filters(change)
        if filters:
            parts = change.get_change(filters)["parts"]
            self.pipeline_change = [
                [part["name"], part["amount"], part["count"], part["deals"]]
                for part in parts
                if part["deals"]
            ]
        numbers = self._get_forecast_numbers(forecast)
        self.forecast = numbers and {name: amount for name, amount in numbers.items() if amount is not None}

    def _get_forecast_numbers(self, forecast):
        """Return ``{number of SHOWN: amount or None}`` of the quarter: as the Monday after this week has kept
        them, else as they are now, with what was said in this week; None where there is no such row.
        """
        key = ("team", self.team_id.id) if self.team_id else COMPANY
        quarter = {"company_id": self.company_id.id, "period": "quarter", "day": str(self.date_to)}
        filters = forecast._clean_forecast(quarter)
        owner = forecast._prepare_owner_vals(filters, key, self.date_to + timedelta(days=1))
        # sudo: what Mondays keep is of whoever reads the review, see _keep_change
        kept = self.env["crm.forecast.week"].sudo()
        kept = kept.search([(name, "=", value) for name, value in owner.items()])
        if not kept:
            rows = forecast._get_rows(filters, self.date_from)
            row = next((row for row in rows if row["key"] == [*key]), None)
            if row and row["open_count"] and row["unknown_count"] == row["open_count"]:
                row["calibrated"] = None
            return row and {name: row[name] for name in SHOWN}
        target = kept.target if kept.has_target else None
        others = {
            "target": target,
            "calibrated": None if kept.is_uncalibrated else kept.calibrated,
            "gap": get_gap(kept, target)[0],
            "own": kept.own if kept.has_own else None,
        }
        return {name: others[name] if name in others else kept[name] for name in SHOWN}

    def _get_change_filters(self, change):
        """Return the filters of the page that shows what the review keeps: from its Monday to the next one,
        else until now; nothing where its Monday was not kept.
        """
        self.ensure_one()
        scope = {**self._get_scope(), "company_id": self.company_id.id}
        kept = change._get_kept_days(change._clean_scope(scope))
        first, last = str(self.date_from), str(self.date_to + timedelta(days=1))
        if first not in kept:
            return {}
        return {**scope, "date_from": first, "date_to": last if last in kept else False}

    @api.readonly
    def action_open_change(self):
        """Open the page of what changed in the pipeline in the week of this review."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "sales_funnel_playbook_forecast.crm_pipeline_change_action"
        )
        return {**action, "params": {"filters": self._get_change_filters(self.env["crm.pipeline.change"])}}

    @api.depends("pipeline_change", "forecast")
    @api.depends_context("lang")
    def _compute_change_table(self):
        for review in self:
            tables = [
                (self.env._("Change of the Pipeline"), review._get_change_texts()),
                (self.env._("Forecast of the Quarter"), review._get_forecast_texts()),
            ]
            review.change_table = Markup().join(
                self._prepare_table(title, rows) for title, rows in tables if rows
            )

    @api.model
    def _prepare_table(self, title, rows):
        cell = Markup('<tr><th class="fw-normal">%s</th><td class="text-end">%s</td><td>%s</td></tr>')
        body = Markup().join(cell % row for row in rows)
        return Markup('<h3>%s</h3><table class="table table-sm w-auto">%s</table>') % (title, body)

    def _get_change_texts(self):
        """Return ``[(part, amount, deals), …]`` of the change that was kept, as texts."""
        labels = self.env["crm.pipeline.change"]._get_definitions()
        kept = {name: numbers for name, *numbers in self.pipeline_change or []}
        return [
            (
                labels[name][0],
                format_amount(self.env, kept[name][0], self.currency_id),
                self.env._("%s deals", kept[name][2]),
            )
            for name in PARTS
            if name in kept
        ]

    @api.model
    def _get_forecast_labels(self):
        weeks = self.env["crm.forecast.week"]._fields
        labels = {name: weeks[name]._description_string(self.env) for name in SHOWN if name in weeks}
        return {**labels, "gap": self.env._("Gap")}

    def _get_forecast_texts(self):
        """Return ``[(number, amount, ""), …]`` of the forecast that was kept, in its company's currency."""
        labels = self._get_forecast_labels()
        # sudo: whoever reads the review may be working in another company
        currency = self.sudo().company_id.currency_id
        return [
            (labels[name], format_amount(self.env, amount, currency), "")
            for name, amount in (self.forecast or {}).items()
            if amount is not None
        ]

    def _write_sheets(self, book, styles):
        result = super()._write_sheets(book, styles)
        rows = self._get_change_cells()
        if rows:
            headings = [self.env._("Part"), self.env._("Worth"), self.env._("Deals")]
            sheet = book.add_worksheet(self.env._("Change and Forecast"))
            self._write_table(sheet, styles, headings, rows, [30, 16, 10])
        return result

    def _get_change_cells(self):
        """Return the rows of the workbook: the parts of the change, then the numbers of the forecast."""
        labels = self.env["crm.pipeline.change"]._get_definitions()
        kept = {name: numbers for name, *numbers in self.pipeline_change or []}
        parts = [
            [(labels[name][0], None), (kept[name][0], "number"), (kept[name][2], "number")]
            for name in PARTS
            if name in kept
        ]
        names = self._get_forecast_labels()
        numbers = [
            [(names[name], None), (amount, "number"), (None, None)]
            for name, amount in (self.forecast or {}).items()
            if amount is not None
        ]
        return parts + numbers

    def _get_finding_texts(self):
        """The mail and the paper say from what to what the pipeline went, what of it was won, and what the
        quarter will bring.
        """
        texts = super()._get_finding_texts()
        told = {"opening", "won", "closing"}
        kept = {name: amount for name, amount, *_counts in self.pipeline_change or [] if name in told}
        labels = self.env["crm.pipeline.change"]._get_definitions() if kept else {}
        return (
            texts
            + [
                self.env._(
                    "%(part)s: %(amount)s",
                    part=labels[name][0],
                    amount=format_amount(self.env, kept[name], self.currency_id),
                )
                for name in PARTS
                if name in kept
            ]
            + self._get_forecast_finding()
        )

    def _get_forecast_finding(self):
        """Return the forecast of the quarter in one line, in a list that is empty where there is none."""
        numbers = [label_text(self.env, label, amount) for label, amount, _none in self._get_forecast_texts()]
        title = self.env._("Forecast of the Quarter")
        return [label_text(self.env, title, list_clauses(self.env, numbers))] if numbers else []
