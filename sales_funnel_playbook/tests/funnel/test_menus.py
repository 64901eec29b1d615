from lxml import html

from odoo import Command
from odoo.tests import tagged

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestMenus(PlaybookCase):
    """Somebody sees the menus that they have work in: the rest is on the page “Lists and Analyses”."""

    def _get_menus(self, user):
        """Return the names of the module's menus that ``user`` is shown, of those that open something."""
        menus = self.env["ir.ui.menu"].with_user(user).load_menus(False).values()
        names = (menu["xmlid"].split(".") for menu in menus if menu.get("action_id"))
        return {name for module, name in names if module == "sales_funnel_playbook"}

    def _get_analyses(self, user):
        groups = self.env["ir.ui.menu"].with_user(user).get_analyses()
        return {group["name"]: [menu["name"] for menu in group["menus"]] for group in groups}

    def test_a_salesperson_sees_what_they_need(self):
        menus = self._get_menus(self.rep)
        self.assertEqual(len(menus), 7)
        for word in ("my_day", "risk", "funnel_sheet", "page", "case", "crm_funnel_menu", "analyses"):
            self.assertTrue(any(word in name for name in menus), word)
        analyses = self._get_analyses(self.rep)
        self.assertEqual(analyses["Team"], ["Coaching", "One-to-Ones"], "their own")
        self.assertNotIn("Funnel Reviews", analyses["Funnel"])
        self.assertNotIn("Calibration by Salesperson", analyses["Outlook"])

    def test_what_a_salesperson_needs_now_and_then_is_on_the_page(self):
        deals = ["Intake", "Renewals Due", "Risks", "Progress Notes", "Funnel Sheet"]
        knowledge = ["Playbook", "Case Library", "Playbook Suggestions"]
        for user, expected in ((self.rep, deals), (self.leader, ["Approvals", *deals])):
            analyses = self._get_analyses(user)
            self.assertEqual((analyses["Deals"], analyses["Knowledge"]), (expected, knowledge), user.login)
        entry = self.env.ref("sales_funnel_playbook.crm_coaching_menu")
        menus = self.env["ir.ui.menu"]
        self.assertNotIn(entry.id, menus.with_user(self.rep).load_menus(False))
        self.assertIn(entry.id, menus.with_user(self.leader).load_menus(False))

    def test_who_comes_to_lead_a_team_sees_what_leaders_need(self):
        for_leaders = {"crm_lead_output_menu", "crm_funnel_review_menu", "crm_playbook_gate_report_menu"}
        self.assertFalse(self._get_menus(self.rep) & for_leaders)
        team = self.env["crm.team"].create({"name": "Theirs", "company_id": False})
        team.user_id = self.rep
        self.assertLessEqual(for_leaders, self._get_menus(self.rep))
        self.assertEqual(
            self._get_analyses(self.rep)["Team"],
            ["Coaching", "Deadline Compliance", "Gate Analysis", "One-to-Ones", "Win Rate by Rule"],
        )
        team.active = False
        self.assertFalse(self._get_menus(self.rep) & for_leaders, "and no more once it is gone")
        self.env["crm.team"].create({"name": "Next", "company_id": False, "user_id": self.rep.id})
        self.assertLessEqual(for_leaders, self._get_menus(self.rep))

    def test_who_is_asked_to_approve_and_leads_nobody(self):
        role = self.env["crm.playbook.role"].create({"name": "Finance"})
        self.assertNotIn("crm_lead_output_menu", self._get_menus(self.rep))
        role.person_ids = [Command.create({"user_id": self.rep.id})]
        self.assertIn("crm_lead_output_menu", self._get_menus(self.rep))
        self.assertNotIn("crm_funnel_review_menu", self._get_menus(self.rep))
        role.person_ids.unlink()
        self.assertNotIn("crm_lead_output_menu", self._get_menus(self.rep))
        vals = {"approval": "user", "approval_user_id": self.rep.id}
        self._create_output(self.stage_demo, "Contract", **vals)
        self.assertIn("crm_lead_output_menu", self._get_menus(self.rep), "a rule names them")

    def test_every_analysis_is_on_the_page_once_with_what_it_answers(self):
        groups = self.env["ir.ui.menu"].with_user(self.leader).get_analyses()
        menus = [menu for group in groups for menu in group["menus"]]
        self.assertEqual([menu["name"] for menu in menus if not menu["text"]], [])
        self.assertEqual(len(menus), len({menu["id"] for menu in menus}))
        names = self._get_analyses(self.leader)
        self.assertEqual(names["Funnel"][:3], ["Funnel", "Funnel Reviews", "Funnel Analysis"])
        self.assertIn("Why Deals Are Lost", names["Customers"])
        for menu in menus:
            action = self.env["ir.actions.actions"].browse(menu["action"])
            self.assertTrue(action.with_user(self.leader).sudo().name, menu["name"])

    def test_what_somebody_deleted_or_may_not_open_is_not_there(self):
        self.env.ref("sales_funnel_playbook.crm_report_customers_menu").unlink()
        self.env.ref("sales_funnel_playbook.crm_funnel_review_menu").active = False
        analyses = self._get_analyses(self.leader)
        self.assertNotIn("Customers", analyses)
        self.assertNotIn("Funnel Reviews", analyses["Funnel"])
        outsider = self.env["res.users"].create({"name": "Outsider", "login": "menus_outsider"})
        self.assertEqual(self._get_analyses(outsider), {})

    def test_a_heading_has_something_beneath_it(self):
        for user in (self.rep, self.leader):
            menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
            ours = [one for one in menus.values() if "sales_funnel_playbook." in (one.get("xmlid") or "")]
            empty = [one["name"] for one in ours if not one["action_id"] and not one["children"]]
            self.assertEqual(empty, [], user.login)
        hidden = self.env.ref("sales_funnel_playbook.crm_lead_stage_log_menu")
        self.assertNotIn(hidden.id, menus)
        self.assertIn(hidden.id, hidden.with_user(self.leader)._visible_menu_ids(debug=True))

    def _get_listed_actions(self):
        """Yield the name and the action of each of the module's screens that may have nothing to show."""
        actions = self.env["ir.actions.act_window"].search([("target", "=", "current")])
        xmlids = actions.get_external_id()
        for action in actions.filtered(lambda one: one.view_mode != "form"):
            if xmlids[action.id].startswith("sales_funnel_playbook"):
                yield xmlids[action.id], action

    def _has_new_button(self, action):
        number, kind = action.views[0]
        arch = self.env[action.res_model].get_view(number, kind)["arch"]
        return kind in ("list", "kanban") and html.fromstring(arch).get("create") not in ("0", "false")

    def test_every_empty_screen_says_what_to_do(self):
        for name, action in self._get_listed_actions():
            self.assertIn("</p>", (action.help or "").partition("</p>")[2], name)

    def test_and_has_a_button(self):
        """Where nothing can be made by hand, one leads to where it comes from; from the roles of a deal the
        way back to it does.
        """
        silent, links = [], set()
        for name, action in self._get_listed_actions():
            found = html.fromstring(f"<div>{action.help}</div>").xpath(".//a[contains(@class, 'btn')]/@href")
            links.update(found)
            if not found and not self._has_new_button(action):
                silent.append(name)
        self.assertEqual(silent, ["sales_funnel_playbook.crm_lead_member_action"])
        paths = {link.partition("?")[0].removeprefix("/odoo/") for link in links}
        named = {path for path in paths if path.startswith("action-")}
        for path in named:
            self.assertEqual(self.env.ref(path.removeprefix("action-")).type, "ir.actions.act_window")
        known = self.env["ir.actions.actions"].search([("path", "in", [*(paths - named)])])
        self.assertEqual(set(known.mapped("path")), paths - named)
