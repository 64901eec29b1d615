from datetime import datetime

from odoo import Command
from odoo.tests import new_test_user
from odoo.tests.common import TransactionCase


class DelayCase(TransactionCase):
    """Delays and the calendars that they count by; moments are in UTC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls._create_calendar(range(5))
        cls.brussels = cls._create_calendar(range(5), "Europe/Brussels")
        cls.two_weeks = cls._create_calendar((0, 1, 3), two_weeks_calendar=True)  # Thursday in the second
        cls.two_weeks.attendance_ids[-1].week_type = "1"
        cls.nobody = cls.env["res.users"]

    @classmethod
    def _create_calendar(cls, days, tz="UTC", hours=((9, 17),), **values):
        attendances = [
            {"name": "Work", "dayofweek": str(day), "hour_from": begin, "hour_to": end}
            for day in days
            for begin, end in hours
        ]
        attendance_ids = [Command.clear(), *map(Command.create, attendances)]
        return cls.env["resource.calendar"].create(
            {"name": "Nine to five", "tz": tz, "attendance_ids": attendance_ids, **values}
        )

    def _create_worker(self, login, tz="UTC", calendar=None):
        """Return a user and the resource that they are, which may work by another calendar."""
        user = new_test_user(self.env, login, tz=tz)
        values = {"name": login, "user_id": user.id, "calendar_id": (calendar or self.calendar).id}
        return user, self.env["resource.resource"].create(values)

    def _take_off(self, first, last, **values):
        """Everybody's time off in the usual calendar, unless said otherwise."""
        span = {"date_from": datetime.fromisoformat(first), "date_to": datetime.fromisoformat(last)}
        values = {"name": "Off", "calendar_id": self.calendar.id, **span, **values}
        return self.env["resource.calendar.leaves"].create(values)

    def _check(self, rows, calendar=None, user=None):
        calendar = self.calendar if calendar is None else calendar
        get_due, at = self.env["crm.playbook.output"]._get_due_times, datetime.fromisoformat
        for start, count, unit, expected in rows:
            with self.subTest(start=start, count=count, unit=unit, tz=user and user.tz):
                due = get_due([(count, unit)], at(start), calendar, user)[count, unit]
                self.assertEqual(due, at(expected))
