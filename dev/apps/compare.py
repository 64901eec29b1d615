"""Whether tests fail with the module exactly where they fail without it.

As a program: ``compare.py WITHOUT_LOG WITH_LOG`` reads Odoo's logs of both runs, prints where they differ and
fails if a test fails, or does not run, only with the module.
"""

import re
import sys
import textwrap
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from known_noise import records

TRACEBACK_LINES = 12

FAILS_WITH = "fails only with the module"
FAILS_WITHOUT = "fails only without it"
RUNS_WITH = "runs only with the module"
RUNS_WITHOUT = "runs only without it"
HARM = (FAILS_WITH, RUNS_WITHOUT)

_STARTING = re.compile(r"Starting (?P<test>\S+) \.\.\.")
_SKIPPED = re.compile(r"skipped (?P<test>\S+) : ")
_FAILED = re.compile(r"(FAIL|ERROR): (Subtest )?(?P<test>\S+)(?: \((?P<where>[\w.]+)\))?")
_SUMMARY = re.compile(r"\d+ failed, \d+ error\(s\) of (?P<tests>\d+) tests when loading database")
_QUERIES = re.compile(r"Query count more than expected for user \w+: (\d+) >")
_MODULE = re.compile(r"odoo\.addons\.(?P<module>\w+)\.")


class Run(NamedTuple):
    """What one run of Odoo's tests said.

    ``ran`` counts the tests that ran, ``failed`` has the ends of the tracebacks of each that failed (one of
    several parts may fail several times); tests are "module: Class.method". ``ended`` tells whether the log
    goes to the run's end.
    """

    ran: Counter
    failed: dict
    ended: bool


def read_run(lines) -> Run:
    """Return the run that the lines of Odoo's log tell of.

    >>> at = "2026-01-02 03:04:05,678 9"
    >>> logger, performance = "db odoo.addons.crm.tests.test_lead", ""
    >>> run = read_run(
    ...     f'''{at} INFO {logger}: Starting TestLead.test_won ... {performance}
    ... {at} ERROR {logger}: FAIL: TestLead.test_won
    ... Traceback (most recent call last):
    ... AssertionError: 1 != 2
    ... {at} INFO {logger}: Starting TestLead.test_mail ...
    ... {at} INFO {logger}: skipped TestLead.test_mail : no mail
    ... {at} INFO {logger}: Starting TestLead.test_lost ...
    ... {at} ERROR {logger}: ERROR: Subtest TestLead.test_lost (reason='none')
    ... KeyError: 'none'
    ... {at} ERROR db odoo.tests.suite: ERROR: setUpClass (odoo.addons.crm.tests.test_team.TestTeam)
    ... ValueError
    ... {at} ERROR db odoo.tests.result: 1 failed, 2 error(s) of 3 tests when loading database 'db'
    ... '''.splitlines()
    ... )
    >>> sorted(run.ran.elements())
    ['crm: TestLead.test_lost', 'crm: TestLead.test_won']
    >>> for test, ends in sorted(run.failed.items()):
    ...     print(test, "|", *(end.splitlines()[-1] for end in ends))
    crm: TestLead.test_lost | KeyError: 'none'
    crm: TestLead.test_won | AssertionError: 1 != 2
    crm: TestTeam.setUpClass | ValueError
    >>> run.ended
    True
    """
    ran, failed, ended = Counter(), {}, False
    for _level, logger, message in records(lines):
        if match := _STARTING.match(message):
            ran[_test_name(logger, match)] += 1
        elif match := _SKIPPED.match(message):
            ran[_test_name(logger, match)] -= 1
        elif match := _FAILED.match(message):
            failed.setdefault(_test_name(logger, match), []).append(_end_of(message))
        elif _SUMMARY.match(message):
            ended = True
    return Run(+ran, failed, ended)


def _test_name(logger, match) -> str:
    """Return "module: Class.method", also of what failed for a whole class."""
    where = match.groupdict().get("where")
    test = match["test"]
    if where and where.startswith("odoo.addons."):
        logger, _, name = where.rpartition(".")
        test = f"{name}.{test}"
    module = _MODULE.match(f"{logger}.")
    return f"{module['module'] if module else logger}: {test}"


def _end_of(message) -> str:
    return "\n".join(message.rstrip().splitlines()[-TRACEBACK_LINES:])


def differences(without: Run, with_module: Run) -> list[tuple[str, str, list]]:
    """Return what is not the same in both runs, as (what is the matter, test, ends of its tracebacks).

    A test that fails more often, or with more queries, counts as one that fails. Only what is among HARM
    speaks against the module.

    >>> plain = Run(Counter(a=1, b=1, c=1), {"a": ["always"]}, True)
    >>> differences(plain, plain)
    []
    >>> changed = Run(Counter(a=1, b=1, d=1), {"b": ["new"]}, True)
    >>> differences(plain, changed)  # doctest: +NORMALIZE_WHITESPACE
    [('fails only with the module', 'b', ['new']), ('fails only without it', 'a', ['always']),
     ('runs only with the module', 'd', []), ('runs only without it', 'c', [])]
    >>> differences(plain, plain._replace(failed={"a": ["always", "again"]}))
    [('fails only with the module', 'a', ['always', 'again'])]
    """
    return [
        *_heavier(FAILS_WITH, with_module.failed, without.failed),
        *_heavier(FAILS_WITHOUT, without.failed, with_module.failed),
        *((RUNS_WITH, test, []) for test in sorted(with_module.ran - without.ran)),
        *((RUNS_WITHOUT, test, []) for test in sorted(without.ran - with_module.ran)),
    ]


def _heavier(matter, here, there):
    return [
        (matter, test, ends)
        for test, ends in sorted(here.items())
        if _weight(ends) > _weight(there.get(test, ()))
    ]


def _weight(ends) -> tuple[int, int]:
    """Return how often a test failed, and with how many queries where those were too many.

    >>> _weight(["Query count more than expected for user admin: 8 > 6 in test_full", "KeyError: 'a'"])
    (2, 8)
    """
    return len(ends), sum(int(count) for end in ends for count in _QUERIES.findall(end))


def summary(run: Run) -> str:
    """Return the run's figures.

    >>> summary(Run(Counter(a=1, b=2), {"a": ["…"]}, True))
    '3 tests, 1 of them with failures'
    """
    return f"{run.ran.total()} tests, {len(run.failed)} of them with failures"


def main(paths: list[str]) -> int:
    """Print the figures and the differences; return 0 without any, 1 with some, 2 if a run did not end."""
    runs = [read_run(Path(path).read_text(errors="replace").splitlines()) for path in paths]
    for name, run, path in zip(("Without the module", "With the module"), runs, paths, strict=True):
        if not run.ended or not run.ran:
            matter = "there is no test to run" if run.ended else "the tests did not run to their end"
            print(f"{name} {matter} (details: {path}).", file=sys.stderr)
            return 2
        print(f"{name}: {summary(run)}.")
    found = differences(*runs)
    for matter, test, ends in found:
        print(f"{matter}: {test}")
        print(*(textwrap.indent(end, "    ") for end in ends), sep="\n    …\n", end="\n" * bool(ends))
    if any(matter in HARM for matter, _test, _ends in found):
        return 1
    print(f"With the module they fail {'nowhere else' if found else 'exactly where they fail without it'}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
