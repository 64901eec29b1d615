import doctest

from odoo.tests import BaseCase, tagged

from odoo.addons.sales_funnel_playbook.tools import (
    calibration,
    case_text,
    funnel,
    mail_headers,
    scoring,
    tiering,
    working_time,
    zones,
)


@tagged("post_install", "-at_install")
class TestTools(BaseCase):
    def test_examples_in_docstrings(self):
        for module in (calibration, case_text, funnel, mail_headers, scoring, tiering, working_time, zones):
            with self.subTest(module=module.__name__):
                result = doctest.testmod(module)
                self.assertGreater(result.attempted, 0)
                self.assertEqual(result.failed, 0)
