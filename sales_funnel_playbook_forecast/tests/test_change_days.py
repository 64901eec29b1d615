from odoo.exceptions import UserError
from odoo.tests import tagged

from .forecast_common import DAY, MONDAY, NEXT, NOON, WEEK, ForecastCase

TUESDAY = MONDAY + DAY
THURSDAY = MONDAY + 3 * DAY


@tagged("post_install", "-at_install")
class TestChangeDays(ForecastCase):
    """A company that keeps its pipeline each day compares with yesterday, too; others with Mondays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls("setUp")
        cls.main.has_daily_snapshots = True
        cls.lead = case.create_leads_at(NOON - DAY, 1, date_deadline="2024-03-01")
        case.create_leads_at(NOON - DAY, 1, expected_revenue=700, company_id=cls.abroad.id)
        for number in range(4):
            case.take(NOON + number * DAY)
            with case.at(NOON + number * DAY + DAY / 4):
                cls.lead.expected_revenue += 100

    def test_from_and_to_a_day(self):
        home = {"company_id": self.main.id}
        self.assertEqual(self.get_parts(TUESDAY, THURSDAY, **home)["raised"], (200.0, 0))
        self.assertEqual(self.get_parts(MONDAY, TUESDAY, **home)["closing"], (1100.0, 1))
        with self.at(NOON + 4 * DAY):
            self.assertEqual(self.get_parts(THURSDAY, False, **home)["raised"], (100.0, 0))
            [deal] = self.get_deals("raised", THURSDAY, False, **home)
        self.assertEqual((deal["old"]["worth"], deal["new"]["worth"]), (1300, 1400))

    def test_a_company_that_has_no_such_day(self):
        """It is left out and named, as with a Monday that was not kept."""
        found = self.Change.get_change({"date_from": str(TUESDAY)})
        self.assertEqual(found["missing_companies"], ["Abroad"])
        self.assertEqual({one["name"]: one["amount"] for one in found["parts"]}["opening"], 1100)
        with self.assertRaises(UserError):
            self.get_parts(TUESDAY, company_id=self.abroad.id)

    def test_without_a_choice_it_is_monday(self):
        for until in (False, THURSDAY):
            filters = {"company_id": self.main.id, "date_to": until and str(until)}
            self.assertEqual(self.Change.get_change(filters)["filters"]["date_from"], str(MONDAY))
        self.assertEqual(self.Change.get_change()["days"], [str(MONDAY + n * DAY) for n in (3, 2, 1, 0)])

    def test_where_no_monday_was_kept_yet(self):
        """Who switches it on in the week has not to wait for a Monday."""
        later = self._create_company("Later", "UTC")
        later.has_daily_snapshots = True
        self.take(NOON + 4 * DAY)
        change = self.Change.with_context(allowed_company_ids=later.ids)
        self.assertEqual(change.get_change()["filters"]["date_from"], str(MONDAY + 4 * DAY))

    def test_the_week_turns(self):
        """Its days cannot be chosen any more; what is between Mondays is as it was."""
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kwargs: 1)
        with self.at(NOON + WEEK):
            self.Snapshot._cron_take()
        home = {"company_id": self.main.id}
        self.assertEqual(self.Change.get_change(home)["days"], [str(NEXT), str(MONDAY)])
        self.assertEqual(self.get_parts(**home)["raised"], (400.0, 0))
        with self.assertRaises(UserError):
            self.get_parts(TUESDAY, NEXT, **home)

    def test_last_monday_is_a_monday(self):
        """A deal that slipped did so since Monday, and the forecast is kept on Mondays only."""
        with self.at(NOON + 3 * DAY):
            looks = self.env["crm.forecast.look"]
            self.assertEqual(looks._get_monday_before(self.main, THURSDAY), MONDAY)
            self.assertFalse(self.env["crm.forecast.week"]._get_due())
        with self.at(NOON + WEEK):
            self.take(NOON + WEEK)
            days = (MONDAY, MONDAY + 6 * DAY)
            review = self.env["crm.funnel.review"]._make(self.playbook, "week", days, False, self.main.id)
        filters = review.action_open_change()["params"]["filters"]
        self.assertEqual((filters["date_from"], filters["date_to"]), (str(MONDAY), str(NEXT)))
