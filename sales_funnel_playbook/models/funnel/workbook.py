import base64
import io

import xlsxwriter

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.funnel import get_bounds, get_today
from ...tools.xlsx_tables import write_cell, write_table
from .channel import OF_OPEN, WIDTH
from .crm_funnel_numbers import RATES
from .crm_funnel_review_channel import NUMBERS as CHANNEL_NUMBERS
from .findings import NUMBERS

WAN = 10_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class CrmFunnelReview(models.Model):
    """The workbook of a review: open customers as in the handbook's sheet, the funnel, overdue work."""

    _inherit = "crm.funnel.review"

    workbook_id = fields.Many2one(
        "ir.attachment", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )

    @api.model
    def _get_later_fields(self):
        return [*super()._get_later_fields(), "workbook_id"]

    @api.readonly
    def action_download_workbook(self):
        """Download the workbook as it was when the review was made.

        :raise UserError: when there is none
        """
        self.ensure_one()
        workbook = self._get_workbook()
        if not workbook:
            raise UserError(self.env._("This review has no workbook."))
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{workbook.id}?download=true",
            "target": "download",
        }

    def _get_workbook(self):
        """Return the attachment with the workbook."""
        # sudo: whoever may read the review may read its workbook
        return self.sudo().workbook_id

    @api.model
    def _forget_workbooks(self, before):
        """Delete the workbooks of the periods that ended before a moment: they name people. Numbers stay."""
        reviews = self.search([("date_to", "<", before.date()), ("workbook_id", "!=", False)])
        workbooks = reviews.workbook_id
        reviews.workbook_id = False  # a workbook is frozen as long as it is its review's
        workbooks.unlink()

    def _make_workbook(self):
        """Write the workbook, in the language of the company, and attach it to the review."""
        self.ensure_one()
        company = self.company_id or self.env.company
        review = self.with_context(lang=company.partner_id.lang or self.env.lang, tz=self.tz)
        output = io.BytesIO()
        with xlsxwriter.Workbook(output, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
            styles = {
                "head": book.add_format(
                    {"bold": True, "bg_color": "#E7E9ED", "text_wrap": True, "valign": "top"}
                ),
                "number": book.add_format({"num_format": "#,##0"}),
                "decimal": book.add_format({"num_format": "#,##0.0"}),
                "percent": book.add_format({"num_format": 'General"%"'}),
                "date": book.add_format({"num_format": "yyyy-mm-dd"}),
                "total": book.add_format({"bold": True, "top": 1, "num_format": "#,##0"}),
                "muted": book.add_format({"font_color": "#666666", "text_wrap": True, "valign": "top"}),
            }
            review._write_sheets(book, styles)
        # sudo: which file is the workbook, the module alone says
        self.sudo().workbook_id = self.env["ir.attachment"].create(
            {
                "name": f"{review.display_name.replace('/', '-').replace(':', '')}.xlsx",
                "res_model": self._name,
                "res_id": self.id,
                "mimetype": XLSX,
                "datas": base64.b64encode(output.getvalue()),
            }
        )
        return self.workbook_id

    def _write_sheets(self, book, styles):
        """Write the sheets of the workbook; to be extended.

        :param book: ``xlsxwriter.Workbook``; ``styles`` are its formats by name
        """
        self._write_open_customers(book.add_worksheet(self.env._("Open customers")), styles)
        self._write_funnel(book.add_worksheet(self.env._("Funnel")), styles)
        self._write_channels(book.add_worksheet(self.env._("Intake by Channel")), styles)
        self._write_closed(book.add_worksheet(self.env._("Won and lost")), styles)
        self._write_overdue(book.add_worksheet(self.env._("Overdue")), styles)

    def _write_table(self, sheet, styles, headings, rows, widths):
        write_table(sheet, styles, headings, rows, widths)

    def _write_open_customers(self, sheet, styles):
        """Write the sheet that many teams keep by hand; it can be imported as it is. What deals are worth,
        where that is not the amount, and where they came from stand behind it.
        """
        leads = self._get_open_leads()
        then = self._get_amounts_then([lead.id for lead, *_where in leads])
        levels = dict(self.env["crm.lead"]._fields["risk_level"]._description_selection(self.env))
        rows = [
            self._prepare_customer(then.get(lead.id, lead), levels, lead, *where) for lead, *where in leads
        ]
        headings = [*self._get_customer_headings(), "ID"]
        widths = [28, 14, 16, 18, 12, 12, 40, 12, 14, 10, 30, 16, 8]
        if self.playbook_id.worth_basis != "one_off":
            headings.append(self.env._("Worth (10,000)"))
            widths.append(14)
            for row, (lead, *_where) in zip(rows, leads, strict=True):
                row.append((then.get(lead.id, lead).worth / WAN, "decimal"))
        headings += self._get_trait_headings(OF_OPEN)
        widths += [WIDTH for _name in OF_OPEN]
        for row, (lead, *_where) in zip(rows, leads, strict=True):
            row += self._prepare_traits(lead, OF_OPEN)
        self._write_table(sheet, styles, headings, rows, widths)

    def _prepare_customer(self, then, levels, lead, entered_at, stage):
        """Return the cells of an open deal.

        :param then: the deal or its snapshot, which has its amounts
        :param dict levels: the labels of risk levels
        """
        return [
            (lead.partner_id.name or lead.partner_name or lead.name, None),
            (lead.industry_id.name, None),
            (lead.contact_name, None),
            (stage.name, None),
            (self._get_day(entered_at), "date"),
            (self._get_day(lead.last_contact_at), "date"),
            (lead.last_contact_summary, None),
            (then.probability, "percent"),
            (then.expected_revenue / WAN, "decimal"),
            (levels.get(then.risk_level), None),
            (lead.risk_description, None),
            (lead.user_id.name, None),
            (lead.id, None),
        ]

    def _get_day(self, moment):
        """Return which day a moment is on, in the review's time zone."""
        return moment and fields.Datetime.context_timestamp(self, moment).date()

    @api.model
    def _get_customer_headings(self):
        """Return the headings of the handbook's sheet, which the import knows."""
        leads = self.env["crm.lead"]
        headings = leads._get_sheet_headings()
        return [headings[name] for name in leads._sheet_columns]

    def _get_open_leads(self):
        """Return ``[(lead, entered at, stage), …]`` of the deals open at the end of the period, by stage."""
        report = self.env["crm.funnel.report"]
        _since, until = get_bounds(self.date_from, self.date_to, self.tz)
        stays = self.env["crm.lead.stage.log"].search_fetch(
            report._get_open_domain(self._get_scope(), until), ["lead_id", "stay_began_at", "stage_id"]
        )
        ranks = self.env["crm.stage"]._get_ranks()
        stays = stays.sorted(lambda stay: (ranks.get(stay.stage_id.id, -1), stay.stay_began_at, stay.id))
        return [(stay.lead_id, stay.stay_began_at, stay.stage_id) for stay in stays]

    def _get_amounts_then(self, lead_ids):
        """Return ``{id of a deal: what it was}`` on the Monday with which the period ended, where that was
        kept nearer to its end than this review was made.
        """
        until = get_bounds(self.date_from, self.date_to, self.tz)[1]
        on_monday = [("date", "=", get_today(until, self.tz)), ("date.day_of_week", "=", 1)]
        days = self.env["crm.funnel.snapshot.day"].search(on_monday)
        near = days.filtered(lambda day: abs(day.taken_at - until) <= self.made_at - until)
        if not near:
            return {}
        its = [("company_id", "in", near.company_id.ids), ("lead_id", "in", lead_ids)]
        return self.env["crm.funnel.snapshot"].search([*on_monday, *its]).grouped(lambda one: one.lead_id.id)

    def _write_funnel(self, sheet, styles):
        """Write the numbers with rates and totals as formulas, and each number's definition below them."""
        line_fields = self.env["crm.funnel.review.line"]._fields
        labels = [line_fields[name]._description_string(self.env) for name in NUMBERS]
        rows = [
            [(line.name, None), *((line[name], self._get_style(name)) for name in NUMBERS)]
            for line in self.stage_line_ids
        ]
        headings = [self.env._("Stage"), *labels]
        self._write_table(sheet, styles, headings, rows, (24, *(11 for _name in NUMBERS)))
        for number, line in enumerate(self.stage_line_ids, start=1):
            for name in RATES:
                self._write_rate(sheet, number, name, line[name], styles)
        last = len(self.stage_line_ids)
        for line in self.line_ids.filtered("is_total"):
            last += 1
            self._write_total(sheet, last, line, styles)
        for offset, (name, label) in enumerate(zip(NUMBERS, labels, strict=True), start=last + 3):
            sheet.write_string(offset, 0, label, styles["muted"])
            sheet.write_string(offset, 1, line_fields[name]._description_help(self.env) or "")

    def _write_total(self, sheet, row, line, styles):
        """Write the numbers of all deals; those that mean something of a stage only are left empty."""
        sheet.write_string(row, 0, line.name, styles["total"])
        for column, name in enumerate(NUMBERS, start=1):
            value = line[name] if line._is_told(name) else None
            write_cell(sheet, row, column, value, styles["total"])
        self._write_rate(sheet, row, "reached_rate", line.reached_rate, styles)

    def _write_channels(self, sheet, styles):
        """Write what each source, medium and campaign brought, and each number's definition below."""
        channel_fields = self.channel_ids._fields
        labels = [channel_fields[name]._description_string(self.env) for name in CHANNEL_NUMBERS]
        rows = [
            [
                (self._get_channel_kind(channel.kind), None),
                (channel.display_name, None),
                *((channel[name], self._get_style(name)) for name in CHANNEL_NUMBERS),
            ]
            for channel in self.channel_ids
        ]
        headings = [self.env._("Channel Type"), self.env._("Intake Channel"), *labels]
        self._write_table(sheet, styles, headings, rows, (16, 28, *(13 for _name in CHANNEL_NUMBERS)))
        for offset, (name, label) in enumerate(
            zip(CHANNEL_NUMBERS, labels, strict=True), start=len(rows) + 3
        ):
            sheet.write_string(offset, 0, label, styles["muted"])
            sheet.write_string(offset, 1, channel_fields[name]._description_help(self.env) or "")

    def _get_style(self, name):
        return "number" if name.endswith(("_count", "_amount")) else "decimal"

    def _write_rate(self, sheet, row, name, value, styles):
        """Write a rate as a formula of the two numbers it is made of; nothing where there is no rate."""
        if value is False:
            return
        part, whole = (xlsxwriter.utility.xl_rowcol_to_cell(row, NUMBERS.index(of) + 1) for of in RATES[name])
        formula = f'=IF({whole}=0,"",{part}/{whole}*100)'
        sheet.write_formula(row, NUMBERS.index(name) + 1, formula, styles["decimal"], value)

    def _write_overdue(self, sheet, styles):
        """Write what playbooks have asked for and is overdue, tier A first."""
        headings = [
            self.env._("Deal"),
            self.env._("Tier"),
            self.env._("Task"),
            self.env._("Responsible"),
            self.env._("Due"),
            self.env._("Days Overdue"),
        ]
        domain = self._get_overdue_domain(self.playbook_id, self.team_id.id, self.company_id.id)
        today = self._get_day(self.made_at)
        rows = [
            [
                (work.lead_id.name, None),
                (work.tier, None),
                (work.summary, None),
                (work.user_id.name, None),
                (work.date_deadline, "date"),
                ((today - work.date_deadline).days, "number"),
            ]
            for work in self.env["crm.playbook.deadline.report"].search(domain)
        ]
        self._write_table(sheet, styles, headings, rows, (30, 8, 40, 18, 12, 12))
