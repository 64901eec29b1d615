from datetime import timedelta

from odoo.tests import tagged

from .forecast_common import DAY, MONDAY, NEXT, NOON, WEEK, ForecastCase

HOUR = timedelta(hours=1)
OPEN = {"opening": (1000, 1)}


@tagged("post_install", "-at_install")
class TestChangeElsewhere(ForecastCase):
    """Deals that leave their playbook, or come under one, and deals that are merged later: what became of
    them is what happened, whoever followed them, and stays so.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stages.team_ids = False
        cls.others = cls.env["crm.team"].create({"name": "Others", "company_id": False})

    def get_won(self, moment, day=None):
        """Return what the forecast page says was won in a quarter, this one if no day is given."""
        forecast = self.env["crm.forecast"].with_context(allowed_company_ids=self.main.ids)
        with self.at(moment):
            found = forecast.get_forecast({"company_id": self.main.id, "day": day and str(day)})
        return {row["name"]: row["won"] for row in found["rows"] if row["level"] != "person"}

    def close_elsewhere(self, close):
        """Let a deal leave its playbook on Tuesday, and close it on Wednesday."""
        deal = self.create_leads_at(NOON - DAY, 1)
        self.take(NOON)
        with self.at(NOON + DAY):
            deal.team_id = self.others
        with self.at(NOON + 2 * DAY):
            close(deal)
        self.take(NOON + WEEK)
        return deal

    def test_won_after_it_left(self):
        self.close_elsewhere(lambda deal: deal.action_set_won())
        self.assertEqual(self.get_parts(), {**OPEN, "won": (-1000, -1)})
        self.assertEqual(self.get_parts(playbook_id=self.playbook.id), {**OPEN, "left": (-1000, -1)})
        self.assertEqual(self.get_parts(team_id=self.team.id), {**OPEN, "handed_out": (-1000, -1)})
        self.assertEqual(self.get_won(NOON + WEEK), {"All Teams": 1000, "Others": 1000})

    def test_lost_after_it_left(self):
        self.close_elsewhere(lambda deal: deal.action_set_lost())
        self.assertEqual(self.get_parts(), {**OPEN, "lost": (-1000, -1)})
        self.assertEqual(self.get_won(NOON + WEEK), {"All Teams": 0})

    def test_left_after_it_was_won(self):
        """It was won under the playbook, once."""
        deal = self.create_leads_at(NOON - DAY, 1)
        self.take(NOON)
        with self.at(NOON + DAY):
            deal.action_set_won()
        with self.at(NOON + 2 * DAY):
            deal.team_id = self.others
        self.take(NOON + WEEK)
        parts = {**OPEN, "won": (-1000, -1)}
        self.assertEqual(self.get_parts(playbook_id=self.playbook.id), parts)
        self.assertEqual(self.get_won(NOON + WEEK), {"All Teams": 1000, self.team.name: 1000})

    def test_joined_after_it_was_won(self):
        """In the quarter in which it was, and not in the one in which it joined."""
        deal = self.create_leads_at(NOON - DAY, 1, team_id=self.others.id)
        self.take(NOON)
        with self.at(NOON + DAY):
            deal.action_set_won()
        self.take(NOON + WEEK)
        parts = {**OPEN, "won": (-1000, -1)}
        self.assertEqual(self.get_parts(), parts)
        spring = NOON + 16 * WEEK
        with self.at(spring):
            deal.team_id = self.team
        self.assertEqual(self.get_parts(), parts)
        self.assertEqual(self.get_won(spring + HOUR, MONDAY), {"All Teams": 1000, self.team.name: 1000})
        self.assertEqual(self.get_won(spring + HOUR), {"All Teams": 0})

    def test_brought_back_under_a_playbook(self):
        """It had been lost before any playbook followed it."""
        deal = self.create_leads_at(NOON - 2 * DAY, 1, team_id=self.others.id)
        self.lose_at(NOON - DAY, deal)
        self.take(NOON)
        with self.at(NOON + DAY):
            deal.team_id = self.team
            deal.action_unarchive()
        self.take(NOON + WEEK)
        self.assertEqual(self.get_parts(), {"brought_back": (1000, 1), "closing": (1000, 1)})

    def merge(self, moment, new, old):
        """Merge an older deal into a new one, which goes first as it is further."""
        with self.at(moment):
            self.assertEqual((new | old).merge_opportunity(), new)

    def test_older_one_is_merged_later(self):
        """What was new in a week that is over does not become one that came back."""
        old = self.create_leads_at(NOON - DAY, 1)
        self.take(NOON)
        new = self.create_leads_at(NOON + DAY, 1, stage_id=self.stage_talks.id, expected_revenue=300)
        self.take(NOON + WEEK)
        parts = {**OPEN, "new": (300, 1), "closing": (1300, 2)}
        self.assertEqual(self.get_parts(), parts)
        self.merge(NOON + WEEK + DAY, new, old)
        self.assertEqual(self.get_parts(), parts)
        with self.at(NOON + WEEK + 2 * DAY):
            now = self.get_parts(NEXT, None)
        self.assertEqual(now, {"opening": (1300, 2), "left": (-1000, -1), "closing": (300, 1)})

    def test_older_one_is_merged_in_the_week(self):
        old = self.create_leads_at(NOON - DAY, 1)
        self.take(NOON)
        new = self.create_leads_at(NOON + DAY, 1, stage_id=self.stage_talks.id, expected_revenue=300)
        self.merge(NOON + 2 * DAY, new, old)
        self.take(NOON + WEEK)
        expected = {**OPEN, "new": (300, 1), "left": (-1000, -1), "closing": (300, 1)}
        self.assertEqual(self.get_parts(), expected)
