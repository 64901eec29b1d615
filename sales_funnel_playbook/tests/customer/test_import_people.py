import base64
from datetime import datetime

from odoo.tests import new_test_user, tagged

from .import_common import ImportCase
from .sheet_files import XLSX

HEADINGS = ["客户名称", "当前阶段", "进入时间", "最近沟通时间", "沟通内容摘要", "风险等级"]
ROW = ["A科技公司", "方案演示", "2024-03-15 01:30", "2024-03-20 01:30", "客户要求增加模块", "中"]


@tagged("post_install", "-at_install")
class TestImportPeople(ImportCase):
    """A salesperson with own deals only, in a zone of their own, imports the sheet and takes it out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).active = False
        cls.seller = new_test_user(
            cls.env, "sheet_seller", groups="sales_team.group_sale_salesman", tz="Asia/Shanghai", lang="zh_CN"
        )
        cls.team.member_ids |= cls.seller

    def setUp(self):
        super().setUp()
        self.env = self.env(user=self.seller, su=False)

    def _import_rows(self, headings, *rows, **options):
        return self._import(self._sheet(*rows, headers=headings), **options)

    def _download(self, tz):
        leads = self.env["crm.lead"].with_context(lang="zh_CN", tz=tz)
        return base64.b64decode(leads.get_funnel_sheet([], [])["content"])

    def test_times_are_of_the_persons_zone_on_the_way_in_and_out(self):
        lead = self._import_rows(HEADINGS, ROW, tz="Asia/Shanghai")
        self.assertEqual(self.messages, [])
        self.assertEqual((lead.user_id, lead.stage_id), (self.seller, self.stage_demo))
        self.assertEqual(lead.stage_entered_at, datetime(2024, 3, 14, 17, 30), "the day before, in UTC")
        self.assertEqual(lead.last_contact_at, datetime(2024, 3, 19, 17, 30))
        before = lead.read(["stage_entered_at", "last_contact_at", "risk_level", "user_id"])
        facts = (lead.progress_ids, lead.risk_ids, lead.stage_log_ids)
        for tz in ("Asia/Shanghai", "America/Los_Angeles"):
            with self.subTest(tz=tz):
                self.assertFalse(self._import(self._download(tz), "sheet.xlsx", XLSX, tz=tz))
                self.assertEqual(self.messages, [])
                lead.invalidate_recordset()
                self.assertEqual(lead.read([*before[0]]), before)
                self.assertEqual((lead.progress_ids, lead.risk_ids, lead.stage_log_ids), facts)

    def test_what_is_later_than_now_in_ones_zone_is_refused(self):
        with self.mock_datetime_and_now(datetime(2024, 3, 14, 17)):  # one o'clock of the next day in Shanghai
            self.assertFalse(self._import_rows(HEADINGS[:3], ROW[:3], tz="Asia/Shanghai"))
            self.assertTrue(self.messages)
        with self.mock_datetime_and_now(datetime(2024, 3, 14, 18)):
            self.assertTrue(self._import_rows(HEADINGS[:3], ROW[:3], tz="Asia/Shanghai"))

    def test_deals_of_others_are_not_updated(self):
        other = self._create_lead(partner_name="B集团", user_id=self.user_rep.id)
        self.assertFalse(self._import_rows(["ID", "客户名称", "风险等级"], [other.id, "B集团", "高"]))
        self.assertIn(f"“{other.id}”", self.messages[0]["message"])
        self.assertFalse(other.risk_level)

    def test_what_odoo_does_not_find_is_said_with_the_rows_of_the_sheet(self):
        rows = (["A", "没有的阶段"], ["B", "方案演示"], ["", ""], ["C", "没有的阶段"])
        self.assertFalse(self._import_rows(HEADINGS[:2], *rows, lang="en_US"))
        [message] = self.messages
        self.assertTrue(message["message"].startswith("Rows 2, 5, “当前阶段”: "), message["message"])
        self.assertIn("没有的阶段", message["message"])
        self.assertEqual(message["rows"], {"from": 1, "to": 4}, "the screen adds one")
        self.assertFalse(self._import_rows(["Opportunity", "Stage"], ["A", "没有的阶段"], lang="en_US"))
        self.assertNotIn("Row", self.messages[0]["message"], "a file that is no sheet is Odoo's own")

    def test_yes_and_no(self):
        headings = ["客户名称", "Active"]
        cells = ("是", "否", "✓", "N", "")
        rows = [[f"Y{number}", cell] for number, cell in enumerate(cells)]
        self._import_rows(headings, *rows, lang="en_US")
        self.assertEqual(self.messages, [])
        leads = self.env["crm.lead"].with_context(active_test=False).search([("partner_name", "=like", "Y_")])
        said = {lead.partner_name: lead.active for lead in leads}
        self.assertEqual([said[f"Y{number}"] for number in range(4)], [True, False, True, False])
        self.assertFalse(self._import_rows(headings, ["Z", "maybe"], lang="en_US"))
        self.assertEqual(
            self.messages[0]["message"],
            "Row 2, “Active”: “maybe” is neither yes nor no. Write Yes or No.",
        )
