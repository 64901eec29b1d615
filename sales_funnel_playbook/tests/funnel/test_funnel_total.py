from datetime import datetime, timedelta

from odoo import Command
from odoo.tests import tagged

from .funnel_common import FunnelCase

TEN = datetime(2024, 1, 1, 10)


@tagged("post_install", "-at_install")
class TestFunnelTotal(FunnelCase):
    """A stage that the playbook does not name is no step: what ends there ends in the last one that it names;
    and all deals together are counted by the log's own moments, wherever they are.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).unlink()
        teams = [Command.set(cls.team.ids)]
        cls.hold, cls.parked = cls.env["crm.stage"].create(
            [
                {"name": "On hold", "sequence": cls.stage_demo.sequence, "team_ids": teams},
                {"name": "Parked", "sequence": cls.stage_signed.sequence + 9, "team_ids": teams},
            ]
        )

    def go(self, lead, *stages):
        """Let a deal go through these stages, an hour each."""
        for hours, stage in enumerate(stages, start=1):
            self.move_at(TEN + timedelta(hours=hours), lead, stage)

    def get_total(self):
        since, until = TEN, TEN + timedelta(days=7)
        scope = {"playbook_id": self.playbook.id}
        numbers = self.Report._get_stage_numbers(scope, since, until)
        return self.Report._get_total_numbers(scope, since, until, numbers)

    def assertWent(self, expected):
        """Check ``{stage name: numbers that are not 0}`` of where deals went on."""
        names = ("advanced_count", "won_count", "lost_count", "returned_count")
        found = {
            stage: {name: values[name] for name in names if values[name]}
            for stage, values in self.get_numbers(1).items()
        }
        self.assertEqual({stage: values for stage, values in found.items() if values}, expected)

    def test_won_from_a_stage_not_named(self):
        self.go(self.create_leads_at(TEN, 1), self.stage_demo, self.hold, self.stage_signed)
        self.assertWent({"Lead": {"advanced_count": 1}, "Demo": {"advanced_count": 1, "won_count": 1}})

    def test_lost_in_a_stage_not_named(self):
        lead = self.create_leads_at(TEN, 1)
        self.go(lead, self.stage_demo, self.hold)
        self.lose_at(TEN + timedelta(hours=3), lead)
        self.assertWent({"Lead": {"advanced_count": 1}, "Demo": {"lost_count": 1}})
        total = self.get_total()
        self.assertEqual((total["lost_count"], total["cohort_lost_count"], total["open_count"]), (1, 1, 0))

    def test_parked_and_taken_up_again(self):
        """To the right of Won, too, is no further, and back from there is not back."""
        for stages, expected in (
            ((self.parked,), {}),
            ((self.parked, self.stage_lead), {}),
            ((self.parked, self.stage_talks), {"Lead": {"advanced_count": 1}}),
            ((self.stage_talks, self.hold, self.stage_talks), {"Lead": {"advanced_count": 1}}),
            (
                (self.stage_talks, self.hold, self.stage_demo),
                {"Lead": {"advanced_count": 1}, "Talks": {"returned_count": 1}},
            ),
        ):
            with self.subTest(stages=[stage.name for stage in stages]):
                lead = self.create_leads_at(TEN, 1)
                self.go(lead, *stages)
                self.assertWent(expected)
                self.assertEqual(self.get_numbers(1)["Lead"]["reached_count"], bool(expected))
                lead.unlink()

    def test_created_as_won_or_lost(self):
        self.create_leads_at(TEN, 1, stage_id=self.stage_signed.id)
        self.create_leads_at(TEN, 1, active=False, probability=0, stage_id=self.stage_demo.id)
        self.assertWent({"Signed": {"won_count": 1}, "Demo": {"lost_count": 1}})
        total = self.get_total()
        self.assertEqual((total["begun_count"], total["won_count"], total["lost_count"]), (2, 1, 1))
        self.assertEqual(total["reached_rate"], 50)

    def test_all_deals(self):
        """Those too that are in no stage that the playbook names."""
        parked = self.create_leads_at(TEN, 2, stage_id=self.parked.id)
        signed = self.create_leads_at(TEN, 1)
        self.go(signed, self.stage_signed)
        total = self.get_total()
        found = {name: total[name] for name in ("begun_count", "cohort_count", "won_count", "open_count")}
        self.assertIsNone(total["advanced_count"], "there is no further than all")
        self.assertEqual(found, {"begun_count": 3, "cohort_count": 3, "won_count": 1, "open_count": 2})
        self.assertEqual(total["open_amount"], 2000)
        self.go(parked[0], self.stage_signed)
        self.assertEqual(self.get_total()["won_count"], 2)
        self.assertNotIn("Parked", {name for name, one in self.get_numbers(1).items() if one["won_count"]})

    def test_who_joins_is_new_and_who_is_filled_in_is_not(self):
        lead = self.create_leads_at(TEN, 1, team_id=False, user_id=False)
        self.assertEqual(self.get_total()["begun_count"], 0)
        with self.at(TEN + timedelta(days=1)):
            lead.team_id = self.team
        self.assertEqual(self.get_total()["begun_count"], 1)

    def test_who_comes_with_a_move_has_come(self):
        """Given to the team and moved in one save: for the first time, from nowhere, and won at once."""
        lead, other = self.create_leads_at(TEN, 2, team_id=False, user_id=False)
        for hours, stage, vals in (
            (1, self.stage_demo, {"begun_count": 1, "open_count": 1, "won_count": 0}),
            (3, self.stage_talks, {"begun_count": 1, "open_count": 1, "won_count": 0}),
            (5, self.stage_signed, {"begun_count": 1, "open_count": 0, "won_count": 1}),
        ):
            now = TEN + timedelta(hours=hours)
            with self.at(now):
                lead.write({"team_id": self.team.id, "stage_id": stage.id})
            scope = {"playbook_id": self.playbook.id}
            bounds = (now, now + timedelta(minutes=30))
            numbers = self.Report._get_stage_numbers(scope, *bounds)
            total = self.Report._get_total_numbers(scope, *bounds, numbers)
            self.assertEqual({name: total[name] for name in vals}, vals, stage.name)
            for name in ("begun_count", "won_count"):
                domain = self.Report._get_deals_domain(scope, *bounds, False, name)
                self.assertEqual(self.env["crm.lead"].search_count(domain), vals[name])
            if not stage.is_won:
                with self.at(now + timedelta(hours=1)):
                    lead.team_id = False
        self.assertEqual(self.get_total()["won_count"], 1)
        with self.at(TEN + timedelta(hours=9)):
            other.write({"team_id": self.team.id, "stage_id": self.stage_signed.id})
        self.assertEqual((self.get_total()["won_count"], self.get_total()["begun_count"]), (2, 2))

    def test_deals_behind_the_total(self):
        lead = self.create_leads_at(TEN, 1, stage_id=self.parked.id)
        self.create_leads_at(TEN, 1, stage_id=self.stage_signed.id)
        scope, since, until = {"playbook_id": self.playbook.id}, TEN, TEN + timedelta(days=7)
        total = self.get_total()
        for name in ("begun_count", "won_count", "open_count", "cohort_open_count", "reached_count"):
            domain = self.Report._get_deals_domain(scope, since, until, False, name)
            deals = self.env["crm.lead"].with_context(active_test=False).search(domain)
            self.assertEqual(len(deals), total[name], name)
            if "open" in name:
                self.assertEqual(deals, lead)
