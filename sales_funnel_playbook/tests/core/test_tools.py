import doctest

from odoo.tests import BaseCase, tagged

from odoo.addons.sales_funnel_playbook.tools import (
    calibration,
    case_text,
    cell_amounts,
    cell_dates,
    cell_texts,
    cells,
    funnel,
    letters,
    mail_headers,
    number_formats,
    scoring,
    sheet_books,
    sheet_headings,
    sheet_rows,
    sheet_text,
    tiering,
    working_time,
    zones,
)


@tagged("post_install", "-at_install")
class TestTools(BaseCase):
    def test_examples_in_docstrings(self):
        for module in (
            *(calibration, case_text, cell_amounts, cell_dates, cell_texts, cells, funnel, number_formats),
            *(letters, mail_headers, scoring, sheet_books, sheet_headings, sheet_rows, sheet_text),
            *(tiering, working_time, zones),
        ):
            with self.subTest(module=module.__name__):
                result = doctest.testmod(module)
                self.assertGreater(result.attempted, 0)
                self.assertEqual(result.failed, 0)
