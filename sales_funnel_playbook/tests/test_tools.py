import doctest

from odoo.tests import BaseCase, tagged

from odoo.addons.sales_funnel_playbook.tools import working_time


@tagged("post_install", "-at_install")
class TestTools(BaseCase):
    def test_examples_in_docstrings(self):
        result = doctest.testmod(working_time)
        self.assertGreater(result.attempted, 0)
        self.assertEqual(result.failed, 0)
