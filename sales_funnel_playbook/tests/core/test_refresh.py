from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.sales_funnel_playbook.models.core import crm_playbook_refresh

from ..common import PlaybookCase
from ..deadline.deadline_common import DeadlineCase


@tagged("post_install", "-at_install")
class TestRefresh(PlaybookCase):
    """The job that looks again at open deals, at night and when a rule changed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.playbook.refresh"].search([]).unlink()
        cls.silence = cls.env.ref("sales_funnel_playbook.risk_type_silence")
        cls.silence.domain = "[('phone', '=', '1')]"
        cls.leads = cls.env["crm.lead"].union(*[cls._create_lead(f"Deal {n}", phone="1") for n in range(5)])

    def _run(self):
        """Run the job as the scheduler does."""
        with self.enter_registry_test_mode():
            self.env.ref("sales_funnel_playbook.ir_cron_refresh").method_direct_trigger()

    def test_the_night_looks_at_open_deals_under_a_playbook(self):
        other = self.env["crm.lead"].create(
            {"name": "Free", "type": "opportunity", "team_id": False, "phone": "1"}
        )
        lost = self._create_lead("Lost", phone="1")
        lost.action_set_lost()
        self.env["crm.playbook.refresh"]._cron_start()
        self._run()
        self.assertEqual(self.leads.risk_ids.type_id, self.silence)
        self.assertEqual(len(self.leads.risk_ids), 5)
        self.assertFalse((other | lost).risk_ids)
        self.assertFalse(self.env["crm.playbook.refresh"].search([]), "nothing is left to do")

    def test_a_killed_job_goes_on_where_it_stopped(self):
        refreshes = self.env["crm.playbook.refresh"]
        refreshes._request(self.playbook)
        with patch.object(crm_playbook_refresh, "BATCH", 2):
            refresh = refreshes.search([])
            self.assertEqual(refresh._run_batch(), 2)
            self.assertEqual(len(self.leads.risk_ids), 2)
            self._run()
        self.assertEqual(len(self.leads.risk_ids), 5)
        self.assertFalse(refresh.exists())

    def test_a_rule_that_changes_in_the_middle_begins_anew(self):
        refreshes = self.env["crm.playbook.refresh"]
        refreshes._request(self.playbook)
        with patch.object(crm_playbook_refresh, "BATCH", 2):
            refreshes.search([])._run_batch()
            refreshes._request(self.playbook)
            first, again = refreshes.search([])
            self.assertEqual(
                (bool(first.position), again.position), (True, 0), "nobody touches what a job has"
            )
            self._run()
        self.assertEqual(len(self.leads.risk_ids), 5)
        self.assertFalse(refreshes.search([]))

    def test_the_job_writes_in_the_language_of_the_company(self):
        """It runs as nobody, and what it writes down is read by the whole team."""
        self.env["res.lang"]._activate_lang("zh_CN")
        refreshes = self.env["crm.playbook.refresh"]
        self.playbook.company_id = self.env.company
        for lang, note in (("zh_CN", "已不再成立。"), (False, "No longer the case.")):
            self.env.company.partner_id.lang = lang
            self.leads.phone = "1"
            refreshes._request(self.playbook)
            self._run()
            self.leads.phone = "2"
            refreshes._request(self.playbook)
            self._run()
            self.assertEqual(self.leads.risk_ids.sorted("id")[-5:].mapped("closing_note"), [note] * 5)


@tagged("post_install", "-at_install")
class TestHourlyJob(DeadlineCase):
    def test_work_on_deals_that_left_without_a_word_is_found_in_order_with_the_others(self):
        self._create_deadline("Complete it", "lead_created")
        with self.at(18):
            stayed, moved, gone = (self._create_lead(name) for name in ("A", "B", "C"))
        self.env.cr.execute(  # another program does it, and nothing of the module hears of it
            "UPDATE crm_lead SET team_id = NULL WHERE id = ANY(%s); DELETE FROM crm_lead WHERE id = %s",
            [[moved.id, gone.id], gone.id],
        )
        self.env.invalidate_all()
        jobs, looked_at = self.env["crm.playbook.refresh"], 0
        jobs._cron_start_deadlines()
        job = jobs.search([("kind", "=", "deadlines"), ("playbook_id", "=", self.playbook.id)])
        while job.exists():
            looked_at += job._run_batch(1)
        self.assertGreaterEqual(looked_at, 2)
        self.assertTrue(self.get_work(stayed).active)
        self.assertFalse(self.get_work(moved).active)

    def test_a_playbook_that_asks_for_nothing_any_more_is_looked_at_while_work_is_left(self):
        deadline = self._create_deadline("Complete it", "lead_created")
        lead = self.create_lead_at(18)
        deadline.active = False
        self.run_job(18, 10)
        self.assertFalse(self.get_work(lead).active)
