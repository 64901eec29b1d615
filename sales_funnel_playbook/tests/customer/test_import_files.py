from datetime import date, datetime

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .import_common import ImportCase
from .sheet_files import ODS, XLS, XLSX, Share, Tens, make_csv, make_ods, make_xls, make_xlsx, renumber_format

HEADINGS = ["客户名称", "联系人", "沟通内容摘要", "预计成交金额(万元)"]
TRADITIONAL = ["客戶名稱", "聯絡人", "溝通內容摘要", "預計成交金額(萬元)"]
ENGLISH = ["Customer Name", "Communication Summary", "Expected Amount (10,000)"]


@tagged("post_install", "-at_install")
class TestImportFiles(ImportCase):
    """Files as they are: what comes in, cell by cell, and what is refused."""

    def _read(self, content, name="sheet.csv", mimetype="text/csv", **options):
        """Import a file, and return the texts of its deals in the order of :data:`HEADINGS`."""
        leads = self._import(content, name, mimetype, **options)
        self.assertEqual(self.messages, [])
        return [
            [lead.partner_name, lead.contact_name, lead.last_contact_summary, lead.expected_revenue]
            for lead in leads
        ]

    def assertComesIn(self, rows, content, *file, **options):
        expected = [[*row[:3], row[3] * 10_000] for row in rows]
        with self.env.cr.savepoint() as savepoint:
            self.assertEqual(self._read(content, *file, **options), expected)
            savepoint.rollback()

    def assertRefused(self, said, content, *file, **options):
        error = self._preview(content, *file, **options).get("error")
        self.assertIn(said, error or "nothing is said")
        return error

    def test_text_in_each_encoding_with_each_separator(self):
        simplified = [
            ["镕基，“科技”", "王总", "客户要求；增加\n3个功能", 50],
            ["北京A公司", "李𠮷", "5€ | 无", 80.5],
        ]
        traditional = [["宏碁, 股份", "總經理", "客戶要求；增加三個功能", 50]]
        for rows, headings, encodings in (
            (
                [["🚀客户", "王总", "客户👍", 50]],
                HEADINGS,
                ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"),
            ),
            (simplified, HEADINGS, ("utf-8", "utf-8-sig", "gb18030", "utf-16")),
            ([["镕基", "王总", "数据，安全", 50]], HEADINGS, ("gbk", "gb18030")),
            ([["客户", "王总", "数据", 50]], HEADINGS, ("gb2312",)),
            (traditional, TRADITIONAL, ("utf-8", "cp950", "big5hkscs", "utf-16")),
        ):
            for encoding in encodings:
                for separator in (",", ";", "\t"):
                    with self.subTest(encoding=encoding, separator=separator, headings=headings[0]):
                        self.assertComesIn(rows, make_csv([headings, *rows], encoding, separator))

    def test_western_text(self):
        rows = [["Müller & Söhne", "asks for “more”; 5 € each", 50]]
        for separator in (",", ";", "\t"):
            with self.subTest(separator=separator), self.env.cr.savepoint() as savepoint:
                lead = self._import(make_csv([ENGLISH, *rows], "cp1252", separator))
                self.assertEqual([lead.partner_name, lead.last_contact_summary], rows[0][:2])
                savepoint.rollback()

    def test_chinese_text_under_english_headings(self):
        rows = [["数据安全公司", "客户认可数据安全方案，需试用", 50]]
        self.assertEqual(self._import(make_csv([ENGLISH, *rows], "gbk")).partner_name, "数据安全公司")
        rows = [["數據安全公司", "客戶認可資料安全方案，需要試用", 50]]
        self.assertEqual(self._import(make_csv([ENGLISH, *rows], "big5")).partner_name, "數據安全公司")

    def test_what_an_encoding_is_called_or_was_for_the_last_file(self):
        rows = [["镕基", "王总", "客户", 50]]
        for encoding, chosen in (
            ("gbk", "gb2312"),
            ("gbk", "utf-8"),
            ("utf-8", "gb18030"),
            ("utf-8-sig", "big5"),
            ("gb18030", "big5"),
            ("utf-8-sig", "utf-8"),
        ):
            for separator in (",", "\t"):
                with self.subTest(encoding=encoding, chosen=chosen):
                    content = make_csv([HEADINGS, *rows], encoding, ",")
                    self.assertComesIn(rows, content, encoding=chosen, separator=separator)

    def test_what_excel_on_windows_calls_a_text_file(self):
        rows = [["镕基", "王总", "客户", 50]]
        self.assertComesIn(rows, make_csv([HEADINGS, *rows], "gbk"), "客户.csv", XLS)

    def test_an_encoding_that_cannot_be_read_says_what_to_choose(self):
        content = make_csv([HEADINGS, ["镕基", "王总", "客户", 50], ["B", "", "", 1]], "gbk")
        error = self.assertRefused("Line 3 cannot be read as gb18030", content.replace(b"\nB", b"\n\xff\xff"))
        for word in ("gb18030", "big5", "windows-1252", "XLSX"):
            self.assertIn(word, error)
        for encoding, name in (
            ("gbk", "北京"),
            ("shift_jis", "日本電気のカタカナ"),
            ("euc_kr", "한국전자회사"),
        ):
            with self.subTest(encoding=encoding):
                content = make_csv([ENGLISH, [name, "", 1]], encoding)
                self.assertRefused("cannot be told", content)
                self.assertRefused("cannot be read as utf-8", content, encoding="utf-8")
                with self.env.cr.savepoint() as savepoint:
                    self.assertEqual(self._import(content, encoding=encoding).partner_name, name)
                    savepoint.rollback()

    def test_headings_as_people_write_them(self):
        row = ["A公司", "王总", "客户要求", 50]
        for headings in (
            [" 客户名称 ", "联系人　", "沟通内容摘要\n", "预计成交金额\n（万元）"],
            ["客 户 名 称", "联系人：", "＊沟通内容摘要", "预计成交金额（万元）"],
            ["\ufeff客户名称", "联系人*", "沟通内容摘要", "预计成交金额 ( 万元 )"],
            [" 客戶名稱", "聯絡人", "溝通內容摘要 ", "預計成交金額（萬元）"],
            ["CUSTOMER NAME", "Contact  Person", "communication\nsummary", "Expected amount （10,000）"],
            ["客户名称", "Contact Name", "Communication Summary", "EXPECTED REVENUE (10,000)"],
            ["客户名称", "联系人姓名", "沟通内容摘要", "Expected　Revenue　(10,000)"],
        ):
            with self.subTest(headings=headings):
                self.assertComesIn([row], make_csv([headings, row]))
                self.assertComesIn([row], make_xlsx([headings, row]), "sheet.xlsx", XLSX)

    def test_titles_blank_rows_totals_and_notes_are_left_out_and_said_so(self):
        rows = [["A公司", "王总", "客户要求", 50], ["Total", "Lubricants", "要求", 80], ["B公司", "", "", 1]]
        expected = [rows[0], rows[1], ["B公司", False, False, 1]]
        blank = ["", "　", "", ""]
        lines = [
            ["销售漏斗表（2024年3月）", "", "", ""],
            ["", "客户信息", "进展", ""],
            HEADINGS,
            *(rows[0], blank, rows[1], ["小计", "", "", 130], blank, blank, rows[2]),
            *(["合 计：", "3 家", "", "131"], blank, ["备注：金额含税", "", "", ""]),
        ]
        for content, *file in (
            (make_csv(lines, "gbk"), "sheet.csv", "text/csv"),
            (make_xlsx(lines, merged=["A1:D1"]), "sheet.xlsx", XLSX),
            (make_xls(lines, title_width=4), "sheet.xls", XLS),
            (make_ods(lines, title_width=4), "sheet.ods", ODS),
        ):
            with self.subTest(file=file):
                self.assertComesIn(expected, content, *file)
                self.assertEqual(self.preview["num_rows"], 4, "the headings and three deals")
                notes = self._preview(content, *file)["playbook_notes"]
                self.assertEqual(
                    notes,
                    [
                        "Left out above the headings: 销售漏斗表（2024年3月） · 客户信息 · 进展",
                        "Rows of totals left out: 7, 11",
                        "Blank rows left out: 5, 8–9, 12",
                        "Left out below the table: 备注：金额含税",
                    ],
                )

    def test_a_sheet_as_it_should_be_says_nothing(self):
        self.assertEqual(self._preview(make_csv([HEADINGS, ["A", "", "", 1]]))["playbook_notes"], [])

    def test_days_in_workbooks(self):
        headings, day = ["客户名称", "进入时间"], date(2024, 3, 15)
        rows = [headings, ["A公司", day]]
        own = {"B2": 'yyyy"年"m"月"d"日"'}
        for content, *file in (
            (make_xlsx(rows, formats={"B2": "yyyy-mm-dd"}), "sheet.xlsx", XLSX),
            (make_xlsx(rows, formats=own), "sheet.xlsx", XLSX),
            (renumber_format(make_xlsx(rows, formats=own), 31), "sheet.xlsx", XLSX),
            (renumber_format(make_xlsx(rows, formats=own), 57), "sheet.xlsx", XLSX),
            (make_xls(rows), "sheet.xls", XLS),
            (make_xls(rows, formats={(1, 1): 'yyyy"年"m"月"d"日"'}), "sheet.xls", XLS),
            (make_ods(rows), "sheet.ods", ODS),
        ):
            with self.subTest(file=file), self.env.cr.savepoint() as savepoint:
                lead = self._import(content, *file)
                self.assertEqual(self.messages, [])
                self.assertEqual(lead.stage_entered_at.date(), day)
                savepoint.rollback()

    def test_days_in_the_formats_of_east_asia(self):
        """Excel has numbers for them, of which a file says nothing else; with a time of day and without."""
        own = {"B2": 'yyyy"年"m"月"d"日"'}
        for moment in (datetime(2024, 3, 15), datetime(2024, 3, 15, 10, 30)):
            content = make_xlsx([["客户名称", "进入时间"], ["A公司", moment]], formats=own)
            for number in (*range(27, 37), *range(50, 59)):
                with self.subTest(number=number, moment=moment), self.env.cr.savepoint() as savepoint:
                    lead = self._import(renumber_format(content, number), "sheet.xlsx", XLSX)
                    self.assertEqual(self.messages, [])
                    self.assertEqual(lead.stage_entered_at, moment)
                    savepoint.rollback()

    def test_numbers_in_workbooks_with_their_formats(self):
        """A share of 0.7 is 70 %, an amount that is shown in ten thousands is what it is, once."""
        headings = ["客户名称", "成交概率(%)", "预计成交金额(万元)"]
        rows = [headings, ["A公司", 0.7, 505_000], ["B公司", 0.065, 800_000]]
        codes = {"B2": "0%", "B3": "0.0%", "C2": '0!.0,"万"', "C3": r'0\.0,"万"'}
        places = {(1, 1): "0%", (2, 1): "0.0%", (1, 2): '0"."0,"万"', (2, 2): '0!.0,"万"'}
        shown = [rows[0], *([name, Share(one), Tens(amount)] for name, one, amount in rows[1:])]
        for content, *file in (
            (make_xlsx(rows, formats=codes), "sheet.xlsx", XLSX),
            (make_xls(rows, formats=places), "sheet.xls", XLS),
            (make_ods(shown), "sheet.ods", ODS),
        ):
            with self.subTest(file=file), self.env.cr.savepoint() as savepoint:
                leads = self._import(content, *file)
                self.assertEqual(self.messages, [])
                self.assertEqual(leads.mapped("probability"), [70, 6.5])
                self.assertEqual(leads.mapped("expected_revenue"), [505_000, 800_000])
                savepoint.rollback()

    def test_the_sheet_behind_others_is_found(self):
        row = ["A公司", "王总", "客户要求", 50]
        content = make_xlsx([HEADINGS, row], before=["说明", "封面"])
        self.assertComesIn([row], content, "sheet.xlsx", XLSX)
        self.assertEqual(self.preview["options"]["sheets"], ["封面", "说明", "Sheet"])
        self.assertEqual(self.preview["options"]["sheet"], "Sheet")

    def test_a_workbook_whatever_its_name_says(self):
        row = ["A公司", "王总", "客户要求", 50]
        for content in (make_xlsx([HEADINGS, row]), make_xls([HEADINGS, row]), make_ods([HEADINGS, row])):
            for name in ("sheet.csv", "sheet.xlsm", "sheet"):
                self.assertComesIn([row], content, name, "application/octet-stream")

    def test_what_says_nothing_certain_is_refused(self):
        surplus = b"\xe5\xae\xa2\xe6\x88\xb7\xe5\x90\x8d\xe7\xa7\xb0,\xe8\xa1\x8c\xe4\xb8\x9a\nA,B\nC,1,200\n"
        self.assertRefused("more cells than there are headings: 3.", surplus)
        self.assertRefused("no rows below", make_csv([HEADINGS, ["合计", "", "", 5]]))
        faults = [[*HEADINGS], *(["A", "", "", "#DIV/0!"] for _ in range(7))]
        error = self.assertRefused(
            "Row 2, “预计成交金额(万元)”: the cell shows #DIV/0!", make_xlsx(faults), "sheet.xlsx", XLSX
        )
        self.assertIn("… and 2 more.", error)
        self.assertRefused("Row 3, “", make_ods([["Title"], *faults]), "a.ods", ODS)

    def test_rows_keep_their_numbers(self):
        wizard = self.env["base_import.import"].create(
            {
                "res_model": "crm.lead",
                "file_name": "sheet.csv",
                "file": make_csv(
                    [["Title"], ["No.", *HEADINGS], [1, "A"], [2], ["", "", ""], [3, "B"], [4, "C"]]
                ),
            }
        )
        options = {"has_headers": True, "quoting": '"', "skip": 1}
        data, _fields = wizard._convert_import_data([False, "partner_name", False, False, False], options)
        self.assertEqual(
            (data, options["sheet_rows"]), ([["B"], ["C"]], [3, 6, 7]), "all, also where a batch begins later"
        )


@tagged("post_install", "-at_install")
class TestImportOthers(ImportCase):
    """Every other import stays Odoo's own."""

    def test_files_of_other_things(self):
        rows = [["Title", ""], ["Customer Name", "Industry"], ["Total", ""]]
        vals = {
            "res_model": "res.partner",
            "file": make_csv(rows),
            "file_name": "a.csv",
            "file_type": "text/csv",
        }
        wizard = self.env["base_import.import"].create(vals)
        options = {"has_headers": True, "quoting": '"', "separator": "", "encoding": ""}
        self.assertEqual(wizard.parse_preview(options)["headers"], ["Title", ""])
        self.assertEqual(wizard._read_file({**options})[1], rows)

    def test_leads_under_odoos_own_headings(self):
        rows = [["Opportunity", "Expected Revenue"], ["Total", "5"], ["A", "6"]]
        preview = self._preview(make_csv(rows))
        self.assertEqual((preview["headers"], preview["num_rows"]), (rows[0], 3))
        self.assertNotIn("playbook_notes", preview)
        leads = self._import(make_csv(rows), lang="en_US")
        self.assertEqual(leads.mapped("name"), ["Total", "A"])

    def test_sheets_without_headings(self):
        preview = self._preview(make_csv([["客户名称", "联系人"], ["合计", ""]]), has_headers=False)
        self.assertEqual(preview["num_rows"], 2)


@tagged("post_install", "-at_install")
class TestImportScreen(HttpCase, ImportCase):
    def test_what_is_left_out_is_said_on_the_screen(self):
        action = self.env["ir.actions.client"].create(
            {"name": "Import", "tag": "import", "params": {"active_model": "crm.lead"}}
        )
        with mute_logger("odoo.http"):  # it logs that Odoo's own upload sends more than is taken
            self.start_tour(f"/odoo/action-{action.id}", "sheet_import", login=self.user_manager.login)
        self.assertTrue(self.env["crm.lead"].search([("partner_name", "=", "公司")]))
