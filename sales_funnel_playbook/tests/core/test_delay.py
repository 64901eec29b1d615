from datetime import datetime, timedelta

from odoo import Command
from odoo.tests import new_test_user, tagged

from ..properties import SETTINGS, given, settings, st
from .delay_common import DelayCase

UNITS = (*["working_hours", "working_days"] * 4, "hours", "days", "weeks", "months")
STARTS = st.integers(0, 576_000).map(lambda number: datetime(2023, 12, 15) + timedelta(minutes=number))
# the count, the unit, the start, and which of the calendars and of the users
REQUESTS = st.tuples(st.integers(1, 40), st.sampled_from(UNITS), STARTS, st.integers(0, 5), st.integers(0, 2))
NIGHT = ((0, 6), (22, 24))


@tagged("post_install", "-at_install")
class TestDelay(DelayCase):
    """When the time is over, checked by hand against the calendar of 2024; moments are in UTC."""

    def test_weekends_and_month_ends(self):
        rows = [
            ("2024-03-15 16:00", 3, "working_days", "2024-03-20 17:00"),  # Friday: Monday to Wednesday
            ("2024-03-15 18:00", 1, "working_days", "2024-03-18 17:00"),  # Friday evening: Monday
            ("2024-03-16 10:00", 5, "working_days", "2024-03-22 17:00"),  # Saturday: Monday to Friday
            ("2024-03-15 16:00", 2, "working_hours", "2024-03-18 10:00"),  # Friday 1 h, Monday 1 h
            ("2024-03-15 18:00", 9, "working_hours", "2024-03-19 10:00"),  # all of Monday, Tuesday 1 h
            ("2024-03-17 23:59", 8, "working_hours", "2024-03-18 17:00"),  # Sunday: all of Monday, no more
            ("2024-02-28 12:00", 1, "working_days", "2024-02-29 17:00"),  # there is a Thursday 29th
            ("2023-02-28 12:00", 1, "working_days", "2023-03-01 17:00"),  # there is none
            ("2024-12-31 23:00", 2, "hours", "2025-01-01 01:00"),
            ("2024-02-28 10:00", 2, "days", "2024-03-01 10:00"),
            ("2024-02-28 10:00", 1, "weeks", "2024-03-06 10:00"),
            ("2024-01-31 10:00", 1, "months", "2024-02-29 10:00"),  # its last day, for want of a 31st
            ("2024-01-31 10:00", 2, "months", "2024-03-31 10:00"),  # not cut to 29 on its way
            ("2024-02-29 10:00", 12, "months", "2025-02-28 10:00"),
        ]
        self._check(rows)

    def test_months_end_where_the_work_is_done(self):
        shanghai = self._create_calendar(range(5), "Asia/Shanghai")
        rows = [
            ("2024-05-30 23:00", 1, "months", "2024-06-29 23:00"),  # 31 May there: until 30 June
            ("2024-01-30 16:00", 1, "months", "2024-02-28 16:00"),  # 31 January at midnight: 29 February
            ("2024-05-30 10:00", 1, "months", "2024-06-30 10:00"),  # 30 May in either
        ]
        self._check(rows, shanghai)
        self._check([("2024-01-15 10:00", 6, "months", "2024-07-15 09:00")], self.brussels)  # at 11 there

    def test_lunch(self):
        lunch = self._create_calendar(range(5), hours=((9, 12), (13, 17)))
        noon = {"name": "Lunch", "dayofweek": "0", "hour_from": 12, "hour_to": 13, "day_period": "lunch"}
        lunch.attendance_ids = [Command.create(noon)]
        rows = [
            ("2024-03-18 11:00", 1, "working_hours", "2024-03-18 12:00"),  # over as the break begins
            ("2024-03-18 11:00", 2, "working_hours", "2024-03-18 14:00"),  # 1 h before it, 1 h after it
            ("2024-03-18 12:30", 1, "working_hours", "2024-03-18 14:00"),  # begins in it
            ("2024-03-18 09:00", 8, "working_hours", "2024-03-19 10:00"),  # a day has 7 h
        ]
        self._check(rows, lunch)

    def test_two_weeks(self):
        # 1 January 1 was a Monday; 738,885 days or 105,555 weeks later, on 1 January 2024, begins an
        # odd ("second") one: so 11 weeks later, on 18 March, begins a first one
        rows = [
            ("2024-03-15 12:00", 1, "working_days", "2024-03-18 17:00"),
            ("2024-03-18 12:00", 2, "working_days", "2024-03-28 17:00"),  # no Thursday 21st, no Monday 25th
            ("2024-03-18 12:00", 3, "working_days", "2024-04-01 17:00"),
            ("2024-03-19 16:00", 2, "working_hours", "2024-03-28 10:00"),
            ("2026-12-31 12:00", 1, "working_days", "2027-01-04 17:00"),  # week 53, then 1: they alternate
        ]
        self._check(rows, self.two_weeks)

    def test_night_shift(self):
        rows = [
            ("2024-03-18 22:00", 5, "working_hours", "2024-03-19 03:00"),  # 2 h before midnight, 3 h after it
            ("2024-03-19 03:00", 4, "working_hours", "2024-03-19 23:00"),  # 3 h, 1 h in the evening
            ("2024-03-15 23:00", 2, "working_hours", "2024-03-18 01:00"),  # Friday 1 h, Monday 1 h
            ("2024-03-15 23:00", 1, "working_days", "2024-03-19 00:00"),  # Friday: Monday, at its very end
        ]
        self._check(rows, self._create_calendar(range(5), hours=NIGHT))
        rows = [
            ("2024-03-30 21:00", 8, "working_hours", "2024-03-31 21:00"),  # 2 h, a night of 5 h, 1 h
            ("2024-10-26 20:00", 8, "working_hours", "2024-10-27 04:00"),  # 2 h, 6 h of a night of 7 h
        ]
        self._check(rows, self._create_calendar(range(7), "Europe/Brussels", NIGHT))

    def test_summer_time(self):
        rows = [  # 9 to 17 is 8 to 16 in winter, 7 to 15 from Sunday 31 March to Sunday 27 October
            ("2024-03-29 15:00", 2, "working_hours", "2024-04-01 08:00"),  # Friday 16-17, Monday 9-10
            ("2024-03-29 12:00", 1, "working_days", "2024-04-01 15:00"),
            ("2024-10-25 14:00", 2, "working_hours", "2024-10-28 09:00"),
            ("2024-10-25 12:00", 1, "working_days", "2024-10-28 16:00"),
            ("2024-03-30 12:00", 24, "hours", "2024-03-31 12:00"),  # plain time does not change
        ]
        self._check(rows, self.brussels)

    def test_users_time_zone(self):
        for tz, rows in {
            False: [("2024-03-15 16:30", 1, "working_days", "2024-03-18 16:00")],  # the calendar's
            "Asia/Shanghai": [  # 9 to 17 is 1 to 9
                ("2024-03-15 16:30", 1, "working_days", "2024-03-18 09:00"),  # it is Saturday there
                ("2024-03-17 17:00", 1, "working_days", "2024-03-19 09:00"),  # it is Monday: Tuesday
                ("2024-03-15 08:00", 2, "working_hours", "2024-03-18 02:00"),
                ("2024-03-29 08:00", 2, "working_hours", "2024-04-01 02:00"),  # no summer time there
            ],
            "America/New_York": [  # 9 to 17 is 14 to 22, 13 to 21 from Sunday 10 March
                ("2024-03-19 02:30", 1, "working_days", "2024-03-19 21:00"),  # Monday 22:30: Tuesday
                ("2024-03-19 02:30", 2, "working_hours", "2024-03-19 15:00"),
                ("2024-03-08 03:30", 2, "working_days", "2024-03-11 21:00"),  # Thursday: Friday, Monday
                ("2024-03-08 21:00", 2, "working_hours", "2024-03-11 14:00"),  # Friday 16-17, Monday 9-10
            ],
        }.items():
            self._check(rows, self.brussels, new_test_user(self.env, f"user {tz}", tz=tz))

    def test_flexible_hours(self):
        """So many a day, whenever: around noon, on the calendar's days, and not on holidays."""
        flexible = self._create_calendar(range(5), schedule_type="flexible")
        self._take_off("2024-05-01", "2024-05-01 23:59:59", calendar_id=flexible.id)
        self._take_off("2024-05-09", "2024-05-10 23:59:59", calendar_id=False)
        rows = [
            ("2024-03-15 16:00", 2, "working_days", "2024-03-19 16:00"),  # Friday: Monday, Tuesday
            ("2024-03-15 16:00", 9, "working_hours", "2024-03-19 09:00"),
            ("2024-04-30 12:00", 1, "working_days", "2024-05-02 16:00"),  # (1 May), Thursday
            ("2024-05-08 12:00", 1, "working_days", "2024-05-13 16:00"),  # (Ascension, bridge), Monday
            ("2024-03-18 12:00", 3, "days", "2024-03-21 12:00"),
        ]
        self._check(rows, flexible)
        user = new_test_user(self.env, "flexible", tz="Pacific/Auckland")
        # 16:00 in Auckland is 3:00 until 7 April
        self._check([("2024-03-14 20:00", 1, "working_days", "2024-03-18 03:00")], flexible, user)
        part_time = self._create_calendar([], schedule_type="flexible", hours_per_day=4)
        part_time.full_time_required_hours = 12
        rows = [
            ("2024-03-19 15:00", 1, "working_days", "2024-03-20 14:00"),  # Tuesday: Wednesday
            ("2024-03-20 15:00", 1, "working_days", "2024-03-25 14:00"),  # its last day: Monday
        ]
        self._check(rows, part_time)

    def test_no_hours_to_count(self):
        rows = [
            ("2024-03-15 16:00", 2, "working_days", "2024-03-17 16:00"),  # Friday: Sunday
            ("2024-03-15 16:00", 9, "working_hours", "2024-03-16 01:00"),
        ]
        for calendar in (self._create_calendar([]), self.calendar.browse()):
            self._check(rows, calendar)

    def test_properties(self):
        """No delay ends before it begins, a longer one not before a shorter one, and none ends at another
        time because others are asked for along with it.
        """
        night = self._create_calendar(range(5), "Europe/Brussels", NIGHT)
        never, every_hour = self._create_calendar([]), self.calendar.browse()
        calendars = (self.calendar, self.brussels, night, self.two_weeks, never, every_hour)
        ann, resource = self._create_worker("Ann", "Asia/Shanghai")
        users = (self.nobody, ann, self._create_worker("Bob", "America/New_York")[0])
        self._take_off("2024-05-09", "2024-05-10 23:59:59", calendar_id=False)
        self._take_off("2024-04-01 05:00", "2024-04-05 12:00", resource_id=resource.id)
        get_due = self.env["crm.playbook.output"]._get_due_moments

        @settings(SETTINGS, max_examples=50)
        @given(st.lists(REQUESTS, min_size=2, max_size=8), st.integers(1, 20))
        def check(drawn, more):
            requests = {
                ((count, unit), start, calendars[calendar], users[user])
                for count, unit, start, calendar, user in drawn
            }
            together = get_due(requests)
            self.assertEqual(set(together), requests)
            for request, due in together.items():
                (count, unit), start, *rest = request
                self.assertEqual(get_due({request}), {request: due})
                self.assertGreaterEqual(due, start + timedelta(hours=count if unit.endswith("hours") else 0))
                longer = ((count + more, unit), start, *rest)
                self.assertGreaterEqual(get_due({longer})[longer], due)

        check()

    def test_where_days_meet_and_spans_end(self):
        day = self._create_calendar(range(5), hours=((0, 24),))
        off = {"calendar_id": day.id}
        self._take_off("2024-03-20", "2024-03-20 23:59:59", **off)
        rows = [
            ("2024-03-15 00:00", 24, "working_hours", "2024-03-16 00:00"),  # all of Friday, no more
            ("2024-03-19 12:00", 1, "working_days", "2024-03-22 00:00"),  # Wednesday is off: Thursday's end
        ]
        self._check(rows, day)
        self._check(
            [("2024-03-18 22:00", 8, "working_hours", "2024-03-19 06:00")],  # 2 h and 6 h
            self._create_calendar(range(5), hours=NIGHT),
        )
        few = self._create_calendar(range(3))
        # Tuesday and Wednesday, then 332 weeks of three days, then Monday and Tuesday
        self._check([("2024-03-04 09:00", 1000, "working_days", "2030-07-23 17:00")], few)

    def test_leave_at_the_end_of_the_first_span_asked_for(self):
        user, resource = self._create_worker("afternoon")
        self._take_off("2024-03-05", "2024-03-19 23:59:59")
        self._take_off("2024-03-20 13:00", "2024-03-20 17:00", resource_id=resource.id)
        self._check([("2024-03-04 09:00", 1, "working_days", "2024-03-20 13:00")], user=user)
