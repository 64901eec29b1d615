from datetime import date, datetime, timedelta

from odoo.tests import new_test_user, tagged

from .forecast_common import DAY, WEEK, ForecastCase

LABELS = ("Own Figure", "Won and Commit", "Weighted Forecast", "Calibrated Forecast")
# Who, quarter of 2023, and what came; what was said four weeks before the end, then one: own figure, won and
# commit, weighted, calibrated.
WEEKS = """
rep     2 1000   1500  800 1200 1100   1100  900 1050 1000
rep     3 2000   1000 1600 2400 2000   2000 1900 2100 2200
rep     4  400      –  200  300  400    500  400  360  380
leader  2  500      –  500  500  500      –  500  600  400
leader  3    0      –  300  100    0      –    0    0    0
leader  4  100      –   50  100  130      –  100  110   80
team    2 1500   1200 1300 1700 1600   1500 1400 1650 1500
company 2 1500      – 1200 1800 1500      – 1350 1500 1650
company 3 2000      – 1000 1500 2200      – 1800 2000 2100
company 4  500      –  400  500  550      –  500  450  500
"""
# How far off that is on average, in percent, four weeks before the end and one.
OFF = """
company 4    –    30    15    6.67
company 1    –     6.67  3.33 5
team    4   20    13.33 13.33 6.67
team    1    0     6.67 10    0
rep     4   50    30    21.67 3.33
rep     1   11.67  5     6.67 5
leader  4    –    25     0   15
leader  1    –     0    15   20
"""


@tagged("post_install", "-at_install")
class TestForecastAccuracy(ForecastCase):
    """How far off it was, by person, team and company and by way of counting, counted by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owners = {
            "company": {"level": "company"},
            "team": {"level": "team", "team_id": cls.team.id},
            "rep": {"level": "person", "team_id": cls.team.id, "user_id": cls.rep.id},
            "leader": {"level": "person", "team_id": cls.team.id, "user_id": cls.leader.id},
        }
        cls.names = {"company": "All Teams", "team": cls.team.name}
        cls.names |= {"rep": cls.rep.name, "leader": cls.leader.name}
        cls.env["crm.forecast.week"].search([]).unlink()
        for line in WEEKS.strip().splitlines():
            who, quarter, came, *said = line.split()
            monday = cls.get_monday_after(int(quarter))
            cls.keep(who, int(quarter), monday, won=float(came))
            cls.keep(who, int(quarter), monday - 4 * WEEK, *said[:4])
            cls.keep(who, int(quarter), monday - WEEK, *said[4:])

    @classmethod
    def get_monday_after(cls, quarter):
        after = date(2023 + quarter // 4, quarter * 3 % 12 + 1, 1)
        return after + timedelta(days=-after.weekday() % 7)

    @classmethod
    def keep(cls, who, quarter, monday, own="–", commit=0, weighted=0, calibrated=0, won=0):
        """Keep what a Monday would."""
        first = date(2023, quarter * 3 - 2, 1)
        amounts = {"commit": commit, "weighted": weighted, "calibrated": calibrated, "won": won}
        vals = {name: float(amount) for name, amount in amounts.items()}
        vals |= {"has_own": own != "–", "own": 0 if own == "–" else float(own)}
        cls.env["crm.forecast.week"].create(
            {
                **cls.owners[who],
                **vals,
                "date": monday,
                "company_id": cls.main.id,
                "period": "quarter",
                "date_from": first,
                "date_to": date(2023 + quarter // 4, quarter * 3 % 12 + 1, 1) - DAY,
            }
        )

    def get_page(self, user=None, **filters):
        forecast = self.env["crm.forecast"].with_context(allowed_company_ids=self.main.ids)
        with self.at(datetime(2024, 1, 3, 12)):
            filters = {"company_id": self.main.id, "period": "quarter", "day": "2023-12-31", **filters}
            return (forecast.with_user(user) if user else forecast).get_forecast(filters)

    def add_target(self, who):
        """Give somebody a row on the page."""
        vals = {"company_id": self.main.id, "period": "quarter", "date_from": date(2023, 10, 1)}
        owner = {name: value for name, value in self.owners[who].items() if name != "level"}
        self.env["crm.sales.target"].create({**vals, **owner, "amount": 1})

    def test_table(self):
        for who in ("rep", "leader"):
            self.add_target(who)
        rows = self.get_page()["accuracy"]
        found = {
            (row["name"], row["method"], weeks): off for row in rows for weeks, off in row["errors"].items()
        }
        expected = {}
        for line in OFF.strip().splitlines():
            who, weeks, *errors = line.split()
            named = zip(LABELS, errors, strict=True)
            expected |= {(self.names[who], label, weeks): float(off) for label, off in named if off != "–"}
        self.assertEqual({key: round(off, 2) for key, off in found.items()}, expected)

    def test_nothing_came(self):
        """Of nothing there is no percent: the page says which periods it leaves out."""
        self.assertEqual(self.get_page()["nothing_came"], [])
        self.add_target("leader")
        self.assertEqual(self.get_page()["nothing_came"], [f"{self.leader.name}: 07/01/2023"])
        own = new_test_user(self.env, login="own", groups="sales_team.group_sale_salesman")
        self.team.member_ids += own
        mine = self.get_page(own)
        self.assertEqual(mine["nothing_came"], [], "a colleague's is none of theirs")
        self.assertNotIn(self.leader.name, [row["name"] for row in mine["accuracy"]])

    def test_nearest(self):
        """On average of the Mondays of each period, and of three of these."""
        nearest = self.get_page()["nearest"]
        text = "All Teams: nearest was Calibrated Forecast, on average 6 % off, over 3 periods."
        self.assertEqual(nearest["text"], text)
        self.assertEqual((nearest["periods"], round(nearest["error"], 2)), (3, 5.83))

    def test_nearest_by_own_figure(self):
        """Who says a figure in the last week alone is compared with what the others say in that week."""
        for quarter, amount in ((2, 1500), (3, 2000), (4, 600)):
            domain = [("level", "=", "company"), ("date_from", "=", date(2023, quarter * 3 - 2, 1))]
            last = self.get_monday_after(quarter) - WEEK
            week = self.env["crm.forecast.week"].search([*domain, ("date", "=", last)])
            week.write({"has_own": True, "own": amount})
        nearest = self.get_page()["nearest"]
        expected = ("Weighted Forecast", 3, 3.33)
        self.assertEqual((nearest["method"], nearest["periods"], round(nearest["error"], 2)), expected)
        week.own = 500
        self.assertEqual(self.get_page()["nearest"]["method"], "Own Figure")

    def test_without_rates(self):
        """What nothing was known for is no forecast: it is not counted as far off, nor as near."""
        week = self.env["crm.forecast.week"].search([("level", "=", "company"), ("won", "=", 0)], limit=1)
        week.is_uncalibrated = True
        nearest = self.get_page()["nearest"]
        self.assertEqual((nearest["method"], round(nearest["error"], 2)), ("Weighted Forecast", 9.17))

    def test_too_few_periods(self):
        """A leader sees the team first: of one quarter nothing is said."""
        head = new_test_user(self.env, login="head", groups="sales_team.group_sale_salesman")
        self.team.user_id = head
        self.add_target("rep")
        nearest = self.get_page(head)["nearest"]
        text = f"{self.team.name}: too few periods are over to say what to believe, 1 of 3."
        self.assertEqual((nearest["text"], nearest["method"], nearest["error"]), (text, False, False))
        self.assertFalse(self.get_page(period="month")["nearest"], "no month is over")
