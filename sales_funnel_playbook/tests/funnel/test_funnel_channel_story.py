from odoo import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..two_companies import TwoCompaniesCase

REPORTS = ("crm.funnel.intake.report", "crm.funnel.lost.report")


@tagged("post_install", "-at_install")
class TestFunnelChannelStory(TwoCompaniesCase):
    """What channels brought in two companies, while each works on their deals over the web client: captured,
    imported, copied, archived, merged, lost, restored, and given to the other company. Each role is told of
    the deals that it may see, and every number opens them.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].with_context(active_test=False).search([]).unlink()
        cls.playbook.mode = "observe"
        cls.fair, cls.web = cls.env["utm.source"].create([{"name": "Story fair"}, {"name": "Story web"}])
        cls.autumn = cls.env["utm.campaign"].create({"title": "Story autumn"})
        cls.price = cls.env["crm.lost.reason"].create({"name": "Story price"})
        cls.roles = {"li": cls.li, "wang": cls.wang, "ann": cls.ann, "boss": cls.boss}

    def capture(self, user, team, **vals):
        values = {
            "name": f"Silk of {user.login}",
            "type": "opportunity",
            "team_id": team.id,
            "stage_id": self.stage_lead.id,
            "product_line_id": self.line.id,
            "expected_revenue": 1000,
            "probability": 30,
            **vals,
        }
        [made] = self.call(user, "web_save", [], values, specification={"id": {}})
        return self.lead.browse(made["id"])

    def ask(self, user, model=REPORTS[0], by="source_id"):
        """Return ``{channel: count}`` as a role's pivot has it, after opening the deals of each."""
        domain = [("playbook_id", "=", self.playbook.id)]
        rows = self.call(user, "formatted_read_group", domain, [by], ["__count"], model=model, hours=0)
        for row in rows:
            deals = self.call(user, "search_count", [*domain, *row["__extra_domain"]], model=model, hours=0)
            self.assertEqual(deals, row["__count"])
        return {row[by][1] if row[by] else False: row["__count"] for row in rows}

    def ask_all(self, **options):
        return {name: self.ask(user, **options) for name, user in self.roles.items()}

    def count_page(self, user, **filters):
        """Return how many deals have come under the playbook, as the page of a role has it."""
        filters = {"playbook_id": self.playbook.id, "period": "this_year", **filters}
        page = self.call(user, "get_funnel", filters, model="crm.funnel.report", hours=0)
        return page["totals"]["begun_count"]

    def merge(self, user, leads):
        wizard = {"opportunity_ids": [Command.set(leads.ids)], "team_id": self.east_team.id}
        model = "crm.merge.opportunity"
        made = self.call(user, "create", {**wizard, "user_id": self.li.id}, model=model)
        self.call(user, "action_merge", [made], model=model)
        return leads.exists()

    def make_deals(self):
        """One of Li's from the fair, one of Wang's from the web, one of Ann's from the fair in the west."""
        self.silk = self.capture(self.li, self.east_team, source_id=self.fair.id, campaign_id=self.autumn.id)
        self.linen = self.capture(self.wang, self.east_team, source_id=self.web.id)
        self.wool = self.capture(self.ann, self.west_team, source_id=self.fair.id)

    def test_each_role_is_told_of_what_it_may_see(self):
        self.make_deals()
        fair, web = {"Story fair": 1}, {"Story web": 1}
        self.assertEqual(
            self.ask_all(),
            {"li": fair, "wang": {**fair, **web}, "ann": fair, "boss": {"Story fair": 2, "Story web": 1}},
        )
        self.assertEqual(self.ask(self.li, by="campaign_id"), {"Story autumn": 1})
        self.assertEqual(self.ask(self.boss, by="company_id"), {"East": 2, "West": 1})
        for user, count in ((self.li, 1), (self.wang, 1), (self.ann, 1), (self.boss, 2)):
            self.assertEqual(self.count_page(user, source_id=self.fair.id), count, user.login)
        self.assertEqual(self.count_page(self.boss, source_id=self.fair.id, company_id=self.west.id), 1)
        self.assertEqual(self.count_page(self.ann, company_id=self.east.id), 0, "by no filter of another's")

    def test_copied_archived_merged_lost_and_restored(self):
        self.make_deals()
        copy = self.lead.browse(self.call(self.li, "copy", self.silk.ids))
        self.assertEqual(self.ask(self.li), {"Story fair": 2})
        # archived at a probability of 0 it would be lost, to Odoo
        self.call(self.li, "web_save", copy.ids, {"probability": 30}, specification={})
        self.call(self.wang, "action_archive", copy.ids)
        self.assertEqual(self.ask(self.li), {"Story fair": 2}, "who is archived came all the same")
        merged = self.merge(self.wang, self.silk | self.linen)
        source = merged.source_id.name
        self.assertEqual(self.ask(self.wang), {"Story fair": 1, source: 1 + (source == "Story fair")})
        self.call(self.wang, "action_set_lost", merged.ids, lost_reason_id=self.price.id)
        lost = {"model": REPORTS[1], "by": "lost_reason_id"}
        told = {"Story price": 1}
        self.assertEqual(self.ask_all(**lost), {"li": told, "wang": told, "ann": {}, "boss": told})
        self.assertEqual(self.ask(self.boss, model=REPORTS[1]), {source: 1})
        self.call(self.wang, "action_unarchive", merged.ids)
        self.assertEqual(self.ask(self.boss, **lost), {}, "it is not lost any more")

    def test_imported(self):
        names = ["name", "type", "team_id/.id", "stage_id/.id", "product_line_id/.id", "source_id"]
        keys = [str(one.id) for one in (self.east_team, self.stage_lead, self.line)]
        rows = [["Imported", "opportunity", *keys, "Story web"]]
        self.assertFalse(self.call(self.wang, "load", names, rows)["messages"])
        self.assertEqual(self.ask(self.wang), {"Story web": 1})
        self.assertEqual(self.ask(self.ann), {})

    def test_given_to_the_other_company(self):
        """What it brought is the other company's from then on; where it was lost before stays there."""
        self.make_deals()
        self.call(self.li, "action_set_lost", self.silk.ids, lost_reason_id=self.price.id)
        west = {"company_id": self.west.id, "team_id": self.west_team.id, "user_id": self.ann.id}
        self.call(self.boss, "web_save", self.silk.ids, west, specification={})
        self.assertEqual(
            self.ask_all(),
            {
                "li": {},
                "wang": {"Story web": 1},
                "ann": {"Story fair": 2},
                "boss": {"Story fair": 2, "Story web": 1},
            },
        )
        lost = {"model": REPORTS[1], "by": "company_id"}
        self.assertEqual(self.ask(self.boss, **lost), {"East": 1}, "it was lost there")
        self.assertEqual(self.ask(self.ann, **lost), {"East": 1}, "and whoever has the deal is told so")
        self.assertEqual(self.ask(self.wang, **lost), {})

    @mute_logger("odoo.http")
    def test_nobody_writes_them_and_outsiders_read_nothing(self):
        self.make_deals()
        self.call(self.li, "action_set_lost", self.silk.ids)
        outsider = new_test_user(
            self.env,
            "story_outsider",
            groups="base.group_user",
            password="story-pass",
            company_id=self.east.id,
            company_ids=[Command.set(self.east.ids)],
        )
        for model in REPORTS:
            read = self.call(outsider, "search_read", [], ["source_id"], model=model)
            self.assertRefusal(read, "AccessError")
            for user in self.roles.values():
                for method, *args in (
                    ("create", {"lead_id": self.silk.id}),
                    ("write", self.silk.ids, {"source_id": self.web.id}),
                    ("unlink", self.silk.ids),
                ):
                    self.assertRefusal(self.call(user, method, *args, model=model), "AccessError")
        self.assertEqual(self.silk.source_id, self.fair)
