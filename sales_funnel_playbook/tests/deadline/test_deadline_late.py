from odoo import Command
from odoo.tests import tagged

from .deadline_common import DeadlineCase, at

LARGE = "[('expected_revenue', '>=', 1000)]"


@tagged("post_install", "-at_install")
class TestDeadlineLate(DeadlineCase):
    """A deal that comes to meet a rule later than what begins it is asked from then on, and nothing is
    overdue at birth.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.playbook.tier_ids = [
            Command.create({"tier": tier, "min_revenue": revenue, "min_probability": 0, **rhythm})
            for tier, revenue, rhythm in (
                ("A", 1000, {"delay_count": 1, "follow_up_responsible": "team_leader"}),
                ("C", 0, {"delay_count": 1, "delay_unit": "months"}),
            )
        ]

    def _look(self, *days):
        for day in days:
            self.run_job(day, 9)

    def test_an_amount_that_is_set_on_the_third_day(self):
        stage = self.rules[self.stage_lead]
        complete = self._create_deadline("Complete it", "lead_created", domain=LARGE)
        survey = self._create_deadline("Survey", playbook_stage_id=stage.id, domain=LARGE)
        lead, soon = self.create_lead_at(18, 10), self.create_lead_at(18, 10)
        with self.at(18, 10, 30):
            soon.expected_revenue = 5000
        self._look(19, 20)
        with self.at(20, 10):
            lead.expected_revenue = 5000
        for rule in (complete, survey):
            self.assertWork(soon, [(rule.name, self.rep, at(19, 17), False)], rule)
            self.assertWork(lead, [(rule.name, self.rep, at(21, 17), False)], rule)
        self._look(21, 22)
        self.assertEqual(len(self.get_work(lead)), 2)

    def test_what_only_time_brings_about(self):
        """The job, and nobody's change, finds that a deal meets the rule."""
        self._create_deadline("Ask again", "lead_created", domain="[('create_date', '<', 'now -3d')]")
        lead = self.create_lead_at(18, 10)
        self._look(19, 20, 21)
        self.assertFalse(self.get_work(lead))
        self._look(22)
        self.assertWork(lead, [("Ask again", self.rep, at(25, 17), False)])

    def test_a_review_of_a_deal_that_becomes_large(self):
        review = self._create_deadline("Review", "review", 1, "weeks", domain=LARGE)
        lead, calm = self.create_lead_at(4, 10), self.create_lead_at(4, 10)
        self._look(11, 12, 18)
        with self.at(19, 10):
            lead.expected_revenue = 5000
        self.assertWork(lead, [("Review", self.rep, at(26, 10), False)], review)
        self._look(20, 21)
        self.assertWork(lead, [("Review", self.rep, at(26, 10), False)], review)
        with self.at(21, 10):
            self.env["crm.lead.progress"].with_user(self.rep).create(
                {"lead_id": lead.id, "summary": "Met them, and they want three presses"}
            )
        self.assertEqual(self.get_work(lead).playbook_closing, "satisfied")
        self._look(27, 28)
        self.assertEqual(self.get_work(lead)[1:].playbook_due_at, at(28, 10), "as always from then on")
        self.assertFalse(self.get_work(calm))

    def test_a_tier_that_asks_for_more(self):
        self._create_deadline("Follow up", "follow_up", 0)
        lead = self.create_lead_at(4, 10, expected_revenue=5)
        self._look(5, 6, 18)
        with self.at(18, 10):
            lead.expected_revenue = 5000
        self.assertWork(lead, [("Follow up", self.leader, at(19, 10), False)])

    def test_a_leader_who_never_spoke_with_the_customer(self):
        self._create_deadline("Follow up", "follow_up", 0)
        lead = self.create_lead_at(4, 10, expected_revenue=5000)
        for day in range(5, 20):
            with self.at(day, 10):
                self.env["crm.lead.progress"].with_user(self.leader).create(
                    {"lead_id": lead.id, "summary": "Spoke with them about three presses"}
                )
            self.run_job(day, 11)
        self.assertFalse(self.get_work(lead))
        with self.at(19, 12):
            self.team.user_id = self.rep
        self.run_job(19, 13)
        self.assertWork(lead, [("Follow up", self.rep, at(20, 13), False)])

    def test_a_lead_that_becomes_an_opportunity(self):
        self._create_deadline("Review", "review", 1, "weeks")
        lead = self.create_lead_at(1, 10, type="lead")
        self._look(8, 12, 18)
        with self.at(19, 10):
            lead.convert_opportunity(False)
        self._look(20, 21)
        self.assertWork(lead, [("Review", self.rep, at(26, 10), False)])

    def test_a_deal_that_was_lost_for_a_week(self):
        """Time in which nothing was asked for does not count; what had passed before does."""
        self._create_deadline("Complete it", "lead_created", 16, "working_hours")
        lead, briefly, late = (self.create_lead_at(18, 9) for _ in range(3))
        deals = lead | briefly
        self._look(18)
        self.run_job(18, 11)
        with self.at(18, 13):
            deals.action_set_lost()
        with self.at(18, 13, 5):
            briefly.action_restore()
        self.assertEqual(self.get_work(briefly)[-1:].playbook_due_at, at(20, 9, 5))
        self._look(19, 20, 21, 22)
        with self.at(22, 9):
            late.action_set_lost()
        with self.at(25, 13):
            lead.action_restore()
            late.action_restore()
        self.assertEqual(self.get_work(lead)[-1:].playbook_due_at, at(26, 17))
        self.assertEqual(self.get_work(late)[-1:].playbook_due_at, at(25, 13), "nearly all had passed before")

    def test_a_note_that_is_asked_for_late(self):
        rule = self._create_deadline("Write the note", "communication", 24, "hours", domain=LARGE)
        lead = self.create_lead_at(18, 10)
        with self.at(18, 11):
            call = lead.activity_schedule("mail.mail_activity_data_call", user_id=self.rep.id)
            call.with_user(self.rep).action_feedback("They want three")
        self._look(19, 20)
        with self.at(20, 10):
            lead.expected_revenue = 5000
        self.assertWork(lead, [("Write the note", self.rep, at(21, 10), False)], rule)

    def test_more_contacts_that_notes_are_asked_for_after(self):
        self.playbook.asked_contact = "none"
        rule = self._create_deadline("Write the note", "communication", 24, "hours")
        lead = self.create_lead_at(18, 10)
        for day in (18, 25):
            with self.at(day, 11):
                call = lead.activity_schedule("mail.mail_activity_data_call", user_id=self.rep.id)
                call.with_user(self.rep).action_feedback("They want three")
            self._look(day + 1)
            self.assertEqual(len(self.get_work(lead, rule)), day == 25)
            with self.at(20, 10):
                self.playbook.asked_contact = "all"
            self._look(20)

    def test_since_when_an_imported_deal_is_in_its_stage(self):
        survey = self._create_deadline("Survey", playbook_stage_id=self.rules[self.stage_lead].id)
        lead = self.create_lead_at(18, 10, stage_entered_at=at(4))
        self.assertWork(lead, [("Survey", self.rep, at(19, 17), False)], survey)

    def test_when_the_job_has_not_run_for_days_everything_keeps_its_time(self):
        self._create_deadline("Review", "review", 1, "weeks")
        lead = self.create_lead_at(4, 10)
        self._look(5, 14)
        self.assertWork(lead, [("Review", self.rep, at(11, 10), False)])
