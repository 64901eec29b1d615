from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestPhone(TransactionCase):
    """What somebody works in has cards on a phone, where a list has room for two columns."""

    def _get_worklists(self):
        """Return the module's actions, and those of its addons, that a menu opens as a list."""
        menus = self.env["ir.ui.menu"].with_context(**{"ir.ui.menu.full_list": True})
        configuration = menus.search([("id", "child_of", self.env.ref("crm.crm_menu_config").id)])
        actions = {menu.action for menu in menus.search([]) - configuration if menu.action}
        windows = (one for one in actions if one._name == "ir.actions.act_window")
        ours = (one for one in windows if one.xml_id.startswith("sales_funnel_playbook"))
        return [one for one in ours if one.view_mode.startswith("list")]

    def test_lists_are_cards_on_a_phone(self):
        actions = self._get_worklists()
        self.assertGreater(len(actions), 8)
        for action in actions:
            with self.subTest(action.name):
                self.assertEqual(action.mobile_view_mode, "kanban")
                [cards] = [view for view, kind in action.views if kind == "kanban"]
                self.assertTrue(self.env[action.res_model].get_view(cards, "kanban")["id"])
