"""``make bench``: times the measurements on the kept databases and writes their table."""

import argparse
import contextlib
import sys
from pathlib import Path

from bench import growth
from bench.explain import report
from bench.made import get_made
from bench.pairs import BenchError, Worker, measure_all
from bench.registry import load_benches
from bench.table import GROWTH, GROWTH_END, HEADER, describe_machine, row, write_table

OTHERS = ("explain", "growth")  # what can be done instead of the table


def parse_arguments(names):
    """Returns the command line's arguments."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    choices = (
        "explain, which plans the statements instead, growth, which compares a small database with a large"
        f" one, or some of: {', '.join(names)}"
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=choices)
    parser.add_argument("--repeat", type=int, default=5, help="counted runs of each (default: 5)")
    parser.add_argument("--quick", action="store_true", help="small databases, three runs, no table written")
    for option in ("--config", "--databases", "--small", "--peer-addons", "--output", "--log"):
        parser.add_argument(option, required=True, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - {*names, *OTHERS}:
        parser.error(f"there is no measurement {', '.join(sorted(unknown))}")
    return arguments


def open_workers(arguments, stack, names=("plain", "module", "forecast", "peer"), databases=None):
    """Returns the workers by name; they end with ``stack``."""
    addons = {"peer": [arguments.peer_addons]}
    workers = {}
    for name in names:
        database = f"{databases or arguments.databases}_{name}"
        workers[name] = Worker(database, arguments.config, database, *addons.get(name, []))
        stack.callback(workers[name].close)
    return workers


def measure(arguments, benches, workers):
    """Prints the table, and writes it into the document when it is of everything, in full."""
    chosen = choose(arguments, benches)
    repeat = min(arguments.repeat, 3) if arguments.quick else arguments.repeat
    lines = []

    def show(line):
        lines.append(line)
        print(line, flush=True)

    facts = workers["module"].ask("facts")
    show(describe_machine(facts["server"]))
    show(HEADER)
    for result in measure_all(chosen, workers, repeat, arguments.quick):
        show(row(result))
    if not arguments.names:
        for result in get_made(facts | workers["forecast"].ask("facts")):
            show(row(result))
        if not arguments.quick:
            write_table(arguments.output, lines)


def choose(arguments, benches):
    """Returns the measurements that are named, or all."""
    return [benches[name] for name in arguments.names if name in benches] or [*benches.values()]


def grow(arguments, benches, workers):
    """Prints how the measurements grow, and writes it into the document when it is of all."""
    lines = []
    chosen = choose(arguments, benches)
    with contextlib.ExitStack() as stack:
        small = open_workers(arguments, stack, ("module", "forecast"), arguments.small)
        results = growth.measure_growth(chosen, small, workers, arguments.repeat)
        for line in (growth.HEADER, *map(growth.row, results)):
            lines.append(line)
            print(line, flush=True)
    if len(chosen) == len(benches):
        write_table(arguments.output, lines, GROWTH, GROWTH_END)


def explain(arguments, benches, workers):
    """Prints which indexes the statements use, and keeps it among the logs."""
    results = []
    for item in choose(arguments, benches):
        plans = workers[item.database].ask("explain", name=item.name, quick=arguments.quick)
        results.append((item.label(arguments.quick), plans))
    path = Path(arguments.log, "bench-explain.log")
    with path.open("w", encoding="utf-8") as file:

        def write(line):
            print(line)
            print(line, file=file)

        scans = report(results, write)
        write(f"\n{scans} statements read all of a large table.")


def main():
    """Runs the measurements named, or all."""
    benches = load_benches()
    arguments = parse_arguments(benches)
    with contextlib.ExitStack() as stack:
        workers = open_workers(arguments, stack)
        actions = {"explain": explain, "growth": grow}
        action = next((actions[name] for name in OTHERS if name in arguments.names), measure)
        action(arguments, benches, workers)


if __name__ == "__main__":
    try:
        main()
    except BenchError as error:
        sys.exit(str(error))
