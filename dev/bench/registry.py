"""The list of measurements, filled by the files of this folder."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

FRAME = {"__main__", "registry", "worker", "pairs", "table"}


@dataclass
class Bench:
    """One measurement.

    ``setup(env, **params)`` makes what the runs need and returns it; it is committed and not timed.
    ``run(env, state)`` is timed, from emptied caches to the end of a last flush, and undone after
    every run. ``quick`` replaces ``params`` under ``--quick``; ``title`` may name them in braces. A
    measurement that makes no sense without the module says ``plain=False`` and then has no ratio, or
    brings ``bare(env, state)``: other work on the same database to be compared with.
    """

    name: str
    title: str
    run: Callable
    setup: Callable | None = None
    params: dict = field(default_factory=dict)
    quick: dict = field(default_factory=dict)
    plain: bool = True
    bare: Callable | None = None

    def amounts(self, quick: bool) -> dict:
        """Returns the parameters of a full or a quick measurement."""
        return {**self.params, **(self.quick if quick else {})}

    def label(self, quick: bool) -> str:
        """Returns the title with the parameters filled in."""
        return self.title.format(**self.amounts(quick))

    def prepare(self, env, quick: bool):
        """Returns the state that ``run`` takes."""
        params = self.amounts(quick)
        return self.setup(env, **params) if self.setup else params


BENCHES: dict[str, Bench] = {}


def bench(title, *, setup=None, params=None, quick=None, plain=True, bare=None):
    """Puts the decorated ``run(env, state)`` on the list, under the function's name."""

    def register(run):
        name = run.__name__
        BENCHES[name] = Bench(name, title, run, setup, params or {}, quick or {}, plain, bare)
        return run

    return register


def load_benches() -> dict[str, Bench]:
    """Imports every measurement of this folder and returns them by name."""
    for module in sorted(pkgutil.iter_modules([str(Path(__file__).parent)]), key=lambda m: m.name):
        if module.name not in FRAME:
            importlib.import_module(f"bench.{module.name}")
    return BENCHES
