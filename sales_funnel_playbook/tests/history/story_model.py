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


class Part(NamedTuple):
    """A part of a deal's story: what it was, the place of its stage as the playbook's stages were then, and
    whether it began with an entry into that stage.
    """

    since: object
    playbook: int
    stage: int
    state: str
    company: int
    team: int
    user: int
    line: int
    place: int | None
    is_entry: bool = False

    def is_followed(self, new):
        """Tell whether a new part takes the place of this one, of the same moment: only whose the deal is has
        changed, or it was archived to be lost.
        """
        is_same = self[:3] == new[:3]
        return is_same and (self.state == new.state or (self.state, new.state) == ("archived", "lost"))


class Story:
    """The history of one deal, and where it was last let in by each playbook (the place of the stage)."""

    def __init__(self, lead, get_place):
        """:param get_place: a function that returns the place of a stage in a playbook, or None"""
        self.lead, self.get_place = lead, get_place
        self.was = []
        self.path = []  # of each Part: nothing is left out, also where the clock stood still
        self.begun = 0  # which of these began the time in its stage
        self.stay = 0  # the number of its times in a stage
        self.entries = []  # (moment, playbook, stage, place)
        self.passed = {}
        self.let_in_stay = {}  # in which of its times in a stage it was let in last
        self.is_told = True  # not of what was merged: that has the history of others too
        self.is_sure = True  # whether it is known where it was let in
        self.behind = None  # since when the log may not know it, as a job has not told it yet

    def note(self, now):
        """Note what the deal is now, if it is another than before."""
        lead = self.lead
        if lead.won_status in ("won", "lost"):
            state = lead.won_status
        else:
            state = "open" if lead.active else "archived"
        keys = (lead.company_id, lead.team_id, lead.user_id, lead.product_line_id)
        new = Was(now, lead.playbook_id.id, lead.stage_id.id, state, *(key.id for key in keys))
        self.follow(new)
        last = self.was[-1] if self.was else None
        if not last:
            self.was.append(new)
        elif last[1:] != new[1:]:
            since = max(now, last.since)  # a clock was set back
            if last.since == since:
                self.was.pop()
            self.was.append(new._replace(since=since))
            if last[1:3] != new[1:3]:
                self.begun = len(self.was) - 1
                self.stay += 1

    def follow(self, new):
        """Add a part to the path, if the deal is another than before."""
        last = self.path[-1] if self.path else None
        if last and last[1:8] == new[1:]:
            return
        since = max(new.since, last.since) if last else new.since
        part = Part(*new._replace(since=since), self.get_place(new.playbook, new.stage))
        if last and last.is_followed(part):
            self.path[-1] = part._replace(is_entry=last.is_entry, place=last.place)
            if len(self.path) > 1 and not last.is_entry and self.path[-2][1:8] == part[1:8]:
                self.path.pop()  # handed over and back at once
        else:
            self.path.append(part)

    @property
    def now(self):
        return self.was[-1]

    @property
    def is_clear(self):
        """Whether the log has to know what the deal is: a save of a deal catches up with a job."""
        return not self.behind or bool(self.now.playbook and self.now.since > self.behind)

    def get_at(self, moment):
        """Return what the deal was at a moment, or None before it was there."""
        return next((one for one in reversed(self.was) if one.since <= moment), None)

    def enter(self, place):
        """It has come into the stage in which it is, and its playbook has let it in."""
        self.entries.append((self.now.since, self.now.playbook, self.now.stage, place))
        self.path[-1] = self.path[-1]._replace(is_entry=True)
        self.let_in()

    def let_in(self):
        self.passed[self.now.playbook] = self.now.stage
        self.let_in_stay[self.now.playbook] = self.stay

    def rename(self, stage, place):
        """Its stage was split: all of its time there is in the other part."""
        last = self.now
        self.was[self.begun :] = [one._replace(stage=stage) for one in self.was[self.begun :]]
        began = self.was[self.begun].since
        for number in range(len(self.path) - 1, -1, -1):
            if self.path[number][1:3] != last[1:3]:
                break
            self.path[number] = self.path[number]._replace(stage=stage, place=place)
        if self.entries and self.entries[-1][1:3] == last[1:3] and self.entries[-1][0] >= began:
            self.entries[-1] = (self.entries[-1][0], last.playbook, stage, place)
        if self.let_in_stay.get(last.playbook) == self.stay:
            self.passed[last.playbook] = stage

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

    def __init__(self, playbook, tests):
        """:param tests: ``{rule: test of a lead}`` of blocking conditions and required outputs"""
        pipeline = playbook.env["crm.stage"].search([]).sorted(lambda one: (one.sequence, one.id))
        self.ranks = {stage.id: rank for rank, stage in enumerate(pipeline)}
        self.won = set(pipeline.filtered("is_won").ids)
        self.is_enforced = playbook.mode == "enforce"
        own = playbook.stage_ids
        self.stages = sorted(own.stage_id.ids, key=self.ranks.get)
        self.no_skip = set(own.filtered(lambda one: not one.allow_skip).stage_id.ids)
        self.asks = {one.stage_id.id: self.pick(one.condition_ids, tests) for one in own}
        self.hands_in = {one.stage_id.id: self.pick(one.output_ids, tests) for one in own}

    @staticmethod
    def pick(rules, tests):
        return [tests[rule] for rule in rules if rule in tests]

    def get_place(self, stage):
        return self.stages.index(stage) + 1 if stage in self.stages else None

    def is_held_back(self, lead, passed, stage):
        """Tell whether going to ``stage`` would be refused, and whether anything was asked at all.

        :param passed: the stage into which the deal was last let, or None
        """
        demands = self.get_demands(passed, stage)
        if stage in self.won and lead.won_status != "won":
            winning = self.get_winning_demands(passed)
            demands = winning if demands is None else demands + (winning or [])
        unmet = not all(test(lead) for test in demands or ())
        return self.is_enforced and unmet, demands is not None

    def get_demands(self, passed, stage):
        """Return what a move asks for, or None where there is no gate."""
        low = self.ranks[passed] if passed else -1
        if stage not in self.stages or self.ranks[stage] <= low:
            return None
        jumped = [one for one in self.stages if low < self.ranks[one] < self.ranks[stage]]
        outputs = [test for one in (passed, *jumped) for test in self.hands_in.get(one, ())]
        return self.asks[stage] + outputs + [self.refuse for one in jumped if one in self.no_skip]

    def get_winning_demands(self, passed):
        """Return what winning asks for, whatever the order of stages; or None."""
        first = next((one for one in self.stages if one in self.won), None)
        if not first:
            return [test for tests in self.hands_in.values() for test in tests]
        demands = self.get_demands(passed, first)
        if demands is not None or passed == first:
            return demands
        return self.asks[first] + self.hands_in.get(passed, [])

    @staticmethod
    def refuse(lead):
        return False
