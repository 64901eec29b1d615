"""What a deal earns on a score sheet."""

from typing import NamedTuple

# In the place of an answer: the customer is to be asked, which earns nothing.
NOT_KNOWN = 0


class Criterion(NamedTuple):
    """A line of the score sheet: ``points`` it can earn, and for a ``choice`` the ``options`` by id with
    their points; a ``domain`` line earns all its points or none.
    """

    id: int
    kind: str
    points: float
    domain: str
    options: dict


def get_points(sheet, met, answers):
    """Return ``{criterion id: points}``; None stands for a question without an answer.

    :param sheet: the :class:`Criterion` of the sheet
    :param met: ids of the domain lines that hold
    :param dict answers: ``{criterion id: option id, or NOT_KNOWN}``

    >>> fit = Criterion(2, "choice", 3, "", {20: 0, 21: 3})
    >>> sheet = [Criterion(1, "domain", 7, "[]", {}), fit]
    >>> get_points(sheet, {1}, {2: 21}), get_points(sheet, set(), {}), get_points(sheet, {1}, {2: NOT_KNOWN})
    ({1: 7, 2: 3}, {1: 0, 2: None}, {1: 7, 2: 0})
    """
    points = {}
    for criterion in sheet:
        if criterion.kind == "domain":
            points[criterion.id] = criterion.points if criterion.id in met else 0
        else:
            answer = answers.get(criterion.id)
            points[criterion.id] = 0 if answer == NOT_KNOWN else criterion.options.get(answer)
    return points


def get_score(points):
    """Return ``(score, whether every question has an answer)`` of what :func:`get_points` returned.

    >>> get_score({1: 7, 2: None}), get_score({1: 7, 2: 0}), get_score({})
    ((7, False), (7, True), (0, False))
    """
    return sum(filter(None, points.values())), bool(points) and None not in points.values()
