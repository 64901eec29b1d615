"""``make bench``: times the measurements and prints their table."""

import argparse
import contextlib
import sys

from bench.pairs import BenchError, Worker, measure_all
from bench.registry import load_benches
from bench.table import HEADER, row


def parse_arguments(names):
    """Returns the command line's arguments."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of: {', '.join(names)}")
    parser.add_argument("--repeat", type=int, default=5, help="counted runs of each (default: 5)")
    parser.add_argument("--quick", action="store_true", help="small amounts, three runs")
    for option in ("--config", "--plain-db", "--module-db"):
        parser.add_argument(option, required=True, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(names):
        parser.error(f"there is no measurement {', '.join(sorted(unknown))}")
    return arguments


def main():
    """Runs the measurements named, or all."""
    benches = load_benches()
    arguments = parse_arguments(benches)
    chosen = [benches[name] for name in arguments.names or benches]
    repeat = min(arguments.repeat, 3) if arguments.quick else arguments.repeat
    with contextlib.ExitStack() as stack:
        workers = [Worker(arguments.config, name) for name in (arguments.plain_db, arguments.module_db)]
        for worker in workers:
            stack.callback(worker.close)
        print(HEADER, flush=True)
        for result in measure_all(chosen, *workers, repeat, arguments.quick):
            print(row(result), flush=True)


if __name__ == "__main__":
    try:
        main()
    except BenchError as error:
        sys.exit(str(error))
