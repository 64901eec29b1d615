from datetime import date, datetime, timedelta

from odoo.addons.sales_funnel_playbook_forecast.tools.rates import get_interval
from odoo.tests import tagged

from .forecast_common import ForecastCase

EARLY = datetime(2024, 1, 3, 10)
TUESDAY = datetime(2024, 1, 16, 10)


@tagged("post_install", "-at_install")
class TestForecastRate(ForecastCase):
    """How often deals were won, by stage and by the score with which they came into it.

    Into *Talks* came 40 with a score of 8, of which 30 were won; 40 with 5, of which 10 were; and 10 with 2,
    which were lost. Of a score of 2 the stage's 40 of 90 is taken.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls("setUp")
        for score, won, lost in ((8, 30, 10), (5, 10, 30), (2, 0, 10)):
            leads = case.come(EARLY - timedelta(days=200), score, won + lost)
            case.move_at(EARLY - timedelta(days=150), leads[:won], cls.stage_signed)
            case.lose_at(EARLY - timedelta(days=149), leads[won:])
        with case.at(TUESDAY):
            cls.env["crm.forecast.rate"]._count()

    def come(self, moment, score, count, **vals):
        """Let deals come into Talks with a score."""
        leads = self.create_leads_at(moment, count, date_deadline=date(2024, 3, 1), **vals)
        leads.score = score
        self.move_at(moment + timedelta(hours=1), leads, self.stage_talks)
        return leads

    def get_row(self):
        forecast = self.env["crm.forecast"].with_context(allowed_company_ids=self.main.ids)
        with self.at(TUESDAY):
            return forecast.get_forecast({"period": "quarter", "day": "2024-01-16"})["rows"][0]

    def test_rates(self):
        scope = [("playbook_id", "=", self.playbook.id), ("stage_id", "=", self.stage_talks.id)]
        rates = self.env["crm.forecast.rate"].search(scope)
        found = [(one.score_band, one.won_count, one.closed_count, one.is_enough) for one in rates]
        expected = [
            (False, 40, 90, True),
            ("low", 0, 10, False),
            ("middle", 10, 40, True),
            ("high", 30, 40, True),
        ]
        self.assertEqual(found, expected)
        self.assertEqual((rates[1].share, rates[1].highest), (0, 0), "of ten nothing is said")
        share, lowest, highest = get_interval(30, 40)
        self.assertEqual(rates[3].share, share)
        self.assertAlmostEqual(rates[3].lowest, lowest, 3)
        self.assertAlmostEqual(rates[3].highest, highest, 3)

    def test_open_deals(self):
        for score, expected in ((9, 750), (6.9, 250), (3, 444.44)):
            lead = self.come(EARLY, score, 1)
            self.assertAlmostEqual(self.get_row()["calibrated"], expected, 2)
            lead.score = 0
            self.assertAlmostEqual(self.get_row()["calibrated"], expected, 2, "what counts is how it came")
            lead.unlink()

    def test_handed_over_and_restored(self):
        """The score is still that of its first coming."""
        lead = self.come(EARLY, 9, 1)
        with self.at(EARLY + timedelta(days=1)):
            lead.user_id = self.leader
            lead.score = 1
            lead.action_set_lost()
        with self.at(EARLY + timedelta(days=2)):
            lead.action_unarchive()
        self.assertEqual(self.get_row()["calibrated"], 750)

    def test_stage_without_enough(self):
        lead = self.create_leads_at(EARLY, 1, date_deadline=date(2024, 3, 1), stage_id=self.stage_demo.id)
        row = self.get_row()
        self.assertEqual((row["calibrated"], row["unknown_count"]), (0, 1))
        lead.unlink()
        self.assertEqual(self.get_row()["unknown_count"], 0)
