from odoo.tests import new_test_user, tagged

from odoo.addons.sales_funnel_playbook.tests.common import PlaybookCase

OURS = ("crm", "sales_funnel_playbook", "sales_funnel_playbook_forecast")
# Odoo's own entries stay, and first.
REPORTS = ["Forecast", "Pipeline", "Leads", "Activities", "All Analyses"]
FUNNEL = ["Funnel", "Pipeline Change"]
OUTLOOK = ["Sales Forecast", "Deals to Look At", "Targets"]


@tagged("post_install", "-at_install")
class TestMenus(PlaybookCase):
    """Where the pages stand beside Odoo's own Forecast, by role."""

    def get_entries(self, user):
        """Return ``{heading: [entry, …]}`` of Reporting, of what ``user`` is shown; other addons left out."""
        menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
        its = {menu.get("xmlid"): menu for menu in menus.values()}
        top, found = its["crm.crm_menu_report"], {}
        for menu in (top, *(menus[number] for number in top["children"])):
            entries = [menus[number] for number in menu["children"]]
            found[menu["name"]] = [
                one["name"] for one in entries if one["action_id"] and one["xmlid"].partition(".")[0] in OURS
            ]
        return found

    def test_by_role(self):
        own = new_test_user(self.env, login="menus_own", groups="sales_team.group_sale_salesman")
        for user, funnel in ((own, FUNNEL), (self.leader, ["Funnel", "Funnel Reviews", "Pipeline Change"])):
            with self.subTest(user=user.login):
                found = self.get_entries(user)
                self.assertEqual(found["Reporting"], REPORTS)
                self.assertEqual((found["Funnel"], found["Outlook"]), (funnel, OUTLOOK))

    def test_outside_sales(self):
        nobody = new_test_user(self.env, login="menus_nobody", groups="base.group_user")
        names = {menu["name"] for menu in self.env["ir.ui.menu"].with_user(nobody).load_menus(False).values()}
        self.assertFalse(names & {"Pipeline Change", *OUTLOOK})
