"""A process that holds one database open and times runs on request.

Requests and answers are lines of JSON on standard input and output::

    {"do": "measure", "name": "lead_create", "quick": false, "bare": false}
        →  {"seconds": 0.61, "cpu": 0.58, "queries": 52, "memory": 3.2}

The other things it does: ``tidy`` after the runs of a measurement, ``explain`` one (:mod:`bench.explain`),
and tell the ``facts`` that were noted when the database was made.
"""

import gc
import json
import re
import resource
import sys
import time
from pathlib import Path

from odoo.tools import SQL

from bench.database import open_database
from bench.explain import QUICK_ROWS, ROWS, explaining
from bench.made import FACTS
from bench.registry import load_benches

SETTINGS = ("server_version", "shared_buffers", "work_mem", "jit", "fsync")
# What was undone is still in the tables; nobody else cleans up there, so that nobody disturbs a run.
UNTIDY = "SELECT relname FROM pg_stat_user_tables WHERE n_dead_tup > 2000"


def measure(env, item, quick, bare=False):
    """Times one run (or the bare work it is compared with), which is then rolled back."""
    return attempt(env, item, quick, bare, lambda call: timed(env, call))


def explain(env, item, quick):
    """Returns the plans of the statements of one run."""

    def watched(call):
        with explaining(env.cr, QUICK_ROWS if quick else ROWS) as plans:
            call()
            env.flush_all()
        return plans

    return attempt(env, item, quick, False, watched)


def attempt(env, item, quick, bare, observe):
    """Returns what ``observe`` makes of one run; the run and its setup are rolled back."""
    try:
        state = item.prepare(env, quick)
        env.flush_all()
        env.invalidate_all()
        env.user.read(["tz", "company_id"])  # a request has read its user before it does anything
        work = item.bare if bare else item.run
        return observe(lambda: work(env, state))
    finally:
        env.cr.rollback()
        env.transaction.reset()
        env.registry.reset_changes()  # what the run kept in memory was undone with it


def timed(env, call):
    """Returns the seconds, those of them on a processor, the queries and the megabytes of memory that
    ``call`` takes, with its last flush and without the collector.
    """
    gc.collect()
    gc.disable()
    before = read_memory(is_peak_forgotten=True)
    cpu = read_cpu(env.cr)
    queries, started = env.cr.sql_log_count, time.perf_counter()
    try:
        call()
        env.flush_all()
    finally:
        gc.enable()
    return {
        "seconds": time.perf_counter() - started,
        "cpu": read_cpu(env.cr) - cpu,
        "queries": env.cr.sql_log_count - queries,
        "memory": read_memory()["VmHWM"] - before["VmRSS"],
    }


def read_cpu(cr):
    """Returns the seconds that this process and its part of the PostgreSQL server have been on a processor so
    far: other work on the machine is not in it. Of a server elsewhere, and of helpers that a statement has
    started, there are none.
    """
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = time.process_time() + children.ru_utime + children.ru_stime
    server = Path(f"/proc/{cr.connection.info.backend_pid}/schedstat")
    is_here = cr.connection.info.host.startswith("/") and server.exists()
    return seconds + (int(server.read_text().split()[0]) / 1e9 if is_here else 0)


def read_memory(is_peak_forgotten=False):
    """Returns what memory this process has (VmRSS) and has had at most (VmHWM), in megabytes."""
    if is_peak_forgotten:
        Path("/proc/self/clear_refs").write_text("5")
    status = Path("/proc/self/status").read_text()
    return {name: int(size) / 1024 for name, size in re.findall(r"(VmHWM|VmRSS):\s+(\d+) kB", status)}


def tidy(env):
    """Removes the rows that were rolled back."""
    with env.registry.cursor() as cr:
        cr.connection.rollback()
        cr.connection.autocommit = True
        cr.execute(UNTIDY)
        for (table,) in cr.fetchall():
            cr.execute(f'VACUUM "{table}"')
        cr.connection.autocommit = False
    env.cr.rollback()


def get_facts(env):
    """Returns what was noted when the database was made, and how the server is set up."""
    facts = json.loads(env["ir.config_parameter"].get_param(FACTS, "{}"))
    settings = {name: env.execute_query(SQL("SHOW %s", SQL.identifier(name)))[0][0] for name in SETTINGS}
    env.cr.rollback()
    return {**facts, "server": settings}


def serve(env, requests, answers):
    """Answers requests until there are no more."""
    benches = load_benches()
    actions = {"measure": measure, "explain": explain, "tidy": tidy, "facts": get_facts}
    for line in requests:
        request = json.loads(line)
        action = actions[request.pop("do")]
        if "name" in request:
            request["item"] = benches[request.pop("name")]
        print(json.dumps(action(env, **request)), file=answers, flush=True)


def main(config_path, database, addons_path=None):
    """Opens ``database`` and serves standard input."""
    answers, sys.stdout = sys.stdout, sys.stderr  # nothing else may write among the answers
    with open_database(config_path, database, addons_path) as env:
        serve(env, sys.stdin, answers)


if __name__ == "__main__":
    main(*sys.argv[1:])
