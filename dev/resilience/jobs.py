"""The module's jobs, run by Odoo's ``ir.cron`` in processes of their own, which may be killed at any point.

The registry is loaded once, in this process; a process for a run is forked from it and opens connections of
its own.
"""

import contextlib
import logging
import os
import signal
import threading
import time
import traceback
from functools import cache
from unittest.mock import patch

import freezegun

import odoo.sql_db
from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
from odoo.tools import config

import invariants
from servers import LOGS, Odoo

JOBS = ("history", "start_refresh", "start_deadlines", "refresh", "deadlines", "reviews", "cases")
BATCH = 25  # deals; with the usual 5,000 there would be a single commit to be killed before or after
MAX_RUNS = 10
LOG = LOGS / "resilience-jobs.log"


@cache
def set_up(postgres, data):
    """Have this process be an Odoo on a server and with a folder of files, which logs into :data:`LOG`."""
    company = Odoo(postgres, "company", data)
    LOG.unlink(missing_ok=True)
    config.parse_config([*company.get_options(), f"--logfile={LOG}"], setup_logging=True)


@contextlib.contextmanager
def clock(moment):
    """Let it be ``moment`` (naive UTC) for Python and for transactions; yield."""
    with freezegun.freeze_time(moment), patch.object(odoo.sql_db.BaseCursor, "now", lambda _cr: moment):
        yield


@contextlib.contextmanager
def environment(database, uid=SUPERUSER_ID):
    """Yield an environment in a transaction that is committed in the end."""
    with Registry(database).cursor() as cr:
        yield Environment(cr, uid, {})


def run_job(database, name):
    """Run a job of the module as Odoo's own loop does, due or not.

    :return: whether it was run: another process may be at it
    """
    registry = Registry(database).check_signaling()
    with registry.cursor() as cr:
        job_id = Environment(cr, SUPERUSER_ID, {}).ref(f"sales_funnel_playbook.ir_cron_{name}").id
        job = registry["ir.cron"]._acquire_one_job(cr, job_id, include_not_ready=True)
        if job:
            registry["ir.cron"]._process_job(cr, job)
        return bool(job)


def has_work(database):
    """Whether the jobs have left something to do."""
    with environment(database) as env:
        return bool(env["crm.playbook.refresh"].search_count([]) or env["crm.funnel.review"]._get_due())


def run_all(database, moment):
    """Run all jobs at ``moment`` in this process, until nothing is left."""
    with clock(moment):
        for _attempt in range(MAX_RUNS):
            for name in JOBS:
                run_job(database, name)
            if not has_work(database):
                return
    raise AssertionError(f"after {MAX_RUNS} runs of the jobs there still is something to do")


def find_faults(odoo):
    """Return what is wrong in a database, as :func:`invariants.find_faults` does. The module's check runs in
    this process, which has the registry: another one takes seconds to load it.
    """

    def ask():
        with Registry(odoo.database).check_signaling().cursor() as cr:
            faults = Environment(cr, SUPERUSER_ID, {})["crm.playbook.integrity"]._find_faults()
            cr.rollback()
        return faults

    return invariants.find_faults(odoo, ask)


class Run:
    """A process that runs jobs one after the other; ``done`` are the names of those that have ended."""

    def __init__(self, database, names, moment):
        self.database, self.names, self.moment = database, names, moment
        Registry(database)
        odoo.sql_db.close_all()  # or both processes would speak on the same connections
        self._reader, writer = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            self._run(writer)
        os.close(writer)

    def _run(self, writer):
        status = 1
        try:
            os.close(self._reader)
            with (
                patch("odoo.addons.sales_funnel_playbook.models.core.crm_playbook_refresh.BATCH", BATCH),
                clock(self.moment),
            ):
                for number, name in enumerate(self.names):
                    if run_job(self.database, name):
                        os.write(writer, bytes([number]))
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            logging.shutdown()
            os._exit(status)

    def kill_after(self, seconds):
        """Kill the process some time from now.

        :return: whether it was still running
        """
        timer = threading.Timer(seconds, os.kill, [self.pid, signal.SIGKILL])
        timer.start()
        status = self._wait(timer)
        assert status in (0, -signal.SIGKILL), "the jobs failed, see above"
        return status == -signal.SIGKILL

    def wait(self):
        """Return when the process has ended by itself, with the seconds that took."""
        started = time.monotonic()
        assert self._wait() == 0, "the jobs failed, see above"
        return time.monotonic() - started

    def _wait(self, timer=None):
        # without reaping: until the timer is off the pid must stay this process's
        os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        if timer:
            timer.cancel()
            timer.join()
        _pid, status = os.waitpid(self.pid, 0)
        with os.fdopen(self._reader, "rb") as reader:
            self.done = [self.names[number] for number in reader.read()]
        return os.waitstatus_to_exitcode(status)
