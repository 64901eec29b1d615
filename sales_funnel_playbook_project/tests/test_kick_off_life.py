from odoo import Command
from odoo.tests import tagged

from .project_common import KickOffCase


@tagged("post_install", "-at_install")
class TestKickOffLife(KickOffCase):
    """What becomes of the project when something becomes of its deal."""

    def get_notes(self, project):
        """Return what the project was told of its deal since, the oldest first."""
        return [one for one in project.message_ids.sorted("id") if "The deal is" in one.body]

    def test_a_deal_that_is_reopened_keeps_its_project(self):
        """Delivery hears of it once; when it is won again, no second project is made."""
        lead = self._create_lead()
        project = self.win(lead)
        lead.with_user(self.rep).stage_id = self.stage_talks
        self.env.cr.flush()
        lead.user_id = self.leader
        self.env.cr.flush()
        self.assertFalse(project.is_deal_won)
        [note] = self.get_notes(project)
        self.assertIn("not won any more", note.body)
        self.assertEqual(note.notified_partner_ids, self.dan.partner_id)
        self.assertEqual(self.win(lead), project)
        self.assertTrue(project.is_deal_won)
        self.assertEqual(len(self.get_notes(project)), 2)

    def test_lost_after_it_was_won(self):
        lead = self._create_lead()
        project = self.win(lead)
        lead.stage_id = self.stage_talks
        lead.action_set_lost()
        self.env.cr.flush()
        self.assertEqual((project.active, project.is_deal_won), (True, False))

    def test_won_and_taken_back_in_one_transaction(self):
        lead = self._advance(self._create_lead(), self.stage_signed)
        lead.stage_id = self.stage_talks
        self.env.cr.flush()
        self.assertFalse(self.get_projects(lead))

    def test_copies_are_no_kick_off(self):
        """Of the deal, and of the project."""
        lead = self._create_lead()
        project = self.win(lead)
        copy = lead.copy()
        self.env.cr.flush()
        self.assertFalse(copy.kickoff_project_ids)
        self.assertFalse(project.copy().deal_id | project.copy({"is_template": True}).deal_id)
        self.assertEqual(self.get_projects(lead), project)

    def test_archived_and_deleted(self):
        lead = self._create_lead()
        project = self.win(lead)
        lead.action_archive()
        self.env.cr.flush()
        self.assertEqual((project.active, project.is_deal_won), (True, True))
        project.action_archive()
        lead.action_unarchive()
        lead.invalidate_recordset()
        self.assertFalse(lead.can_kick_off, "an archived project is one")
        lead.unlink()
        self.assertTrue(project.exists())
        self.assertFalse(project.deal_id)

    def test_merged_deals_bring_their_projects(self):
        first, second, third = (self._create_lead(name) for name in ("A", "B", "C"))
        projects = self.win(first, second)
        merged = (first | second | third).merge_opportunity()
        self.env.cr.flush()
        self.assertEqual((len(projects), projects.deal_id), (2, merged))
        self.assertEqual(self.get_projects(merged), projects)

    def test_a_contract_that_goes_on_has_its_project(self):
        """With the button it gets another one; what is added to it is delivered."""
        renewal, upsell = (self._create_lead(kind, renewal_kind=kind) for kind in ("renewal", "upsell"))
        self.win(renewal, upsell)
        self.assertEqual((renewal.won_status, len(self.get_projects(renewal))), ("won", 0))
        self.assertEqual(len(self.get_projects(upsell)), 1)
        renewal.action_kick_off()
        self.assertEqual(len(self.get_projects(renewal)), 1)

    def test_a_deal_of_another_company(self):
        """Its project is that company's; its own people lead it."""
        other = self.env["res.company"].create({"name": "Other"})
        (self.rep | self.dora).company_ids += other
        team = self.env["crm.team"].create({"name": "Theirs", "company_id": other.id})
        self.delivery.person_ids = [Command.create({"user_id": self.dora.id, "team_id": team.id})]
        playbook = self.playbook.copy({"name": "Theirs", "company_id": other.id, "is_default": False})
        self.assertEqual(playbook.kickoff_template_id, self.template)
        self.stages.team_ids += team
        playbook.write({"team_ids": team.ids, "mode": "observe"})
        lead = self._create_lead("Theirs", team_id=team.id, user_id=False)
        self.assertEqual((lead.playbook_id, lead.company_id), (playbook, other))
        lead.stage_id = self.stage_signed
        self.env.cr.flush()
        project = self.get_projects(lead)
        self.assertEqual((project.company_id, project.user_id), (other, self.dora))

    def test_a_deal_without_a_company(self):
        self.team.company_id = False
        lead = self._create_lead(user_id=False, company_id=False)
        project = self.win(lead)
        self.assertEqual((lead.company_id.id, project.company_id.id), (False, False))

    def test_a_playbook_that_is_copied_keeps_its_kick_off(self):
        copy = self.playbook.copy()
        self.assertEqual((copy.kickoff_template_id, copy.kickoff_role_id), (self.template, self.delivery))
        outputs = copy.stage_ids.output_ids
        told = {one.name: one.is_handed_over for one in outputs if one.name in ("Prices", "Plan")}
        self.assertEqual(told, {"Prices": False, "Plan": True})
