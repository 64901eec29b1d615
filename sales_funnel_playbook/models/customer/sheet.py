import re

from odoo import api, fields, models

from .crm_lead import KEEPS_CUSTOMER

TEN_THOUSAND = 10_000
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
CHINESE_LEVELS = {"高": "high", "中": "medium", "低": "low"}


class CrmLead(models.Model):
    """The customer sheet that many teams keep in a spreadsheet comes in through Odoo's own import.
    ``hooks.py`` tells the import which heading is which field.
    """

    _inherit = "crm.lead"

    expected_revenue_wan = fields.Float(
        string="Expected Revenue (10,000)",
        compute="_compute_expected_revenue_wan",
        inverse="_inverse_expected_revenue_wan",
        help="Expected revenue in ten thousands (万) of the company's currency, as sheets give it.",
    )

    @api.depends("expected_revenue")
    def _compute_expected_revenue_wan(self):
        for lead in self:
            lead.expected_revenue_wan = lead.expected_revenue / TEN_THOUSAND

    def _inverse_expected_revenue_wan(self):
        for lead in self:
            lead.expected_revenue = lead.expected_revenue_wan * TEN_THOUSAND

    @api.model
    def load(self, fields, data):
        """Refuse what no database stores, and read the risk levels of a Chinese sheet."""
        if messages := self._get_unstorable(data):
            return {"ids": False, "messages": messages, "nextrow": 0}
        if "risk_level" in fields:
            column = fields.index("risk_level")
            data = [[*row[:column], self._get_level(row[column]), *row[column + 1 :]] for row in data]
        return super().load(fields, data)

    @api.model
    def _get_unstorable(self, data):
        """Return the messages about the rows of a sheet with characters that no database stores."""
        return [
            {
                "type": "error",
                "message": self.env._("This row contains an invalid character. Retype the text."),
                "rows": {"from": number, "to": number},
                "record": number,
            }
            for number, row in enumerate(data)
            if any(isinstance(cell, str) and UNSTORABLE.search(cell) for cell in row)
        ]

    @api.model
    def _get_level(self, text):
        """Return the risk level that a sheet names in Chinese, whatever languages are installed."""
        return CHINESE_LEVELS.get((text or "").strip(), text)

    @api.model
    def _load_records_create(self, vals_list):
        """Link the customers of the new leads of a sheet. Leads that are there keep theirs: a sheet that
        updates them says nothing about who their customer is, unless it has a column for that.
        """
        # the key by which Odoo's ``load`` tells its records from those of a module's data files
        is_sheet = "_import_current_module" in self.env.context
        if not is_sheet or self.default_get(["partner_id"]).get("partner_id"):
            return super()._load_records_create(vals_list)
        leads = self.with_context(**{KEEPS_CUSTOMER: True})
        return super(CrmLead, leads)._load_records_create(self._link_customers(vals_list))

    def _load_records_write(self, values):
        """The company keeps its phone and e-mail, whoever at it the sheet says to call."""
        is_sheet = "_import_current_module" in self.env.context and self.partner_id.is_company
        lead = self.with_context(**{KEEPS_CUSTOMER: True}) if is_sheet else self
        return super(CrmLead, lead)._load_records_write(values)

    @api.model
    def _link_customers(self, vals_list):
        """Return ``vals_list`` of new leads, with the customer where exactly one company that the lead may
        have bears the name it gives, and where the sheet itself has no column for the customer.
        """
        names = {self._get_customer_name(vals) for vals in vals_list}
        customers = self._get_customers_by_name(names) if any(names) else {}
        linked = []
        for vals in vals_list:
            found = customers.get(self._get_customer_name(vals), self.env["res.partner"])
            if found.company_id:
                company = self.new(vals).company_id
                found = found.filtered(lambda one, mine=company: one.company_id in (mine.browse(), mine))
            linked.append({**vals, "partner_id": found.id} if len(found) == 1 else vals)
        return linked

    @api.model
    def _get_customer_name(self, vals):
        """Return the company's name by which to look for the customer, empty where not to look."""
        return "" if "partner_id" in vals else (vals.get("partner_name") or "").strip()

    @api.model
    def _get_customers_by_name(self, names):
        """Return ``{name: partners}``: the companies in use that bear one of ``names``; which of two
        namesakes is meant, nobody can tell.
        """
        companies = [("is_company", "=", True), ("active", "=", True), ("name", "in", [*filter(None, names)])]
        return dict(self.env["res.partner"]._read_group(companies, ["name"], ["id:recordset"]))

    @api.model
    def get_import_templates(self):
        suffix = self._get_template_suffix()
        return [
            *super().get_import_templates(),
            {
                "label": self.env._("Import Template for the Sales Funnel Sheet"),
                "template": f"/sales_funnel_playbook/static/xls/sales_funnel_sheet{suffix}.xlsx",
            },
        ]
