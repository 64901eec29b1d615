import io
from datetime import date, datetime

import openpyxl

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.sales_funnel_playbook import hooks
from odoo.addons.sales_funnel_playbook.models.customer.sheet_columns import SheetColumn

from .import_common import WEB_OPTIONS, ImportCase

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOW = datetime(2024, 5, 8, 10)


class CellsCase(ImportCase):
    """Columns of the sheet, uploaded as the web client does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        hooks._add_headings(cls.env)
        cls.env["crm.lead"].search([]).active = False

    def setUp(self):
        super().setUp()
        self.enterContext(self.mock_datetime_and_now(NOW))

    def _upload(self, content, is_test=False, lang="en_US", **changes):
        """Upload a file, take the proposed mapping, and import or test: the result of the server."""
        is_book = content.startswith(b"PK")
        vals = {
            "res_model": "crm.lead",
            "file": content,
            "file_name": "sheet.xlsx" if is_book else "sheet.csv",
            "file_type": XLSX if is_book else "text/csv",
        }
        wizard = self.env["base_import.import"].with_context(lang=lang, tz="UTC").create(vals)
        preview = wizard.parse_preview({**WEB_OPTIONS, **changes})
        self.assertFalse(preview.get("error"))
        matches = {int(index): "/".join(path) for index, path in preview["matches"].items()}
        fields = [matches.get(index, False) for index in range(len(preview["headers"]))]
        columns = [heading.strip().lower() for heading in preview["headers"]]
        options = {name: preview["options"].get(name, value) for name, value in WEB_OPTIONS.items()}
        return wizard.execute_import(fields, columns, {**options, **changes}, dryrun=is_test)

    def _book(self, heading, cells):
        """Return a workbook with customers and one more column, its cells ``(value, number format)``."""
        book = openpyxl.Workbook()
        book.active.append(["客户名称", heading])
        for number, (value, number_format) in enumerate(cells, start=2):
            book.active.cell(number, 1, f"Customer {number}")
            cell = book.active.cell(number, 2, value)
            cell.number_format = number_format
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()

    def _import_column(self, field_name, heading, cells, **changes):
        """Import a column, and return what the leads have of it, or the texts of what is wrong."""
        if any(isinstance(cell, tuple) for cell in cells):
            content = self._book(heading, cells)
        else:
            rows = [[f"Customer {number}", cell] for number, cell in enumerate(cells, start=2)]
            content = self._sheet(*rows, headers=["客户名称", heading])
        result = self._upload(content, **changes)
        if not result["ids"]:
            return [message["message"] for message in result["messages"]]
        self.assertEqual(result["messages"], [])
        return self.env["crm.lead"].browse(result["ids"]).mapped(lambda lead: lead[field_name])


@tagged("post_install", "-at_install")
class TestImportCells(CellsCase):
    """Cells come in as people write them, or say what to write instead."""

    def _import_amounts(self, *cells, heading="预计成交金额(万元)", **changes):
        return self._import_column("expected_revenue", heading, cells, **changes)

    def test_amounts_in_ten_thousands(self):
        texts = ("50", "50.5", "1,200.5", "¥1 200", "50万", "50.5 万", "3千万", "1.2亿", "1万2千", "５０")
        values = (50, 50.5, 1200.5, 1200, 50, 50.5, 3000, 12000, 1.2, 50)
        self.assertEqual(self._import_amounts(*texts), [value * 10_000 for value in values])

    def test_amounts_that_are_refused_all_at_once(self):
        texts = ("50-80", "约50", "五十", "50")
        self.assertEqual(
            self._import_amounts(*texts),
            [
                "Row 2, “预计成交金额(万元)”: “50-80” is more than one number. Write one.",
                "Row 3, “预计成交金额(万元)”: “约50” is not exact. Write the number alone.",
                "Row 4, “预计成交金额(万元)”: “五十” is in words. Write it in digits.",
            ],
        )
        self.assertFalse(self.env["crm.lead"].search([("partner_name", "=like", "Customer%")]))

    def test_a_format_that_only_shows_ten_thousands(self):
        cells = [(505000, '0!.0,"万"'), (50.5, "General"), (50.5, '0.0"万"'), (505000, r"0\.0000")]
        self.assertEqual(self._import_amounts(*cells), [505_000] * 4)

    def test_an_amount_in_single_units_in_a_column_of_them(self):
        amounts = self._import_amounts("500,000", "50万", "5千", heading="预计成交金额(元)")
        self.assertEqual(amounts, [500_000, 500_000, 5_000])

    def test_amounts_a_thousand_times_the_others_are_asked_about(self):
        [fault] = self._import_amounts("50", "80", "505000", "60")
        self.assertIn("Row 4, “预计成交金额(万元)”: “505000” is more than 1,000 times", fault)
        self.assertIn("Write 50.5 if it is not in ten thousands, or 505000万 if it is so much.", fault)
        self.assertEqual(self._import_amounts("50", "80", "50.5", "505000万")[2:], [505_000, 5_050_000_000])

    def test_amounts_a_thousand_times_the_open_deals_are_asked_about(self):
        for amount in (400_000, 500_000, 600_000):
            self._create_lead(expected_revenue=amount)
        self.assertEqual(len(self._import_amounts("505000", "620000")), 2)
        self.assertEqual(self._import_amounts("49999"), [499_990_000])

    def test_the_signs_of_decimals_that_the_person_chose(self):
        chosen = {"float_thousand_separator": ".", "float_decimal_separator": ","}
        self.assertEqual(self._import_amounts("1.200,5", "1.200", **chosen), [12_005_000, 12_000_000])
        [fault] = self._import_amounts("1.200", "50")
        self.assertIn("“1.200” can be 1.2 or 1200", fault)
        self.assertEqual(self._import_amounts("1.200", "50.5"), [12_000, 505_000], "the other cell tells")

    def _import_percent(self, *cells):
        return self._import_column("probability", "成交概率(%)", cells)

    def test_percentages(self):
        self.assertEqual(
            self._import_percent("70", "70%", "70 %", "6.5%", "７０", "1"), [70, 70, 70, 6.5, 70, 1]
        )
        self.assertEqual(self._import_percent((0.7, "0%"), (70, "General"), ("70%", "@")), [70] * 3)

    def test_shares_of_one_are_refused(self):
        faults = self._import_percent("0.7", "1", "0")
        self.assertEqual(len(faults), 2)
        self.assertIn("“0.7” can be 0.7% or 70%. Write one of them.", faults[0])
        self.assertEqual(len(self._import_percent((0.7, "General"), (0.5, "0.00"))), 2)
        self.assertEqual(len(self._import_percent("170", "-5", "7成")), 3)

    def _import_times(self, *cells, heading="进入时间", field_name="stage_entered_at", **changes):
        return self._import_column(field_name, heading, cells, **changes)

    def test_dates(self):
        texts = ("2024-03-15", "2024/3/15", "2024.3.15", "2024年3月15日", "3月15日", "15/3/2024", "20240315")
        self.assertEqual(self._import_times(*texts), [datetime(2024, 3, 15)] * len(texts))
        texts = ("2024-03-15 14:30", "2024/3/15 14:30:00", "2024年3月15日 下午2:30")
        self.assertEqual(self._import_times(*texts), [datetime(2024, 3, 15, 14, 30)] * len(texts))

    def test_dates_in_a_workbook(self):
        day, serial = date(2024, 3, 15), 45366
        cells = [(day, code) for code in ("yyyy-mm-dd", 'yyyy"年"m"月"d"日"', "m/d/yy", "YYYY/M/D")]
        times = self._import_times(*cells, (day.isoformat(), "@"), (serial + 0.5, "yyyy-mm-dd hh:mm"))
        self.assertEqual(times, [datetime(2024, 3, 15)] * 5 + [datetime(2024, 3, 15, 12)])
        [fault] = self._import_times((serial, "General"))
        self.assertIn("Row 2, “进入时间”: “45366” is Excel's number of 2024-03-15.", fault)

    def test_dates_that_nobody_can_tell(self):
        texts = ("24.3.15", "3/4/2024", "2024-13-45", "1024-03-15", "2024-05-09", "12月20日", "上周五")
        faults = self._import_times(*texts, "2024-03-15")
        self.assertEqual(len(faults), len(texts))
        for number, (text, fault) in enumerate(zip(texts, faults, strict=True), start=2):
            self.assertTrue(fault.startswith(f"Row {number}, “进入时间”: “{text}” "), fault)
            self.assertRegex(fault, r"Write .*\.$")

    def test_the_column_tells_which_is_the_month(self):
        self.assertEqual(
            self._import_times("3/4/2024", "3/15/2024"), [datetime(2024, 3, 4), datetime(2024, 3, 15)]
        )
        self.assertEqual(len(self._import_times("3/4/2024", "5/4/2024")), 2)

    def test_a_row_of_the_first_batch_knows_what_the_last_row_tells(self):
        times = self._import_times("3/4/2024", "2024-03-05", "3/15/2024", limit=1)
        self.assertEqual(times, [datetime(2024, 3, 4)])

    def test_risks_and_sizes(self):
        levels = self._import_column("risk_level", "风险等级", ("高", "中", " 低 ", "high", "H", "Ｍ"))
        self.assertEqual(levels, ["high", "medium", "low", "high", "high", "medium"])
        [fault] = self._import_column("risk_level", "风险等级", ("严重", "高"))
        self.assertIn("“严重” is no risk level. Write High, Medium or Low.", fault)
        sizes = self._import_column("company_size", "公司规模", ("11-50", "51–200人", "120", "1001+"))
        self.assertEqual(sizes, ["11-50", "51-200", "51-200", "1001+"])
        [fault] = self._import_column("company_size", "公司规模", ("小",))
        self.assertIn("“小” is no size of a company.", fault)

    def test_yes_and_no(self):
        """Of whatever field of that type a heading of the sheet fills."""
        column = SheetColumn(self.env["crm.lead"], "active", ["是", "否", "Y", "✓", "n", "", "x"], {})
        values, sentences = zip(*column.get_cells(), strict=True)
        self.assertEqual(values, ("1", "0", "1", "1", "0", "", ""))
        self.assertEqual(
            [str(one) for one in sentences if one], ["“x” is neither yes nor no. Write Yes or No."]
        )


@tagged("post_install", "-at_install")
class TestImportCellsScreen(HttpCase, ImportCase):
    def test_all_that_is_wrong_is_said_in_sentences(self):
        self.user_manager.lang = "en_US"
        action = self.env["ir.actions.client"].create(
            {"name": "Import", "tag": "import", "params": {"active_model": "crm.lead"}}
        )
        with mute_logger("odoo.http"):  # it logs that Odoo's own upload sends more than is taken
            self.start_tour(f"/odoo/action-{action.id}", "sheet_cells", login=self.user_manager.login)
