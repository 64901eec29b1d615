from datetime import datetime, timedelta

from odoo import Command
from odoo.tests import tagged

from .funnel_common import FunnelCase

TEN = datetime(2024, 1, 1, 10)
OUTCOMES = ("cohort_won_count", "cohort_lost_count", "cohort_open_count")


@tagged("post_install", "-at_install")
class TestFunnelOutcome(FunnelCase):
    """What became of a cohort is what its deals are today, wherever they have gone since."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plain_team, cls.partners = cls.env["crm.team"].create(
            [{"name": "No Playbook"}, {"name": "Partners"}]
        )
        cls.stages.team_ids |= cls.plain_team | cls.partners
        others = cls.env["crm.playbook"].create(
            {
                "name": "Partners",
                "mode": "observe",
                "stage_ids": [Command.create({"stage_id": stage.id}) for stage in cls.stages],
            }
        )
        others.team_ids = cls.partners

    def give_at(self, days, lead, team):
        with self.at(TEN + timedelta(days=days)):
            lead.write({"team_id": team.id, "user_id": False})

    def assertOutcome(self, *counts):
        """Check the outcomes of the first stage, and of all deals, and the deals behind each number."""
        since, until = TEN - timedelta(hours=10), TEN + timedelta(days=7)
        scope = {"playbook_id": self.playbook.id}
        numbers = self.Report._get_stage_numbers(scope, since, until)
        total = self.Report._get_total_numbers(scope, since, until, numbers)
        self.assertEqual(tuple(numbers[self.stage_lead.id][name] for name in OUTCOMES), counts)
        self.assertEqual(tuple(total[name] for name in OUTCOMES), counts)
        for stage_id in (self.stage_lead.id, False):
            for name, count in zip(OUTCOMES, counts, strict=True):
                domain = self.Report._get_deals_domain(scope, since, until, stage_id, name)
                found = self.env["crm.lead"].with_context(active_test=False).search_count(domain)
                self.assertEqual(found, count, (stage_id, name))

    def test_under_the_playbook(self):
        won, lost, restored, archived, _open = leads = self.create_leads_at(TEN, 5)
        self.assertOutcome(0, 0, 5)
        self.move_at(TEN + timedelta(days=20), won, self.stage_signed)
        self.lose_at(TEN + timedelta(days=20), lost | restored)
        with self.at(TEN + timedelta(days=21)):
            archived.active = False
        self.assertOutcome(1, 2, 2)
        with self.at(TEN + timedelta(days=30)):
            restored.action_unarchive()
        self.assertOutcome(1, 1, 3)
        with self.at(TEN + timedelta(days=31)):
            leads.user_id = self.leader
        self.assertOutcome(1, 1, 3)

    def test_without_a_playbook_since(self):
        """What a team does that follows none is in no log."""
        won, lost, back = leads = self.create_leads_at(TEN, 3)
        self.give_at(1, leads, self.plain_team)
        self.assertOutcome(0, 0, 3)
        self.move_at(TEN + timedelta(days=20), won, self.stage_signed)
        self.lose_at(TEN + timedelta(days=20), lost | back)
        self.assertOutcome(1, 2, 0)
        self.give_at(21, back, self.team)
        self.assertOutcome(1, 2, 0)
        with self.at(TEN + timedelta(days=30)):
            back.action_unarchive()
        self.assertOutcome(1, 1, 1)

    def test_under_another_playbook_since(self):
        won, lost, _open = leads = self.create_leads_at(TEN, 3)
        self.give_at(1, leads, self.partners)
        self.move_at(TEN + timedelta(days=20), won, self.stage_signed)
        self.lose_at(TEN + timedelta(days=20), lost)
        self.assertOutcome(1, 1, 1)

    def test_merged_since(self):
        leads = self.create_leads_at(TEN, 2)
        with self.at(TEN + timedelta(days=1)):
            merged = leads.merge_opportunity()
        self.assertOutcome(0, 0, 1)
        self.lose_at(TEN + timedelta(days=20), merged)
        self.assertOutcome(0, 1, 0)
