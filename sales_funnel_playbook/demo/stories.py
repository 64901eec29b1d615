"""The stories of the demo's deals as they stand in the tables beside this file, and when they happen.

``deals.csv`` has a line for each deal, ``closed_deals.csv`` for those that were over before, and
``deals_abroad.csv`` for those of the other companies. Its ``steps`` say when it came into which stage:
``6.3:2`` is the third day of the sixth week before this one (week 1 is the last that is over), the second
stage of its playbook. ``X`` is lost, ``U`` restored, ``R`` renewed, ``W`` the renewal won; ``?`` leaves
undone what the stage asks for, ``!`` needs a manager to let it pass. ``facts.csv`` has what else happened,
``notes.csv`` what customers say in each stage.
"""

import csv
import re
import zlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytz

STEP = re.compile(r"(\d+)\.(\d):([1-6XURW])([?!]?)")
FOLDER = Path(__file__).parent
DEALS = ("closed_deals", "deals", "deals_abroad")


class Step(NamedTuple):
    """A deal comes into a stage (``1`` to ``6``), is lost (``X``) or restored (``U``), or its renewal deal
    is made (``R``) or won (``W``), at a moment.
    """

    moment: datetime
    target: str
    mark: str


def read(name):
    """Return the lines of a table as dicts."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_deals():
    """Return the lines of all deals as dicts."""
    return [row for name in DEALS for row in read(name)]


def pick(key, count):
    """Return a number below ``count`` that looks like chance and is the same each time.

    >>> pick("a", 10), pick("b", 10)
    (9, 1)
    """
    return zlib.crc32(str(key).encode()) // 7 % count


WEEKS = 14  # so many are played day by day; what is older happens without deadlines and reviews


class Calendar:
    """The weeks before ``now`` (naive UTC), in office hours of a time zone. All moments are naive UTC."""

    def __init__(self, now, tz):
        self.now = now
        self.tz = pytz.timezone(tz)
        today = pytz.utc.localize(now).astimezone(self.tz).date()
        self.monday = today - timedelta(days=today.weekday())

    def at(self, week, day, hour, minute=0):
        """Return the moment of a day (1 is Monday) so many weeks before this one."""
        date = self.monday + timedelta(days=day - 1 - 7 * week)
        return self.to_utc(date, hour, minute)

    def to_utc(self, date, hour, minute=0):
        """Return the moment at which it is so late on a date in this time zone."""
        local = datetime.combine(date, datetime.min.time()).replace(hour=hour, minute=minute)
        return self.tz.localize(local).astimezone(pytz.utc).replace(tzinfo=None)

    def to_date(self, moment):
        """Return the date in this time zone."""
        return pytz.utc.localize(moment).astimezone(self.tz).date()

    def parse(self, when, key):
        """Return the moment that ``when`` ("6.3") names; its hour comes from ``key``."""
        week, day = map(int, when.split("."))
        return self.at(week, day, 9 + pick(f"{key}{when}", 7), pick(f"{when}{key}", 12) * 5)

    def between(self, since, until, share, key):
        """Return a working moment about ``share`` of the way from one moment to another."""
        date = self.to_date(since + (until - since) * share)
        date -= timedelta(days=max(date.weekday() - 4, 0))
        moment = self.to_utc(date, 9 + pick(key, 8), pick(f"{key}'", 12) * 5)
        return moment if since < moment < until else since + min((until - since) / 2, timedelta(minutes=20))

    def get_days(self):
        """Return ``(week, day)`` of the working days from fourteen weeks ago until today, oldest first."""
        days = [(week, day) for week in range(WEEKS, -1, -1) for day in range(1, 6)]
        return [(week, day) for week, day in days if self.at(week, day, 8) <= self.now]

    def get_steps(self, key, text):
        """Return the :class:`Step` of a deal, those left out that are still to come. Steps of one day
        follow each other within the hour.
        """
        steps = []
        for week, day, target, mark in STEP.findall(text):
            moment = self.parse(f"{week}.{day}", key)
            if steps and moment <= steps[-1].moment:
                moment = steps[-1].moment + timedelta(minutes=20)
            steps.append(Step(moment, target, mark))
        return [step for step in steps if step.moment < self.now]
