"""What a target is where several are set, and how a year's is split into months."""

MONTHS = 12
STEPS = {"month": 1, "quarter": 3, "year": 12}
COMPANY = ("company",)


def get_firsts(first, period, step):
    """Return the first days of the months or quarters in a period that begins on ``first``.

    >>> from datetime import date
    >>> [day.month for day in get_firsts(date(2024, 4, 1), "quarter", "month")]
    [4, 5, 6]
    >>> [day.month for day in get_firsts(date(2024, 1, 1), "year", "quarter")]
    [1, 4, 7, 10]
    """
    return [first.replace(month=first.month + number) for number in range(0, STEPS[period], STEPS[step])]


def get_parents(owner):
    """Return whom a target of this owner adds to, the nearest one."""
    if owner[0] == "person" and owner[1]:
        return ("team", owner[1])
    return None if owner == COMPANY else COMPANY


def add_up(amounts):
    """Return the sum of those amounts that there are; None if there are none.

    >>> add_up([1, None, 2]), add_up([None]), add_up([])
    (3, None, None)
    """
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None


class Targets:
    """The targets of one company. What is set for a team or the company itself wins over the sum of what is
    set for its people, and what is set for a quarter over the sum of its months.

    :param own: ``{(owner, "month" or "quarter", first day): amount}``; an owner is ``("company",)``,
        ``("team", team id)`` or ``("person", team id or False, user id)``

    >>> from datetime import date
    >>> one, two = ("person", 7, 1), ("person", 7, 2)
    >>> april = date(2024, 4, 1)
    >>> people = {(one, "quarter", april): 300, (two, "month", april): 50}
    >>> Targets(people).get(("team", 7), "quarter", april)
    350
    >>> Targets({**people, (("team", 7), "quarter", april): 400}).get(COMPANY, "quarter", april)
    400
    >>> Targets(people).get(two, "year", date(2024, 1, 1)), Targets({}).get(COMPANY, "month", april)
    (50, None)
    """

    def __init__(self, own):
        self.own = own
        owners = {owner for owner, _period, _first in own}
        owners |= {get_parents(owner) for owner in owners} - {None}
        self.parts = {}
        for owner in sorted(owners, key=str):
            self.parts.setdefault(get_parents(owner), []).append(owner)

    def get(self, owner, period, first):
        """Return what an owner is to win in a period; None if nobody has said so."""
        if period == "year":
            return add_up(self.get(owner, "quarter", day) for day in get_firsts(first, "year", "quarter"))
        if (owner, period, first) in self.own:
            return self.own[owner, period, first]
        if period == "quarter":
            months = get_firsts(first, "quarter", "month")
            if any((owner, "month", day) in self.own for day in months):
                return add_up(self.get(owner, "month", day) for day in months)
        return add_up(self.get(part, period, first) for part in self.parts.get(owner, ()))


def split(total, weights, digits=2):
    """Split a total by weights, so that the parts are rounded and make it exactly: what rounding leaves goes
    to those that lost most by it.

    >>> split(100, [1, 1, 1])
    [33.34, 33.33, 33.33]
    >>> split(1000, [0, 3, 1]), split(10, [0, 0])
    ([0.0, 750.0, 250.0], [5.0, 5.0])
    """
    if not sum(weights):
        weights = [1] * len(weights)
    units = round(total * 10**digits)
    exact = [units * weight / sum(weights) for weight in weights]
    parts = [int(one) for one in exact]
    order = sorted(range(len(parts)), key=lambda number: parts[number] - exact[number])
    for number in order[: units - sum(parts)]:
        parts[number] += 1
    return [part / 10**digits for part in parts]
