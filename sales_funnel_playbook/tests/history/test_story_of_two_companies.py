from datetime import timedelta

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..two_companies import MONDAY, TwoCompaniesCase


@tagged("post_install", "-at_install")
class TestStoryOfTwoCompanies(TwoCompaniesCase):
    """Deals, from the web client of each who has them, over two companies, currencies, zones and languages:
    what the log says at the end is what happened.
    """

    def save(self, user, hours=1, **vals):
        return self.call(user, "web_save", self.lead.ids, vals, specification={}, hours=hours)

    def count_open(self, hours_ago=0, **scope):
        numbers = self.env["crm.funnel.report"]._get_stage_numbers(
            {"playbook_id": self.playbook.id, **scope},
            MONDAY,
            self.now + timedelta(minutes=1, hours=-hours_ago),
        )
        return sum(values["open_count"] for values in numbers.values())

    @mute_logger("odoo.http")
    def test_from_east_to_west(self):
        vals = {
            "name": "Silk",
            "type": "opportunity",
            "team_id": self.east_team.id,
            "stage_id": self.stage_lead.id,
            "product_line_id": self.line.id,
        }
        [made] = self.call(self.li, "web_save", [], vals, specification={"id": {}})
        self.lead = self.lead.browse(made["id"])
        self.assertEqual((self.lead.company_id, self.lead.user_id), (self.east, self.li))
        refused = self.save(self.li, stage_id=self.stage_demo.id)
        self.assertRefusal(refused, "PlaybookGateError")
        self.assertRegex(refused["message"], "[\u4e00-\u9fff]", "in the language of who is refused")
        self.assertRefusal(
            self.call(self.ann, "web_read", self.lead.ids, specification={"name": {}}), "AccessError"
        )
        self.call(self.li, "confirm_condition", self.lead.ids, self.needs_confirmed.id)
        self.save(self.li, expected_revenue=7000, probability=30, stage_id=self.stage_demo.id)
        self.assertEqual(self.lead.stage_id, self.stage_demo)
        self.go_west()
        self.end_in_the_west()
        self.assert_log()

    def go_west(self):
        """Lost, restored and handed to the other company."""
        self.call(self.wang, "action_archive", self.lead.ids, hours=24)
        self.assertEqual(self.count_open(), 0)
        self.call(self.wang, "action_unarchive", self.lead.ids, hours=24)
        self.assertEqual(self.count_open(team_id=self.east_team.id), 1)
        west = {"company_id": self.west.id, "team_id": self.west_team.id, "user_id": self.ann.id}
        self.save(self.boss, hours=24, **west)
        self.assertEqual((self.lead.stage_id, self.lead.company_id), (self.stage_demo, self.west))
        self.assertRefusal(
            self.call(self.li, "web_read", self.lead.ids, specification={"name": {}}), "AccessError"
        )
        self.assertRefusal(self.save(self.ann, stage_id=self.stage_talks.id), "PlaybookGateError")
        self.assertEqual(self.count_open(team_id=self.west_team.id), 1)
        self.assertEqual(self.count_open(hours_ago=3, team_id=self.east_team.id), 1, "whose it was then")

    def end_in_the_west(self):
        """Overridden by who may, lost and restored once more, and signed."""
        reason = self.env["crm.playbook.override.reason"].create({"name": "Old customer"})
        override = ("override_gate", self.lead.ids, self.stage_talks.id, reason.id, "They buy each year")
        self.assertRefusal(self.call(self.ann, *override), "AccessError")
        self.call(self.boss, *override)
        self.call(self.ann, "action_set_lost", self.lead.ids, hours=30)
        self.call(self.ann, "action_unarchive", self.lead.ids, hours=24)
        self.save(self.ann, date_deadline="2024-04-01", stage_id=self.stage_signed.id)

    def assert_log(self):
        log = self.lead.stage_log_ids.sorted("sequence")
        told = [(one.kind, one.stage_id.name, one.team_id.name, one.moved_by_id.login) for one in log]
        self.assertEqual(
            told,
            [
                ("created", "Lead", "Ours", "story_li"),
                ("forward", "Demo", "Ours", "story_li"),
                ("archived", "Demo", "Ours", "story_wang"),
                ("unarchived", "Demo", "Ours", "story_wang"),
                ("handed_over", "Demo", "Theirs", "story_boss"),
                ("forward", "Talks", "Theirs", "story_boss"),
                ("lost", "Talks", "Theirs", "story_ann"),
                ("restored", "Talks", "Theirs", "story_ann"),
                ("won", "Signed", "Theirs", "story_ann"),
            ],
        )
        self.assertEqual([one.amount for one in log][1:], [7000] * 8)
        stays = [one for one in log if one.closes_stay]
        self.assertEqual([one.stage_id.name for one in stays], ["Lead", "Demo", "Talks"])
        open_hours = [round(one.duration_days * 24) for one in stays]
        self.assertEqual(open_hours, [4, 24 + 24 + 4, 30 + 1], "not while it was archived or lost")
        self.assertFalse(self.env["crm.playbook.integrity"]._find_faults())
        for name, value in (("kind", "forward"), ("entered_at", False), ("user_id", self.li.id)):
            answer = self.call(
                self.boss, "write", self.lead.ids, {"stage_log_ids": [(1, log[0].id, {name: value})]}
            )
            self.assertRefusal(answer, "AccessError")

    def import_deals(self, user, *names):
        fields = ["name", "type", "team_id/.id", "stage_id/.id", "product_line_id/.id", "user_id/.id"]
        keys = [str(one.id) for one in (self.east_team, self.stage_lead, self.line, self.li)]
        rows = [[name, "opportunity", *keys] for name in names]
        result = self.call(user, "load", fields, rows)
        self.assertFalse(result["messages"])
        return self.lead.browse(result["ids"])

    def get_log(self, lead):
        return [
            (one.kind, one.stage_id.name, one.moved_by_id.login)
            for one in lead.stage_log_ids.sorted("sequence")
        ]

    def merge(self, user, leads):
        wizard = {"opportunity_ids": [Command.set(leads.ids)], "team_id": self.east_team.id}
        model = "crm.merge.opportunity"
        made = self.call(user, "create", {**wizard, "user_id": self.li.id}, model=model)
        return made if isinstance(made, dict) else self.call(user, "action_merge", [made], model=model)

    @mute_logger("odoo.http")
    def test_imported_copied_split_and_merged(self):
        cotton, linen = self.import_deals(self.wang, "Cotton", "Linen")
        self.call(self.li, "confirm_condition", cotton.ids, self.needs_confirmed.id)
        vals = {"expected_revenue": 7000, "stage_id": self.stage_demo.id}
        self.call(self.li, "web_save", cotton.ids, vals, specification={})
        self.assertEqual(cotton.stage_id, self.stage_demo)
        self.assertRefusal(self.call(self.ann, "copy", cotton.ids), "AccessError")
        copy = self.lead.browse(self.call(self.wang, "copy", cotton.ids))
        self.assertEqual([one[0] for one in self.get_log(copy)], ["created"])
        self.assertFalse(copy.confirmation_ids, "what was confirmed was confirmed of the other")
        self.assertEqual(self.count_open(team_id=self.east_team.id), 3)

        stage = self.playbook.stage_ids.filtered(lambda one: one.stage_id == self.stage_demo)
        split = {"model": "crm.playbook.stage", "hours": 24}
        self.assertRefusal(self.call(self.wang, "action_split", stage.ids, **split), "AccessError")
        wizard = self.env["crm.playbook.split.stage"].browse(
            self.call(self.boss, "action_split", stage.ids, **split)["res_id"]
        )
        line = [Command.update(wizard.line_ids[1].id, {"takes_deals": True})]
        self.call(self.boss, "write", wizard.ids, {"line_ids": line}, model=wizard._name)
        self.call(self.boss, "action_split", wizard.ids, model=wizard._name)
        part = cotton.stage_id
        self.assertEqual(part.name, "Demo（2）")
        self.assertEqual(self.count_open(team_id=self.east_team.id), 3)

        self.assertRefusal(self.merge(self.ann, cotton | linen), "AccessError")
        self.merge(self.wang, cotton | linen)
        self.assertEqual((cotton.exists(), linen.exists(), cotton.stage_id), (cotton, linen.browse(), part))
        self.assertEqual(self.count_open(team_id=self.east_team.id), 2)
        self.assertEqual(self.count_open(hours_ago=4, team_id=self.east_team.id), 2, "one is no longer known")
        self.assertFalse(self.env["crm.playbook.integrity"]._find_faults())
