from datetime import date, datetime, timedelta

from odoo.tests import tagged

from .snapshot_common import MONDAY, NOON, SnapshotCase

DAY = timedelta(days=1)
TUESDAY = MONDAY + DAY


@tagged("post_install", "-at_install")
class TestSnapshotDaily(SnapshotCase):
    """A company may keep its deals on each day, until the week is over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls("setUp").create_leads_at(NOON - timedelta(days=3), 1)
        cls.main.has_daily_snapshots = True

    def run_job(self, moment):
        """The hourly job, without its commits."""
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kwargs: 1)
        with self.mock_datetime_and_now(moment):
            self.Snapshot._cron_take()
        self.env.invalidate_all()

    def get_days(self, company=None):
        """Return the days of which a company's deals are kept, as its rows and its deals say."""
        its = [("company_id", "=", (company or self.main).id)]
        days = self.Day.search(its, order="date").mapped("date")
        deals = self.Snapshot.search(its, order="date").mapped("date")
        if not company:
            self.assertEqual(sorted(set(deals)), days)
        return [(day - MONDAY).days for day in days]

    def test_a_week_and_the_next(self):
        """Others keep their Mondays only. What is kept of a day is what deals were on it."""
        for number in range(4):
            self.lead.expected_revenue = 1000 + number
            self.run_job(NOON + number * DAY)
            self.run_job(NOON + number * DAY + timedelta(hours=1))
        self.assertEqual(self.get_days(), [0, 1, 2, 3])
        self.assertEqual(self.get_days(self.abroad), [0])
        kept = self.Snapshot.search([("lead_id", "=", self.lead.id)], order="date")
        self.assertEqual(kept.mapped("worth"), [1000, 1001, 1002, 1003])
        self.run_job(NOON + 7 * DAY)
        self.assertEqual(self.get_days(), [0, 7], "the week is over: its Monday stays")
        self.run_job(NOON + 8 * DAY)
        self.assertEqual(self.get_days(), [0, 7, 8])

    def test_days_and_weeks_are_those_of_the_company(self):
        """On Sunday evening in Greenwich it is Monday in Shanghai."""
        self.abroad.has_daily_snapshots = True
        sunday = datetime(2024, 1, 14, 12)
        self.run_job(sunday)
        self.assertEqual((self.get_days(), self.get_days(self.abroad)), ([6], [6]))
        self.run_job(sunday + timedelta(hours=5))
        self.assertEqual((self.get_days(), self.get_days(self.abroad)), ([6], [7]))
        self.run_job(sunday + timedelta(hours=12))
        self.assertEqual((self.get_days(), self.get_days(self.abroad)), ([7], [7]))

    def test_a_job_that_is_late_by_days(self):
        """Days that are over are not made up, those of the week before go when it runs."""
        self.run_job(NOON + 2 * DAY)
        self.run_job(NOON + 8 * DAY)
        self.assertEqual(self.get_days(), [8])

    def test_switched_off_again(self):
        """What is kept goes with its week, also of a company that is archived."""
        self.abroad.has_daily_snapshots = True
        self.run_job(NOON)
        self.run_job(NOON + DAY)
        self.main.has_daily_snapshots = False
        self.abroad.active = False
        self.run_job(NOON + 2 * DAY)
        self.assertEqual((self.get_days(), self.get_days(self.abroad)), ([0, 1], [0, 1]))
        self.run_job(NOON + 9 * DAY)
        self.assertEqual((self.get_days(), self.get_days(self.abroad)), ([0], [0]))

    def test_mondays_are_mondays(self):
        """The job that keeps Mondays, and the analysis of them, mean no other days."""
        self.run_job(NOON)
        self.run_job(NOON + DAY)
        with self.mock_datetime_and_now(NOON + DAY):
            self.assertFalse(self.Snapshot._get_mondays())
        action = self.env.ref("sales_funnel_playbook.crm_funnel_snapshot_action")._get_action_dict()
        shown = self.Snapshot.search([("date.day_of_week", "=", 1)])
        self.assertEqual(action["domain"], "[('date.day_of_week', '=', 1)]")
        self.assertEqual(set(shown.mapped("date")), {MONDAY})

    def test_a_month_that_ended_on_such_a_day(self):
        """Its review has the amounts of when it was made, as without this setting: what goes with the week
        would leave its workbook with others.
        """
        first = datetime(2024, 2, 1, 12)  # a Thursday
        self.run_job(first)
        self.lead.expected_revenue = 3000
        with self.at(first + timedelta(hours=30)):
            days = (date(2024, 1, 1), date(2024, 1, 31))
            review = self.env["crm.funnel.review"]._make(self.playbook, "month", days, False, self.main.id)
        self.assertEqual(sum(review.stage_line_ids.mapped("open_amount")), 3000)
        self.assertFalse(review._get_amounts_then(self.lead.ids))

    def test_in_the_settings(self):
        settings = self.env["res.config.settings"].create({})
        self.assertTrue(settings.sales_funnel_daily_snapshots)
        settings.sales_funnel_daily_snapshots = False
        settings.execute()
        self.assertFalse(self.main.has_daily_snapshots)
        self.assertEqual(self.take(NOON + DAY), [])
