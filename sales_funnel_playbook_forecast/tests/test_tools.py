import doctest

from odoo.addons.sales_funnel_playbook_forecast.tools import forecast, rates, targets
from odoo.tests import BaseCase, tagged


@tagged("post_install", "-at_install")
class TestTools(BaseCase):
    def test_examples_in_docstrings(self):
        for module in (forecast, rates, targets):
            with self.subTest(module=module.__name__):
                result = doctest.testmod(module)
                self.assertGreater(result.attempted, 0)
                self.assertEqual(result.failed, 0)
