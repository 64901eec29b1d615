from odoo import Command
from odoo.tests import HttpCase, tagged

from .event_common import EventPlaybookCase


@tagged("post_install", "-at_install")
class TestEventTours(HttpCase, EventPlaybookCase):
    def test_intake_by_event(self):
        """Where a salesperson looks for what an event has brought."""
        self.register("Wu")
        action = self.env.ref("sales_funnel_playbook.crm_funnel_intake_report_action")
        self.start_tour(f"/odoo/action-{action.id}", "playbook_event_intake", login=self.rep.login)

    def test_somebody_registers_on_the_website(self):
        if "website_published" not in self.env["event.event"]:
            self.skipTest("The website's events (website_event) are not installed.")
        ticket = [Command.create({"name": "Free"})]
        event = self._create_event("Open Days", website_published=True, event_ticket_ids=ticket)
        event.question_ids += self.env["event.question"].create(
            [
                {"title": "Name", "question_type": "name", "is_mandatory_answer": True},
                {"title": "Email", "question_type": "email", "is_mandatory_answer": True},
            ]
        )
        event.question_ids -= self.meal
        self.start_tour(f"/event/{event.id}/register", "playbook_event_registration")
        lead = event.lead_ids
        self.assertEqual((lead.stage_id, lead.source_id.name), (self.stage_demo, "Open Days"))
        self.assertEqual(lead.use_case, "What would you press? Car doors")
        self.assertEqual(lead.pain_points, "What costs you most? Scrap")
        self.assertEqual((lead.contact_name, lead.email_from), ("Ms Wu", "wu@customer.example"))
