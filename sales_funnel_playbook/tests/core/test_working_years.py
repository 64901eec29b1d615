from datetime import datetime

from odoo.tests import tagged

from ..common import PlaybookCase

MONDAY, TUESDAY = datetime(2024, 3, 18), datetime(2024, 3, 19)
NEW_YEAR = datetime(2024, 12, 20), datetime(2025, 1, 10)


@tagged("post_install", "-at_install")
class TestWorkingYears(PlaybookCase):
    """Working hours are remembered by the year, until somebody changes when people work."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls._create_nine_to_five()
        cls.calendar.tz = "UTC"

    def _get_hours(self, since=MONDAY, until=TUESDAY, calendar=None):
        return (calendar or self.calendar)._get_working_time(since, until).hours(since, until)

    def _take_off(self, calendar=None, **vals):
        calendar = calendar or self.calendar
        span = {"date_from": datetime(2024, 3, 18, 9), "date_to": datetime(2024, 3, 18, 11)}
        return calendar.env["resource.calendar.leaves"].create(
            {"name": "Off", "calendar_id": calendar.id, **span, **vals}
        )

    def test_what_changes_is_forgotten(self):
        self.assertEqual(self._get_hours(), 8)
        holiday = self._take_off()
        self.assertEqual(self._get_hours(), 6)
        holiday.date_to = datetime(2024, 3, 18, 12)
        self.assertEqual(self._get_hours(), 5)
        holiday.unlink()
        self.assertEqual(self._get_hours(), 8)
        self.calendar.attendance_ids.filtered(lambda one: one.dayofweek == "0")[0].hour_from = 10
        self.assertEqual(self._get_hours(), 7)
        self.calendar.attendance_ids.filtered(lambda one: one.dayofweek == "0").unlink()
        self.assertEqual(self._get_hours(), 0)
        self.calendar.tz = "Asia/Tokyo"  # where Tuesday's work begins at midnight in UTC
        self.assertEqual(self._get_hours(TUESDAY, datetime(2024, 3, 19, 5)), 5)

    def test_one_persons_leave_and_another_companys_holiday_are_none(self):
        self.assertEqual(self._get_hours(), 8)
        self._take_off(resource_id=self.env["resource.resource"].create({"name": "Ms Wu"}).id)
        self.assertEqual(self._get_hours(), 8)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        shared = self.calendar.copy({"company_id": False, "tz": "UTC"})
        self.assertEqual(self._get_hours(calendar=shared), 8)
        self._take_off(shared).company_id = elsewhere
        self.assertEqual(self._get_hours(calendar=shared), 8)
        self.assertEqual(self._get_hours(calendar=shared.with_company(elsewhere)), 6)

    def test_years_add_up(self):
        """As Odoo counts them in one go, over a new year, also in a zone where that is at another hour."""
        for zone in ("UTC", "Asia/Shanghai", "America/Los_Angeles"):
            self.calendar.tz = zone
            whole = self.calendar._make_naive(self.calendar._get_intervals(*NEW_YEAR))
            hours = sum((stop - start).total_seconds() for start, stop in whole) / 3600
            self.assertEqual(self._get_hours(*NEW_YEAR), hours, zone)
            self.assertGreater(hours, 100)

    def test_once_known_nothing_is_asked(self):
        self._get_hours()
        self.env.invalidate_all()
        with self.assertQueryCount(0):
            self._get_hours()
