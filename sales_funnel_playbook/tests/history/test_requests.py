from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import Command
from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from odoo.addons.sales_funnel_playbook.exceptions import PlaybookGateError
from odoo.addons.sales_funnel_playbook.models.core import crm_playbook_refresh

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestRequests(PlaybookCase):
    """Many deals come under a playbook, or leave it: the log follows in the background, by its moment."""

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


@tagged("post_install", "-at_install")
class TestRequestsAtOnce(BaseCase):
    """Filling against people who move the same deals, in transactions of their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addClassCleanup(cls._remove)
        with cls._committed() as env:
            cls.team = env["crm.team"].create({"name": "Racing", "company_id": False}).id
            names = ("First lap", "Second lap")
            stages = env["crm.stage"].create(
                [{"name": name, "team_ids": [Command.set([cls.team])]} for name in names]
            )
            cls.first, cls.second = stages.ids
            cls.playbook = (
                env["crm.playbook"]
                .create(
                    {
                        "name": "Racing",
                        "company_id": False,
                        "active": False,
                        "stage_ids": [Command.create({"stage_id": stage.id}) for stage in stages],
                        "team_ids": [Command.set([cls.team])],
                    }
                )
                .id
            )

    @classmethod
    @contextmanager
    def _committed(cls):
        with Registry(get_db_name()).cursor() as cr:
            yield Environment(cr, SUPERUSER_ID, {})

    @classmethod
    def _remove(cls):
        with cls._committed() as env:
            env["crm.lead"].with_context(active_test=False).search([("team_id", "=", cls.team)]).unlink()
            env["crm.playbook"].browse(cls.playbook).unlink()
            env["crm.stage"].browse([cls.first, cls.second]).unlink()
            env["crm.team"].browse(cls.team).unlink()

    def setUp(self):
        super().setUp()
        with self._committed() as env:
            deal = {"name": "Deal", "type": "opportunity", "team_id": self.team, "stage_id": self.first}
            self.lead_ids = env["crm.lead"].create([dict(deal) for _ in range(4)]).ids
        self.addCleanup(self._end)

    def _end(self):
        with self._committed() as env:
            env["crm.lead"].browse(self.lead_ids).exists().unlink()
            env["crm.playbook"].browse(self.playbook).active = False
            env["crm.playbook.refresh"].search([("playbook_id", "=", self.playbook)]).unlink()

    def _activate(self, batch=2):
        with patch.object(crm_playbook_refresh, "BATCH", batch), self._committed() as env:
            env["crm.playbook"].browse(self.playbook).active = True

    def _run(self, env):
        env["crm.playbook.refresh"].search([("playbook_id", "=", self.playbook)])._run_safely(100)

    def test_somebody_moves_by_the_rules_of_before(self):
        """They began before the playbook was activated, and write after its job has been there."""
        with self._committed() as late:
            late.cr.execute("SELECT 1")  # from now on it sees what is there now
            self.assertFalse(late["crm.lead"].browse(self.lead_ids).playbook_id)
            self._activate(batch=10)
            with self._committed() as env:
                self.assertEqual(env["crm.playbook.refresh"].search(self._mine()).kind, "recheck")
                self.assertIsNone(env["crm.playbook.refresh"].search(self._mine())._run_batch(), "it waits")
            late["crm.playbook"]._get_assignment.__cache__.add_value(
                late["crm.playbook"], cache_value=type(late["crm.playbook"]._get_assignment())({}, {}, {})
            )
            late["crm.lead"].browse(self.lead_ids[0]).stage_id = self.second
        with self._committed() as env:
            env.registry.clear_cache()
            self._run(env)
            self.assertFalse(env["crm.playbook.refresh"].search(self._mine()))
        with self._committed() as env:
            self.assertEqual(
                env["crm.lead"].browse(self.lead_ids[0]).stage_log_ids[:1].stage_id.id, self.second
            )
            self.assertFalse(env["crm.playbook.integrity"]._find_faults())

    def _mine(self):
        return [("playbook_id", "=", self.playbook), ("kind", "in", ("history", "recheck"))]

    def test_somebody_moves_a_deal_while_the_job_is_at_it(self):
        """The job tries again with what they have made of it."""
        self._activate()
        with mute_logger("odoo.sql_db"), self._committed() as job:
            job.cr.execute("SELECT 1")
            with self._committed() as quick:
                quick["crm.lead"].browse(self.lead_ids[3]).stage_id = self.second
            self._run(job)
        with self._committed() as env:
            leads = env["crm.lead"].browse(self.lead_ids)
            self.assertEqual(
                [lead.stage_log_ids.sorted("sequence").mapped("kind") for lead in leads],
                [["created", "joined"]] * 3 + [["created", "joined", "forward"]],
            )
            self.assertFalse(env["crm.playbook.integrity"]._find_faults())

    def test_the_job_was_quicker(self):
        """Whoever moves a deal that the job has told meanwhile is tried again by Odoo."""
        self._activate()
        with mute_logger("odoo.sql_db"), self._committed() as late:
            late.cr.execute("SELECT 1")
            with self._committed() as job:
                self._run(job)
            with self.assertRaises(crm_playbook_refresh.CONCURRENCY_ERRORS):
                late["crm.lead"].browse(self.lead_ids[3]).stage_id = self.second
            late.cr.rollback()

    def test_rules_that_are_not_committed_are_nobody_elses(self):
        """In one process, another thread decides by what is committed."""
        with self._committed() as changing:
            changing["crm.playbook"].browse(self.playbook).active = True
            self.assertTrue(changing["crm.lead"].browse(self.lead_ids).playbook_id)
            with self._committed() as other:
                self.assertFalse(other["crm.lead"].browse(self.lead_ids).playbook_id)
            self.assertTrue(changing["crm.lead"].browse(self.lead_ids).playbook_id)
        with self._committed() as other:
            self.assertTrue(other["crm.lead"].browse(self.lead_ids).playbook_id, "dropped after the commit")

    def test_a_confirmation_taken_back_while_the_deal_moves(self):
        """Of two who are at it at once, the move is tried again, and then the gate holds."""
        with self._committed() as env:
            playbook = env["crm.playbook"].browse(self.playbook)
            condition = env["crm.playbook.condition"].create(
                {"playbook_stage_id": playbook.stage_ids[1].id, "name": "Budget", "kind": "confirmation"}
            )
            playbook.write({"active": True, "mode": "enforce"})
            lead = env["crm.lead"].browse(self.lead_ids[0])
            lead.confirm_condition(condition.id)
        with mute_logger("odoo.sql_db"), self._committed() as moving:
            moving.cr.execute("SELECT 1")
            with self._committed() as env:
                env["crm.lead"].browse(self.lead_ids[0]).withdraw_confirmation(condition.id)
            with self.assertRaises(SerializationFailure):
                moving["crm.lead"].browse(self.lead_ids[0]).stage_id = self.second
            moving.cr.rollback()
            moving.clear()
            with self.assertRaises(PlaybookGateError):
                moving["crm.lead"].browse(self.lead_ids[0]).stage_id = self.second
            moving.cr.rollback()
        with self._committed() as env:
            env["crm.lead"].browse(self.lead_ids).unlink()
            condition.with_env(env).unlink()
            env["crm.playbook"].browse(self.playbook).mode = "observe"
