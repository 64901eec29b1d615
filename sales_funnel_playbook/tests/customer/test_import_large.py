import base64
import io
import tracemalloc
import zipfile

from odoo.exceptions import UserError
from odoo.tests import tagged

from .import_common import ImportCase
from .sheet_files import make_csv, make_xlsx

ROWS = [["客户名称", "联系人"], ["甲公司", "吴女士"]]
MEGABYTE = 2**20
LIMIT = "web.max_file_upload_size"
ODS = """<?xml version="1.0"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
<table:table table:name="A"><table:table-row>{heading}</table:table-row>{rows}</table:table>
</office:spreadsheet></office:body></office:document-content>"""
CELL = '<table:table-cell {repeated}office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


def pad(content, name, size):
    """Return a workbook with one more part that unpacks to so many bytes."""
    stream = io.BytesIO(content)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as parts, parts.open(name, "w") as part:
        for _number in range(size // MEGABYTE):
            part.write(b" " * MEGABYTE)
    return stream.getvalue()


def make_ods(repeated_rows=1, repeated_cells=1):
    """Return a sheet of which one row, and one cell in it, is said to be repeated."""
    heading = CELL.format(repeated="", text="客户名称")
    cell = CELL.format(repeated=f'table:number-columns-repeated="{repeated_cells}" ', text="甲公司")
    rows = f'<table:table-row table:number-rows-repeated="{repeated_rows}">{cell}</table:table-row>'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr("content.xml", ODS.format(heading=heading, rows=rows))
    return stream.getvalue()


@tagged("post_install", "-at_install")
class TestImportLarge(ImportCase):
    """Files that are small and unpack to more than a server has, and files at the limit of uploads."""

    def _read(self, content, name="sheet.xlsx"):
        importer = self.env["base_import.import"].with_context(lang="en_US")
        importer = importer.create({"res_model": "crm.lead", "file": content, "file_name": name})
        return importer.parse_preview({"has_headers": True, "quoting": '"', "separator": "", "sheet": ""})

    def _read_in_little_memory(self, content):
        """Return the sentence a file is refused with; reading it took less than 100 megabytes."""
        tracemalloc.start()
        try:
            answer = self._read(content)
            _now, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        self.assertLess(most, 100 * MEGABYTE)
        return answer.get("error", "")

    def test_what_unpacks_to_gigabytes_is_refused(self):
        bomb = pad(make_xlsx(ROWS), "xl/media/picture.bin", 400 * MEGABYTE)
        self.assertLess(len(bomb), MEGABYTE)
        self.assertIn("too large", self._read_in_little_memory(bomb))
        self.assertFalse(self._read(pad(make_xlsx(ROWS), "xl/media/picture.bin", MEGABYTE)).get("error"))

    def test_a_row_that_is_repeated_a_million_times(self):
        self.assertIn("too large", self._read_in_little_memory(make_ods(repeated_rows=2_000_000)))
        self.assertIn("too large", self._read_in_little_memory(make_ods(repeated_cells=2**31)))
        self.assertFalse(self._read(make_ods(3)).get("error"))

    def test_a_sheet_update_says_the_same(self):
        bomb = base64.b64encode(make_ods(repeated_rows=2_000_000))
        update = self.env["crm.sheet.update"].with_context(lang="en_US")
        update = update.create({"file": bomb, "filename": "sheet.ods"})
        with self.assertRaisesRegex(UserError, "too large"):
            update.action_show()

    def test_at_and_over_the_limit_of_uploads(self):
        content = make_csv(ROWS)
        for over, is_refused in ((0, False), (1, True)):
            with self.subTest(over=over):
                self.env["ir.config_parameter"].set_param(LIMIT, str(len(content) - over))
                error = self._read(content, "sheet.csv").get("error", "")
                self.assertEqual("upload a smaller one" in error, is_refused, error)

    def test_the_file_of_a_playbook(self):
        """Over the limit, nested without end, or not what it says: a sentence."""
        files = {
            "This is not a JSON file": b"[" * 1_000_000,
            "its “format” is not": b'{"format": "other"}',
            "upload a smaller one": b" " * 2_000_000,
        }
        self.env["ir.config_parameter"].set_param(LIMIT, "1000000")
        for sentence, content in files.items():
            with self.subTest(sentence), self.assertRaisesRegex(UserError, sentence):
                self.env["crm.playbook.import"].with_context(lang="en_US").create(
                    {"file": base64.b64encode(content), "filename": "playbook.json"}
                ).action_import()
