"""Runs of the module's database and of what it is compared with, in turn."""

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from statistics import median

from bench.limits import Limit

# What takes a moment is repeated until so many seconds are over, or so often: its noise is larger.
ENOUGH, OFTEN = 30, 25
LONG = 20  # seconds; a run that takes longer finds the caches as warm as any, and counts from the first on
OTHERS = ("plain", "peer")  # databases of their own


class BenchError(Exception):
    """A worker ended before it answered."""


class Worker:
    """A process with one database open, see :mod:`bench.worker`."""

    def __init__(self, database, *arguments):
        self.database = database
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.worker", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, do, **request):
        """Returns the answer to one request."""
        self._process.stdin.write(json.dumps({"do": do, **request}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise BenchError(f"{do} {request.get('name', '')} failed on database {self.database}.")
        return json.loads(answer)

    def close(self):
        """Ends the process."""
        self._process.stdin.close()
        self._process.wait(timeout=30)


@dataclass
class Result:
    """Medians of one measurement; ``base`` is what it is compared with, or None."""

    title: str
    base: dict | None
    module: dict
    limit: Limit

    def get_ratio(self, name="seconds"):
        """Returns how many times the duration (or the processor's time) of what it is compared with the
        module takes, None where there is nothing to compare.
        """
        is_compared = self.base and self.base.get(name) and name in self.module
        return self.module[name] / self.base[name] if is_compared else None


def medians(runs):
    """Returns the median of seconds and queries, and the most memory."""
    return {
        **{name: median(run[name] for run in runs) for name in ("seconds", "cpu", "queries")},
        "memory": max(run["memory"] for run in runs),
    }


def paired_medians(base, module, repeat):
    """Calls ``base()`` and ``module()`` in turn, ``repeat`` times or more, and returns the medians of both.

    Taking turns lets both meet the same state of the machine. ``base`` may be None. The first round fills
    caches and does not count, unless it is :data:`LONG`.
    """

    def run():
        return [call() for call in (base, module) if call]

    first = run()
    seconds = sum(one["seconds"] for one in first)
    rounds = [first] if seconds > LONG else []
    count = max(repeat, min(OFTEN, int(ENOUGH / seconds)))
    rounds += [run() for _ in range(count - len(rounds))]
    *before, after = (medians(runs) for runs in zip(*rounds, strict=True))
    return (before[0] if before else None), after


def measure_all(benches, workers, repeat, quick):
    """Yields a result for each measurement, from the workers by name: plain, module, forecast and peer."""
    done = {}
    for item in benches:
        for worker in workers.values():
            worker.ask("tidy")
        compared, calls = item.compared, {"name": item.name, "quick": quick}
        base = None
        if compared in (*OTHERS, "bare"):
            worker = workers[compared if compared in OTHERS else item.database]
            base = partial(worker.ask, "measure", **calls, bare=compared == "bare")
        module = partial(workers[item.database].ask, "measure", **calls, bare=False)
        before, after = paired_medians(base, module, repeat)
        done[item.name] = after
        yield Result(item.label(quick), before or done.get(item.growth_of), after, Limit(**item.limit))
