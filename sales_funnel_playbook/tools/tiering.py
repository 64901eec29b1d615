"""Which tier a deal belongs to, and thresholds from the deals a company has won."""

from typing import NamedTuple


class Threshold(NamedTuple):
    """What a tier asks for: ``min_revenue`` in one currency, ``min_probability`` in percent."""

    tier: str
    min_revenue: float
    min_probability: float


def get_tier(revenue, probability, thresholds, current=None, margin=0.0):
    """Return the first tier whose minimum revenue and probability are both met, or None.

    A deal falls from the tier it has only once it is ``margin`` percent under one of that tier's
    minimums, so that deals on the edge do not flap; it rises without any margin.

    :param thresholds: :class:`Threshold` of each tier, the best first
    :param current: the tier the deal has
    :param float margin: percent of the minimums, 0 to 100

    >>> tiers = [Threshold("A", 1000, 60), Threshold("B", 100, 30), Threshold("C", 0, 0)]
    >>> get_tier(1000, 60, tiers)
    'A'
    >>> get_tier(5000, 59, tiers)
    'B'
    >>> get_tier(950, 60, tiers, current="A", margin=10), get_tier(950, 60, tiers, current="B", margin=10)
    ('A', 'B')
    >>> get_tier(899, 60, tiers, current="A", margin=10)
    'B'
    >>> get_tier(50, 10, tiers[:2]) is None
    True
    """
    for threshold in thresholds:
        share = 1 - margin / 100 if threshold.tier == current else 1
        if revenue >= threshold.min_revenue * share and probability >= threshold.min_probability * share:
            return threshold.tier
    return None


def get_quantile(values, share):
    """Return the value that a ``share`` (0 to 1) of ``values`` does not exceed, interpolated between
    the two nearest ones (the method that spreadsheets call inclusive).

    >>> get_quantile([10, 20, 30, 40], 0.5)
    25.0
    >>> get_quantile([10], 0.8)
    10.0
    """
    ordered = sorted(values)
    position = (len(ordered) - 1) * share
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return float(ordered[low] + (ordered[high] - ordered[low]) * (position - low))


def round_down(value):
    """Return ``value`` with its two leading digits, as people write thresholds.

    >>> [round_down(value) for value in (0, 7, 123, 98_765, 1_250_000)]
    [0.0, 7.0, 120.0, 98000.0, 1200000.0]
    """
    unit = 10 ** max(len(str(int(value))) - 2, 0)
    return float(int(value / unit) * unit)
