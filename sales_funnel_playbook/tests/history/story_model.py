"""What deals are, told once more, slowly and in plain Python: from what people do and what the deals say of
themselves, never from the log.
"""

from datetime import datetime
from typing import NamedTuple

START = datetime(2024, 3, 4, 9)


class Was(NamedTuple):
    """What a deal was from a moment on."""

    since: object
    playbook: int
    stage: int
    state: str
    company: int
    team: int
    user: int
    line: int


class Story:
    """The history of one deal, and where it was last let in by each playbook (the place of the stage)."""

    def __init__(self, lead):
        self.lead = lead
        self.was = []
        self.entries = []  # (moment, playbook, stage, place)
        self.passed = {}
        self.is_told = True  # not of what was merged: that has the history of others too

    def note(self, now):
        """Note what the deal is now, if it is another than before."""
        lead = self.lead
        if lead.won_status in ("won", "lost"):
            state = lead.won_status
        else:
            state = "open" if lead.active else "archived"
        keys = (lead.company_id, lead.team_id, lead.user_id, lead.product_line_id)
        new = Was(now, lead.playbook_id.id, lead.stage_id.id, state, *(key.id for key in keys))
        if not self.was or self.was[-1][1:] != new[1:]:
            if self.was and self.was[-1].since == now:
                self.was.pop()
            self.was.append(new)

    def get_at(self, moment):
        """Return what the deal was at a moment, or None before it was there."""
        return next((one for one in reversed(self.was) if one.since <= moment), None)

    def enter(self, now, playbook, stage, place):
        self.entries.append((now, playbook, stage, place))

    def get_first_entries(self):
        """Return ``{(playbook, stage): (moment, moment of the first entry further on or None)}``."""
        first = {}
        for number, (at, playbook, stage, place) in enumerate(self.entries):
            if (playbook, stage) not in first:
                further = [
                    one[0] for one in self.entries[number + 1 :] if one[1] == playbook and one[3] > place
                ]
                first[playbook, stage] = (at, min(further, default=None))
        return first


class Rules:
    """A playbook as its administrator would tell it: stages in order, what each asks for."""

    def __init__(self, playbook, ranks, asks):
        self.is_enforced = playbook.mode == "enforce"
        self.stages = sorted(playbook.stage_ids.stage_id.ids, key=ranks.get)
        self.ranks = ranks
        self.asks = asks  # {stage id: [test of a lead]}
        self.no_skip = set(playbook.stage_ids.filtered(lambda one: not one.allow_skip).stage_id.ids)

    def get_place(self, stage):
        return self.stages.index(stage) + 1 if stage in self.stages else None

    def is_held_back(self, lead, passed, stage):
        """Tell whether going to ``stage`` would be refused, and whether anything was asked at all.

        :param passed: the stage into which the deal was last let, or None
        """
        if stage not in self.stages or (passed and self.ranks[stage] <= self.ranks[passed]):
            return False, False
        low = self.ranks[passed] if passed else -1
        between = [one for one in self.stages if low < self.ranks[one] < self.ranks[stage]]
        unmet = not all(test(lead) for test in self.asks.get(stage, ()))
        return self.is_enforced and (unmet or bool(self.no_skip.intersection(between))), True
