"""A person's numbers beside the median of the team: when there is a median, and which two to talk about."""

from statistics import median
from typing import NamedTuple

MIN_COLLEAGUES = 4  # of fewer, who knows one number could tell by the median whose another one is
MIN_GAP = 0.25  # of the median
MIN_COUNT = 5  # of fewer, one more or less is a great share


class Number(NamedTuple):
    """What a number is: ``kind`` is ``rate``, ``median``, ``mean`` or ``count``; ``is_more_better`` whether
    more of it is.
    """

    group: str
    kind: str
    is_more_better: bool
    unit: str = ""


NUMBERS = {
    "conversion": Number("stages", "rate", True, "%"),
    "time": Number("stages", "median", False, "d"),
    "win_rate": Number("results", "rate", True, "%"),
    "amount": Number("results", "median", True, "money"),
    "brier": Number("results", "mean", False, "score"),
    "on_time": Number("work", "rate", True, "%"),
    "overridden": Number("work", "rate", False, "%"),
    "refused": Number("work", "count", False),
    "notes": Number("customers", "count", True),
    "notes_in_time": Number("customers", "rate", True, "%"),
    "contact": Number("customers", "median", False, "d"),
    "risk_response": Number("customers", "rate", True, "%"),
    "cases": Number("customers", "count", True),
}


def get_value(number, count, mean, middle):
    """Return the value of a :class:`Number` of ``count`` rows.

    >>> get_value(NUMBERS["win_rate"], 4, 0.25, 0), get_value(NUMBERS["time"], 4, 9.0, 7.5)
    (25.0, 7.5)
    >>> get_value(NUMBERS["notes"], 4, 1, 1), get_value(NUMBERS["brier"], 4, 0.2, 0.1)
    (4, 0.2)
    """
    if number.kind == "count":
        return count
    return {"rate": mean * 100, "median": middle, "mean": mean}[number.kind]


def get_median(values, person_id):
    """Return the median of ``{user id: value}``, None unless at least four others than this person have one.

    >>> get_median({1: 10, 2: 40, 3: 20, 4: 20, 5: 90}, person_id=1)
    20
    >>> get_median({1: 10, 2: 40, 3: 20, 4: 20}, person_id=1) is None
    True
    >>> get_median({1: 10, 2: 40, 3: 20, 4: 22}, person_id=5)
    21.0
    """
    return median(values.values()) if len(values.keys() - {person_id}) >= MIN_COLLEAGUES else None


def get_gap(row):
    """Return by which share of the team's median a row differs from it, positive where that is better; None
    where one of the two is not known, or there is little to compare with.

    >>> get_gap({"name": "time", "value": 15, "median": 10})
    -0.5
    >>> get_gap({"name": "cases", "value": 0, "median": 3}) is None
    True
    """
    number = NUMBERS[row["name"]]
    if row["value"] is None or not row["median"] or (number.kind == "count" and row["median"] < MIN_COUNT):
        return None
    gap = (row["value"] - row["median"]) / row["median"]
    return gap if number.is_more_better else -gap


def choose_facts(rows):
    """Return at most two of ``rows``, the one that is furthest above the team's median and the one furthest
    below: those a quarter of it away at least, the first of equals.

    >>> rows = [
    ...     {"name": "time", "value": 15, "median": 10},
    ...     {"name": "win_rate", "value": 60, "median": 40},
    ...     {"name": "notes", "value": 11, "median": 10},
    ...     {"name": "cases", "value": None, "median": 4},
    ... ]
    >>> [row["name"] for row in choose_facts(rows)]
    ['win_rate', 'time']
    >>> choose_facts(rows[2:])
    []
    """
    gaps = [(gap, row) for row in rows if (gap := get_gap(row)) is not None and abs(gap) >= MIN_GAP]
    best = max((one for one in gaps if one[0] > 0), key=lambda one: one[0], default=None)
    worst = min((one for one in gaps if one[0] < 0), key=lambda one: one[0], default=None)
    return [one[1] for one in (best, worst) if one]
