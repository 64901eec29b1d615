from collections import defaultdict
from contextlib import contextmanager
from datetime import datetime, timedelta

from odoo.addons.sales_funnel_playbook.tools.funnel import get_bounds

from ..common import PlaybookCase

FIRST_MONDAY = datetime(2024, 1, 1)
# Twelve weeks from Monday 1 January 2024: so many deals are created on Monday, enter Demo on Tuesday, Talks
# on Wednesday, are signed on Thursday, lost in Demo on Friday, and go back from Talks to Demo on Friday. The
# oldest ones in a stage go first; all at ten o'clock, UTC.
WEEKS = [
    (10, 0, 0, 0, 0, 0),
    (5, 6, 0, 0, 0, 0),
    (4, 3, 3, 0, 1, 0),
    (8, 2, 2, 1, 0, 0),
    (5, 4, 1, 1, 1, 0),
    (10, 5, 1, 0, 0, 1),
    (4, 3, 1, 1, 2, 0),
    (0, 4, 1, 0, 0, 0),
    (6, 0, 2, 1, 1, 0),
    (5, 5, 1, 1, 0, 0),
    (8, 2, 2, 0, 1, 0),
    (10, 8, 2, 1, 0, 1),
]


def monday(week):
    """Return the Monday of week 1, 2, … of the worked example."""
    return FIRST_MONDAY + timedelta(weeks=week - 1)


class FunnelCase(PlaybookCase):
    """Deals that move through the funnel, at moments the test chooses; nine to five, UTC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.playbook.write({"mode": "observe", "calendar_id": cls._create_nine_to_five().id})
        cls.Report = cls.env["crm.funnel.report"].with_context(tz="UTC")

    @contextmanager
    def at(self, moment):
        """Be at a moment, and end the transaction as a request does."""
        with self.mock_datetime_and_now(moment):
            yield
            self.env.cr.flush()

    def create_leads_at(self, moment, count, **vals):
        with self.at(moment):
            return self.env["crm.lead"].create(
                [
                    {
                        "name": f"{moment:%d.%m.} {number}",
                        "type": "opportunity",
                        "team_id": self.team.id,
                        "user_id": self.rep.id,
                        "expected_revenue": 1000,
                        **vals,
                    }
                    for number in range(count)
                ]
            )

    def move_at(self, moment, leads, stage):
        with self.at(moment):
            leads.stage_id = stage

    def lose_at(self, moment, leads):
        with self.at(moment):
            leads.action_set_lost()

    def work_through(self, weeks, hours=10, **vals):
        """Let the first so many weeks of the worked example happen, so many hours after each midnight in
        UTC, to deals with these values.
        """
        queues = defaultdict(lambda: self.env["crm.lead"])

        def take(stage, count):
            taken = queues[stage][:count]
            queues[stage] -= taken
            return taken

        for week, (created, demo, talks, signed, lost, back) in enumerate(WEEKS[:weeks], start=1):
            ten = monday(week) + timedelta(hours=hours)
            queues[self.stage_lead] += self.create_leads_at(ten, created, **vals)
            for days, origin, target, count in (
                (1, self.stage_lead, self.stage_demo, demo),
                (2, self.stage_demo, self.stage_talks, talks),
                (3, self.stage_talks, self.stage_signed, signed),
                (4, self.stage_talks, self.stage_demo, back),
            ):
                taken = take(origin, count)
                if taken:
                    self.move_at(ten + timedelta(days=days), taken, target)
                    queues[target] += taken
                if lost and days == 3:
                    self.lose_at(ten + timedelta(days=4), take(self.stage_demo, lost))

    def get_numbers(self, first_week, last_week=None, **scope):
        """Return ``{stage name: numbers}`` of weeks of the worked example."""
        sunday = monday((last_week or first_week) + 1) - timedelta(days=1)
        since, until = get_bounds(monday(first_week).date(), sunday.date(), "UTC")
        numbers = self.Report._get_stage_numbers({"playbook_id": self.playbook.id, **scope}, since, until)
        return {self.env["crm.stage"].browse(id_).name: values for id_, values in numbers.items()}
