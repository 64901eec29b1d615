"""The list of measurements, filled by the files of this folder."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

FRAME = {
    "__main__",
    "registry",
    "worker",
    "pairs",
    "table",
    "limits",
    "database",
    "scale",
    "explain",
    "growth",
    "made",
    "jobs",
    "mondays",
}


@dataclass
class Bench:
    """One measurement on the kept databases (:mod:`bench.scale`).

    ``setup(env, **params)`` finds what a run needs and returns it; it comes before every run, is not timed,
    and what it writes is undone with the run. ``run(env, state)`` is timed, from emptied caches to the end of
    a last flush, and undone. ``quick`` replaces ``params`` under ``--quick``; ``title`` may name them.

    What it is compared with: the same on plain crm, unless it says ``plain=False``; the same in the database
    with OCA's exceptions (``peer=True``); other work on the module's database, ``bare(env, state)``; or
    another measurement, whose name is ``growth_of``. ``limit`` holds keywords of :class:`bench.limits.Limit`.
    ``database`` is where it runs: the one with the module, or the one with the forecast, too.
    """

    name: str
    title: str
    run: Callable
    setup: Callable | None = None
    params: dict = field(default_factory=dict)
    quick: dict = field(default_factory=dict)
    plain: bool = True
    peer: bool = False
    bare: Callable | None = None
    growth_of: str = ""
    database: str = "module"
    limit: dict = field(default_factory=dict)

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

    @property
    def compared(self) -> str:
        """What it is compared with: plain, peer, bare, growth or nothing."""
        if self.growth_of:
            return "growth"
        return "bare" if self.bare else "peer" if self.peer else "plain" if self.plain else ""


BENCHES: dict[str, Bench] = {}


def bench(title, **options):
    """Puts the decorated ``run(env, state)`` on the list, under the function's name."""

    def register(run):
        BENCHES[run.__name__] = Bench(run.__name__, title, run, **options)
        return run

    return register


def load_benches() -> dict[str, Bench]:
    """Imports every measurement of this folder and returns them by name."""
    for module in sorted(pkgutil.iter_modules([str(Path(__file__).parent)]), key=lambda m: m.name):
        if module.name not in FRAME:
            importlib.import_module(f"bench.{module.name}")
    return BENCHES
