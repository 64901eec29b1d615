from odoo.tests import new_test_user, tagged

from ..common import PlaybookCase

MODULE = "sales_funnel_playbook"
DAILY = ("Sales", ["My Pipeline", "My Activities", "My Day", "Teams", "Customers"])
DEALS = ["Intake", "Renewals Due", "Risks", "Progress Notes", "Funnel Sheet"]
KNOWLEDGE = ("Knowledge", ["Playbook", "Case Library", "Playbook Suggestions"])
REPORTS = ("Reporting", ["Forecast", "Pipeline", "Leads", "Activities", "Lists and Analyses"])
LED_TEAM = ["Coaching", "Deadline Compliance", "Gate Analysis", "One-to-Ones"]
SET_UP = ["First Steps", "Playbooks", "Product Lines", "Roles"]
RULES = ("Rules", ["Entry Conditions", "Outputs", "Deadlines", "Data Checks"])
LISTS = ("Lists to Choose From", ["Competitors", "Key Nodes", "Risk Types", "Override Reasons"])

SALESPERSON = [
    *(DAILY, ("Deals", ["Risks", "Funnel Sheet"]), ("Knowledge", ["Playbook", "Case Library"])),
    *(REPORTS, ("Funnel", ["Funnel"])),
]
LEADER = [
    *(DAILY, ("Deals", ["Approvals", *DEALS]), KNOWLEDGE, REPORTS),
    *(("Funnel", ["Funnel", "Funnel Reviews"]), ("Team", LED_TEAM)),
]
MANAGER = [*LEADER, ("Sales Funnel", SET_UP), RULES, LISTS]
ADMINISTRATOR = [
    *LEADER,
    ("Sales Funnel", [*SET_UP, "Personal Data", "Health", "Integrity Check"]),
    *(RULES, LISTS),
]
OUTSIDE = ["Deals with My Roles", "Approvals", "Playbook", "Playbook Suggestions"]
CONTRIBUTOR = [("Sales Funnel", ["My Day", *OUTSIDE])]
MARKETING = [
    ("Sales Funnel", ["My Day", "Intake", *OUTSIDE]),
    ("Reporting", ["Intake by Channel", "Hand-Overs"]),
]


@tagged("post_install", "-at_install")
class TestMenuOrder(PlaybookCase):
    """What each role finds in the menus, under which heading, in the order in which it stands there."""

    def _get_headings(self, user):
        """Return ``[(heading, [entry, …]), …]`` of what ``user`` is shown, of headings that have our entries;
        entries of other addons are left out.
        """
        menus, found = self.env["ir.ui.menu"].with_user(user).load_menus(False), []
        pending = list(menus["root"]["children"])
        while pending:
            menu = menus[pending.pop(0)]
            children = [menus[number] for number in menu["children"]]
            pending = [*menu["children"], *pending]
            entries = [
                one for one in children if one["action_id"] and self._get_addon(one) in (MODULE, "crm")
            ]
            if MODULE in [self._get_addon(one) for one in entries]:
                found.append((menu["name"], [one["name"] for one in entries]))
        return found

    @staticmethod
    def _get_addon(menu):
        return (menu.get("xmlid") or "").partition(".")[0]

    def _create_user(self, name, group):
        return new_test_user(self.env, f"menus_{name}", group)

    def test_in_sales(self):
        own = self._create_user("own", "sales_team.group_sale_salesman")
        for user in (self.rep, own):
            self.assertEqual(self._get_headings(user), SALESPERSON, user.login)
        self.env["crm.team"].create({"name": "Theirs", "company_id": False, "user_id": own.id})
        self.assertEqual(self._get_headings(own), LEADER)
        self.assertEqual(self._get_headings(self.leader), MANAGER)
        self.assertEqual(self._get_headings(self.env.ref("base.user_admin")), ADMINISTRATOR)

    def test_outside_sales(self):
        for group, expected in (("contributor", CONTRIBUTOR), ("marketing", MARKETING)):
            user = self._create_user(group, f"{MODULE}.group_funnel_{group}")
            self.assertEqual(self._get_headings(user), expected, group)
        self.assertEqual(self._get_headings(self._create_user("nobody", "base.group_user")), [])
