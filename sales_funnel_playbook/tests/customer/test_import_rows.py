from odoo.tests import tagged
from odoo.tools import mute_logger

from .import_common import ImportCase


@tagged("post_install", "-at_install")
class TestImportRows(ImportCase):
    """Rows that cannot come in say why."""

    def test_an_unknown_risk_level_is_refused(self):
        row = ["A", "", "", "方案演示", "", "", "", "", "1", "严重", "", "销售代表"]
        self.assertFalse(self._import(self._sheet(row)))
        self.assertIn("严重", self.messages[-1]["message"])

    def test_characters_that_no_database_stores(self):
        sheet = self._sheet(["A", "fine"], ["B", "a\0b"], headers=["客户名称", "联系人"])
        self.assertFalse(self._import(sheet, lang="en_US"))
        self.assertIn("invalid character", self.messages[0]["message"])
        self.assertEqual(self.messages[0]["record"], 1)
        rows = [["A", "fine"], ["B", "a\0b"], ["C\ud800", ""]]
        result = self.env["crm.lead"].with_context(lang="en_US").load(["partner_name", "contact_name"], rows)
        self.assertFalse(result["ids"])
        self.assertEqual([message["record"] for message in result["messages"]], [1, 2])
        self.assertIn("invalid character", result["messages"][0]["message"])

    def test_a_probability_above_100_is_refused(self):
        row = ["A", "", "", "方案演示", "", "", "", "170", "1", "", "", "销售代表"]
        with mute_logger("odoo.sql_db"):
            self.assertFalse(self._import(self._sheet(row)))
        self.assertTrue(self.messages)

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
                self.assertEqual(message["field"], field_name)
                self.assertRegex(message["message"], "^第 ?3 ?行")

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

    def test_a_date_in_the_future_is_reported(self):
        row = ["A", "", "", "方案演示", "2999-03-15", "", "", "", "1", "", "", "销售代表"]
        self.assertFalse(self._import(self._sheet(row)))
        self.assertIn("2999", self.messages[-1]["message"])

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
