from datetime import datetime

from odoo import Command
from odoo.tests import tagged
from odoo.tests.common import TransactionCase


@tagged("post_install", "-at_install")
class TestDelay(TransactionCase):
    """When the time is over, checked by hand against the calendar of March 2024."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls._create_calendar(range(5))

    @classmethod
    def _create_calendar(cls, days, tz="UTC"):
        return cls.env["resource.calendar"].create(
            {
                "name": "Nine to five",
                "tz": tz,
                "attendance_ids": [Command.clear()]
                + [
                    Command.create({"name": "Work", "dayofweek": str(day), "hour_from": 9, "hour_to": 17})
                    for day in days
                ],
            }
        )

    def _due(self, start, count, unit, calendar=None):
        delay = (count, unit)
        calendar = self.calendar if calendar is None else calendar
        output = self.env["crm.playbook.output"]
        return output._get_due_times([delay], datetime(2024, 3, *start), calendar)[delay]

    def test_table(self):
        for start, count, unit, expected in [
            ((15, 16), 3, "working_days", (20, 17)),  # Friday afternoon: Monday, Tuesday, Wednesday
            ((16, 10), 1, "working_days", (18, 17)),  # Saturday: Monday
            ((18, 0), 1, "working_days", (19, 17)),  # Monday before work: the day itself is not counted
            ((15, 16), 2, "working_hours", (18, 10)),
            ((15, 18), 1, "working_hours", (18, 10)),
            ((15, 16), 36, "hours", (17, 4)),
            ((15, 16), 2, "days", (17, 16)),
            ((15, 16), 1, "weeks", (22, 16)),
        ]:
            with self.subTest(start=start, count=count, unit=unit):
                self.assertEqual(self._due(start, count, unit), datetime(2024, 3, *expected))
        self.assertEqual(self._due((31, 9), 1, "months"), datetime(2024, 4, 30, 9))

    def test_a_long_break_does_not_cut_the_day_off(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Break",
                "calendar_id": self.calendar.id,
                "date_from": datetime(2024, 3, 19),
                "date_to": datetime(2024, 4, 3, 23, 59),
            }
        )
        self.assertEqual(self._due((19, 10), 1, "working_days"), datetime(2024, 4, 4, 17))
        wednesdays = self._create_calendar([2])
        self.assertEqual(self._due((4, 10), 3, "working_days", wednesdays), datetime(2024, 3, 20, 17))

    def test_another_companys_holiday(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        holiday = (
            self.env["resource.calendar.leaves"]
            .with_company(company)
            .create(
                {
                    "name": "Theirs",
                    "calendar_id": False,
                    "date_from": datetime(2024, 3, 18),
                    "date_to": datetime(2024, 3, 18, 23, 59),
                }
            )
        )
        self.assertEqual(holiday.company_id, company)
        self.assertEqual(self._due((15, 16), 1, "working_days"), datetime(2024, 3, 18, 17))

    def test_far_away_and_without_a_calendar(self):
        self.assertEqual(self._due((15, 16), 1000, "working_days").year, 2028)
        nobody = self.env["resource.calendar"]
        self.assertEqual(self._due((15, 16), 2, "working_days", nobody), datetime(2024, 3, 17, 16))

    def test_time_zones(self):
        shanghai = self._create_calendar(range(5), tz="Asia/Shanghai")
        # Friday 23:00 in London is Saturday in Shanghai; their Monday ends at 9:00 UTC
        self.assertEqual(self._due((15, 23), 1, "working_days", shanghai), datetime(2024, 3, 18, 9))
