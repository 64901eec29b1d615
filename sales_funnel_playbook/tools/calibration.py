"""How far stated probabilities were right, from what became of the deals."""

from math import sqrt
from typing import NamedTuple

MIN_SAMPLE = 10
SURE = 1.645  # one-sided 5 %: so far off by chance only once in twenty


class Calibration(NamedTuple):
    """Of ``count`` statements: their ``mean`` and what was ``observed``, both in percent, the Brier
    score, and the ``verdict``: ``too_few``, ``fits``, ``too_high`` or ``too_low``.
    """

    count: int
    mean: float
    observed: float
    brier: float
    verdict: str


def get_brier(statements):
    """Return the mean squared difference between what was stated and what happened: 0 is perfect, 0.25
    what always saying 50 % earns, 1 is always wrong (Brier, Monthly Weather Review 78, 1950).

    :param statements: ``(probability in percent, whether it was won), …``

    >>> round(get_brier([(90, True), (70, False), (30, False), (50, True)]), 2)
    0.21
    """
    errors = [(probability / 100 - won) ** 2 for probability, won in statements]
    return sum(errors) / len(errors)


def calibrate(statements, min_sample=MIN_SAMPLE):
    """Return the :class:`Calibration` of ``statements``, as :func:`get_brier` takes them.

    >>> calibrate([(70, True)] * 3 + [(70, False)] * 7)
    Calibration(count=10, mean=70.0, observed=30.0, brier=0.37, verdict='too_high')
    >>> calibrate([(70, False)] * 9).verdict
    'too_few'
    """
    shares = [probability / 100 for probability, _won in statements]
    won = sum(bool(won) for _probability, won in statements)
    variance = sum(share * (1 - share) for share in shares)
    brier = round(get_brier(statements), 4) if statements else 0.0
    return judge(len(shares), sum(shares), won, variance, brier, min_sample)


def judge(count, expected, won, variance, brier, min_sample=MIN_SAMPLE):
    """Return the :class:`Calibration` of sums over statements, as a database makes them.

    If the probabilities are right, the number won has the mean ``expected``, the sum of the
    probabilities, and the ``variance`` that is the sum of p (1 − p): each deal is a coin of its own
    (Spiegelhalter, Statistics in Medicine 5, 1986). The verdict is the difference in standard deviations.

    >>> judge(20, 14.0, 13, 4.2, 0.2).verdict, judge(20, 4.0, 13, 3.2, 0.4).verdict
    ('fits', 'too_low')
    """
    mean = round(expected / count * 100, 2) if count else 0.0
    observed = round(won / count * 100, 2) if count else 0.0
    if count < min_sample:
        verdict = "too_few"
    elif abs(expected - won) <= SURE * sqrt(variance):
        verdict = "fits"
    else:
        verdict = "too_high" if expected > won else "too_low"
    return Calibration(count, mean, observed, brier, verdict)
