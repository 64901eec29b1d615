from odoo import Command
from odoo.tests import tagged

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestStageNotice(PlaybookCase):
    """Entering a stage tells other departments, who choose what to hear of."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.presales = cls.user_sales_salesman
        cls.rules[cls.stage_demo].notify_user_ids = cls.presales
        cls.subtype = cls.env.ref("sales_funnel_playbook.mail_message_subtype_stage")
        cls.lead = cls._create_lead()

    def _told(self):
        self.env.cr.flush()
        return self.lead.message_ids.filtered(lambda message: message.subtype_id == self.subtype)

    def _follower(self, user=None):
        partner = (user or self.presales).partner_id
        return self.lead.message_follower_ids.filtered(lambda one: one.partner_id == partner)

    def test_who_is_named_follows_and_is_told(self):
        self.assertFalse(self._told())
        self._advance(self.lead.with_user(self.rep), self.stage_demo)
        self.assertIn("Demo", self._told().body)
        self.assertEqual(self._told().notified_partner_ids, self.presales.partner_id)
        self.assertEqual(self._told().author_id, self.rep.partner_id)
        self.assertIn(self.subtype, self._follower().subtype_ids)

    def test_whoever_has_unfollowed_is_left_alone(self):
        self._advance(self.lead, self.stage_demo)
        self.env.cr.flush()
        self.lead.message_unsubscribe(self.presales.partner_id.ids)
        self.lead.stage_id = self.stage_lead
        self.assertEqual(len(self._told()), 1, "going back tells nobody")
        self.lead.stage_id = self.stage_demo
        self.env.cr.flush()
        self.assertFalse(self._follower())
        self.assertFalse(self._told()[0].notified_partner_ids)

    def test_whoever_does_not_want_this_kind_hears_the_others(self):
        self._advance(self.lead, self.stage_demo)
        self.env.cr.flush()
        self._follower().subtype_ids -= self.subtype
        self.lead.stage_id = self.stage_lead
        self.lead.stage_id = self.stage_demo
        self.assertFalse(self._told()[0].notified_partner_ids)

    def test_who_follows_already_keeps_what_they_hear(self):
        note = self.env.ref("mail.mt_note")
        self.lead.message_subscribe(self.presales.partner_id.ids, note.ids)
        self._advance(self.lead, self.stage_demo)
        self.env.cr.flush()
        self.assertEqual(self._follower().subtype_ids, note | self.subtype)
        self.assertEqual(self._told().notified_partner_ids, self.presales.partner_id)

    def test_a_team_its_leader_and_no_one_who_has_left(self):
        team = self.env["crm.team"].create(
            {"name": "Delivery", "user_id": self.leader.id, "company_id": False}
        )
        gone = self.presales.copy({"login": "gone", "active": True})
        team.member_ids = [Command.set([self.presales.id, gone.id])]
        gone.active = False
        self.rules[self.stage_demo].write({"notify_user_ids": False, "notify_team_ids": team.ids})
        self._advance(self.lead, self.stage_demo)
        self.assertEqual(
            self._told().notified_partner_ids,
            (self.leader | self.presales).partner_id - self.env.user.partner_id,
        )

    def test_created_right_there(self):
        self.playbook.mode = "observe"
        self.lead = self._create_lead(stage_id=self.stage_demo.id)
        self.assertEqual(self._told().notified_partner_ids, self.presales.partner_id)

    def test_a_deal_that_was_there_before_it_joined(self):
        """That nobody was told of; when it comes there again, they follow it from then on."""
        self.playbook.mode = "observe"
        self.stages.team_ids = False
        team = self.env["crm.team"].create({"name": "Other", "company_id": False})
        self.lead = self._create_lead(team_id=team.id, stage_id=self.stage_demo.id)
        self.env.cr.flush()
        self.lead.team_id = self.team
        self.assertFalse(self._told())
        self.assertEqual(self.lead.stage_log_ids.mapped("kind"), ["joined"])
        self.lead.stage_id = self.stage_lead
        self.lead.stage_id = self.stage_demo
        self.assertEqual(self._told().notified_partner_ids, self.presales.partner_id)
        self.lead.message_unsubscribe(self.presales.partner_id.ids)
        self.lead.stage_id = self.stage_lead
        self.lead.stage_id = self.stage_demo
        self.assertFalse(self._told()[0].notified_partner_ids)
