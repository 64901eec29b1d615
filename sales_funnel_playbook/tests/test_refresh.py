from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.sales_funnel_playbook.models import crm_playbook_refresh

from .common import PlaybookCase


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
        self.assertEqual(refreshes.search([]).mapped("position"), [0])

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
