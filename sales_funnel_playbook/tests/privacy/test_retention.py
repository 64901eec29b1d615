from unittest.mock import patch

from odoo.exceptions import ConcurrencyError
from odoo.fields import Datetime
from odoo.tests import tagged

from .privacy_common import SECRET, PrivacyCase


@tagged("post_install", "-at_install")
class TestRetention(PrivacyCase):
    """People and notes of closed deals are kept as long as the settings say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.playbook.mode = "observe"
        cls.won = cls._create_told_deal(cls.acme)
        cls.won.action_set_won()
        cls.lost = cls._create_told_deal(cls.acme)
        cls.lost.action_set_lost()
        cls.env.flush_all()

    def _run_after(self, months):
        """Run the job as the scheduler does."""
        later = Datetime.add(Datetime.now(), months=months, days=1)
        with self.mock_datetime_and_now(later), self.enter_registry_test_mode():
            self.env.ref("sales_funnel_playbook.ir_cron_anonymise").method_direct_trigger()
        self.env.invalidate_all()

    def _is_known(self, lead):
        return SECRET in self._read_everything(lead)

    def test_kept_for_ever_unless_the_settings_say_otherwise(self):
        self._run_after(120)
        self.assertTrue(self._is_known(self.won))

    def test_closed_deals_after_their_time(self):
        settings = self.env["res.config.settings"].create({"sales_funnel_personal_months": 12})
        settings.execute()
        before = {lead: self._count(lead) for lead in (self.won, self.lost)}
        self._run_after(11)
        self.assertTrue(self._is_known(self.won))
        self._run_after(12)
        for lead in (self.won, self.lost):
            self.assertFalse(self._is_known(lead), lead.won_status)
            self.assertEqual(self._count(lead), before[lead])
            self.assertFalse(lead.stakeholder_ids.partner_id)
            self.assertFalse([note for note in lead.progress_ids if not note.anonymised_at])
        self.assertTrue(self._is_known(self.lead), "open deals are worked on")
        self.assertEqual(self.env["crm.playbook.integrity"]._find_faults(), [])
        leads = self.env["crm.lead"]
        self.assertFalse(leads._get_ids_to_anonymise(0, Datetime.now()), "nothing is looked at twice")

    def test_what_is_younger_than_its_deal_stays(self):
        """A customer is worked with long after the deal was won: each fact has its own time."""
        self.env["ir.config_parameter"].set_param("sales_funnel_playbook.personal_months", "24")
        later = Datetime.add(Datetime.now(), months=24)
        with self.mock_datetime_and_now(later):
            note = self.env["crm.lead.progress"].create(
                {"lead_id": self.won.id, "summary": "Anna asks for a second press in spring"}
            )
            self.env.flush_all()
        old = self.won.progress_ids - note
        self._run_after(24)
        self.assertEqual(set(old.mapped("summary")), {"Anonymised"})
        self.assertIn("second press", note.summary)
        self._run_after(48)
        self.assertEqual(note.summary, "Anonymised")

    def test_while_the_contract_runs(self):
        self.env["ir.config_parameter"].set_param("sales_funnel_playbook.personal_months", "1")
        self.won.contract_end = Datetime.add(Datetime.now(), months=6)
        self.env.flush_all()
        self._run_after(6)
        self.assertTrue(self._is_known(self.won))
        self._run_after(8)
        self.assertFalse(self._is_known(self.won))

    def test_who_was_slower_is_no_failure(self):
        with (
            patch.object(type(self.won), "_anonymise_facts", side_effect=ConcurrencyError("slower")),
            self.assertRaises(ConcurrencyError),
        ):
            self.won._anonymise_safely(Datetime.now())
        self.assertFalse(self.env["crm.playbook.failure"].search([("res_id", "=", self.won.id)]))

    def test_what_was_left_by_the_decision_maker(self):
        """A risk says the name of who left: it goes, too."""
        self.env["crm.risk.type"].search([("detection", "=", "decision_maker")]).active = True
        lead = self._create_told_deal(self.acme)
        lead.stakeholder_ids.filtered(lambda one: one.partner_id == self.person).date_to = Datetime.now()
        self.assertIn(self.person.name, lead.risk_ids.mapped("description"))
        lead.action_set_lost()
        self.env["ir.config_parameter"].set_param("sales_funnel_playbook.personal_months", "1")
        risk = lead.risk_ids.filtered(lambda one: one.description == self.person.name)
        self.env.cr.execute(
            "UPDATE crm_lead_risk SET create_date = create_date + INTERVAL '1 month' WHERE id = %s", [risk.id]
        )
        self._run_after(1)
        self.assertTrue(self._is_known(lead), "it is younger than what else is known")
        self._run_after(2)
        self.assertFalse(self._is_known(lead))
        leads = self.env["crm.lead"]
        self.assertFalse(leads._get_ids_to_anonymise(0, Datetime.add(Datetime.now(), months=2)))

    def _count_queries(self, leads):
        """Return how many queries it takes to anonymise these, and undo it."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        with self.env.cr.savepoint() as savepoint:
            leads._anonymise_facts(Datetime.add(Datetime.now(), days=1))
            self.env.flush_all()
            used = self.env.cr.sql_log_count - before
            savepoint.rollback()
        self.env.invalidate_all(flush=False)
        return used

    def test_queries_do_not_grow_with_the_deals(self):
        more = self.env["crm.lead"].union(*(self._create_told_deal(self.acme) for _ in range(4)))
        more.action_set_won()
        self._count_queries(self.won)  # what is kept in memory
        few = self._count_queries(self.won)
        self.assertLessEqual(self._count_queries(self.won | more), few + 2)

    def test_a_deal_that_cannot_be_written_keeps_no_other(self):
        self.env["ir.config_parameter"].set_param("sales_funnel_playbook.personal_months", "1")
        self.env.cr.execute(
            "ALTER TABLE crm_lead_progress ADD CONSTRAINT stuck"
            " CHECK (lead_id <> %s OR anonymised_at IS NULL)",
            [self.won.id],
        )
        with self.assertLogs("odoo.sql_db", "ERROR"):
            self._run_after(1)
        self.assertTrue(self._is_known(self.won))
        self.assertFalse(self._is_known(self.lost))
        self.assertEqual(self.env["crm.playbook.failure"].search([]).res_id, self.won.id)
