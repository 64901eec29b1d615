from datetime import datetime
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from odoo.addons.sales_funnel_playbook.models.core import crm_playbook_refresh

from ..common import PlaybookCase


class RequestsCase(PlaybookCase):
    """Five deals of a team whose playbook is not in use yet, and a job that looks at two at a time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.playbook.write({"active": False, "mode": "observe"})
        cls.env["crm.playbook.refresh"].search([]).unlink()
        cls.env["crm.lead"].with_context(active_test=False).search([("team_id", "=", cls.team.id)]).unlink()

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(crm_playbook_refresh, "BATCH", 2))
        deals = [{"name": f"Deal {number}"} for number in range(5)]
        self.leads = self._on(
            11, lambda: self.env["crm.lead"].union(*(self._create_lead(**deal) for deal in deals))
        )
        self._on(12, self.leads.write, {"stage_id": self.stage_demo.id})

    def _on(self, day, change, *args):
        with self.mock_datetime_and_now(datetime(2024, 3, day, 9)):
            result = change(*args)
            self.env.flush_all()
            self.cr.precommit.run()
        return result

    def _run(self):
        """Run the job as the scheduler does."""
        with self.enter_registry_test_mode():
            self.env.ref("sales_funnel_playbook.ir_cron_history").method_direct_trigger()


@tagged("post_install", "-at_install")
class TestRequests(RequestsCase):
    """Many deals come under a playbook, or leave it: the log follows in the background, by its moment."""

    def _get_log(self, lead):
        log = lead.stage_log_ids.sorted("sequence")
        return [(one.entered_at.day, one.kind, one.stage_id.name, one.ended_as) for one in log]

    FILLED = [(11, "created", "Lead", "forward"), (12, "forward", "Demo", "joined")]

    def test_activated(self):
        self._on(20, self.playbook.write, {"active": True})
        told = self.leads.filtered("stage_log_ids")
        self.assertEqual(len(told), 2, "a batch in the request, the rest by the job")
        self.assertTrue(self.playbook.is_history_pending)
        self.assertGreater(self.playbook.history_progress, 0)
        self.assertLess(self.playbook.history_progress, 100)
        self._on(21, self._run)
        for lead in self.leads:
            self.assertEqual(self._get_log(lead), [*self.FILLED, (20, "joined", "Demo", False)])
        self.playbook.invalidate_recordset()
        self.assertFalse(self.playbook.is_history_pending)
        self.assertFalse(self.env["crm.playbook.refresh"].search([("kind", "in", ("history", "recheck"))]))
        self.assertFalse(self.env["crm.playbook.integrity"]._find_faults())

    def test_a_deal_that_moves_meanwhile_is_told_at_once(self):
        self._on(20, self.playbook.write, {"active": True})
        last = self.leads[-1]
        self.assertFalse(last.stage_log_ids)
        self._on(21, last.write, {"stage_id": self.stage_talks.id})
        self.assertEqual(
            self._get_log(last),
            [*self.FILLED, (20, "joined", "Demo", "forward"), (21, "forward", "Talks", False)],
        )
        self._on(22, self._run)
        self.assertEqual(len(last.stage_log_ids), 4)
        self.assertFalse(self.env["crm.playbook.integrity"]._find_faults())

    def test_the_gate_takes_a_deal_as_it_is(self):
        """Also one whose log is not there yet: readers are told what a move would be told."""
        self._on(20, self.playbook.write, {"active": True, "mode": "enforce"})
        first, last = self.leads[0], self.leads[-1]
        expected, told = (lead.check_gate(self.stage_talks.id)[str(lead.id)] for lead in (first, last))
        self.assertTrue(first.stage_log_ids and not last.stage_log_ids)
        self.assertEqual(told, expected)

    def test_meanwhile_another_line_is_chosen(self):
        """A single deal that joins meanwhile is judged: it is not taken for one of the team."""
        line = self.env["crm.product.line"].create({"name": "Presses", "company_id": False})
        free = self._create_lead("Free", team_id=False)
        self._on(20, self.playbook.write, {"active": True, "product_line_ids": [Command.link(line.id)]})
        self._on(21, free.write, {"product_line_id": line.id})
        joined = free.stage_log_ids
        self.assertEqual((joined.kind, joined.gate_stage_id.id), ("joined", False))

    def test_archived(self):
        self._on(20, self.playbook.write, {"active": True})
        self._on(21, self._run)
        self._on(22, self.playbook.write, {"active": False})
        ended = self.leads.stage_log_ids.filtered(lambda one: one.ended_as == "left")
        self.assertEqual(len(ended), 2)
        self.assertFalse(self.env["crm.playbook.integrity"]._find_faults())
        self._on(23, self._run)
        for lead in self.leads:
            self.assertEqual(self._get_log(lead)[-1], (20, "joined", "Demo", "left"))
            self.assertEqual(lead.stage_log_ids.sorted("sequence")[-1].left_at.day, 22)

    def test_a_line_goes_to_another_playbook(self):
        line = self.env["crm.product.line"].create({"name": "Presses", "company_id": False})
        other = self.env["crm.playbook"].create(
            {
                "name": "Other",
                "company_id": False,
                "stage_ids": [Command.create({"stage_id": self.stage_demo.id})],
                "is_default": False,
            }
        )
        self.leads.product_line_id = line
        self.playbook.team_ids = False
        self._on(20, self.playbook.write, {"active": True, "product_line_ids": [Command.link(line.id)]})
        self._on(20, self._run)
        self._on(22, line.write, {"playbook_id": other.id})
        self._on(23, self._run)
        for lead in self.leads:
            log = lead.stage_log_ids.sorted("sequence")
            self.assertEqual(log.playbook_id, self.playbook | other)
            self.assertEqual(
                (log[-1].playbook_id, log[-1].kind, log[-1].entered_at.day), (other, "joined", 22)
            )
            self.assertEqual((log[-2].ended_as, log[-2].left_at), ("left", log[-1].entered_at))

    def test_the_last_stage_is_removed(self):
        self._on(20, self.playbook.write, {"active": True, "mode": "observe", "team_ids": self.team.ids})
        self._on(20, self._run)
        self.playbook.team_ids = False
        self.playbook.is_default = True
        self._on(21, self._run)
        self.assertEqual({log[-1][3] for log in map(self._get_log, self.leads)}, {False})
        self.playbook.stage_ids.unlink()
        self._run()
        self.assertEqual({log[-1][3] for log in map(self._get_log, self.leads)}, {"left"})

    def test_reviews_wait(self):
        self._on(20, self.playbook.write, {"active": True})
        reviews = self.env["crm.funnel.review"]
        self.assertNotIn(self.playbook, {one[0] for one in reviews._get_due()})
        self._on(20, self._run)
        with self.mock_datetime_and_now(datetime(2024, 4, 2, 9)):
            self.assertIn(self.playbook, {one[0] for one in reviews._get_due()})

    def test_the_page_says_so(self):
        self._on(20, self.playbook.write, {"active": True})
        get_funnel = self.env["crm.funnel.report"].get_funnel
        self.assertTrue(get_funnel({"playbook_id": self.playbook.id})["is_pending"])
        self._on(20, self._run)
        self.env.invalidate_all()
        self.assertFalse(get_funnel({"playbook_id": self.playbook.id})["is_pending"])

    def test_two_merged_meanwhile(self):
        self._on(20, self.playbook.write, {"active": True})
        merged = self._on(21, self.leads[-2:].merge_opportunity)
        self._on(22, self._run)
        self.assertEqual(self._get_log(merged)[-1], (20, "joined", "Demo", False))
        self.assertFalse(self.env["crm.playbook.integrity"]._find_faults())
