from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .coaching_common import CoachingCase


@tagged("post_install", "-at_install")
class TestCoachingSession(CoachingCase):
    """What a one-to-one decides is an activity, and stands in the next one until it is done."""

    def meet(self, day, *decisions, person=None, leader=None):
        person = person or self.ann
        return (
            self.env["crm.coaching.session"]
            .with_user(leader or self.chief)
            .create(
                {
                    "user_id": person.id,
                    "date": day,
                    "agenda": "Conversion, Lead: 33.3 %",
                    "decision_ids": [
                        Command.create({"name": name, "user_id": person.id, "date_deadline": "2099-01-01"})
                        for name in decisions
                    ],
                }
            )
        )

    def test_decisions_are_followed_up(self):
        first = self.meet("2024-03-01", "Call the five", "Write a case")
        call, case = first.decision_ids
        self.assertEqual(call.activity_id.user_id, self.ann)
        self.assertEqual(call.activity_id.res_model, "crm.coaching.session")
        call.activity_id.with_user(self.ann).action_feedback()
        second = self.meet("2024-03-08")
        self.assertEqual(second.previous_decision_ids, first.decision_ids)
        self.assertEqual([one.state for one in second.previous_decision_ids], ["done", "open"])
        self.assertEqual(self.meet("2024-03-15").previous_decision_ids, case, "still open from earlier")
        self.assertFalse(self.meet("2024-03-15", person=self.bob).previous_decision_ids)
        sessions = self.get_page(self.ann)["sessions"]
        self.assertEqual([one["open_count"] for one in sessions], [0, 0, 1])

    def test_who_leads_decides_something_for_themselves(self):
        """With the first save of the form, when Odoo has whoever creates it follow it."""
        with Form(self.env["crm.coaching.session"].with_user(self.chief)) as form:
            form.user_id = self.ann
            with form.decision_ids.new() as line:
                line.name = "Join her next demo"
                line.user_id = self.chief
        session = form.record
        self.assertEqual(session.decision_ids.activity_id.user_id, self.chief)
        self.assertIn(self.chief.partner_id, session.message_partner_ids)

    def test_who_may_not_see_it_gets_a_to_do_alone(self):
        session = self.meet("2024-03-01")
        decision = self.env["crm.coaching.decision"].with_user(self.chief)
        decision = decision.create(
            {"session_id": session.id, "name": "Send the price", "user_id": self.dan.id}
        )
        activity = decision.sudo().activity_id
        self.assertFalse(activity.res_model)
        self.assertNotIn("Ann", activity.note)
        decision.user_id = self.chief
        self.assertEqual(decision.sudo().activity_id.res_id, session.id)
        with self.assertRaises(AccessError):
            decision.activity_id = False

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_readers(self):
        session = self.meet("2024-03-01", "Call the five")
        for reader in (self.ann, self.chief, self.boss):
            self.assertTrue(session.with_user(reader).read(["agenda"]))
        for reader in (self.bob, self.rep):
            self.assertFalse(session.with_user(reader).search([]))
            with self.assertRaises(AccessError):
                session.decision_ids.with_user(reader).read(["name"])
        with self.assertRaises(AccessError):
            session.with_user(self.ann).user_id = self.bob
        self.team.user_id = self.rep
        self.assertFalse(session.with_user(self.chief).search([]), "somebody else leads them now")
        self.assertTrue(session.with_user(self.rep).search([]))
        with self.assertRaises(AccessError):
            session.with_user(self.ann).unlink()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_who_leads_them_no_more(self):
        """Taken off the team, they are no longer its leader's to read or to write."""
        session = self.meet("2024-03-01", "Call the five").with_user(self.chief)
        decision = session.decision_ids
        self.team.member_ids -= self.ann
        self.env.flush_all()
        self.assertFalse(session.search([]))
        self.assertFalse(decision.search([]))
        for record, vals in ((session, {"minutes": "Seen"}), (decision, {"name": "Seen"})):
            with self.assertRaises(AccessError):
                record.write(vals)
        self.assertTrue(session.with_user(self.ann).search([]))
        self.team.member_ids |= self.ann
        self.assertTrue(session.search([]))
        self.team.active = False
        self.assertFalse(session.search([]), "of a team that is no more")

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_a_decision_goes_to_no_meeting_of_others(self):
        decision = self.meet("2024-03-01", "Call the five").decision_ids
        mine = self.meet("2024-03-08")
        decision.session_id = mine
        self.assertEqual(mine.decision_ids, decision)
        theirs = self.meet("2024-03-01", person=self.rep, leader=self.boss)
        with self.assertRaises(AccessError):
            decision.session_id = theirs.with_user(self.chief)

    def test_a_company_that_keeps_figures_of_people_from_everybody(self):
        session = self.meet("2024-03-01", "Call the five")
        self.env.company.has_people_figures = False
        self.env.flush_all()
        for reader in (self.ann, self.chief, self.boss):
            self.assertFalse(session.with_user(reader).search([]))
            self.assertFalse(session.decision_ids.with_user(reader).search([]))
        self.env.company.has_people_figures = True
        self.assertTrue(session.with_user(self.ann).search([]), "it is hidden, not deleted")

    def test_without_a_day(self):
        session = self.env["crm.coaching.session"].with_user(self.chief).new({"user_id": self.ann.id})
        session.date = False
        self.assertFalse(session.previous_decision_ids)
        self.assertEqual(self.meet("2024-03-01").display_name, "Ann, 03/01/2024")
        self.assertEqual(self.meet(fields.Date.today()).leader_id, self.chief)
