from datetime import timedelta

from odoo.tests import tagged

from ..deadline.deadline_common import at
from .contact_common import CUSTOMER, ContactCase


@tagged("post_install", "-at_install")
class TestContactSender(ContactCase):
    def test_who_is_not_known_yet_is_the_customer_too(self):
        self.receive((18, 10), sender="New Person <new@harbour.example.com>")
        self.assertContacts(self.lead, [(at(18, 10), "email", "Your offer", True)])
        self.assertNotEqual(CUSTOMER, self.lead.contact_ids.partner_id.email)


@tagged("post_install", "-at_install")
class TestContactDeals(ContactCase):
    """Contacts of deals that are merged, copied, archived and handed over, and of those that come and go."""

    def test_merged_deals_keep_each_contact_once(self):
        second = self.create_lead_at(18, 9, partner_id=self.wu.id)
        message = self.receive((18, 10), record=self.wu)
        self.receive((18, 11), record=second, Subject="On the second")
        with self.at(18, 12):
            merged = (self.lead | second).with_user(self.leader).merge_opportunity()
        self.assertContacts(
            merged,
            [(at(18, 10), "email", "Your offer", True), (at(18, 11), "email", "On the second", True)],
        )
        self.assertIn(message.id, merged.contact_ids.mapped("source_id"))
        self.assertEqual(merged.last_contact_at, at(18, 11))
        self.assertFalse(
            self.env["crm.lead.contact"].search([("lead_id", "not in", merged.ids)]) & merged.contact_ids
        )

    def test_a_copy_has_none_and_an_archived_or_lost_deal_keeps_its_own(self):
        self.receive((18, 10))
        self.assertFalse(self.lead.copy().contact_ids)
        self.assertFalse(self.lead.copy().last_contact_at)
        self.lead.action_set_lost()
        self.receive((18, 11), Subject="A pity")
        self.assertEqual(self.lead.last_contact_at, at(18, 11))
        self.assertFalse(self.get_work(self.lead))

    def test_what_is_known_comes_with_a_deal_that_comes_under_a_playbook(self):
        self._create_deadline("Write the note", "communication", 24, "hours")
        lead = self.create_lead_at(18, 9, partner_id=self.wu.id, team_id=False)
        self.receive((18, 10), record=lead)
        self.send((18, 11), record=lead)
        self.receive((18, 12), record=lead, Auto_Submitted="auto-replied")
        self.meet((18, 14), (18, 15), opportunity_id=lead.id)
        self.call((18, 16), record=lead)
        self.assertFalse(lead.contact_ids)
        with self.at(19, 9):
            lead.team_id = self.team
        self.assertEqual(
            lead.contact_ids.sorted("contacted_at").mapped("contacted_at"),
            [at(18, 10), at(18, 11), at(18, 15), at(18, 16)],
        )
        self.assertRecordValues(lead, [{"last_contact_at": at(18, 16), "last_contact_channel": "call"}])
        self.run_job(19, 10)
        self.assertFalse(self.get_work(lead), "no note is asked for of what was before")

    def test_what_is_known_comes_with_a_team_that_comes_under_a_playbook(self):
        self.playbook.team_ids = False
        lead = self.create_lead_at(18, 9, partner_id=self.wu.id)
        self.receive((18, 10), record=lead)
        self.assertFalse(lead.contact_ids)
        with self.at(19, 9):
            self.playbook.team_ids = self.team
            for job in self.env["crm.playbook.refresh"].search([("kind", "=", "history")]):
                job._run_batch()
        self.assertEqual(lead.last_contact_at, at(18, 10))

    def test_written_as_an_import_does_the_same_contact_is_no_new_one(self):
        self.receive((18, 10))
        with self.at(18, 12):
            self.lead.write({"last_contact_at": at(18, 10), "last_contact_summary": "Your offer"})
        self.assertFalse(self.lead.progress_ids)
        with self.at(18, 13):
            self.lead.write({"last_contact_at": at(18, 12), "last_contact_summary": "They called"})
        self.assertEqual(self.lead.progress_ids.summary, "They called")
        self.assertEqual(self.lead.last_contact_at, at(18, 12))


@tagged("post_install", "-at_install")
class TestContactSpeed(ContactCase):
    """Capturing costs the same few queries for one message and for many, and nothing without a playbook."""

    def _count(self, func):
        self.env.flush_all()
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        func()
        self.env.cr.flush()
        return self.env.cr.sql_log_count - before

    def _write(self, leads):
        for lead in leads:
            lead.message_post(body="We take it", message_type="email", author_id=self.wu.id)

    def _capture(self, leads):
        """Return how many queries it takes to capture a mail on each of ``leads``."""
        self._write(leads)
        self.env.flush_all()
        return self._count_precommit()

    def _count_precommit(self):
        before = self.env.cr.sql_log_count
        self.env.cr.flush()
        return self.env.cr.sql_log_count - before

    def test_many_messages_cost_as_many_queries_as_one(self):
        leads = self.env["crm.lead"].browse()
        for __ in range(31):
            leads |= self._create_lead(partner_id=self.wu.id)
        self.env.cr.flush()
        self._capture(leads[:1])
        few, many = self._capture(leads[:2]), self._capture(leads[2:])
        self.assertEqual(many, few)
        self.assertLessEqual(few, 12)
        self.assertTrue(all(lead.contact_ids for lead in leads))

    def test_a_deal_without_a_playbook_costs_nothing(self):
        plain = self._create_lead(partner_id=self.wu.id, team_id=False)
        self._count(lambda: self._write(plain))
        used = self._count(lambda: self._write(plain))
        self.env["crm.playbook"].search([]).action_archive()
        self._count(lambda: self._write(plain))
        self.assertEqual(used, self._count(lambda: self._write(plain)))
        self.assertFalse(plain.contact_ids)

    def test_looking_for_ended_meetings_costs_one_query_where_there_are_none(self):
        self.env["crm.lead.contact"]._cron_capture()
        self.env.flush_all()
        with self.assertQueryCount(2):
            self.env["crm.lead.contact"]._cron_capture()

    def test_meetings_are_found_by_when_they_were(self):
        now = self.env.cr.now()
        self.env.cr.execute("SET LOCAL enable_seqscan TO off")
        self.env.cr.execute(
            "EXPLAIN SELECT id FROM calendar_event WHERE start BETWEEN %s AND %s", [now - timedelta(7), now]
        )
        self.assertIn("Index", str(self.env.cr.fetchall()))
