"""What the simulated users were told, to be compared with what the database says afterwards."""

import time
from collections import Counter
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

SECOND = timedelta(seconds=1)
# Where each kind of deed is recorded, (table, column).
RECORDED = {
    "deal": ("crm_lead", "name"),
    "note": ("crm_lead_progress", "summary"),
    "risk": ("crm_lead_risk", "description"),
    "output": ("crm_lead_output", "id"),
    "confirmation": ("crm_lead_confirmation", "id"),
}


class Deed(NamedTuple):
    """Something the server said yes to.

    ``kind`` is ``move`` (``value``: the stage), ``lost``, ``restored`` or the name of what was created or
    handed in (``value``: its text or id); ``begun`` and ``ended`` are when it was asked and answered, UTC.
    """

    kind: str
    uid: int
    lead_id: int
    value: object
    begun: datetime
    ended: datetime


class Diary:
    """What one user did; a user does one thing at a time."""

    def __init__(self, uid):
        self.uid, self.deeds, self.counts, self.faults = uid, [], Counter(), []
        self.longest = 0.0

    def do(self, kind, lead_id, value, action):
        """Do something and note it when the server says yes.

        :param action: a function that returns the answer; its errors are the caller's
        :return: the answer
        """
        begun, started = get_now(), time.monotonic()
        answer = action()
        self.longest = max(self.longest, time.monotonic() - started)
        value = answer if value is None else value
        self.deeds.append(Deed(kind, self.uid, lead_id, value, begun, get_now()))
        return answer


class Stay(NamedTuple):
    """A row of the stage log."""

    id: int
    lead_id: int
    stage_id: int
    kind: str
    uid: int
    entered_at: datetime
    left_at: datetime | None


def is_there(deed, stay):
    """Whether ``stay`` is where ``deed`` wanted the deal to be."""
    if deed.kind == "restored":
        return stay.kind != "lost"  # restoring what is not lost changes nothing
    return stay.stage_id == deed.value if deed.kind == "move" else stay.kind == deed.kind


def compare_moves(deeds, stays, uids, slack):
    """Compare the moves that were answered with the log.

    A move that found the deal where it was to go leaves no row; then somebody else's row says so. Times of
    the log are whole seconds, those of when the transaction began.

    :param deeds: of kinds ``move``, ``lost`` and ``restored``
    :param stays: all rows of the log
    :param uids: the users whose moves all are among ``deeds``
    :param timedelta slack: how long a request took at most
    :return: ``(deeds that no row shows, rows that no deed explains, [(deed, its rows), …] with several)``
    """
    by_lead = {}
    for stay in stays:
        by_lead.setdefault(stay.lead_id, []).append(stay)
    explained, missing, several = set(), [], []
    for deed in sorted(deeds, key=lambda one: one.ended):
        there = [stay for stay in by_lead.get(deed.lead_id, []) if is_there(deed, stay)]
        mine = [stay for stay in there if is_mine(deed, stay) and stay.id not in explained]
        if len(mine) > 1:
            several.append((deed, mine))
        elif not mine and not any(
            stay.entered_at <= deed.ended and (not stay.left_at or stay.left_at >= deed.begun - slack)
            for stay in there
        ):
            missing.append(deed)
        explained.update(stay.id for stay in mine)
        if deed.kind == "move":  # a lost deal that is won is restored first
            mine = [stay for stay in by_lead.get(deed.lead_id, []) if is_mine(deed, stay)]
            explained.update(stay.id for stay in mine if stay.kind == "restored")
    unexplained = [
        stay for stay in stays if stay.uid in uids and stay.kind != "created" and stay.id not in explained
    ]
    return missing, unexplained, several


def is_mine(deed, stay):
    """Whether ``stay`` began while the user of ``deed`` waited for the answer."""
    in_time = deed.begun - SECOND <= stay.entered_at <= deed.ended
    is_asked = stay.kind != "created" if deed.kind == "move" else stay.kind == deed.kind
    return stay.uid == deed.uid and is_asked and in_time


def get_now():
    """Return the time, naive UTC, as the database has it."""
    return datetime.now(timezone.utc).replace(tzinfo=None)
