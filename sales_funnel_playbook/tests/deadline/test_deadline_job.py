import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

from odoo import Command
from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import SQL, config, mute_logger

LOGGERS = (
    "odoo.addons.sales_funnel_playbook.models.core.crm_playbook_refresh",
    "odoo.addons.sales_funnel_playbook.models.deadline.settling",
)
LEADS = 60
BATCH = 5


@tagged("post_install", "-at_install")
class TestDeadlineJob(BaseCase):
    """The job in processes of its own and against others, on rows that are really committed: nothing is lost
    and nothing is there twice.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addClassCleanup(cls._remove)
        with cls._committed() as env:
            team = env["crm.team"].create({"name": "Killed", "company_id": False})
            stage = env["crm.stage"].create({"name": "Killed", "team_ids": [Command.set(team.ids)]})
            playbook = env["crm.playbook"].create(
                {"name": "Killed", "company_id": False, "stage_ids": [Command.create({"stage_id": stage.id})]}
            )
            playbook.team_ids = team
            cls.team_id, cls.stage_id, cls.playbook_id = team.id, stage.id, playbook.id

    @classmethod
    @contextmanager
    def _committed(cls):
        with Registry(get_db_name()).cursor() as cr:
            yield Environment(cr, SUPERUSER_ID, {})

    @classmethod
    def _remove(cls):
        with cls._committed() as env:
            leads = env["crm.lead"].with_context(active_test=False).search([("team_id", "=", cls.team_id)])
            env["mail.activity"].with_context(active_test=False).search(
                [("res_model", "=", "crm.lead"), ("res_id", "in", leads.ids)]
            ).unlink()
            leads.unlink()
            env["crm.playbook"].browse(cls.playbook_id).unlink()
            env["crm.playbook.failure"].search([]).unlink()  # what a killed job could not do
            env["crm.stage"].browse(cls.stage_id).unlink()
            env["crm.team"].browse(cls.team_id).unlink()

    def setUp(self):
        """Deals that have got nothing yet: the deadline came after them, and asks for them all the same."""
        super().setUp()
        with self._committed() as env:
            leads = env["crm.lead"].create(
                [
                    {"name": f"Deal {number}", "type": "opportunity", "team_id": self.team_id}
                    for number in range(LEADS)
                ]
            )
            env.cr.commit()
            deadline = env["crm.playbook.deadline"].create(
                {
                    "name": "Complete it",
                    "playbook_id": self.playbook_id,
                    "trigger": "lead_created",
                    "delay_count": 1,
                    "effective_from": "2000-01-01",
                }
            )
            self.lead_ids, self.deadline_id = leads.ids, deadline.id
        self.addCleanup(self._end)

    def _end(self):
        with self._committed() as env:
            # or the job of the next test would begin with these
            env["mail.activity"].with_context(active_test=False).search(
                [("res_model", "=", "crm.lead"), ("res_id", "in", self.lead_ids)]
            ).unlink()
            env["crm.lead"].browse(self.lead_ids).unlink()
            env["crm.playbook.deadline"].browse(self.deadline_id).active = False
            env["crm.playbook.refresh"].search([("playbook_id", "=", self.playbook_id)]).unlink()

    def _start(self):
        """Start the job; its lines are read by whoever has started it."""
        script = Path(__file__).with_name("deadline_process.py")
        arguments = [sys.executable, str(script), config["config"], get_db_name(), str(BATCH)]
        process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        return process

    def _count(self):
        """Return how many activities of the deadline each deal has."""
        with self._committed() as env:
            work = env["mail.activity"].search([("playbook_deadline_id", "=", self.deadline_id)])
            return Counter(Counter(work.mapped("res_id"))[lead_id] for lead_id in self.lead_ids)

    def _get_position(self):
        with self._committed() as env:
            domain = [("playbook_id", "=", self.playbook_id), ("kind", "=", "deadlines")]
            return env["crm.playbook.refresh"].search(domain).position

    def test_a_job_that_is_killed_is_taken_up_where_it_was(self):
        self.assertEqual(self._count(), {0: LEADS})
        for batches in (2, 4):
            process = self._start()
            for _ in range(batches):
                self.assertEqual(process.stdout.readline(), "batch\n")
            process.kill()
            process.wait()
        done = self._count()
        self.assertEqual(set(done), {0, 1}, "it was killed in the middle, and nothing is there twice")
        self.assertGreaterEqual(done[1], 4 * BATCH, "what was committed stays")
        self.assertIn(self._get_position(), self.lead_ids)
        process = self._start()
        batches = process.communicate()[0].count("batch")
        self.assertEqual(process.returncode, 0)
        self.assertLess(batches, LEADS / BATCH, "it did not begin anew")
        self.assertEqual(self._count(), {1: LEADS})

    def test_two_jobs_at_once(self):
        processes = [self._start() for _ in range(3)]
        for process in processes:
            _lines, errors = process.communicate()
            self.assertEqual(process.returncode, 0, errors)
        self.assertEqual(self._count(), {1: LEADS})

    @contextmanager
    def _overtaken(self):
        """An environment whose transaction began before somebody else settled the same deals."""
        with self._committed() as late:
            late.cr.execute("SELECT 1")  # from now on it sees what is there now
            with self._committed() as quick:
                quick["crm.lead"].browse(self.lead_ids)._settle_deadlines()
            yield late

    def test_a_job_that_is_overtaken_tries_again(self):
        with mute_logger("odoo.sql_db"), self._overtaken() as late:
            late["crm.playbook.refresh"]._cron_run("deadlines")
        self.assertEqual(self._count(), {1: LEADS})

    def test_a_job_that_is_overtaken_goes_on_with_fewer_deals(self):
        with mute_logger("odoo.sql_db"), self._overtaken() as late:
            refresh = late["crm.playbook.refresh"].search([("kind", "=", "deadlines")])
            _done, size = refresh._run_safely(1000)
        self.assertEqual(size, 200)

    def test_a_start_that_is_overtaken_tries_again(self):
        """The night begins while the job ends what was asked for before."""
        mine = [("playbook_id", "=", self.playbook_id), ("kind", "=", "rating")]
        with mute_logger("odoo.sql_db"), self._committed() as late:
            requests = late["crm.playbook.refresh"]
            requests.create({"playbook_id": self.playbook_id, "position": 1})
            late.cr.commit()
            late.cr.execute("SELECT 1")  # from now on it sees what is there now
            with self._committed() as quick:
                quick["crm.playbook.refresh"].search(mine).unlink()
            late.invalidate_all()
            requests._cron_start()
        with self._committed() as env:
            self.assertEqual(env["crm.playbook.refresh"].search(mine).mapped("position"), [0])

    @contextmanager
    def _refusing(self, event):
        """Another program's trigger refuses to write the activities of one deal; yields that."""
        lead_id = self.lead_ids[7]
        with self._committed() as env:
            env.cr.execute(
                SQL(
                    "CREATE OR REPLACE FUNCTION refuse_one() RETURNS trigger AS $$ BEGIN"
                    " IF NEW.res_id = %s THEN RAISE EXCEPTION 'This deal is sealed'; END IF; RETURN NEW;"
                    " END $$ LANGUAGE plpgsql;"
                    " CREATE TRIGGER refuse_one BEFORE %s ON mail_activity"
                    " FOR EACH ROW EXECUTE FUNCTION refuse_one()",
                    lead_id,
                    SQL(event),
                )
            )
        try:
            with mute_logger("odoo.sql_db", *LOGGERS):
                yield lead_id
        finally:
            with self._committed() as env:
                env.cr.execute("DROP TRIGGER refuse_one ON mail_activity; DROP FUNCTION refuse_one()")

    def _get_told(self, env):
        """Return what the playbook's responsible has been told of deals."""
        messages = env["crm.playbook"].browse(self.playbook_id).message_ids
        return messages.filtered("subject").mapped("subject")

    def _keep(self):
        with self._committed() as env:
            env["crm.playbook"].browse(self.playbook_id)._request_settling()
            env.cr.commit()
            env["crm.playbook.refresh"]._cron_run("deadlines")

    def test_a_deal_that_cannot_be_given_work_keeps_none_of_the_others_from_it(self):
        with self._refusing("INSERT") as lead_id:
            self._keep()
            self.assertEqual(self._count(), {1: LEADS - 1, 0: 1})
            self._keep()
        with self._committed() as env:
            [told] = [text for text in self._get_told(env) if f"({lead_id})" in text]
            self.assertIn("cannot be brought up to date", told)
            self.assertFalse(env["crm.playbook.deadline"].browse(self.deadline_id).error)
        self._keep()
        self.assertEqual(self._count(), {1: LEADS}, "it can be written again")

    def test_a_deal_on_which_the_job_fails_is_gone_past(self):
        self._keep()
        work = [("playbook_deadline_id", "=", self.deadline_id)]
        with self._committed() as env:
            env["mail.activity"].search(work).write({"playbook_escalate_at": env.cr.now()})
        with self._refusing("UPDATE") as lead_id:
            self._keep()
        with self._committed() as env:
            left = env["mail.activity"].search([*work, ("playbook_escalated_at", "=", False)])
            self.assertEqual(left.mapped("res_id"), [lead_id])
            self.assertTrue([text for text in self._get_told(env) if f"({lead_id})" in text])
            mine = [("playbook_id", "=", self.playbook_id), ("kind", "=", "deadlines")]
            self.assertFalse(env["crm.playbook.refresh"].search(mine))

    def test_who_changes_rules_waits_for_no_job(self):
        """Nor does the job fail: what was asked for meanwhile is looked at next."""
        mine = [("playbook_id", "=", self.playbook_id), ("kind", "=", "deadlines")]
        with self._committed() as job:
            request = job["crm.playbook.refresh"].search(mine)
            request._run_batch(BATCH)
            job.flush_all()
            with self._committed() as quick:
                quick.cr.execute("SET LOCAL lock_timeout TO '1s'")
                quick["crm.playbook.deadline"].browse(self.deadline_id).delay_count = 3
            job.cr.commit()
            self.assertEqual(len(job["crm.playbook.refresh"].search(mine)), 2)
            job["crm.playbook.refresh"]._cron_run("deadlines")
            self.assertFalse(job["crm.playbook.refresh"].search(mine))
        self.assertEqual(self._count(), {1: LEADS})

    def test_a_save_that_is_overtaken_does_not_fail(self):
        with mute_logger("odoo.sql_db"), self._overtaken() as late:
            leads = late["crm.lead"].browse(self.lead_ids)
            leads.write({"phone": "1"})
            leads._queue_settling()
        self.assertEqual(self._count(), {1: LEADS})
        with self._committed() as env:
            self.assertEqual(set(env["crm.lead"].browse(self.lead_ids).mapped("phone")), {"1"})
