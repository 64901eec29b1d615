"""Runs of the plain database and of the module's, in turn."""

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from statistics import median


class BenchError(Exception):
    """A worker ended before it answered."""


class Worker:
    """A process with one database open, see :mod:`bench.worker`."""

    def __init__(self, config_path, database):
        self.database = database
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.worker", config_path, database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def measure(self, name, quick, bare=False):
        """Returns the seconds and queries of one run, or of the bare work it is compared with."""
        self._process.stdin.write(json.dumps({"name": name, "quick": quick, "bare": bare}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise BenchError(f"The measurement {name} failed on database {self.database}.")
        return json.loads(answer)

    def close(self):
        """Ends the process."""
        self._process.stdin.close()
        self._process.wait(timeout=30)


@dataclass
class Result:
    """Medians of one measurement; ``plain`` is None where it only makes sense with the module."""

    title: str
    plain: dict | None
    module: dict

    @property
    def ratio(self):
        """How many times the plain duration the module takes."""
        return self.module["seconds"] / self.plain["seconds"] if self.plain else None


def medians(runs):
    """Returns the median of seconds and queries."""
    return {key: median(run[key] for run in runs) for key in ("seconds", "queries")}


def paired_medians(plain, module, repeat, warm_up=1):
    """Calls ``plain()`` and ``module()`` in turn and returns the medians of both.

    Taking turns lets both meet the same state of the machine. ``plain`` may be None. The first
    ``warm_up`` rounds fill caches and do not count.
    """
    plain_runs, module_runs = [], []
    for _ in range(warm_up + repeat):
        if plain:
            plain_runs.append(plain())
        module_runs.append(module())
    return (
        medians(plain_runs[warm_up:]) if plain else None,
        medians(module_runs[warm_up:]),
    )


def measure_all(benches, plain, module, repeat, quick):
    """Yields a result for each measurement, from the two workers."""
    for item in benches:
        compared = plain if item.plain else module if item.bare else None
        calls = [
            partial(compared.measure, item.name, quick, bool(item.bare)) if compared else None,
            partial(module.measure, item.name, quick),
        ]
        yield Result(item.label(quick), *paired_medians(*calls, repeat))
