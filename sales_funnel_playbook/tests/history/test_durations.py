from datetime import datetime

from odoo.tests import tagged

from ..common import PlaybookCase

DAY = 86400


@tagged("post_install", "-at_install")
class TestDurations(PlaybookCase):
    """What Odoo's status bar says of a stage is what the log says."""

    def assertDurations(self, lead, *expected):
        """:param expected: ``(stage, days)`` each"""
        lead.invalidate_recordset(["duration_tracking"])
        self.assertEqual(
            {int(stage_id): seconds / DAY for stage_id, seconds in lead.duration_tracking.items()},
            {stage.id: days for stage, days in expected},
        )

    def test_imported_with_its_date(self):
        with self.mock_datetime_and_now(datetime(2024, 3, 15, 8)):
            lead = self._create_lead(stage_entered_at="2024-03-05 08:00:00")
            self.assertDurations(lead, (self.stage_lead, 10))
        with self.mock_datetime_and_now(datetime(2024, 3, 17, 8)):
            self._advance(lead, self.stage_demo)
        with self.mock_datetime_and_now(datetime(2024, 3, 20, 8)):
            self.assertDurations(lead, (self.stage_lead, 12), (self.stage_demo, 3))

    def test_lost_time_does_not_count(self):
        with self.mock_datetime_and_now(datetime(2024, 3, 1, 8)):
            lead = self._create_lead()
        with self.mock_datetime_and_now(datetime(2024, 3, 3, 8)):
            lead.action_set_lost()
        with self.mock_datetime_and_now(datetime(2024, 3, 13, 8)):
            lead.action_unarchive()
        with self.mock_datetime_and_now(datetime(2024, 3, 14, 8)):
            self.assertDurations(lead, (self.stage_lead, 3))

    def test_from_before_it_joined(self):
        with self.mock_datetime_and_now(datetime(2024, 3, 1, 8)):
            lead = self.env["crm.lead"].create({"name": "Plain", "team_id": False})
            lead.flush_recordset()
            self.env.cr.execute(
                "UPDATE crm_lead SET create_date = '2024-03-01 08:00' WHERE id = %s", [lead.id]
            )
            lead.invalidate_recordset(["create_date"])
            lead.stage_id = self.stage_lead
        with self.mock_datetime_and_now(datetime(2024, 3, 5, 8)):
            lead.write({"team_id": self.team.id, "stage_id": self.stage_lead.id})
            self.assertEqual(lead.stage_log_ids.kind, "joined")
        with self.mock_datetime_and_now(datetime(2024, 3, 6, 8)):
            self.assertDurations(lead, (self.stage_lead, 5))
        with self.mock_datetime_and_now(datetime(2024, 3, 8, 8)):
            self._advance(lead, self.stage_demo)
            self.assertDurations(lead, (self.stage_lead, 7), (self.stage_demo, 0))

    def test_a_plain_lead_is_odoos(self):
        lead = self.env["crm.lead"].create({"name": "Plain", "team_id": False})
        self.assertEqual([*lead.duration_tracking], [str(lead.stage_id.id)])

    def test_odoos_own_rotting_beside_it(self):
        """Both count from when the deal came; for Odoo's the time goes on while it is lost or archived."""
        self.stage_lead.rotting_threshold_days = self.rules[self.stage_lead].expected_days = 10
        with self.mock_datetime_and_now(datetime(2024, 3, 1, 8)):
            kept, given, lost, archived = (self._create_lead() for _number in range(4))
        with self.mock_datetime_and_now(datetime(2024, 3, 3, 8)):
            lost.action_set_lost()
            archived.action_archive()
            given.user_id = self.leader
        with self.mock_datetime_and_now(datetime(2024, 3, 8, 8)):
            imported = self._create_lead(stage_entered_at="2024-03-01 08:00:00")
            (lost | archived).action_unarchive()
            (kept | given | lost | archived).probability = 10
        leads = kept | given | imported | lost | archived
        for day, late in ((10, leads.browse()), (12, kept | given | imported)):
            with self.mock_datetime_and_now(datetime(2024, 3, day, 8)):
                leads.invalidate_recordset()
                self.assertEqual(leads.filtered("is_rotting") - lost - archived, late)
                self.assertEqual(leads.filtered(lambda lead: lead.stay_percent > 100), late)
                self.assertEqual((lost | archived).mapped("is_rotting"), [day == 12] * 2)
