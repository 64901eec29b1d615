from datetime import timedelta

from odoo import Command, fields
from odoo.tests import HttpCase, tagged

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestMyDayTours(HttpCase, PlaybookCase):
    """The day in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).active = False
        cls.env["mail.activity"].search([]).unlink()
        cls.today = fields.Date.context_today(cls.env.user)
        (cls.rep | cls.leader).tz = "UTC"

    def _plan(self, lead, days, summary):
        day = self.today + timedelta(days=days)
        activity = lead.activity_schedule("mail.mail_activity_data_call", day, user_id=self.rep.id)
        activity.summary = summary
        return activity

    def test_a_day(self):
        """What is late comes first, whatever the tier; done, noted with its next step, and put off from the
        line, by keyboard too; deals are paged through in the order of the list.
        """
        self.playbook.tier_ids = [
            Command.create({"tier": tier, "min_revenue": revenue, "min_probability": 0})
            for tier, revenue in (("A", 1000), ("C", 0))
        ]
        stage = {"playbook_stage_id": self.rules[self.stage_lead].id, "playbook_id": self.playbook.id}
        self._create_deadline("Complete it", satisfied_domain="[('phone', '!=', False)]", **stage)
        small = self._create_lead("Small", expected_revenue=5)
        big = self._create_lead("Big", expected_revenue=5000)
        late = self._plan(small, -14, "Call their buyer")
        call, visit = self._plan(big, -1, "Call about prices"), self._plan(big, 0, "Send the plan")
        self._plan(big, 40, "Far ahead")
        self.env.cr.flush()
        self.start_tour("/odoo", "playbook_my_day", login=self.rep.login)
        self.assertFalse(late.active, "marked as done with a key")
        self.assertFalse(call.active, "ended by its note")
        self.assertEqual(big.progress_ids.summary, "They want to start in May")
        self.assertTrue(big.activity_ids.filtered(lambda one: one.summary == "Send the offer"))
        self.assertEqual(visit.date_deadline, self.today + timedelta(days=1))

    def test_an_approval(self):
        """It has no Done: it is approved on its line."""
        deck = self._create_output(self.stage_demo, "Deck", evidence="note", approval="team_leader")
        lead = self._create_lead("Big")
        lead.with_user(self.rep).submit_output(deck.id, note="Three presses are needed in May")
        self.env.cr.flush()
        self.start_tour("/odoo/my-day", "playbook_my_day_approval", login=self.leader.login)
        self.assertEqual(lead.output_ids.state, "approved")
