import base64
import csv
import io
from datetime import datetime
from pathlib import Path

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.sales_funnel_playbook import hooks
from odoo.addons.sales_funnel_playbook.tools.funnel import get_period

from .common import PlaybookCase

SHEETS = Path(hooks.__file__).parent / "static" / "xls"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@tagged("post_install", "-at_install")
class TestImport(PlaybookCase):
    """The handbook's sheet through Odoo's own import."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.env.user.lang = "zh_CN"
        cls.playbook.mode = "observe"
        for stage, chinese in ((cls.stage_demo, "方案演示"), (cls.stage_talks, "商务谈判")):
            stage.with_context(lang="zh_CN").name = chinese
            stage.team_ids = False
        cls.user_rep, cls.user_manager = cls.env["res.users"].create(
            [
                {
                    "name": name,
                    "login": login,
                    "group_ids": [Command.set(cls.env.ref("sales_team.group_sale_salesman_all_leads").ids)],
                }
                for name, login in (("销售代表", "sheet_rep"), ("客户经理", "sheet_manager"))
            ]
        )
        cls.team.member_ids |= cls.user_rep | cls.user_manager

    def _import(self, content, name="sheet.csv", mimetype="text/csv", lang="zh_CN"):
        """Upload, take the proposed mapping, and import: what the screen does."""
        wizard = (
            self.env["base_import.import"]
            .with_context(lang=lang, tz="UTC")
            .create({"res_model": "crm.lead", "file": content, "file_name": name, "file_type": mimetype})
        )
        options = {"has_headers": True, "quoting": '"', "separator": "", "encoding": ""}
        preview = wizard.parse_preview(options)
        self.assertFalse(preview.get("error"))
        headers = preview["headers"]
        matches = {int(index): "/".join(path) for index, path in preview["matches"].items()}
        fields = [matches.get(index, False) for index in range(len(headers))]
        self.mapping = dict(zip(headers, fields, strict=True))
        self.existing = self.env["crm.lead"].search([]).ids
        result = wizard.execute_import(fields, headers, {**options, **preview["options"]})
        self.messages = result["messages"]
        return self.env["crm.lead"].search([("id", "not in", self.existing)], order="id")

    def _sheet(self, *rows, headers=None):
        stream = io.StringIO()
        writer = csv.writer(stream)
        writer.writerow(headers or self._headers())
        writer.writerows(rows)
        return stream.getvalue().encode()

    def _headers(self):
        with (SHEETS / "sales_funnel_sheet.csv").open(encoding="utf-8-sig") as sheet:
            return next(csv.reader(sheet))

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
        self.env["res.partner"].create([{"name": "B集团", "is_company": True} for _ in range(2)])
        leads = self._import((SHEETS / "sales_funnel_sheet.csv").read_bytes())
        self.assertHandbook(leads)
        self.assertEqual(leads.partner_id, customer, "which of two namesakes is meant, nobody can tell")
        self.assertEqual(self.env["res.partner"].search_count([("name", "=", "A科技公司")]), 1)

    def test_an_unknown_risk_level_is_refused(self):
        row = ["A", "", "", "方案演示", "", "", "", "", "1", "严重", "", "销售代表"]
        self.assertFalse(self._import(self._sheet(row)))
        self.assertIn("严重", self.messages[-1]["message"])

    def test_characters_that_no_database_stores(self):
        sheet = self._sheet(["A", "fine"], ["B", "a\0b"], headers=["客户名称", "联系人"])
        self.assertFalse(self._import(sheet, lang="en_US"))
        self.assertIn("cannot be stored", self.messages[0]["message"])
        self.assertEqual(self.messages[0]["record"], 1)
        rows = [["A", "fine"], ["B", "a\0b"], ["C\ud800", ""]]
        result = self.env["crm.lead"].with_context(lang="en_US").load(["partner_name", "contact_name"], rows)
        self.assertFalse(result["ids"])
        self.assertEqual([message["record"] for message in result["messages"]], [1, 2])
        self.assertIn("cannot be stored", result["messages"][0]["message"])

    def test_a_probability_above_100_is_refused(self):
        row = ["A", "", "", "方案演示", "", "", "", "170", "1", "", "", "销售代表"]
        with mute_logger("odoo.sql_db"):
            self.assertFalse(self._import(self._sheet(row)))
        self.assertTrue(self.messages)

    def test_offered_as_a_template(self):
        leads = self.env["crm.lead"].with_context(lang="zh_CN")
        templates = [template["template"] for template in leads.get_import_templates()]
        self.assertIn("/sales_funnel_playbook/static/xls/sales_funnel_sheet.xlsx", templates)
        self.assertIn("/crm/static/xls/crm_lead.xls", templates)
        english = self.env["crm.lead"].with_context(lang="en_US").get_import_templates()
        self.assertEqual(
            english[-1]["template"], "/sales_funnel_playbook/static/xls/sales_funnel_sheet_en.xlsx"
        )

    def test_bad_rows_are_named_and_nothing_stays(self):
        good = [
            "A科技公司",
            "制造业",
            "总经理",
            "商务谈判",
            "2024-03-15",
            "",
            "",
            "70",
            "50",
            "",
            "",
            "销售代表",
        ]
        for column, value, field_name in [
            (3, "没有这个阶段", "stage_id"),
            (4, "2024-13-45", "stage_entered_at"),
            (7, "七成", "probability"),
            (7, "170", "probability"),
            (8, "五十", "expected_revenue_wan"),
            (11, "没有这个人", "user_id"),
        ]:
            bad = [*good[:column], value, *good[column + 1 :]]
            with self.subTest(value=value), mute_logger("odoo.sql_db"):
                self.assertFalse(self._import(self._sheet(good, bad)), "nothing stays")
                [message] = self.messages
                if column == 4:  # Odoo reads dates before the rows: it says both in the text
                    self.assertIn(field_name, message["message"])
                    self.assertIn(value, message["message"])
                    self.assertEqual(message["field_path"], [field_name])
                else:
                    self.assertEqual(message["field"], field_name)
                    self.assertEqual(message["rows"], {"from": 1, "to": 1})

    def test_enforced_gate_holds_for_imports_and_names_the_row(self):
        self.playbook.mode = "enforce"
        good = ["Ready", "", "", "Lead", "", "", "", "", "1", "", "", "销售代表"]
        bad = ["Held back", "", "", "方案演示", "", "", "", "", "1", "", "", "销售代表"]
        self.stage_lead.team_ids = False
        self.assertFalse(self._import(self._sheet(good, bad)))
        message = self.messages[-1]
        self.assertIn("Needs confirmed", message["message"])
        self.assertIn("Held back", message["message"])
        self.assertEqual(message["rows"], {"from": 1, "to": 1})

    def test_every_field_of_the_headings_exists(self):
        for heading, field_name in hooks.SHEET_HEADINGS.items():
            self.assertIn(field_name, self.env["crm.lead"]._fields, heading)

    def test_headings_are_installed_once_and_forgotten_on_uninstall(self):
        Mapping = self.env["base_import.mapping"]
        domain = [("res_model", "=", "crm.lead"), ("column_name", "in", list(hooks.SHEET_HEADINGS))]
        hooks.post_init_hook(self.env)
        self.assertEqual(Mapping.search_count(domain), len(hooks.SHEET_HEADINGS))
        hooks.uninstall_hook(self.env)
        self.assertFalse(Mapping.search_count(domain))

    def test_amount_in_ten_thousands(self):
        lead = self._create_lead(expected_revenue_wan=50)
        self.assertEqual(lead.expected_revenue, 500_000)
        lead.expected_revenue = 123_000
        self.assertEqual(lead.expected_revenue_wan, 12.3)

    def test_a_date_in_the_future_is_reported(self):
        row = ["A", "", "", "方案演示", "2999-03-15", "", "", "", "1", "", "", "销售代表"]
        self.assertFalse(self._import(self._sheet(row)))
        self.assertIn("2999", self.messages[-1]["message"])

    def test_updating_by_id_keeps_the_deals_name(self):
        lead = self._create_lead(name="Big deal")
        self.env["crm.lead"].load([".id", "partner_name"], [[str(lead.id), "ACME"]])
        self.assertEqual((lead.name, lead.partner_name), ("Big deal", "ACME"))

    def test_each_row_held_back_says_why_and_no_industry_stays(self):
        self.playbook.mode = "enforce"
        rows = [
            [name, industry, "", "方案演示", "", "", "", "", "1", "", "", "销售代表"]
            for name, industry in (("One", "造船业"), ("Two", "陶瓷业"))
        ]
        self.assertFalse(self._import(self._sheet(*rows)))
        errors = {message["rows"]["from"]: message["message"] for message in self.messages}
        self.assertIn("“One”", errors[0])
        self.assertIn("“Two”", errors[1])
        industries = self.env["res.partner.industry"]
        self.assertFalse(industries.search([("name", "in", ["造船业", "陶瓷业"])]))

    def test_the_workbook_of_a_review_comes_in_as_it_is(self):
        """Open customers go out with a review, and back in through Odoo's own import."""
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
        review = self.env["crm.funnel.review"]._make(self.playbook, "week", days, self.team.id)
        workbook = base64.b64decode(review._make_workbook().datas)
        copies = self._import(workbook, "review.xlsx", XLSX, lang=self.env.company.partner_id.lang)
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

    def test_captured_at_comes_in(self):
        """The form of an exhibition, captured on Saturday and imported on Monday."""
        sheet = self._sheet(["Fair", "2024-03-16 10:00:00"], headers=["Opportunity", "Captured At"])
        lead = self._import(sheet, lang="en_US")
        self.assertEqual((lead.name, lead.captured_at), ("Fair", datetime(2024, 3, 16, 10)))
