from odoo.tests import HttpCase, tagged

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestDeadlineTours(HttpCase, PlaybookCase):
    def test_the_app_opens_with_the_pipeline_as_before(self):
        menu = self.env.ref("crm.crm_menu_sales")
        first = self.env["ir.ui.menu"].search([("parent_id", "=", menu.id)], order="sequence, id", limit=1)
        self.assertEqual(first, self.env.ref("crm.menu_crm_opportunities"))
