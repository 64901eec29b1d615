"""The numbers of the funnel, counted once more in plain Python: from what people did to each deal, by the
definitions that the guide has, never from the log.
"""

from collections import Counter
from datetime import datetime, time
from itertools import pairwise
from statistics import mean
from zoneinfo import ZoneInfo

UTC = ZoneInfo("UTC")
KEYS = {"company_id": "company", "team_id": "team", "user_id": "user", "product_line_id": "line"}
OUTCOMES = {"won": "cohort_won_count", "lost": "cohort_lost_count", "pending": "cohort_open_count"}
WAYS = {"won": "won_count", "lost": "lost_count", "back": "returned_count"}


def get_midnight(day, tz):
    """Return when a day begins in a time zone, naive UTC."""
    local = datetime.combine(day, time(), ZoneInfo(tz))
    return local.astimezone(UTC).replace(tzinfo=None)


def get_percentile(values, share):
    """Return what a share of the values is under, by a straight line between two of them; None of none."""
    if not values:
        return None
    values, place = sorted(values), share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def get_rate(part, whole):
    return part * 100 / whole if whole else None


def get_ends(path):
    """Return ``[(part of a story, when it was over or None), …]``."""
    return [
        (part, after.since if after else None) for part, after in pairwise([*path, None]) if part is not None
    ]


def find_moves(path):
    """Return ``[(moment, playbook, stage, way, part that ended), …]`` of the times that a deal was won or
    lost, or went further or back, from the last stage that its playbook named.
    """
    named, moves = {}, []
    for before, part in pairwise([None, *path]):
        if before and before.place:
            named[before.playbook] = (before.stage, before.place)
        way = part.state if part.state in ("won", "lost") else None
        way = way if not before or part.state != before.state else None
        if not before or part.playbook != before.playbook:
            if way:  # it comes under the playbook as that
                moves.append((part.since, part.playbook, part.stage if part.place else None, way, part))
            continue
        stage, place = named.get(part.playbook, (None, None))
        if not way and part.is_entry and place and part.place != place:
            way = "further" if part.place > place else "back"
        if way:
            moves.append((part.since, part.playbook, stage, way, before))
    return moves


def find_stays(path):
    """Return ``[(moment, playbook, stage, days, last part), …]`` of the times in a stage that are over."""
    stays, runs = [], []
    for before, (part, end) in zip([None, *path], get_ends(path), strict=False):
        if not before or before[1:3] != part[1:3]:
            runs.append([])
        runs[-1].append((part, end))
    for run in runs:
        playbook, stage = run[0][0][1:3]
        worked = [(part, end) for part, end in run if part.state == "open"]
        if worked and worked[-1][1]:
            seconds = sum((end - part.since).total_seconds() for part, end in worked)
            stays.append((worked[-1][1], playbook, stage, seconds / 86400, worked[-1][0]))
    return stays


def find_loss(path):
    """Return ``(moment, part)`` of the loss of a deal that is lost: what it was then; what it is, where that
    was under no playbook.
    """
    for before, part in reversed([*pairwise([None, *path])]):
        if part.state == "lost" and before and before.state != "lost":
            is_there = before.playbook and part.playbook == before.playbook
            return (part.since, before) if is_there else (path[-1].since, path[-1])
    return (path[-1].since, path[-1])


class Funnel:
    """The funnel of one playbook in some days, for the deals of a scope."""

    def __init__(self, stories, playbook, stages, scope, since, until):
        """:param list stages: the ids of the playbook's stages, in order"""
        self.stories, self.playbook, self.stages = stories, playbook, stages
        self.scope, self.since, self.until = scope, since, until

    def is_in(self, story, moment, part):
        """Tell whether something counts: of whom and what the deal was then, and what it says today."""
        lead = story.lead
        return (
            part.playbook == self.playbook
            and self.since <= moment < self.until
            and all(
                getattr(part, KEYS[name]) == value
                if name in KEYS
                else (lead[name] if name == "company_size" else lead[name].id) == value
                for name, value in self.scope.items()
            )
        )

    def get_entries(self):
        """Return ``[(story, part), …]`` of the entries into stages."""
        return [
            (story, part)
            for story in self.stories
            for part in story.path
            if part.is_entry and self.is_in(story, part.since, part)
        ]

    def get_moves(self):
        """Return ``[(story, moment, stage, way), …]``."""
        return [
            (story, moment, stage, way)
            for story in self.stories
            for moment, _playbook, stage, way, part in find_moves(story.path)
            if self.is_in(story, moment, part)
        ]

    def get_first_entries(self):
        """Return ``[(story, part, whether it came further later), …]`` of the first entries into stages."""
        first = []
        for story in self.stories:
            its = story.get_first_entries()
            seen = set()
            for part in story.path:
                key = (part.playbook, part.stage)
                if part.is_entry and key not in seen:
                    seen.add(key)
                    if self.is_in(story, part.since, part):
                        first.append((story, part, bool(its[key][1])))
        return first

    def get_open(self):
        """Return ``[(story, part), …]`` of the deals that were open when the days ended."""
        there = [(story, [part for part in story.path if part.since < self.until]) for story in self.stories]
        return [
            (story, past[-1])
            for story, past in there
            if past and past[-1].state == "open" and self.is_in(story, self.since, past[-1])
        ]

    def count_stages(self):
        """Return ``{stage id: {name: number}}`` of the playbook's stages."""
        entries = Counter(part.stage for _story, part in self.get_entries())
        ways = Counter((stage, way) for _story, _moment, stage, way in self.get_moves())
        first, there = self.get_first_entries(), self.get_open()
        numbers = {}
        for stage, after in pairwise([*self.stages, None]):
            cohort = [(story, is_further) for story, part, is_further in first if part.stage == stage]
            numbers[stage] = {
                "begun_count": entries[stage],
                "next_count": entries[after] if after else 0,
                "flow_rate": get_rate(entries[after], entries[stage]) if after else None,
                "advanced_count": ways[stage, "further"] + ways[stage, "won"],
                **{name: ways[stage, way] for way, name in WAYS.items()},
                **self.count_cohort([story for story, _is_further in cohort]),
                "reached_count": sum(is_further for _story, is_further in cohort),
                **self.count_stays(stage),
                **self.add_up([story for story, part in there if part.stage == stage]),
            }
        return numbers

    def count_cohort(self, stories):
        outcomes = Counter(story.lead.won_status for story in stories)
        return {"cohort_count": len(stories), **{name: outcomes[key] for key, name in OUTCOMES.items()}}

    def count_stays(self, stage):
        days = [
            days
            for story in self.stories
            for moment, _playbook, where, days, part in find_stays(story.path)
            if where == stage and self.is_in(story, moment, part)
        ]
        return {
            "stay_count": len(days),
            "stay_days": mean(days) if days else None,
            "stay_days_median": get_percentile(days, 0.5),
            "stay_days_p90": get_percentile(days, 0.9),
        }

    def add_up(self, stories):
        leads = [story.lead for story in stories]
        return {
            "open_count": len(leads),
            "open_amount": sum(lead.expected_revenue for lead in leads),
            "weighted_amount": sum(lead.expected_revenue * lead.probability / 100 for lead in leads),
        }

    def count_all(self):
        """Return the numbers of all deals."""
        moves = self.get_moves()
        won = [(story, moment) for story, moment, _stage, way in moves if way == "won"]
        lost = sum(way == "lost" for *_where, way in moves)
        came = [story for story in self.stories if self.has_come(story)]
        cohort = self.count_cohort(came)
        return {
            **cohort,
            "begun_count": len(came),
            "reached_count": cohort["cohort_won_count"],
            "reached_rate": get_rate(cohort["cohort_won_count"], len(came)),
            "won_count": len(won),
            "lost_count": lost,
            "win_rate": get_rate(len(won), len(won) + lost),
            "won_days_median": get_percentile([*self.get_won_days(won)], 0.5),
            **self.add_up([story for story, _part in self.get_open()]),
        }

    def has_come(self, story):
        """Tell whether a deal has come under the playbook in these days."""
        return any(
            (not before or before.playbook != part.playbook) and self.is_in(story, part.since, part)
            for before, part in pairwise([None, *story.path])
        )

    def get_won_days(self, won):
        """Yield the days from a deal's first entry to each time that it was won."""
        for story, moment in won:
            entries = [p.since for p in story.path if p.is_entry and p.playbook == self.playbook]
            if entries:
                yield (moment - min(entries)).total_seconds() / 86400

    def count_days(self, dates, tz):
        """Return ``{stage id: {name: [count, …]}}`` by spans that begin on these dates."""
        starts = [get_midnight(day, tz) for day in dates]
        first = self.get_first_entries()
        found = {}
        for name, parts in (
            ("begun", [part for _story, part in self.get_entries()]),
            ("cohort", [part for _story, part, _is_further in first]),
            ("reached", [part for _story, part, is_further in first if is_further]),
        ):
            for part in parts:
                counts = found.setdefault(part.stage, {}).setdefault(name, [0] * len(dates))
                counts[sum(start <= part.since for start in starts) - 1] += 1
        return found


def count_intake(stories, channel):
    """Return ``{id of a channel: (captured, contacted, hours, past the first stage, won, lost, amount)}``."""
    found = {}
    for story in stories:
        lead, playbook = story.lead, story.path[-1].playbook
        notes = lead.progress_ids.mapped("communicated_at")
        hours = [max((min(notes) - lead.captured_at).total_seconds(), 0) / 3600] if notes else []
        is_won, is_lost = lead.won_status == "won", lead.won_status == "lost"
        came = [now for was, now in pairwise([None, *story.path]) if not was or was[1:3] != now[1:3]]
        is_further = any(part.playbook == playbook and (part.place or 0) > 1 for part in came)
        numbers = (1, len(hours), hours, is_further, is_won, is_lost, lead.expected_revenue * is_won)
        key = lead[channel].id
        old = found.get(key, (0, 0, [], 0, 0, 0, 0))
        found[key] = tuple(one + another for one, another in zip(old, numbers, strict=True))
    return {
        key: (*numbers[:2], get_percentile(numbers[2], 0.5), *numbers[3:]) for key, numbers in found.items()
    }


def count_lost(stories, zones):
    """Return ``{(playbook, stage, reason, day): (deals, amount)}`` of those that are lost.

    :param dict zones: the name of the time zone of each company
    """
    found = Counter()
    amounts = Counter()
    for story in stories:
        if story.path[-1].playbook and story.path[-1].state == "lost":
            moment, part = find_loss(story.path)
            day = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zones[part.company])).date()
            key = (part.playbook, part.stage, story.lead.lost_reason_id.id, day)
            found[key] += 1
            amounts[key] += story.lead.expected_revenue
    return {key: (count, amounts[key]) for key, count in found.items()}
