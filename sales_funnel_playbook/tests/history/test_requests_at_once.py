from contextlib import contextmanager
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import Command
from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from odoo.addons.sales_funnel_playbook.exceptions import PlaybookGateError
from odoo.addons.sales_funnel_playbook.models.core import crm_playbook_refresh


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

    def _enforce(self, env):
        playbook = env["crm.playbook"].browse(self.playbook)
        playbook.write({"active": True, "mode": "enforce"})
        return playbook.stage_ids

    def _assert_moved_again(self, take_back, rule):
        """Assert that of two who are at it at once, the move is tried again, and then the gate holds.

        :param take_back: what takes back, on the lead, what was there for ``rule``
        """
        with mute_logger("odoo.sql_db"), self._committed() as moving:
            moving.cr.execute("SELECT 1")
            with self._committed() as env:
                take_back(env["crm.lead"].browse(self.lead_ids[0]))
            with self.assertRaises(SerializationFailure):
                moving["crm.lead"].browse(self.lead_ids[0]).stage_id = self.second
            moving.cr.rollback()
            moving.clear()
            with self.assertRaises(PlaybookGateError):
                moving["crm.lead"].browse(self.lead_ids[0]).stage_id = self.second
            moving.cr.rollback()
        with self._committed() as env:
            env["crm.lead"].browse(self.lead_ids).unlink()
            rule.with_env(env).unlink()
            env["crm.playbook"].browse(self.playbook).mode = "observe"

    def test_a_confirmation_taken_back_while_the_deal_moves(self):
        with self._committed() as env:
            condition = env["crm.playbook.condition"].create(
                {"playbook_stage_id": self._enforce(env)[1].id, "name": "Budget", "kind": "confirmation"}
            )
            env["crm.lead"].browse(self.lead_ids[0]).confirm_condition(condition.id)
        self._assert_moved_again(lambda lead: lead.withdraw_confirmation(condition.id), condition)

    def _assert_output_moved_again(self, **vals):
        with self._committed() as env:
            vals = {"name": "Offer", "evidence": "note", **vals}
            output = env["crm.playbook.output"].create(
                {"playbook_stage_id": self._enforce(env)[0].id, **vals}
            )
            lead = env["crm.lead"].browse(self.lead_ids[0])
            lead.submit_output(output.id, note="Three presses, as agreed in spring")
            lead.output_ids.filtered("awaits_approval").action_approve()
        self._assert_moved_again(lambda lead: lead.withdraw_output(output.id), output)

    def test_an_output_taken_back_while_the_deal_moves(self):
        self._assert_output_moved_again()

    def test_what_was_approved_is_taken_back_while_the_deal_moves(self):
        self._assert_output_moved_again(approval="team_leader")
