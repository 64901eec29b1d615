from odoo.tests import tagged

from odoo.addons.sales_funnel_playbook.models.core.crm_playbook_notice import LISTED

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

    def _send(self, *moment):
        """The job that tells people what transactions have noted."""
        with self.at(*moment):
            self.env["crm.playbook.notice"]._cron_send()

    def test_an_import_into_a_stage_that_notifies(self):
        delivery = self.user_sales_salesman
        self.rules[self.stage_lead].notify_user_ids = delivery
        one, *many = [
            ["name", "team_id/.id", "user_id/.id"],
            *([f"Deal {n}", self.team.id, self.rep.id] for n in range(2 * LISTED)),
        ]
        for moment, rows in (
            ((18, 9, 0), many[:LISTED]),
            ((18, 9, 1), many[LISTED:-1]),
            ((18, 9, 2), many[-1:]),
        ):
            with self.at(*moment):
                self.env["crm.lead"].with_context(import_file=True).load(one, rows)
            self._send(*moment)
        leads = self.env["crm.lead"].search([("name", "like", "Deal "), ("team_id", "=", self.team.id)])
        self.assertFalse(self._get_told(delivery.partner_id, "entered"), "there may be more")
        self._send(18, 9, 4)
        told = self._get_told(delivery.partner_id, "have entered a stage")
        self.assertEqual(told.subject, f"{2 * LISTED} deals have entered a stage")
        for part in ("Deal 3<", f"and {LISTED} more", "btn btn-primary"):
            self.assertIn(part, told.body)
        self.assertIn(delivery.partner_id, leads[3].message_partner_ids, "they follow each of them")
        self.assertFalse(leads.message_ids.filtered(lambda message: message.notified_partner_ids))
        self._send(18, 9, 9)
        self.assertEqual(self._get_told(delivery.partner_id, "entered a stage"), told)

    def test_of_one_deal_its_chatter_tells(self):
        delivery = self.user_sales_salesman
        self.rules[self.stage_lead].notify_user_ids = delivery
        lead = self.create_lead_at(18)
        told = lead.message_ids.filtered(lambda message: "has entered" in message.body)
        self.assertEqual(told.notified_partner_ids, delivery.partner_id)
        self._send(18, 9, 9)
        self.assertFalse(self._get_told(delivery.partner_id, "entered a stage"))

    def test_two_are_many_and_whoever_did_it_knows(self):
        delivery = self.user_sales_salesman
        self.rules[self.stage_lead].notify_user_ids = delivery | self.leader
        with self.at(18):
            values = {"team_id": self.team.id, "type": "opportunity", "name": "Two"}
            self.env["crm.lead"].with_user(self.leader).create([values, values])
        self._send(18, 9, 9)
        self.assertTrue(self._get_told(delivery.partner_id, "2 deals have entered"))
        self.assertFalse(self._get_told(self.leader.partner_id, "have entered"))

    def test_what_is_taken_back_with_its_transaction_nobody_hears_of(self):
        self.rules[self.stage_lead].notify_user_ids = self.user_sales_salesman
        savepoint = self.env.cr.savepoint()
        self._create_many(18)
        self.assertTrue(self.env["crm.playbook.notice"].search([]))
        savepoint.close(rollback=True)
        self.assertFalse(self.env["crm.playbook.notice"].search([]))

    def test_a_run_of_several_batches_tells_once_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.leader.lang = "zh_CN"
        self._create_deadline("Survey", "lead_created", escalation_to="team_leader")
        leads = self._create_many(18)
        twice = self.env.ref("sales_funnel_playbook.risk_type_deadline")
        twice.write({"level": "high", "name": "Missed twice"})
        self._create_deadline("Other", "lead_created", escalation_to="team_leader")
        leads[0].type = "opportunity"
        self.run_job(18, 18)
        with self.mock_datetime_and_now(at(20, 18)):
            jobs = self.env["crm.playbook.refresh"]
            jobs._cron_start_deadlines()
            self.env["crm.playbook.notice"]._mark_run("deadlines")
            job = jobs.search([("kind", "=", "deadlines")])
            while job._run_batch(2) == 2:
                self.env.cr.flush()
                self.assertFalse(self._get_told(self.leader.partner_id, "截止"))
            jobs._end_run(("deadlines",))
        told = self.env["mail.message"].search([("partner_ids", "in", self.leader.partner_id.ids)])
        told = told.filtered(lambda one: one.model == False)  # noqa: E712
        self.assertEqual(len(told), 1)
        self.assertIn("Missed twice", told.body)
        self.assertIn(f"{MANY}", told.subject)

    def test_whoever_is_given_much_to_do_hears_of_it_once(self):
        output = self._create_output(self.stage_lead, "Report", approval="team_leader", evidence="note")
        leads = self._create_many(18)
        with self.at(18, 10):
            for lead in leads.with_user(self.rep):
                lead.submit_output(output.id, note=f"Here is all that {lead.name} was asked for")
        self._send(18, 10, 9)
        told = self._get_told(self.leader.partner_id, "new tasks")
        self.assertEqual(told.subject, f"{MANY} new tasks")
        self.assertIn("Approve: Report", told.body)
        self.assertFalse(self._get_told(self.leader.partner_id, "assigned to you"))
        with self.at(18, 11):
            self.env["crm.lead.output"].search([("lead_id", "in", leads.ids)]).with_user(
                self.leader
            ).action_approve()
        self._send(18, 11, 9)
        told = self._get_told(self.rep.partner_id, "decisions on outputs")
        self.assertEqual(told.subject, f"{MANY} decisions on outputs")

    def test_one_thing_to_do_is_told_as_odoo_does(self):
        output = self._create_output(self.stage_lead, "Report", approval="team_leader", evidence="note")
        lead = self.create_lead_at(18)
        with self.at(18, 10):
            lead.with_user(self.rep).submit_output(output.id, note="Here it is, with all that was asked for")
        self.assertTrue(self._get_told(self.leader.partner_id, "assigned to you"))

    def test_notices_of_a_job_that_never_ended_are_told_the_next_day(self):
        notices = self.env["crm.playbook.notice"]
        with self.at(18):
            notices._mark_run("rating")
            notices._note("failed", [(self.leader.partner_id, self.playbook, "Nothing works")])
        self._send(18, 12)
        self.assertFalse(self._get_told(self.leader.partner_id, "Nothing works"))
        self._send(19, 12)
        self.assertTrue(self._get_told(self.leader.partner_id, "Nothing works"))
        self.assertFalse(notices.search([]))

    def test_silence_that_is_found_by_night(self):
        leads = self._create_many(1)
        silence = self.env.ref("sales_funnel_playbook.risk_type_silence")
        silence.write({"level": "high", "domain": "[('phone', '=', False)]"})
        with self.mock_datetime_and_now(at(29)):
            self.env["crm.playbook.notice"]._mark_run("rating")
            for lead in leads:
                lead._refresh()
            self.env.cr.flush()
            self.assertFalse(self._get_told(self.leader.partner_id, "high risks"))
            self.env["crm.playbook.refresh"]._end_run(("rating",))
        self.assertEqual(leads.risk_ids.type_id & silence, silence)
        told = self._get_told(self.leader.partner_id, "high risks")
        self.assertEqual(told.subject, f"{MANY} high risks")
        for lead in leads:
            self.assertTrue(lead.message_ids.filtered(lambda message: "High risk" in message.body))
