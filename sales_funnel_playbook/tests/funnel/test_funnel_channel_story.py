from datetime import datetime, timedelta

from odoo.tests import tagged

from .funnel_common import FunnelCase

TEN = datetime(2024, 1, 1, 10)


@tagged("post_install", "-at_install")
class TestFunnelChannelStory(FunnelCase):
    """What a channel brought, while its deals are copied, merged, archived, lost, restored and imported."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].with_context(active_test=False).search([]).unlink()
        cls.fair, cls.web = cls.env["utm.source"].create([{"name": "Story fair"}, {"name": "Story web"}])

    def count(self):
        """Return ``(deals captured by source, deals lost by source)``."""
        return tuple(
            {
                source.name: count
                for source, count in self.env[f"crm.funnel.{name}.report"]._read_group(
                    [("playbook_id", "=", self.playbook.id)], ["source_id"], ["__count"]
                )
            }
            for name in ("intake", "lost")
        )

    def test_story(self):
        lead = self.create_leads_at(TEN, 1, source_id=self.fair.id)
        other = self.create_leads_at(TEN, 1, source_id=self.web.id)
        with self.at(TEN + timedelta(days=1)):
            copy = lead.copy()
        self.assertEqual(self.count(), ({"Story fair": 2, "Story web": 1}, {}))
        with self.at(TEN + timedelta(days=2)):
            copy.action_archive()
        self.assertEqual(self.count()[0]["Story fair"], 2, "who is archived came all the same")
        with self.at(TEN + timedelta(days=3)):
            merged = (lead | other).merge_opportunity()
        self.assertEqual(self.count(), ({"Story fair": 1, merged.source_id.name: 2}, {}))
        self.lose_at(TEN + timedelta(days=4), merged)
        self.assertEqual(self.count()[1], {merged.source_id.name: 1})
        with self.at(TEN + timedelta(days=5)):
            merged.action_unarchive()
        self.assertEqual(self.count()[1], {}, "it is not lost any more")

    def test_imported(self):
        names = ["name", "type", "team_id/.id", "stage_id/.id", "source_id/.id"]
        row = ["Imported", "opportunity", str(self.team.id), str(self.stage_lead.id), str(self.web.id)]
        with self.at(TEN):
            self.assertFalse(self.env["crm.lead"].load(names, [row])["messages"])
        self.assertEqual(self.count(), ({"Story web": 1}, {}))
