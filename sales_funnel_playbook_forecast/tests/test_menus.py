from odoo.tests import TransactionCase, new_test_user, tagged

ADDON = "sales_funnel_playbook_forecast"
NOW_AND_THEN = {"Pipeline Change", "Deals to Look At", "Targets"}


@tagged("post_install", "-at_install")
class TestMenus(TransactionCase):
    """A salesperson has in the menu what they say they will close; the rest is on the page."""

    def get_names(self, user):
        menus = self.env["ir.ui.menu"].with_user(user).load_menus(False).values()
        return {menu["name"] for menu in menus if (menu.get("xmlid") or "").startswith(f"{ADDON}.")}

    def test_who_leads_a_team_and_who_does_not(self):
        seller = new_test_user(self.env, "forecast_menus", "sales_team.group_sale_salesman")
        self.assertEqual(self.get_names(seller), {"Sales Forecast"})
        groups = self.env["ir.ui.menu"].with_user(seller).get_analyses()
        listed = {menu["name"] for group in groups for menu in group["menus"]}
        self.assertLessEqual({"Sales Forecast", *NOW_AND_THEN}, listed)
        self.env["crm.team"].create({"name": "Theirs", "company_id": False, "user_id": seller.id})
        self.assertEqual(self.get_names(seller), {"Sales Forecast", *NOW_AND_THEN})
