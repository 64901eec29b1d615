"""What a year of a company should have asked of whom, and what they should have been told: in plain Python,
without a line of the module. Moments are naive, in the office's own time.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta

LARGE = 100_000
AMOUNTS = (5_000, 20_000, 60_000, 150_000, 400_000)
DAY = timedelta(days=1)
NOTED_DAYS = 30  # what was said longer ago needs no note


@dataclass
class Work:
    """Something that was asked of somebody."""

    rule: str
    user: str
    due: datetime
    started: datetime
    key: tuple
    closing: str | None = None
    escalates: bool = False
    is_told: bool = False
    ended: datetime | None = None


@dataclass
class Deal:
    owner: str
    team: str
    created: datetime
    phone: bool = False
    amount: int = 0
    stage: str = "Lead"
    entered: datetime | None = None
    state: str = "open"
    won_at: datetime | None = None
    lost_at: datetime | None = None
    restored: datetime | None = None
    came: datetime | None = None  # when its team came under the playbook, where that took it as it was
    is_followed: bool = True
    stays: int = 0
    contacts: list = field(default_factory=list)  # (when, who of ours, whether the customer spoke)
    notes: list = field(default_factory=list)  # (when, who)
    calls: list = field(default_factory=list)  # (when, who): whatever somebody had planned and did
    moves: list = field(default_factory=list)
    followers: set = field(default_factory=set)
    risks: list = field(default_factory=list)  # [when, whether it is answered]
    work: list = field(default_factory=list)
    late: dict = field(default_factory=dict)  # {rule: when the deal came to meet its domain}


class Office:
    """Working days, nine to five: weekends, holidays and people's own leave are none."""

    def __init__(self, holidays, leaves):
        self.holidays, self.leaves = holidays, leaves

    def is_working(self, day, user):
        return day.weekday() < 5 and day not in self.holidays and day not in self.leaves.get(user, ())

    def add(self, start, days, user):
        """Return the last working minute of so many working days later; that of ``start`` does not count."""
        day = start.date()
        while days:
            day += DAY
            days -= self.is_working(day, user)
        return datetime(day.year, day.month, day.day, 17)


class Model:
    """The deals of the year and what is asked on them, as it should be."""

    def __init__(self, office, leaders):
        self.office, self.leaders = office, leaders
        self.deals = {}
        self.left = set()  # who works here no more
        self.told = []  # (when, who, kind, how many)
        self.asked = Counter()  # {(who, day): how much}

    def get_leader(self, deal):
        return self.leaders[deal.team]

    def get_doer(self, deal):
        """Return who does what the salesperson does: the leader, where that one has left."""
        return self.get_leader(deal) if deal.owner in self.left else deal.owner

    def get_follower_up(self, deal):
        """Return who follows a deal up: the leader, where it is large."""
        return self.get_leader(deal) if deal.amount >= LARGE else self.get_doer(deal)

    def get_met(self, deal):
        """Return when somebody whose contact counts met the customer: of a large deal, its leader."""
        met = [*deal.notes, *deal.calls, *(contact[:2] for contact in deal.contacts)]
        return [when for when, who in met if deal.amount < LARGE or who == self.get_leader(deal)]

    # what the rules say: (rule, of which deals, since when, who, until when)

    def get_causes(self, deal, now):
        """Yield ``(rule, key, when it began, who does it, how long)`` of all that is asked of a deal now."""
        owner, leader = self.get_doer(deal), self.get_leader(deal)
        if deal.state == "open":
            if not deal.came:
                yield "Complete it", (), deal.created, owner, 1
                if deal.amount >= LARGE:
                    began = max(deal.created, deal.late.get("Look at it", deal.created))
                    yield "Look at it", (), began, leader, 2
            for number, (when, is_answered) in enumerate(deal.risks):
                if not is_answered and self._is_new(deal, when):
                    yield "Agree a response", (number,), when, leader, 1
            yield from self.get_talk(deal, now)
        is_there = deal.state != "lost" and deal.stage == "Demo" and self._is_new(deal, deal.entered)
        if is_there and not any(one.rule == "Survey" and one.closing != "dropped" for one in deal.work):
            yield "Survey", (deal.stays,), deal.entered, owner, 3
        if deal.state == "won" and self._is_new(deal, deal.won_at):
            yield "Renew", (deal.won_at,), deal.won_at, owner, relativedelta(months=3)

    def _is_new(self, deal, when):
        return not deal.came or when > deal.came

    def get_talk(self, deal, now):
        """The note after what was said, the weekly update, the follow-up by size."""
        owner = self.get_doer(deal)
        notes = [when for when, _who in deal.notes]
        noted = max(notes, default=datetime.min)
        ended = self._get_ended(deal, "Write the note")
        said = [
            when
            for when, _who, is_theirs in deal.contacts
            if is_theirs
            and when > max(noted, ended)
            and when >= now - timedelta(days=NOTED_DAYS)
            and self._is_new(deal, when)
        ]
        if said and not self._is_open(deal, "Write the note"):
            yield "Write the note", (min(said),), self._get_said(deal, min(said)), owner, timedelta(hours=24)
        begun = max(deal.created, deal.came or deal.created)
        touched = max([begun, *deal.moves, *notes, self._get_ended(deal, "Update")])
        if not self._is_open(deal, "Update") and (touched + 7 * DAY).date() <= now.date():
            yield "Update", (touched,), touched, owner, 7 * DAY
        owner = self.get_follower_up(deal)
        met = max([begun, *self.get_met(deal), self._get_ended(deal, "Follow up")])
        delay = relativedelta(weeks=1) if deal.amount >= LARGE else relativedelta(months=1)
        if not self._is_open(deal, "Follow up") and (met + delay).date() <= now.date():
            since = deal.late.get("Follow up", met)
            late = since > met and (met + delay).date() <= since.date()
            if late:
                dropped = [one for one in deal.work if one.rule == "Follow up" and one.key == (met,)]
                yield "Follow up", (met,), self._get_beginning(met, dropped, since, since), owner, delay
            else:
                yield "Follow up", (met,), met, owner, delay

    def _get_said(self, deal, when):
        """Return since when a note is asked for: what nobody asked about before the deal was lost, or until
        it came back, counts from then.
        """
        is_known = any(one.rule == "Write the note" and one.key == (when,) for one in deal.work)
        return when if is_known or not deal.restored else max(when, deal.restored)

    def _get_ended(self, deal, rule):
        return max(
            (one.ended for one in deal.work if one.rule == rule and one.closing in ("satisfied", "by_hand")),
            default=datetime.min,
        )

    def _is_open(self, deal, rule):
        return any(one.rule == rule and not one.closing for one in deal.work)

    # what follows

    def settle(self, deal, now):
        """Bring the work of a deal in line with what there is."""
        if not deal.is_followed:
            return
        for one in deal.work:
            if not one.closing:
                self._end(deal, one, now)
        for rule, key, began, user, delay in self.get_causes(deal, now):
            known = [one for one in deal.work if one.rule == rule and one.key == key]
            if all(one.closing == "dropped" for one in known):
                began = self._get_beginning(began, known, now)
                due = self.office.add(began, delay, user) if isinstance(delay, int) else began + delay
                deal.work.append(
                    Work(rule, user, due, began, key, escalates=rule in ("Complete it", "Survey"))
                )
                self._end(deal, deal.work[-1], now)
                self.asked[deal.work[-1].user, now.date()] += 1

    def _get_beginning(self, began, dropped, now, otherwise=None):
        """Return since when something counts that was dropped and is asked for again: from now, and for as
        long as it was asked for before.
        """
        if not dropped:
            return otherwise or began
        last = max(dropped, key=lambda one: one.ended)
        return max(now - (last.ended - last.started), began)

    def _end(self, deal, one, now):
        closing = None
        if self._is_dropped(deal, one):
            closing = "dropped"
        elif self._is_done(deal, one):
            closing = "satisfied"
        if closing:
            one.closing, one.ended = closing, now
        else:
            leader = self.get_leader(deal)
            doers = {
                "Look at it": leader,
                "Agree a response": leader,
                "Follow up": self.get_follower_up(deal),
            }
            one.user = doers.get(one.rule, self.get_doer(deal))
            deal.followers.add(one.user)

    def _is_dropped(self, deal, one):
        if one.rule == "Renew":
            return deal.state != "won"
        if deal.state == "lost":
            return True
        if one.rule == "Survey":
            return deal.stage != "Demo"
        return deal.state != "open"

    def _is_done(self, deal, one):
        if one.rule == "Complete it":
            return deal.phone
        if one.rule == "Agree a response":
            return deal.risks[one.key[0]][1]
        noted = any(when > one.started for when, _who in deal.notes)
        if one.rule == "Write the note":
            return noted
        if one.rule == "Update":
            return noted or any(when > one.started for when in deal.moves)
        if one.rule == "Follow up":
            return any(when > one.started for when in self.get_met(deal))
        return False

    def look(self, now):
        """The job: what time brings about, and who hears of what was missed."""
        missed = {}
        for deal in self.deals.values():
            self.settle(deal, now)
            for one in deal.work:
                leader = self.get_leader(deal)
                if one.escalates and not one.closing and not one.is_told and one.due <= now:
                    one.is_told = True
                    if leader != one.user:
                        deal.followers.add(leader)
                        missed[leader] = missed.get(leader, 0) + 1
        self.told += [(now, leader, "missed", count) for leader, count in missed.items()]


def get_days(first, days):
    """Return so many days from ``first`` on."""
    return [first + n * DAY for n in range(days)]


def make_office(first):
    """The holidays of a year, and four people's leave."""
    year = first.year
    holidays = {
        *get_days(date(year, 2, 12), 3),
        *get_days(date(year, 5, 1), 5),
        *get_days(date(year, 10, 1), 7),
    }
    leaves = {
        "rep1": {*get_days(first + timedelta(days=4), 5)},
        "rep4": {*get_days(first + timedelta(days=130), 12)},
        "leader1": {*get_days(first + timedelta(days=200), 10)},
        "rep7": {*get_days(first + timedelta(days=250), 5)},
    }
    return Office(holidays, leaves)
