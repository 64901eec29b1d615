"""A pytest plugin for a lane: one of several pytest processes that share the tests of a run.

Each process collects all tests; whoever is free takes the next file, the longest first, so that all end at
about the same time. The environment says how:

- ``LANE_RECORD``: a file that gets a line of JSON for each test file that has ended (:class:`Record`);
- ``LANE_QUEUE``: a folder that the lanes share, where a file is taken by making a file of its name. Without
  it all tests are this lane's.
- ``LANE_BROWSER``: ``1`` for the lane that has the browser tests. They wait on clocks of their own, and
  several browsers at a time would make each other late.
"""

import inspect
import json
import os
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest

import lane_seconds

BROWSER = frozenset({"start_tour", "browser_js"})


def get_path(item):
    """Return the path of a test's file inside the repository."""
    return item.path.relative_to(item.config.rootpath).as_posix()


def get_names(code):
    """Return the names that compiled code uses, inner functions' included."""
    inner = [one for one in code.co_consts if inspect.iscode(one)]
    return {*code.co_names}.union(*map(get_names, inner))


@cache
def calls_browser(cls):
    """Whether a method of this very class calls a browser: told from its code, as reading the source of all
    test classes takes a minute.
    """
    methods = [inspect.unwrap(getattr(one, "__func__", one)) for one in vars(cls).values()]
    names = (get_names(method.__code__) for method in methods if inspect.isfunction(method))
    return any(not BROWSER.isdisjoint(its) for its in names)


def opens_browser(cls):
    """Whether a test class, or one that it inherits from, opens a browser."""
    return any(
        calls_browser(one)
        for one in cls.__mro__
        if not one.__module__.startswith(("builtins", "unittest", "odoo.tests"))
    )


def need_browser(items):
    """Whether one of these tests may open a browser."""
    return any(opens_browser(item.cls) for item in items if getattr(item, "cls", None))


def order_files(items):
    """Return the tests of each file, ``{path: tests}``, the longest file first; an unknown one is average."""
    files = {}
    for item in items:
        files.setdefault(get_path(item), []).append(item)
    seconds = lane_seconds.read()
    known = [seconds[path] for path in files if path in seconds]
    average = sum(known) / len(known) if known else 0
    return dict(sorted(files.items(), key=lambda file: -seconds.get(file[0], average)))


class Queue:
    """The files that no lane has taken yet.

    :param Path folder: what the lanes share
    :param bool has_browser: whether browser tests are this lane's
    """

    def __init__(self, folder, has_browser):
        self.folder, self.has_browser = folder, has_browser

    def take(self, items):
        """Yield tests file by file; a file is taken when its first test is asked for."""
        files = order_files(items)
        browser = {path for path, tests in files.items() if need_browser(tests)}
        mine = [path for path in files if self.has_browser or path not in browser]
        for path in sorted(mine, key=lambda one: one not in browser):
            with suppress(FileExistsError):
                (self.folder / path.replace("/", "+")).touch(exist_ok=False)
                yield from files[path]


class Record:
    """What happened in the test files of this lane, written down file by file."""

    def __init__(self, path):
        self.path = path
        self.begin()

    def begin(self):
        """Begin a file."""
        self.started, self.cpu, self.results, self.failures = time.monotonic(), sum(os.times()[:4]), {}, []

    def note(self, report):
        """Note the result of a phase of a test: the worst of its phases is the test's."""
        rank = ("passed", "skipped", "failed").index
        self.results[report.nodeid] = max(self.results.get(report.nodeid, "passed"), report.outcome, key=rank)
        if report.failed:
            self.failures.append({"test": report.nodeid, "phase": report.when, "text": str(report.longrepr)})

    def end_file(self, path):
        """Write the line of a file whose tests have all run, and begin anew."""
        results = list(self.results.values())
        counts = {outcome: results.count(outcome) for outcome in ("passed", "failed", "skipped")}
        line = {
            "file": path,
            "seconds": round(time.monotonic() - self.started, 1),
            "cpu": round(sum(os.times()[:4]) - self.cpu, 1),
            **counts,
            "failures": self.failures,
        }
        self.write(line)
        self.begin()

    def write(self, line):
        with self.path.open("a") as record:
            record.write(json.dumps(line) + "\n")


def pytest_configure(config):
    config.pluginmanager.register(Lane(os.environ), "lane")


class Lane:
    """Takes part in the run."""

    def __init__(self, environ):
        self.record = Record(Path(environ["LANE_RECORD"]))
        queue = environ.get("LANE_QUEUE")
        self.queue = Queue(Path(queue), environ.get("LANE_BROWSER") == "1") if queue else None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        """Run this lane's tests in place of pytest's own loop."""
        if session.testsfailed:
            raise session.Interrupted(f"{session.testsfailed} errors during collection")
        self.record.write({"collected": len(session.items)})
        items = self.queue.take(session.items) if self.queue else iter(session.items)
        item = next(items, None)
        self.record.begin()
        while item:
            following = next(items, None)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if not following or following.path != item.path:
                self.record.end_file(get_path(item))
            for stop, reason in (
                (session.Failed, session.shouldfail),
                (session.Interrupted, session.shouldstop),
            ):
                if reason:
                    raise stop(reason)
            item = following
        return True

    def pytest_runtest_logreport(self, report):
        self.record.note(report)
