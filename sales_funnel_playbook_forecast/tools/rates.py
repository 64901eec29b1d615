"""How often deals in a stage were won, and how sure that is."""

from math import sqrt

MIN_CLOSED = 30  # deals: of fewer nothing is said
SURE = 1.96  # two-sided 5 %


def get_interval(won, closed):
    """Return ``(rate, lowest, highest)``: the share that was won and between what it lies in 19 of 20 cases
    (Wilson, Journal of the American Statistical Association 22, 1927); None of fewer than ``MIN_CLOSED``.

    >>> [round(one, 3) for one in get_interval(15, 30)]
    [0.5, 0.332, 0.668]
    >>> [round(one, 3) for one in get_interval(0, 100)], get_interval(29, 29)
    ([0.0, 0.0, 0.037], None)
    """
    if closed < MIN_CLOSED:
        return None
    share, square = won / closed, SURE * SURE
    middle = share + square / (2 * closed)
    spread = SURE * sqrt(share * (1 - share) / closed + square / (4 * closed * closed))
    whole = 1 + square / closed
    return share, max((middle - spread) / whole, 0.0), min((middle + spread) / whole, 1.0)
