"""How what the module does grows with what there is: the same work on a small database and on a large one."""

import math
from functools import partial

from bench.limits import Limit
from bench.pairs import Result, paired_medians
from bench.scale.company import FULL, QUICK
from bench.table import number

HEADER = f"""\
| Measurement | {QUICK.leads:,} leads, s | {FULL.leads:,} leads, s | exponent |
| --- | ---: | ---: | ---: |"""
TIMES = FULL.leads / QUICK.leads


def measure_growth(benches, small, large, repeat):
    """Yields a result for each measurement: the quick amounts of work in a database of each size, in turn.

    :param dict small: the workers by name; ``large`` likewise
    """

    for item in benches:
        workers = small[item.database], large[item.database]
        for worker in workers:
            worker.ask("tidy")
        request = {"name": item.name, "quick": True, "bare": False}
        calls = [partial(worker.ask, "measure", **request) for worker in workers]
        yield Result(item.label(True), *paired_medians(*calls, repeat), Limit())


def get_exponent(result):
    """Returns to which power of the database's size the processor's time grows: 0 where it does not."""
    return math.log(result.get_ratio("cpu")) / math.log(TIMES)


def row(result):
    """Returns one line of the table."""
    small, large = (number(one["cpu"], "seconds") for one in (result.base, result.module))
    return f"| {result.title} | {small} | {large} | {get_exponent(result):.2f} |"
