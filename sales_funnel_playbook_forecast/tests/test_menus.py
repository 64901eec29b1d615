from odoo.tests import new_test_user, tagged

from odoo.addons.sales_funnel_playbook.tests.common import PlaybookCase

ADDON = "sales_funnel_playbook_forecast"
OURS = ("crm", "sales_funnel_playbook", ADDON)
NOW_AND_THEN = {"Pipeline Change", "Deals to Look At", "Targets"}
# Odoo's own entries stay, and first.
REPORTS = ["Forecast", "Pipeline", "Leads", "Activities", "Lists and Analyses"]
FUNNEL = ["Funnel", "Funnel Reviews", "Pipeline Change"]
OUTLOOK = ["Sales Forecast", "Deals to Look At", "Targets"]


@tagged("post_install", "-at_install")
class TestMenus(PlaybookCase):
    """A salesperson has in the menu what they say they will close, the rest is on the page; a leader has it
    beside Odoo's own Forecast.
    """

    def get_names(self, user):
        menus = self.env["ir.ui.menu"].with_user(user).load_menus(False).values()
        return {menu["name"] for menu in menus if (menu.get("xmlid") or "").startswith(f"{ADDON}.")}

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

    def test_who_leads_a_team_and_who_does_not(self):
        seller = new_test_user(self.env, "forecast_menus", "sales_team.group_sale_salesman")
        self.assertEqual(self.get_names(seller), {"Sales Forecast"})
        groups = self.env["ir.ui.menu"].with_user(seller).get_analyses()
        listed = {menu["name"] for group in groups for menu in group["menus"]}
        self.assertLessEqual({"Sales Forecast", *NOW_AND_THEN}, listed)
        self.env["crm.team"].create({"name": "Theirs", "company_id": False, "user_id": seller.id})
        self.assertEqual(self.get_names(seller), {"Sales Forecast", *NOW_AND_THEN})

    def test_order_beside_odoos_own(self):
        found = self.get_entries(self.leader)
        self.assertEqual(found["Reporting"], REPORTS)
        self.assertEqual((found["Funnel"], found["Outlook"]), (FUNNEL, OUTLOOK))

    def test_outside_sales(self):
        nobody = new_test_user(self.env, "menus_nobody", "base.group_user")
        self.assertFalse(self.get_names(nobody))
