"""A process that holds one database open and times runs on request.

Requests and answers are lines of JSON on standard input and output::

    {"name": "lead_create", "quick": false, "bare": false}  →  {"seconds": 0.61, "queries": 52}
"""

import gc
import json
import sys
import time

from bench.registry import load_benches


def prepare(env, states, item, quick):
    """Returns the state of a measurement, made and committed before its first run: rows that their
    own transaction made would cost more than those of everyday work.
    """
    if item.name not in states:
        states[item.name] = item.prepare(env, quick)
        env.cr.commit()
        env.registry.signal_changes()
    return states[item.name]


def measure(env, states, item, quick, bare=False):
    """Times one run (or the bare work it is compared with), which is then rolled back."""
    try:
        state = prepare(env, states, item, quick)
        env.invalidate_all()
        env.user.read(["tz", "company_id"])  # a request has read its user before it does anything
        work = item.bare if bare else item.run
        return timed(env, lambda: work(env, state))
    finally:
        env.cr.rollback()
        env.transaction.reset()
        env.registry.reset_changes()  # what the run kept in memory was undone with it


def timed(env, call):
    """Returns the seconds and the queries of ``call``, with its last flush and without the collector."""
    gc.collect()
    gc.disable()
    queries, started = env.cr.sql_log_count, time.perf_counter()
    try:
        call()
        env.flush_all()
    finally:
        gc.enable()
    return {
        "seconds": time.perf_counter() - started,
        "queries": env.cr.sql_log_count - queries,
    }


def serve(env, requests, answers):
    """Answers requests until there are no more."""
    benches, states = load_benches(), {}
    for line in requests:
        request = json.loads(line)
        answer = measure(env, states, benches[request["name"]], request["quick"], request["bare"])
        print(json.dumps(answer), file=answers, flush=True)


def main(config_path, database):
    """Opens ``database`` and serves standard input."""
    answers, sys.stdout = sys.stdout, sys.stderr  # nothing else may write among the answers
    import odoo.tools
    from odoo.api import SUPERUSER_ID, Environment
    from odoo.modules.registry import Registry

    odoo.tools.config.parse_config(["--config", config_path, "-d", database, "--log-level=error"])
    with Registry(database).cursor() as cr:
        serve(Environment(cr, SUPERUSER_ID, {}), sys.stdin, answers)


if __name__ == "__main__":
    main(*sys.argv[1:])
