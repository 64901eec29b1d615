from odoo.tests import tagged

from .delay_common import DelayCase


@tagged("post_install", "-at_install")
class TestDelayOff(DelayCase):
    """Holidays, leave and other days off do not count, as soon as somebody enters them."""

    def test_public_holidays(self):
        # Thursday 9 May is Ascension Day, Friday a bridge
        for day in ("01-01", "04-01", "05-01", "05-09", "05-10", "12-25"):
            self._take_off(f"2024-{day}", f"2024-{day} 23:59:59")
        self._take_off("2025-01-01", "2025-01-01 23:59:59")
        self._take_off("2024-12-24 12:00", "2024-12-24 23:59:59")
        rows = [
            ("2024-05-08 12:00", 1, "working_days", "2024-05-13 17:00"),  # Wednesday, bridge: Monday
            ("2024-05-08 16:00", 2, "working_hours", "2024-05-13 10:00"),  # 1 h before, 1 h after it
            ("2024-05-09 12:00", 1, "working_days", "2024-05-13 17:00"),  # begins on the holiday
            ("2024-03-28 18:00", 2, "working_days", "2024-04-02 17:00"),  # Good Friday works, Easter Monday
            ("2024-04-29 09:00", 4, "working_days", "2024-05-06 17:00"),  # Tue, (1 May), Thu, Fri, Mon
            ("2024-04-30 17:00", 8, "working_hours", "2024-05-02 17:00"),  # Tuesday, (1 May), Thursday
            ("2024-04-26 10:00", 10, "working_days", "2024-05-15 17:00"),  # 29-30, 2-3, 6-8, 13-15
            ("2023-12-29 18:00", 1, "working_days", "2024-01-02 17:00"),  # Friday, New Year's Monday
            ("2024-12-31 12:00", 1, "working_days", "2025-01-02 17:00"),  # Tuesday, New Year, Thursday
            ("2024-12-23 10:00", 1, "working_days", "2024-12-24 12:00"),  # Christmas Eve ends at noon
            ("2024-12-24 11:00", 2, "working_hours", "2024-12-26 10:00"),  # 1 h, Christmas, 1 h
        ]
        self._check(rows)

    def test_what_changes_counts_from_then_on(self):
        start = "2024-05-08 12:00"  # a Wednesday
        self._check([(start, 1, "working_days", "2024-05-09 17:00")])
        ascension = self._take_off("2024-05-09", "2024-05-09 23:59:59")
        self._check([(start, 1, "working_days", "2024-05-10 17:00")])
        self.calendar.attendance_ids.filtered(lambda one: one.dayofweek == "4").unlink()
        self._check([(start, 1, "working_days", "2024-05-13 17:00")])
        self.calendar.attendance_ids.filtered(lambda one: one.dayofweek == "0").hour_to = 15
        self._check([(start, 1, "working_days", "2024-05-13 15:00")])
        ascension.write({"date_from": "2024-05-08", "date_to": "2024-05-08 23:59:59"})
        self._check([(start, 1, "working_days", "2024-05-09 17:00")])
        self.calendar.tz = "Asia/Shanghai"
        self._check([(start, 1, "working_days", "2024-05-09 09:00")])

    def test_own_leave(self):
        user, resource = self._create_worker("Ann", calendar=self.brussels)
        colleague, other = self._create_worker("Bob")
        own = {"resource_id": resource.id}
        self._take_off("2024-03-18", "2024-03-18 23:59:59", calendar_id=self.brussels.id, **own)
        self._take_off("2024-03-20 13:00", "2024-03-20 17:00", calendar_id=False, **own)
        self._take_off("2024-03-22 09:00", "2024-03-22 13:00", **own)
        self._take_off("2024-04-02", "2024-04-05 23:59:59", **own)
        self._take_off("2024-04-17", "2024-04-17 23:59:59", time_type="other", **own)
        self._take_off("2024-04-11", "2024-04-11 23:59:59", resource_id=other.id)
        rows = [
            ("2024-03-15 16:00", 1, "working_days", "2024-03-19 17:00"),  # Friday, (Monday off), Tuesday
            ("2024-03-19 10:00", 1, "working_days", "2024-03-20 13:00"),  # Wednesday ends at 13:00
            ("2024-03-20 12:00", 2, "working_hours", "2024-03-21 10:00"),
            ("2024-03-21 16:00", 2, "working_hours", "2024-03-22 14:00"),  # Friday begins at 13:00
            ("2024-04-01 10:00", 1, "working_days", "2024-04-08 17:00"),  # Tuesday to Friday off
            ("2024-04-10 10:00", 1, "working_days", "2024-04-11 17:00"),  # the colleague's day off
            ("2024-04-16 10:00", 1, "working_days", "2024-04-17 17:00"),  # a training is work
            ("2024-03-15 16:00", 3, "days", "2024-03-18 16:00"),  # plain days know no leave
        ]
        self._check(rows, user=user)
        self._check([("2024-04-10 10:00", 1, "working_days", "2024-04-12 17:00")], user=colleague)
        self._check([("2024-03-15 16:00", 1, "working_days", "2024-03-18 17:00")], user=self.nobody)
        self._take_off("2024-06-01", "2060-01-01", **own)
        self._check([("2024-06-03 10:00", 2, "working_days", "2024-06-05 10:00")], user=user)  # never: plain

    def test_own_leave_after_long_holidays(self):
        user, resource = self._create_worker("Ann")
        self._take_off("2024-05-09", "2024-05-31 23:59:59")
        self._take_off("2024-06-03", "2024-06-07 23:59:59", resource_id=resource.id)
        self._check([("2024-05-08 12:00", 1, "working_days", "2024-06-10 17:00")], user=user)
        self._check([("2024-05-08 12:00", 1, "working_days", "2024-06-03 17:00")], user=self.nobody)

    def test_a_long_break_does_not_cut_the_day_off(self):
        self._take_off("2024-03-19", "2024-04-03 23:59:59")
        self._check([("2024-03-19 10:00", 1, "working_days", "2024-04-04 17:00")])
        wednesdays = self._create_calendar([2])
        self._check([("2024-03-04 10:00", 3, "working_days", "2024-03-20 17:00")], wednesdays)
        # Friday, 200 weeks and the 12 days of the break, 19 to 29 March and 1 to 3 April
        self._check([("2024-03-15 16:00", 1000, "working_days", "2028-02-01 17:00")])

    def test_another_companys_holiday(self):
        holiday = self._take_off("2024-03-18", "2024-03-18 23:59:59", calendar_id=False)
        self._check([("2024-03-15 16:00", 1, "working_days", "2024-03-19 17:00")])
        holiday.company_id = self.env["res.company"].create({"name": "Elsewhere"})
        self._check([("2024-03-15 16:00", 1, "working_days", "2024-03-18 17:00")])
