import base64
import io
from datetime import datetime

import openpyxl

from odoo.tests import tagged

from odoo.addons.sales_funnel_playbook import hooks
from odoo.addons.sales_funnel_playbook.tools.funnel import get_period

from .import_common import SHEETS, ImportCase

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@tagged("post_install", "-at_install")
class TestImport(ImportCase):
    """The handbook's sheet through Odoo's own import."""

    def assertHandbook(self, leads):
        self.assertEqual(self.messages, [])
        self.assertRecordValues(
            leads,
            [
                {
                    "name": "A科技公司",
                    "partner_name": "A科技公司",
                    "contact_name": "总经理",
                    "stage_id": self.stage_talks.id,
                    "stage_entered_at": datetime(2024, 3, 15),
                    "probability": 70,
                    "expected_revenue": 500_000,
                    "user_id": self.user_rep.id,
                },
                {
                    "name": "B集团",
                    "partner_name": "B集团",
                    "contact_name": "主任",
                    "stage_id": self.stage_demo.id,
                    "stage_entered_at": datetime(2024, 3, 18),
                    "probability": 50,
                    "expected_revenue": 800_000,
                    "user_id": self.user_manager.id,
                },
            ],
        )
        self.assertEqual(leads.mapped("industry_id.name"), ["制造业", "金融"])
        self.assertEqual(leads.stage_log_ids.mapped("kind"), ["created", "created"])
        self.assertHandbookRecord(leads)

    def assertHandbookRecord(self, leads):
        """The last contact and the risk have become a note and an entry of the ledger."""
        self.assertRecordValues(
            leads,
            [
                {
                    "last_contact_at": datetime(2024, 3, 20),
                    "last_contact_summary": "客户要求增加3个功能模块",
                    "risk_level": "medium",
                    "risk_description": "预算需内部审批",
                },
                {
                    "last_contact_at": datetime(2024, 3, 22),
                    "last_contact_summary": "客户认可数据安全方案，需试用",
                    "risk_level": "low",
                    "risk_description": "无",
                },
            ],
        )
        self.assertEqual(leads.risk_ids.mapped("level"), ["medium", "low"])
        self.assertEqual(len(leads.progress_ids), 2)
        self.assertFalse(any(leads.progress_ids.mapped("is_late")), "the past came with the deals")

    def test_the_handbooks_sheet_as_csv(self):
        content = (SHEETS / "sales_funnel_sheet.csv").read_bytes()
        self.assertHandbook(self._import(content))

    def test_the_handbooks_sheet_as_xlsx(self):
        content = (SHEETS / "sales_funnel_sheet.xlsx").read_bytes()
        self.assertHandbook(self._import(content, "sheet.xlsx", XLSX))

    def test_by_a_user_who_works_in_english(self):
        content = (SHEETS / "sales_funnel_sheet.csv").read_bytes()
        self.assertHandbook(self._import(content, lang="en_US"))

    def test_the_sheet_with_english_headings(self):
        self.stage_demo.with_context(lang="en_US").name = "Solution demo"
        self.stage_talks.with_context(lang="en_US").name = "Negotiation"
        self.user_rep.name, self.user_manager.name = "Sales Representative", "Account Manager"
        for name, mimetype in (
            ("sales_funnel_sheet_en.csv", "text/csv"),
            ("sales_funnel_sheet_en.xlsx", XLSX),
        ):
            with self.subTest(name=name), self.env.cr.savepoint() as savepoint:
                leads = self._import((SHEETS / name).read_bytes(), name, mimetype, lang="en_US")
                self.assertEqual(self.messages, [])
                self.assertEqual(leads.mapped("partner_name"), ["A Technology Co.", "B Group"])
                self.assertEqual(leads.mapped("stage_id"), self.stage_talks | self.stage_demo)
                self.assertEqual(leads.mapped("expected_revenue"), [500_000, 800_000])
                self.assertEqual(leads.mapped("risk_level"), ["medium", "low"])
                self.assertTrue(all(self.mapping.values()), self.mapping)
                savepoint.rollback()

    def test_every_column_has_its_field(self):
        self._import((SHEETS / "sales_funnel_sheet.csv").read_bytes())
        self.assertTrue(all(self.mapping.values()), self.mapping)

    def test_an_existing_customer_is_matched(self):
        customer = self.env["res.partner"].create({"name": "A科技公司", "is_company": True})
        leads = self._import((SHEETS / "sales_funnel_sheet.csv").read_bytes())
        self.assertHandbook(leads)
        self.assertEqual(leads.partner_id, customer)
        self.assertEqual(self.env["res.partner"].search_count([("name", "=", "A科技公司")]), 1)

    def test_offered_as_a_template(self):
        leads = self.env["crm.lead"].with_context(lang="zh_CN")
        templates = [template["template"] for template in leads.get_import_templates()]
        self.assertIn("/sales_funnel_playbook/static/xls/sales_funnel_sheet.xlsx", templates)
        self.assertIn("/crm/static/xls/crm_lead.xls", templates)
        english = self.env["crm.lead"].with_context(lang="en_US").get_import_templates()
        self.assertIn(
            "/sales_funnel_playbook/static/xls/sales_funnel_sheet_en.xlsx",
            [template["template"] for template in english],
        )

    def test_every_field_of_the_headings_exists(self):
        for heading, field_name in hooks.SHEET_HEADINGS.items():
            self.assertIn(field_name, self.env["crm.lead"]._fields, heading)

    def test_headings_are_installed_once_and_forgotten_on_uninstall(self):
        Mapping = self.env["base_import.mapping"]
        domain = [("res_model", "=", "crm.lead"), ("column_name", "in", list(hooks.SHEET_HEADINGS))]
        hooks.post_init_hook(self.env)
        self.assertEqual(Mapping.search_count(domain), len(hooks.SHEET_HEADINGS))
        mine = {"res_model": "crm.lead", "column_name": "wx", "field_name": "wechat"}
        mine, other = Mapping.create([mine, {**mine, "column_name": "tel", "field_name": "phone"}])
        hooks.uninstall_hook(self.env)
        self.assertFalse(Mapping.search_count(domain))
        self.assertEqual((mine | other).exists(), other, "what was sent to fields that go, goes with them")

    def test_amount_in_ten_thousands(self):
        lead = self._create_lead(expected_revenue_wan=50)
        self.assertEqual(lead.expected_revenue, 500_000)
        lead.expected_revenue = 123_000
        self.assertEqual(lead.expected_revenue_wan, 12.3)

    def test_updating_by_id_keeps_the_deals_name(self):
        lead = self._create_lead(name="Big deal")
        self.env["crm.lead"].load([".id", "partner_name"], [[str(lead.id), "ACME"]])
        self.assertEqual((lead.name, lead.partner_name), ("Big deal", "ACME"))

    def test_the_workbook_of_a_review_comes_in_as_it_is(self):
        """Open customers go out with a review, and back in through Odoo's own import: as the deals that
        they are, by their IDs, or as new ones without these.
        """
        lead = self._create_lead(
            partner_name="A科技公司",
            stage_id=self.stage_demo.id,
            user_id=self.user_rep.id,
            expected_revenue=500000,
            probability=70,
            risk_level="medium",
            risk_description="预算需内部审批",
        )
        days = get_period(datetime.now().date(), "week")
        review = self.env["crm.funnel.review"]._make(
            self.playbook, "week", days, self.team.id, self.env.company.id
        )
        workbook = base64.b64decode(review._make_workbook().datas)
        lang = self.env.company.partner_id.lang
        self.assertFalse(self._import(workbook, "review.xlsx", XLSX, lang=lang), "no deal is new")
        self.assertFalse([message for message in self.messages if message["type"] == "error"])
        copies = self._import(self._without_ids(workbook), "review.xlsx", XLSX, lang=lang)
        self.assertFalse([message for message in self.messages if message["type"] == "error"])
        copy = copies.filtered(lambda one: one.partner_name == "A科技公司")
        for name in (
            "stage_id",
            "user_id",
            "expected_revenue",
            "probability",
            "risk_level",
            "risk_description",
        ):
            self.assertEqual(copy[name], lead[name], name)

    def _without_ids(self, workbook):
        book = openpyxl.load_workbook(io.BytesIO(workbook))
        book.worksheets[0].delete_cols(13)
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()

    def test_captured_at_comes_in(self):
        """The form of an exhibition, captured on Saturday and imported on Monday."""
        sheet = self._sheet(["Fair", "2024-03-16 10:00:00"], headers=["Opportunity", "Captured At"])
        lead = self._import(sheet, lang="en_US")
        self.assertEqual((lead.name, lead.captured_at), ("Fair", datetime(2024, 3, 16, 10)))
