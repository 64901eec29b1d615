"""A pytest plugin: the tests are run once, then again for each mutant, in a child that ends with the first
failure.

``MUTANTS`` in the environment is JSON: ``addons`` (folders whose lines are noted), ``sources`` (what is
changed), ``count`` (so many are drawn; null: all), ``seed``, ``report`` (the file that tells each mutant's
end), ``again`` (whether only those of the report that survived).
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest

import odoo.sql_db
from odoo.tests import HttpCase, TransactionCase

from . import making, putting, reaching

ENOUGH = 90  # percent that have to be killed
BUDGET = 90  # seconds of tests for a mutant, as they took without one
NICENESS = 19  # others come first
UNFIT = 2  # a child's exit status
PATIENCE = 10  # times as long as that, and then it is an endless loop


class Judge:
    """Knows whether a test has failed."""

    def __init__(self):
        self.failed = None
        self.skipped = False

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.failed = self.failed or report.nodeid
        self.skipped |= report.skipped


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    task = json.loads(os.environ["MUTANTS"])
    # without a server, which is threads, and threads are not there in a child
    session.items = [item for item in session.items if not is_a(item, HttpCase)]
    paths = (path for addon in task["addons"] for path in Path(addon).rglob("*.py"))
    files = [str(path) for path in paths if "tests" not in path.parts]
    functions = putting.index_functions(files)
    report, results = Path(task["report"]), {}
    left = choose(task, report)
    names = {item: dict(item.dtest.globs) for item in session.items if hasattr(item, "dtest")}
    for items in split(session.items):
        reach = measure(session, items, task["addons"]) if left else None
        for item in names.keys() & {*items}:
            item.dtest.globs = names[item]  # which an example that was run has forgotten
        check_child(session, items, reach)
        for number, mutant in enumerate(left, 1):
            end = run(session, mutant, order(items, reach.find(mutant, functions), reach), reach, functions)
            results[mutant.get_key()] = tell(mutant, *end, number, len(left))
            write(report, [*results.values()], task["again"])  # of a run that is stopped, too
        left = [mutant for mutant in left if results[mutant.get_key()]["end"] == "survived"]
    for mutant in left:
        print(f"\nSurvived: {mutant.path}:{mutant.line}\n{mutant.tell()}")
    session.testsfailed = int(not summarise([*results.values()]))
    return True


def is_a(item, cls):
    return issubclass(getattr(item, "cls", None) or object, cls)


def split(items):
    """Return the tests that want no database, which are quick, and the others, for what survives those."""
    free = [item for item in items if not is_a(item, TransactionCase)]
    return [part for part in (free, [item for item in items if item not in free]) if part]


def measure(session, items, addons):
    """Run tests once; return what each reaches."""
    reach, judge = reaching.Reach(addons), Judge()
    session.config.pluginmanager.register(judge)
    reach.start()
    for item, following in zip(items, [*items[1:], None], strict=True):
        judge.failed, judge.skipped, started = None, False, time.monotonic()
        reach.begin(item.nodeid)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        reach.seconds[item.nodeid] = time.monotonic() - started
        if judge.failed or judge.skipped:
            reach.bad.add(item.nodeid)
    reach.stop()
    session.config.pluginmanager.unregister(judge)
    return reach


def choose(task, report):
    """Return the mutants of a task."""
    mutants = making.draw(task["sources"], task["seed"], task["count"])
    if task["again"]:
        known = {one["key"]: one["end"] for one in json.loads(report.read_text())}
        mutants = [one for one in mutants if known.get(one.get_key()) == "survived"]
    return mutants


def order(items, tests, reach):
    """Return the tests as they are to be run: classes together, whose making takes time, the quickest first;
    and whether all of them are there.
    """
    classes, seconds = {}, 0
    for item in items:
        if item.nodeid in tests:
            classes.setdefault(item.nodeid.rpartition("::")[0], []).append(item)
    chosen = []
    for its in sorted(classes.values(), key=lambda its: sum(reach.seconds[one.nodeid] for one in its)):
        for item in its:
            seconds += reach.seconds[item.nodeid]
            if seconds <= BUDGET or not chosen:
                chosen.append(item)
    return chosen, len(chosen) == len(tests)


def check_child(session, items, reach):
    """Leave out tests that fail in a child without any mutant: they would kill all."""
    good = [item for item in items if reach and item.nodeid not in reach.bad]
    told, _status = in_child(session.config.pluginmanager, lambda judge: run_items(good, judge, goes_on=True))
    if reach:
        reach.bad |= {*told.splitlines()}


def run(session, mutant, ordered, reach, functions):
    """Return how a mutant ended, and by which test."""
    items, is_all = ordered
    if not items:
        return "survived", "no test reaches it"
    limit = 10 + PATIENCE * sum(reach.seconds[item.nodeid] for item in items)

    def work(judge):
        putting.put(mutant, functions[mutant.path])
        return run_items(items, judge)

    told, status = in_child(session.config.pluginmanager, work, limit)
    if status < 0:
        return "killed", "it takes too long"
    end = {0: "killed" if told else "survived", UNFIT: "unfit"}.get(status, "killed")
    return end, told or ("" if is_all else f"the {len(items)} quickest tests were run")


def run_items(items, judge, goes_on=False):
    """Run tests, until one fails unless ``goes_on``; return the names of those that failed, one a line."""
    failed = []
    for item, following in zip(items, [*items[1:], None], strict=True):
        judge.failed = None
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if judge.failed:
            failed.append(item.nodeid)
            if not goes_on:
                break
    return "\n".join(failed)


def in_child(plugins, work, limit=0):
    """Return what ``work`` returns in a child, a text, and the child's exit status.

    :param limit: seconds of work, not of waiting, after which the child is killed; 0: never
    """
    odoo.sql_db.close_all()  # a connection is one process's
    reader, writer = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if not pid:
        os._exit(work_here(plugins, work, writer, limit))
    os.close(writer)
    with os.fdopen(reader) as pipe:
        told = pipe.read()
    return told, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def work_here(plugins, work, writer, limit):
    """In a child: do it, tell the parent what comes of it, and return the exit status."""
    os.nice(NICENESS)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, limit)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    judge = Judge()
    plugins.unregister(name="terminalreporter")
    plugins.register(judge)
    random.seed(0)
    try:
        told = work(judge)
    except putting.Unfit:
        return UNFIT
    except BaseException as error:
        told = repr(error)
    os.write(writer, told.encode())
    return 0


def tell(mutant, end, by, number, count):
    """Print and return what became of a mutant."""
    one = {
        "key": mutant.get_key(),
        "path": mutant.path,
        "line": mutant.line,
        "operator": mutant.operator,
        "change": mutant.tell(),
        "end": end,
        "by": by,
    }
    print(
        f"\n{number}/{count} {end}: {Path(mutant.path).name}:{mutant.line} {mutant.operator} {by}", flush=True
    )
    return one


def write(report, results, is_again):
    """Keep the results; of a repetition those that were repeated take the place of what they were."""
    kept = {one["key"]: one for one in json.loads(report.read_text())} if is_again else {}
    kept |= {one["key"]: one for one in results}
    report.write_text(json.dumps([*kept.values()], indent=1))


def summarise(results):
    """Print how many were killed; return whether those are enough."""
    counted = [one for one in results if one["end"] != "unfit"]
    killed = sum(one["end"] == "killed" for one in counted)
    share = 100 * killed / len(counted) if counted else 100
    print(f"\n{len(counted)} mutants, {killed} killed ({share:.1f} %), {len(counted) - killed} survived.")
    return share >= ENOUGH
