from odoo import Command
from odoo.tests import tagged

from .project_common import KickOffCase


@tagged("post_install", "-at_install")
class TestKickOffPeople(KickOffCase):
    """Who leads the project."""

    def test_whoever_was_chosen_on_the_deal(self):
        lead = self._create_lead()
        self.choose(lead, self.dora)
        project = self.win(lead)
        self.assertEqual(project.user_id, self.dora)
        self.assertIn(self.dora.partner_id, project.message_partner_ids)

    def test_another_role(self):
        presales = self.env.ref("sales_funnel_playbook.crm_playbook_role_presales")
        presales.person_ids = [Command.create({"user_id": self.dora.id})]
        self.playbook.kickoff_role_id = presales
        self.assertEqual(self.win(self._create_lead()).user_id, self.dora)

    def test_nobody_has_the_role(self):
        """The salesperson is asked; whoever gets the role then leads it."""
        self.delivery.person_ids.unlink()
        lead = self._create_lead("Presses")
        project = self.win(lead)
        self.assertFalse(project.user_id)
        self.assertEqual(self.get_meetings(lead), [(self.rep, "Hand-over meeting: Presses")])
        self.choose(lead, self.dora)
        self.assertEqual(project.user_id, self.dora)

    def test_who_may_not_open_projects_leads_none(self):
        """Nor does their salesperson, who makes one with the button."""
        self.dan.group_ids -= self.env.ref("project.group_project_user")
        self.playbook.kickoff_when = "button"
        lead = self._create_lead()
        self.win(lead)
        self.assertFalse(lead.with_user(self.rep).action_kick_off())
        self.assertFalse(self.get_projects(lead).user_id)
        self.assertEqual([user for user, _summary in self.get_meetings(lead)], [self.rep])
        [meeting] = lead.activity_ids.filtered(lambda one: one.user_id == self.rep)
        self.assertIn("Delivery", meeting.note)

    def test_a_leaver_is_followed_by_who_has_the_role_then(self):
        self.delivery.person_ids = [Command.create({"user_id": self.dora.id, "team_id": self.team.id})]
        project = self.win(self._create_lead())
        self.assertEqual(project.user_id, self.dora)
        self.dora.action_archive()
        self.env.cr.flush()
        self.assertEqual(project.user_id, self.dan)
        self.assertIn(self.dan.partner_id, project.message_partner_ids)
        self.dan.action_archive()
        self.env.cr.flush()
        self.assertEqual(project.user_id, self.dan, "nobody else has it: as Odoo leaves it")

    def test_who_takes_over_the_role_takes_over_the_project(self):
        """With its files."""
        lead = self._create_lead()
        self.submit_file(lead, self.file)
        project = self.win(lead)
        self.choose(lead, self.dora)
        self.assertEqual(project.user_id, self.dora)
        self.assertEqual(self.get_told(project.with_user(self.dora)).attachment_ids.raw, b"What was promised")

    def test_whom_delivery_has_chosen_stays(self):
        lead = self._create_lead()
        project = self.win(lead)
        project.user_id = self.leader
        self.choose(lead, self.dora)
        self.assertEqual(project.user_id, self.leader)

    def _get_heard(self, act):
        """Return the messages that Dan gets by ``act`` at once, and what he gets later, in one message."""
        notices, messages = self.env["crm.playbook.notice"], self.env["mail.message"]
        latest = messages.search([], order="id desc", limit=1).id
        act()
        self.env.cr.flush()
        domain = [("id", ">", latest), ("notified_partner_ids", "in", self.dan.partner_id.ids)]
        at_once = messages.search(domain)
        notices.search([])._send()
        return at_once, messages.search(domain) - at_once

    def test_whoever_leads_it_hears_once(self):
        """Of one deal in one message; of several that are won, or taken back, at once in one, too."""
        leads = [self.bring_close(self._create_lead(name)) for name in ("A", "B", "C")]
        self.env.cr.flush()
        self.env["crm.playbook.notice"].search([]).unlink()
        alone, several = leads[0], leads[1] | leads[2]
        at_once, later = self._get_heard(lambda: alone.write({"stage_id": self.stage_signed.id}))
        self.assertEqual((len(at_once), later), (1, later.browse()))
        self.assertIn("Handed over from sales", at_once.body)
        at_once, later = self._get_heard(lambda: several.write({"stage_id": self.stage_signed.id}))
        self.assertEqual((at_once, later.subject), (at_once.browse(), "2 new tasks"))
        self.assertIn("Hand-over meeting: B", later.body)
        self.assertTrue(all(self.get_told(project) for project in self.get_projects(*several)))
        at_once, later = self._get_heard(lambda: several.write({"stage_id": self.stage_talks.id}))
        self.assertEqual((len(at_once), len(later)), (0, 1))
        self.assertIn("The deal is not won any more.", later.body)
