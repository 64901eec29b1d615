from datetime import datetime

from odoo.tests import tagged
from odoo.tools import html2plaintext

from .import_common import SHEETS, ImportCase
from .sheet_files import XLSX, make_csv, make_xlsx


@tagged("post_install", "-at_install")
class TestFairList(ImportCase):
    """Lists of fairs and forms come in as they are."""

    def test_the_templates_come_in_in_each_language(self):
        for lang, suffix in (("zh_CN", ""), ("zh_TW", "_tw"), ("en_US", "_en")):
            self.env["res.lang"]._activate_lang(lang)
            for ending, mimetype in (("csv", "text/csv"), ("xlsx", XLSX)):
                name = f"sales_funnel_list{suffix}.{ending}"
                with self.subTest(name=name), self.env.cr.savepoint() as savepoint:
                    leads = self._import((SHEETS / name).read_bytes(), name, mimetype, lang=lang)
                    self.assertEqual(self.messages, [])
                    self.assertTrue(all(self.mapping.values()), self.mapping)
                    self._check_list(leads)
                    savepoint.rollback()

    def _check_list(self, leads):
        first, second = leads
        self.assertIn("C", first.partner_name)
        self.assertEqual(first.name, first.partner_name)
        for name in ("contact_name", "function", "phone", "source_id", "medium_id", "campaign_id"):
            self.assertTrue(first[name], name)
        self.assertEqual(first.email_from, "liu@example.com")
        self.assertEqual(first.captured_at, datetime(2024, 3, 16))
        self.assertEqual(second.captured_at, datetime(2024, 3, 17))
        self.assertEqual(second.name, second.contact_name, "named after the person where no company is")
        self.assertIn("<", html2plaintext(second.description), "a description is text")

    def test_offered_in_each_language(self):
        for lang, suffix in (("zh_CN", ""), ("zh_TW", "_tw"), ("zh_HK", "_tw"), ("en_US", "_en")):
            self.env["res.lang"]._activate_lang(lang)
            templates = self.env["crm.lead"].with_context(lang=lang).get_import_templates()
            files = [template["template"].split("/")[-1] for template in templates]
            for name in (f"sales_funnel_sheet{suffix}.xlsx", f"sales_funnel_list{suffix}.xlsx"):
                self.assertIn(name, files)
                self.assertTrue((SHEETS / name).exists())

    def test_a_list_as_a_fair_gives_it(self):
        source = self.env["utm.source"].create({"name": "广交会"})
        rows = [
            ["春季展会名单", "", "", "", "", ""],
            ["公司", "姓名", "手机", "微信号", "来源", "需求"],
            ["甲公司", "刘工", 13800138000, "wx_liu", "广交会 ", "a<b & c\n第二行"],
            ["", "", "13900139000", "", "新来源", ""],
        ]
        leads = self._import(make_xlsx(rows, merged=["A1:F1"]), "list.xlsx", XLSX)
        self.assertEqual(self.messages, [])
        self.assertEqual(leads.mapped("phone"), ["13800138000", "13900139000"])
        self.assertEqual(leads.mapped("name"), ["甲公司", "13900139000"])
        self.assertEqual(leads[0].source_id, source)
        self.assertEqual(leads[1].source_id.name, "新来源")
        self.assertEqual(leads[0].wechat, "wx_liu")
        self.assertEqual(html2plaintext(leads[0].description), "a<b & c\n第二行")

    def test_sources_of_a_failed_list_do_not_stay(self):
        rows = [["姓名", "线索来源", "获取时间"], ["A", "新来源", ""], ["B", "", "2990-01-01"]]
        self.assertFalse(self._import(make_csv(rows)))
        self.assertTrue(self.messages)
        self.assertFalse(self.env["utm.source"].search([("name", "=", "新来源")]))

    def test_telephone_numbers_that_a_spreadsheet_has_shortened(self):
        rows = [["姓名", "电话", "微信"], ["A", "13800138000", ""], ["B", "1.38E+10", ""]]
        self.assertFalse(self._import(make_csv(rows), lang="en_US"))
        self.assertIn("without their last digits: 3.", self.messages[0]["message"])

    def test_by_a_salesperson(self):
        rows = [["姓名", "线索来源", "微信"], ["A", "新来源", "wx"]]
        self.env.user.invalidate_recordset()
        with self.with_user(self.user_rep.login):
            lead = self._import(make_csv(rows))
            self.assertEqual(self.messages, [])
            self.assertEqual((lead.source_id.name, lead.wechat), ("新来源", "wx"))

    def test_wechat_survives_a_merge(self):
        one, other = (self._create_lead(name=name) for name in "AB")
        other.wechat = "wx_liu"
        self.assertEqual((one | other).merge_opportunity().wechat, "wx_liu")
