import base64
import io
from datetime import date, datetime

import openpyxl

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import HttpCase, new_test_user, tagged

from .import_common import ImportCase
from .sheet_files import XLSX

KEPT = (
    *("name", "partner_name", "industry_id", "contact_name", "stage_id", "stage_entered_at", "probability"),
    *("last_contact_at", "last_contact_summary", "expected_revenue", "risk_level", "risk_description"),
    *("user_id", "product_line_id"),
)


class FunnelSheetCase(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).active = False
        industry = cls.env["res.partner.industry"].create({"name": "造船"})
        line = cls.env["crm.product.line"].create({"name": "云"})
        cls.deal = cls._create_lead(
            name="大单",
            partner_name="A科技公司",
            industry_id=industry.id,
            contact_name="总经理",
            stage_id=cls.stage_demo.id,
            stage_entered_at=datetime(2024, 3, 15, 10, 23, 45),
            last_contact_at=datetime(2024, 3, 20, 8, 5, 1),
            last_contact_summary="=1+1 客户要求\n增加模块",
            probability=70,
            expected_revenue=505_432.1,
            risk_level="medium",
            risk_description="-预算需内部审批",
            user_id=cls.user_rep.id,
            product_line_id=line.id,
        )
        cls.bare = cls._create_lead(name="@没有公司", probability=0.5, user_id=cls.user_manager.id)
        cls.person = cls._create_lead(name="个人", contact_name="吴女士", user_id=cls.user_rep.id)

    def _download(self, columns=(), domain=(), user=None, lang="zh_CN", tz="UTC"):
        leads = self.env["crm.lead"].with_user(user or self.env.user).with_context(lang=lang, tz=tz)
        file = leads.get_funnel_sheet([*domain], [*columns])
        self.assertTrue(file["name"].endswith(".xlsx"))
        return base64.b64decode(file["content"])

    def _rows(self, content):
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        return [[cell.value for cell in row] for row in sheet.iter_rows()]

    def _get_all(self, leads):
        leads.invalidate_recordset()
        facts = [
            (lead.progress_ids.ids, lead.risk_ids.ids, lead.stage_log_ids.ids, lead.message_ids.ids)
            for lead in leads
        ]
        return leads.read(KEPT), facts


@tagged("post_install", "-at_install")
class TestFunnelSheet(FunnelSheetCase):
    """The sheet goes out in the form in which it comes in again."""

    def test_the_twelve_columns_and_the_id(self):
        headings, *rows = self._rows(self._download(tz="Asia/Shanghai"))
        self.assertEqual(headings, [*self._headers(), "ID"])
        row = next(row for row in rows if row[-1] == self.deal.id)
        levels = self.deal._fields["risk_level"]
        level = dict(levels._description_selection(self.env(context={"lang": "zh_CN"})))["medium"]
        self.assertEqual(
            row[:12],
            [
                *("A科技公司", "造船", "总经理", "方案演示"),
                datetime(2024, 3, 15, 18, 23, 45),
                datetime(2024, 3, 20, 16, 5, 1),
                *("=1+1 客户要求\n增加模块", 70, 50.54321, level, "-预算需内部审批", "销售代表"),
            ],
        )
        names = {row[-1]: row[0] for row in rows}
        self.assertEqual((names[self.bare.id], names[self.person.id]), ("@没有公司", "吴女士"))

    def test_text_is_text(self):
        sheet = openpyxl.load_workbook(io.BytesIO(self._download())).active
        kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)}
        self.assertEqual(kinds, {"s"}, "no formula, whatever a text begins with")

    def test_the_columns_that_a_person_adds(self):
        self.rules[self.stage_demo].expected_days = 10
        columns = [
            "expected_revenue",
            "score",
            "stage_due_date",
            "stage_expected_days",
            "tier",
            "message_ids",
        ]
        headings, *rows = self._rows(self._download(columns, lang="en_US"))
        self.assertEqual(headings[8], "Expected amount")
        self.assertEqual(
            headings[12:], ["ID", "Stage Expected Until", "Expected Days in Stage", "Tier", "Score"]
        )
        row = next(row for row in rows if row[12] == self.deal.id)
        self.assertEqual(row[8], 505_432.1)
        self.assertEqual(row[13:15], [datetime(2024, 3, 25), 10])
        headings, *_rows = self._rows(
            self._download(["expected_revenue", "expected_revenue_wan"], lang="en_US")
        )
        self.assertEqual(headings[8:], [headings[8], *headings[9:12], "ID", "Expected amount"])

    def test_everybody_gets_their_own_and_whoever_may_export_gets_what_they_see(self):
        ids = [row[12] for row in self._rows(self._download(user=self.user_rep))[1:]]
        self.assertEqual(set(ids), {self.deal.id, self.person.id})
        self.user_rep.group_ids |= self.env.ref("base.group_allow_export")
        ids = [row[12] for row in self._rows(self._download(user=self.user_rep))[1:]]
        self.assertEqual(set(ids), {self.deal.id, self.person.id, self.bare.id})
        own = self.env.ref("sales_team.group_sale_salesman")
        self.user_rep.group_ids = [Command.set((own | self.env.ref("base.group_allow_export")).ids)]
        ids = [row[12] for row in self._rows(self._download(user=self.user_rep))[1:]]
        self.assertEqual(set(ids), {self.deal.id, self.person.id}, "rules of access hold")

    def test_what_is_no_argument_is_refused(self):
        leads = self.env["crm.lead"]
        for domain, columns in (("x", []), ([("no_such", "=", 1)], []), ([], "name"), ([], None)):
            with self.subTest(domain=domain, columns=columns), self.assertRaises(UserError):
                leads.get_funnel_sheet(domain, columns)

    def test_longer_than_expected(self):
        action = self.env.ref("sales_funnel_playbook.crm_lead_action_funnel_sheet")
        self.rules[self.stage_demo].expected_days = 10
        search = self.env["crm.lead"].get_view(action.search_view_id.id, "search")["arch"]
        self.assertIn('name="longer_than_expected"', search)
        late = self.env["crm.lead"].search([("stay_percent", ">", 100)])
        self.assertEqual(late, self.deal)
        self.assertEqual((self.deal.stage_expected_days, self.bare.stage_expected_days), (10, 0))
        self.assertEqual(self.deal.stage_due_date, date(2024, 3, 25))


@tagged("post_install", "-at_install")
class TestFunnelSheetReturns(FunnelSheetCase):
    def _return(self, content, **options):
        leads = self._import(content, "sheet.xlsx", XLSX, **options)
        self.assertEqual(self.messages, [])
        return leads

    def test_what_went_out_changes_nothing_when_it_comes_back(self):
        leads = self.deal | self.bare | self.person
        for lang in ("zh_CN", "en_US"):
            for columns in ((), ("expected_revenue", "product_line_id", "stage_due_date", "tier", "score")):
                before = self._get_all(leads)
                content = self._download(columns, lang=lang)
                with self.subTest(lang=lang, columns=columns):
                    self.assertFalse(self._return(content, lang=lang), "no deal is new")
                    self.assertEqual(self._get_all(leads), before)
                    self.assertFalse(self.mapping.get("Tier") or self.mapping.get("Score"))

    def test_rows_that_are_added_are_new_deals(self):
        book = openpyxl.load_workbook(io.BytesIO(self._download()))
        book.active.append(["新客户", None, "李总"])
        stream = io.BytesIO()
        book.save(stream)
        new = self._return(stream.getvalue())
        self.assertEqual((new.name, new.partner_name, new.contact_name), ("新客户", "新客户", "李总"))
        self.assertEqual(self.deal.name, "大单")

    def test_without_ids_all_are_new(self):
        book = openpyxl.load_workbook(io.BytesIO(self._download(domain=[("id", "=", self.deal.id)])))
        book.active.delete_cols(13)
        stream = io.BytesIO()
        book.save(stream)
        copy = self._return(stream.getvalue())
        self.assertEqual(copy.name, "A科技公司")
        for name in KEPT[1:-1]:
            self.assertEqual(copy[name], self.deal[name], name)

    def test_ids_of_no_deal(self):
        sheet = self._sheet(["A", str(2**31 - 1)], headers=["客户名称", "ID"])
        self.assertFalse(self._import(sheet))
        self.assertIn(str(2**31 - 1), self.messages[-1]["message"])
        result = self.env["crm.lead"].load([".id", "name"], [["1.5", "A"]])
        self.assertIn("“1.5” is no ID of a deal", result["messages"][0]["message"])
        stranger = new_test_user(self.env, "stranger", groups="sales_team.group_sale_salesman")
        result = (
            self.env["crm.lead"].with_user(stranger).load([".id", "contact_name"], [[str(self.deal.id), "A"]])
        )
        self.assertIn("is no ID of a deal", result["messages"][0]["message"], "that the person sees")

    def test_odoos_own_ids_stay_odoos(self):
        """In a sheet, a column of external ids; in any other file, whatever Odoo reads there."""
        sheet = self._sheet(["A", "A", "__export__.one"], headers=["Customer Name", "Opportunity", "ID"])
        self._import(sheet, lang="en_US")
        self.assertEqual(self.mapping["ID"], "id")
        self._import(self._sheet(["A", "12"], headers=["Opportunity", "ID"]), lang="en_US")
        self.assertEqual(self.mapping["ID"], "id")


@tagged("post_install", "-at_install")
class TestFunnelSheetScreen(HttpCase, FunnelSheetCase):
    def test_the_list_and_its_file(self):
        self.deal.stage_id.team_ids = False
        self.start_tour("/odoo/funnel-sheet", "funnel_sheet", login=self.user_rep.login)
