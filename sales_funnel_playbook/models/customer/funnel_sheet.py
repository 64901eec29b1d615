import base64
import io

import xlsxwriter

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ...arguments import check_argument
from ...tools.xlsx_tables import write_table

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# The fields of the sheet that teams keep by hand, in its order …
SHEET_COLUMNS = (
    *("partner_name", "industry_id", "contact_name", "stage_id", "stage_entered_at", "last_contact_at"),
    *("last_contact_summary", "probability", "expected_revenue_wan", "risk_level", "risk_description"),
    "user_id",
)
# … those that stand behind them in the Funnel Sheet, and those that a person adds.
ID = "id"
MORE_COLUMNS = (
    *("expected_revenue", "name", "product_line_id", "stage_due_date", "stage_expected_days", "tier"),
    "score",
)
STYLES = {
    "head": {"bold": True, "bg_color": "#E7E9ED", "text_wrap": True, "valign": "top"},
    "datetime": {"num_format": "yyyy-mm-dd hh:mm", "align": "left"},
    "date": {"num_format": "yyyy-mm-dd", "align": "left"},
    "percent": {"num_format": 'General"%"'},
}
WIDTHS = {"char": 20, "text": 40, "many2one": 18, "datetime": 16, "date": 12, "selection": 10}


class CrmLead(models.Model):
    """The Funnel Sheet: deals in the columns of the sheet that teams keep by hand, and out of Odoo in the
    form in which they come in again.
    """

    _inherit = "crm.lead"
    _sheet_columns = SHEET_COLUMNS

    customer_label = fields.Char(
        string="Customer Name",
        compute="_compute_customer_label",
        help="The company that a deal is with; where it has none, the person, or what the deal is called.",
    )

    @api.depends("partner_name", "partner_id.commercial_partner_id.name", "contact_name", "name")
    def _compute_customer_label(self):
        for lead in self:
            customer = lead.partner_id.commercial_partner_id.name
            lead.customer_label = lead.partner_name or customer or lead.contact_name or lead.name

    @api.model
    def _get_sheet_headings(self):
        """Return ``{field: heading}`` of the columns, all of which the import knows."""
        return {
            "partner_name": self.env._("Customer name"),
            "industry_id": self.env._("Industry"),
            "contact_name": self.env._("Contact person"),
            "stage_id": self.env._("Current stage"),
            "stage_entered_at": self.env._("Entered at"),
            "last_contact_at": self.env._("Last contact time"),
            "last_contact_summary": self.env._("Communication summary"),
            "probability": self.env._("Win probability (%)"),
            "expected_revenue_wan": self.env._("Expected amount (10,000)"),
            "risk_level": self.env._("Risk level"),
            "risk_description": self.env._("Risk description"),
            "user_id": self.env._("Owner"),
            ID: "ID",
            "expected_revenue": self.env._("Expected amount"),
            "product_line_id": self.env._("Product line"),
        }

    @api.model
    @api.readonly
    def get_funnel_sheet(self, domain, columns=SHEET_COLUMNS):
        """Return the Funnel Sheet as a file: ``name``, ``mimetype``, and ``content``, a workbook in base64.

        :param list domain: which deals; who lacks Odoo's right to export gets their own of these
        :param list columns: the fields a person sees: amounts in ten thousands or as they are, and what
            stands behind the twelve columns and the ID
        :raise UserError: when an argument is none
        """
        check_argument(self.env, "columns", columns, isinstance(columns, (list, tuple)))
        wanted = Domain(check_argument(self.env, "domain", domain, self._is_domain(domain)))
        if not self.env.user.has_group("base.group_allow_export"):
            wanted &= Domain("user_id", "=", self.env.uid)
        leads = self.search(wanted)
        day = format_date(self.env, fields.Date.context_today(self), date_format="yyyy-MM-dd")
        return {
            "name": f"{self.env._('Funnel Sheet')} {day}.xlsx",
            "mimetype": XLSX,
            "content": base64.b64encode(leads._make_funnel_sheet(self._choose_columns(columns))).decode(),
        }

    @api.model
    def _is_domain(self, value):
        try:
            Domain(value).validate(self)
        except (TypeError, ValueError):
            return False
        return isinstance(value, (list, tuple))

    @api.model
    def _choose_columns(self, columns):
        """Return the fields of a sheet in order: amounts as they are take the place of those in ten
        thousands if they are asked for without these.
        """
        more = [name for name in MORE_COLUMNS if name in columns]
        if "expected_revenue" not in more or "expected_revenue_wan" in columns:
            return [*SHEET_COLUMNS, ID, *more]
        more.remove("expected_revenue")
        its = ["expected_revenue" if name == "expected_revenue_wan" else name for name in SHEET_COLUMNS]
        return [*its, ID, *more]

    def _make_funnel_sheet(self, columns):
        """Return a workbook with these deals."""
        headings = self._get_sheet_headings()
        labels = [headings.get(name) or self._fields[name]._description_string(self.env) for name in columns]
        widths = [WIDTHS.get(self._fields[name].type, 12) for name in columns]
        rows = [[lead._get_sheet_cell(name) for name in columns] for lead in self]
        output = io.BytesIO()
        with xlsxwriter.Workbook(output, {"in_memory": True}) as book:
            styles = {name: book.add_format(style) for name, style in STYLES.items()}
            sheet = book.add_worksheet(self.env._("Funnel Sheet")[:31])
            write_table(sheet, styles, labels, rows, widths)
        return output.getvalue()

    def _get_sheet_cell(self, name):
        """Return what a cell holds, and the name of its style."""
        field, value = self._fields[name], self[name]
        if name == "partner_name":
            return self.customer_label, None
        if name == "probability":
            return value, "percent"
        if name == "expected_revenue_wan":
            return round(value, 6), None  # a hundredth is a millionth of them
        if field.type == "many2one":
            return value.name or None, None
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value), None
        if field.type == "datetime" and value:
            return fields.Datetime.context_timestamp(self, value).replace(tzinfo=None), "datetime"
        if field.type == "date":
            return value, "date"
        return (value if field.type in ("integer", "float", "monetary") else value or None), None
