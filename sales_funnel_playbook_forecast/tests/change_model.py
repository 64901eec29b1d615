"""A plain model of what changes in a pipeline, against which stories are told."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

SCOPE = ("company", "playbook", "line", "team", "user")
NOTHING = {"is_open": False, "day": False}
# What each currency is in dollars, before 12 January and from then on.
IN_DOLLARS = {
    False: {"USD": Decimal(1), "CNY": 1 / Decimal(7)},
    True: {"USD": Decimal(1), "CNY": 1 / Decimal(8)},
}
# In the middle of January 2024.
WINDOWS = {
    "month": (date(2024, 1, 1), date(2024, 1, 31)),
    "next_quarter": (date(2024, 4, 1), date(2024, 6, 30)),
    "year": (date(2024, 1, 1), date(2024, 12, 31)),
}


class Deal:
    """What is known of a deal: what it is worth once and in a year, when it closes, and whose it is."""

    def __init__(self, followed, **vals):
        self.followed = followed  # {team: the playbook of its deals}
        self.lead = None
        self.__dict__ |= vals
        self.state = "open"
        self.ending = None  # the last end from being open, since it was open

    @property
    def playbook(self):
        return self.followed[self.team]

    def get_state(self):
        """Return what it is."""
        basis = self.playbook.worth_basis or "one_off"
        once, yearly = (Decimal(str(one)) for one in (self.once, self.yearly))
        worth = {"one_off": once, "recurring": yearly, "both": once + yearly}[basis]
        return {
            "money": (worth, self.company.currency_id.name),
            "day": self.day,
            "is_open": self.state == "open",
            **{name: getattr(self, name) for name in SCOPE},
        }

    def close(self, outcome, today):
        """Note that it was won or lost. Without a playbook, what it is when one asks is all that is known,
        and it passes for having been open.
        """
        is_known = bool(self.playbook)
        state = self.get_state() if is_known else None
        self.ending = (outcome, state, today, self.state == "open" or not is_known)
        self.state = outcome

    def get_outcome(self, was, end):
        """Return what has become of the deal, which was and has become that, and how it was when that came.

        :param end: ``(what it is, its state, its ending)``
        """
        now, state, ending = end
        if state == "open":
            return "open", now
        if ending and (was["is_open"] or ending[3]):
            outcome, last, today, _was_open = ending
            last = last or {**self.get_state(), "playbook": self.playbook.browse()}
            day = was["day"] if outcome == "lost" and was["is_open"] else today
            return outcome, {**last, "is_open": True, "day": day}
        return "left", was


class Scope:
    """Of which deals, to close when, something is told, and in which currency."""

    def __init__(self, filters, closing, currency):
        self.filters, self.window, self.currency = filters, WINDOWS.get(closing), currency

    def has(self, state):
        return all(state.get(name) == value for name, value in self.filters.items())

    def is_due(self, state):
        return not self.window or (state["day"] and self.window[0] <= state["day"] <= self.window[1])

    def count(self, state, is_end):
        """Return what a deal adds to the pipeline in this state: its worth, and one deal."""
        if not state["is_open"] or not self.has(state) or not self.is_due(state):
            return Decimal(0), 0
        worth, currency = state["money"]
        amount = worth * IN_DOLLARS[is_end][currency] / IN_DOLLARS[is_end][self.currency]
        return amount.quantize(Decimal("0.01"), ROUND_HALF_UP), 1


def tell(kept, ends, scope):
    """Return ``{part: (amount, deals)}``: one thing of one deal changes after the other.

    :param dict kept: ``{deal: what it was}``
    :param dict ends: ``{deal: (what it is, its state, its ending)}``
    """
    parts = {}
    for deal, end in ends.items():
        was = kept.get(deal, NOTHING)
        outcome, last = deal.get_outcome(was, end)
        for name, before, after in get_steps(deal in kept, was, outcome, last, scope):
            amounts = [scope.count(state, is_end) for state, is_end in (before, after)]
            amount, count = (new - old for old, new in zip(*amounts, strict=True))
            if name == "raised" and amount < 0:
                name = "lowered"
            if amount or count:
                told = parts.get(name, (Decimal(0), 0))
                parts[name] = (told[0] + amount, told[1] + count)
    return {name: (float(amount), count) for name, (amount, count) in parts.items()}


def get_steps(was_known, was, outcome, last, scope):
    """Yield ``(part, (state before, whether at the end's rates), (state after, …))`` of a deal."""
    start = (NOTHING, False), (was, False)
    if was["is_open"]:
        yield "opening", *start
        yield "rates", (was, False), (was, True)
        now = {**was, "money": (last if scope.has(last) else was)["money"]}
        yield "raised", (was, True), (now, True)
        moved = {**now, "day": last["day"]}
        yield "pulled_in" if scope.is_due(last) else "pushed_out", (now, True), (moved, True)
        yield get_handing(was, last, scope), (moved, True), (last, True)
    elif last["is_open"]:
        yield "brought_back" if was_known else "new", (NOTHING, True), (last, True)
    closing = "closing" if outcome == "open" else outcome
    ending = ((NOTHING, True), (last, True)) if outcome == "open" else ((last, True), (NOTHING, True))
    yield closing, *ending


def get_handing(was, last, scope):
    """Return what it is called that an open deal came from, or went to, somebody else: of a playbook, what
    follows none was not there, or is not there any more.
    """
    came = scope.has(last)
    other = was if came else last
    if "playbook" in scope.filters and not other["playbook"]:
        return "new" if came else "left"
    return "handed_in" if came else "handed_out"
