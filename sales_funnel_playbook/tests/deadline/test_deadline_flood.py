from odoo.tests import tagged

from .deadline_common import DeadlineCase, at

MANY = 7


@tagged("post_install", "-at_install")
class TestDeadlineFlood(DeadlineCase):
    """Nobody is flooded: a message for each person and run, with the list."""

    def _get_told(self, partner, subject):
        """Return the messages that somebody has got with words in the subject."""
        told = self.env["mail.message"].search([("subject", "like", subject)])
        return told.filtered(lambda one: partner in one.notified_partner_ids)

    def _create_many(self, *moment, **vals):
        values = {"team_id": self.team.id, "user_id": self.rep.id, "type": "opportunity", **vals}
        with self.at(*moment):
            return self.env["crm.lead"].create([{"name": f"Deal {n}", **values} for n in range(MANY)])

    def test_what_was_missed_on_many_deals(self):
        self._create_deadline("Survey", "lead_created", escalation_to="team_leader")
        leads = self._create_many(18)
        self.run_job(19, 18)
        told = self._get_told(self.leader.partner_id, "missed deadlines")
        self.assertEqual(told.subject, f"{MANY} missed deadlines")
        for part in (*leads.mapped("name"), f"/odoo/crm.lead/{leads[0].id}", "Missed: Survey", "odoo/my-day"):
            self.assertIn(part, told.body)
        escalations = self.get_work(leads).filtered("playbook_escalation_of_id")
        self.assertEqual(escalations.user_id, self.leader)
        self.assertEqual(len(escalations), MANY, "each is the leader's to look into")
        self.run_job(20, 9)
        self.assertEqual(self._get_told(self.leader.partner_id, "missed deadlines"), told)
        self.assertFalse(self._get_told(self.leader.partner_id, "assigned to you"))

    def test_an_import_into_a_stage_that_notifies(self):
        delivery = self.user_sales_salesman
        self.rules[self.stage_lead].notify_user_ids = delivery
        leads = self._create_many(18)
        told = self._get_told(delivery.partner_id, "have entered a stage")
        self.assertEqual(told.subject, f"{MANY} deals have entered a stage")
        self.assertIn("Deal 3", told.body)
        self.assertIn(delivery.partner_id, leads[3].message_partner_ids, "they follow each of them")
        one = self.create_lead_at(18, name="Single")
        self.assertTrue(one.message_ids.filtered(lambda message: "has entered" in message.body))

    def test_silence_that_is_found_by_night(self):
        leads = self._create_many(1)
        silence = self.env.ref("sales_funnel_playbook.risk_type_silence")
        silence.write({"level": "high", "domain": "[('phone', '=', False)]"})
        with self.mock_datetime_and_now(at(29)):
            leads._refresh()
        self.assertEqual(leads.risk_ids.type_id & silence, silence)
        told = self._get_told(self.leader.partner_id, "high risks")
        self.assertEqual(told.subject, f"{MANY} high risks")
        for lead in leads:
            self.assertTrue(lead.message_ids.filtered(lambda message: "High risk" in message.body))
