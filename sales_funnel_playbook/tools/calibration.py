"""How far stated probabilities were right, from what became of the deals."""

from math import sqrt
from typing import NamedTuple

MIN_SAMPLE = 10  # deals
SURE = 1.96  # two-sided 5 %: so far off, up or down, by chance only once in twenty


class Calibration(NamedTuple):
    """Of ``count`` deals: their ``mean`` and what was ``observed``, both in percent, the Brier score, and the
    ``verdict``: ``too_few``, ``fits``, ``too_high`` or ``too_low``.
    """

    count: int
    mean: float
    observed: float
    brier: float
    verdict: str


def get_mean(values):
    """Return the mean of at least one value."""
    return sum(values) / len(values)


def get_brier(deals):
    """Return the mean squared difference between what was stated and what happened: 0 is perfect, 0.25
    what always saying 50 % earns, 1 is always wrong (Brier, Monthly Weather Review 78, 1950). Each deal
    counts once, with the mean of its statements.

    :param deals: ``([probability in percent, …], whether it was won), …``

    >>> round(get_brier([([90], True), ([70], False), ([30], False), ([50], True)]), 2)
    0.21
    >>> round(get_brier([([90], True), ([70, 30], False)]), 2)  # 0.01, and the mean of 0.49 and 0.09
    0.15
    """
    errors = [[(stated / 100 - won) ** 2 for stated in statements] for statements, won in deals]
    return get_mean([get_mean(squares) for squares in errors])


def calibrate(deals, min_sample=MIN_SAMPLE):
    """Return the :class:`Calibration` of ``deals``, as :func:`get_brier` takes them.

    What was said of one deal in several stages is not independent: it all ends in the same way. So a deal is
    one statement, the mean of what was said of it (Matthews et al., British Medical Journal 300, 1990).

    >>> calibrate([([70], True)] * 3 + [([60, 80], False)] * 7)
    Calibration(count=10, mean=70.0, observed=30.0, brier=0.377, verdict='too_high')
    >>> calibrate([([30, 40, 50, 60], False)] * 9).verdict
    'too_few'
    """
    stated = [get_mean(statements) / 100 for statements, _won in deals]
    won = sum(bool(won) for _statements, won in deals)
    variance = sum(share * (1 - share) for share in stated)
    brier = round(get_brier(deals), 4) if deals else 0.0
    return judge(len(stated), sum(stated), won, variance, brier, min_sample)


def judge(count, expected, won, variance, brier, min_sample=MIN_SAMPLE):
    """Return the :class:`Calibration` of sums over deals, as a database makes them.

    If the probabilities are right, the number won has the mean ``expected``, the sum of the
    probabilities, and at most the ``variance`` that is the sum of p (1 − p): each deal is a coin of its own
    (Spiegelhalter, Statistics in Medicine 5, 1986). The verdict is the difference in standard deviations,
    half a deal less because deals are whole ones (Yates, Journal of the Royal Statistical Society, suppl. 1,
    1934): without it the right ones among small numbers would be called wrong too often.

    >>> judge(20, 14.0, 13, 4.2, 0.2).verdict, judge(20, 4.0, 13, 3.2, 0.4).verdict
    ('fits', 'too_low')
    """
    mean = round(expected / count * 100, 2) if count else 0.0
    observed = round(won / count * 100, 2) if count else 0.0
    if count < min_sample:
        verdict = "too_few"
    elif abs(expected - won) - 0.5 <= SURE * sqrt(variance):
        verdict = "fits"
    else:
        verdict = "too_high" if expected > won else "too_low"
    return Calibration(count, mean, observed, brier, verdict)
