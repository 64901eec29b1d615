"""``make bench``: times the measurements on the kept databases and writes their table."""

import argparse
import contextlib
import sys
from pathlib import Path

from bench.explain import report
from bench.made import get_made
from bench.pairs import BenchError, Worker, measure_all
from bench.registry import load_benches
from bench.table import HEADER, describe_machine, row, write_table


def parse_arguments(names):
    """Returns the command line's arguments."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    choices = f"explain, which plans the statements instead, or some of: {', '.join(names)}"
    parser.add_argument("names", nargs="*", metavar="NAME", help=choices)
    parser.add_argument("--repeat", type=int, default=5, help="counted runs of each (default: 5)")
    parser.add_argument("--quick", action="store_true", help="small databases, three runs, no table written")
    for option in ("--config", "--databases", "--peer-addons", "--output", "--log"):
        parser.add_argument(option, required=True, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - {*names, "explain"}:
        parser.error(f"there is no measurement {', '.join(sorted(unknown))}")
    return arguments


def open_workers(arguments, stack):
    """Returns the workers by name; they end with ``stack``."""
    addons = {"peer": [arguments.peer_addons]}
    workers = {}
    for name in ("plain", "module", "forecast", "peer"):
        database = f"{arguments.databases}_{name}"
        workers[name] = Worker(database, arguments.config, database, *addons.get(name, []))
        stack.callback(workers[name].close)
    return workers


def measure(arguments, benches, workers):
    """Prints the table, and writes it into the document when it is of everything, in full."""
    chosen = [benches[name] for name in arguments.names or benches]
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


def explain(arguments, benches, workers):
    """Prints which indexes the statements use, and keeps it among the logs."""
    names = [name for name in arguments.names if name != "explain"] or benches
    results = []
    for name in names:
        item = benches[name]
        plans = workers[item.database].ask("explain", name=name, quick=arguments.quick)
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
        action = explain if "explain" in arguments.names else measure
        action(arguments, benches, workers)


if __name__ == "__main__":
    try:
        main()
    except BenchError as error:
        sys.exit(str(error))
