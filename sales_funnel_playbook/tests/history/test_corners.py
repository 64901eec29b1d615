from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from .test_found import START, FoundCase


@tagged("post_install", "-at_install")
class TestCorners(FoundCase):
    """What a review of the log's code has found: each as a deal's story."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_team = cls.env["crm.team"].create({"name": "North", "company_id": False})
        cls.north = cls.env["crm.stage"].create(
            {"name": "North talks", "sequence": 2, "team_ids": [Command.set(cls.other_team.ids)]}
        )
        cls.other = cls.env["crm.playbook"].create(
            {
                "name": "North",
                "company_id": False,
                "mode": "enforce",
                "stage_ids": [Command.create({"stage_id": cls.north.id})],
                "team_ids": [Command.set(cls.other_team.ids)],
            }
        )
        rule = {"name": "Visited", "guidance": "Visit.", "kind": "confirmation"}
        cls.other.stage_ids.condition_ids = [Command.create(rule)]
        cls.stages.team_ids = cls.team

    def test_a_lost_deal_is_given_to_another_team(self):
        """Nothing is asked of it there; restoring asks, also in the same save."""
        self._at(1, self.lead.action_set_lost)
        self._at(2, self.lead.write, {"team_id": self.other_team.id})
        self.assertEqual((self.lead.stage_id, self.lead.won_status), (self.north, "lost"))
        self.assertRefused(["Visited"], self._at, 3, self.lead.action_unarchive)
        second = self._at(3, self._create_lead, "Second")
        self._at(4, second.action_set_lost)
        vals = {"active": True, "probability": 10, "team_id": self.other_team.id}
        self.assertRefused(["Visited"], self._at, 5, second.write, vals)
        self.assertSound()

    def test_a_checklist_behind_the_stage_passed(self):
        """Past Talks, away, and back in the first stage: what comes next was passed already."""
        self._advance(self.lead, self.stage_talks)
        self._at(2, self.lead.write, {"product_line_id": self.line.id})
        self._at(3, self.lead.write, {"stage_id": self.stage_lead.id})
        self._at(4, self.lead.write, {"product_line_id": False})
        panel = self.lead.get_playbook_panel()
        ahead = {stage["name"]: stage["unmet"] for stage in panel["next_stages"]}
        self.assertEqual(ahead["Demo"], 0)
        self.assertSound()

    def test_a_deleted_team_leaves_the_company(self):
        company = self.env.company
        team = self.env["crm.team"].create({"name": "Short-lived", "company_id": company.id})
        lead = self._create_lead("Plain", team_id=team.id, user_id=False, company_id=company.id)
        team.unlink()
        self.assertFalse(lead.team_id)
        self.assertEqual(lead.company_id, company)

    def test_a_default_that_has_teams_too(self):
        """Its own deals are found, and stay."""
        self.env["crm.playbook"].search([("is_default", "=", True)]).is_default = False
        self.playbook.is_default = True
        found = self.env["crm.lead"].search([("playbook_id", "=", self.playbook.id)])
        self.assertIn(self.lead, found)
        self.assertEqual(self.lead.stage_log_ids.mapped("kind"), ["created"])
        self.assertSound()

    def test_a_merged_deal_was_not_there_all_the_time(self):
        """One left on the second hour, the other one began on the tenth: nobody had it in between."""
        self._at(2, self.lead.write, {"team_id": self.free_team.id, "type": "lead"})
        head = self._at(10, self._create_lead, "Head")
        self._at(11, self._advance, head, self.stage_demo)
        merged = self._at(12, lambda: (head | self.lead).merge_opportunity())
        self.assertEqual(merged, head)
        log = merged.stage_log_ids.sorted("sequence")
        self.assertEqual(
            [(one.kind, one.ended_as) for one in log[:2]], [("created", "left"), ("joined", log[1].ended_as)]
        )
        self.assertEqual(log[0].left_at, START + timedelta(hours=2))
        self.assertEqual(log[1].entered_at, START + timedelta(hours=10))
        self.assertSound()

    def test_time_lost_is_no_time_in_stage(self):
        self.playbook.stage_ids[0].expected_days = 10
        self._at(24, self.lead.action_set_lost)
        with self.mock_datetime_and_now(START + timedelta(days=30)):
            self.lead.invalidate_recordset()
            self.assertAlmostEqual(self.lead.stay_percent, 10, 1, "lost on the first day")
        self._at(24 * 21, self.lead.action_unarchive)
        with self.mock_datetime_and_now(START + timedelta(days=25)):
            self.lead.invalidate_recordset()
            self.assertAlmostEqual(self.lead.stay_percent, 50, 1)
            current = self.lead.get_playbook_panel()["stage"]
            self.assertFalse(current["is_overdue"])
            self.assertEqual(current["due_at"], str(START + timedelta(days=30)))

    def test_a_won_deal_that_is_handed_over_goes_on(self):
        self.playbook.stage_ids[-1].expected_days = 10
        self._at(1, self._advance, self.lead, self.stage_signed)
        self._at(1 + 24 * 4, self.lead.write, {"user_id": False})
        with self.mock_datetime_and_now(START + timedelta(days=5, hours=1)):
            self.lead.invalidate_recordset()
            self.assertAlmostEqual(self.lead.stay_percent, 50, 1)

    def test_a_repair_while_a_job_is_pending_leaves_the_past(self):
        """Who is still to be told of is told by the request, with what Odoo tracked."""
        plain = self._at(0, self._create_lead, "Plain", team_id=self.free_team.id)
        last = self._at(0, self._create_lead, "Last", team_id=self.free_team.id)
        with self._in_small_batches():
            self._at(48, self.other.write, {"team_ids": [Command.link(self.free_team.id)]})
        self.assertFalse(last.stage_log_ids, "the job has not come to it")
        self.env["crm.playbook.integrity"]._repair_log()
        self.assertEqual(last.stage_log_ids.mapped("origin"), plain.stage_log_ids.mapped("origin"))
        self.assertIn("filled", last.stage_log_ids.mapped("origin"))

    def test_a_save_of_team_and_stage_without_a_stage(self):
        self.lead.flush_recordset()
        self.env.cr.execute("UPDATE crm_lead SET stage_id = NULL WHERE id = %s", [self.lead.id])
        self.lead.invalidate_recordset()
        self.env["crm.playbook.integrity"]._repair_log()
        self._at(1, self.lead.write, {"team_id": self.free_team.id, "stage_id": self.stage_lead.id})
        self.assertEqual(self.lead.stage_id, self.stage_lead)
