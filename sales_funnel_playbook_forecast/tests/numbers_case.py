from datetime import date, datetime

from .forecast_common import ForecastCase

EARLY = datetime(2024, 1, 3, 10)
TUESDAY = datetime(2024, 1, 16, 10)
QUARTER = {"period": "quarter", "day": "2024-01-16"}


class NumbersCase(ForecastCase):
    """The first quarter of 2024 on 16 January, counted by hand.

    ==== ======= ========= =========== ========= ===========================
    deal of      worth     closes      chance    what it is
    ==== ======= ========= =========== ========= ===========================
    A    rep     1,000                           won on 10 January
    B    rep     2,000     1 February  50 %      commit, as its stage says
    C    leader  400       1 March     25 %      best case, as its stage says
    D    leader  800       31 March    10 %      pipeline
    E    rep     99        2 February            omitted, says the rep
    F    rep     5,000     1 April     50 %      commit, of the next quarter
    G    rep     70                              won and reopened
    H    leader  50        (no team)             won on 12 January
    ==== ======= ========= =========== ========= ===========================
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls("setUp")
        cls.rules[cls.stage_talks].forecast_category = "commit"
        cls.rules[cls.stage_demo].forecast_category = "best_case"
        cls.env["crm.forecast.rate"].search([]).unlink()

        def create(name, worth, stage, **vals):
            values = {"name": name, "expected_revenue": worth, "stage_id": stage.id, **vals}
            return case.create_leads_at(EARLY, 1, **values)

        lead, demo, talks, signed = cls.stages
        boss = {"user_id": cls.leader.id}
        cls.by = {
            "A": create("A", 1000, talks),
            "B": create("B", 2000, talks, date_deadline=date(2024, 2, 1), probability=50),
            "C": create("C", 400, demo, date_deadline=date(2024, 3, 1), probability=25, **boss),
            "D": create("D", 800, lead, date_deadline=date(2024, 3, 31), probability=10, **boss),
            "E": create("E", 99, talks, date_deadline=date(2024, 2, 2), own_forecast_category="omitted"),
            "F": create("F", 5000, talks, date_deadline=date(2024, 4, 1), probability=50),
            "G": create("G", 70, talks),
            "H": create("H", 50, lead, team_id=False, **boss),
        }
        case.move_at(datetime(2024, 1, 10, 9), cls.by["A"] | cls.by["G"], signed)
        case.move_at(datetime(2024, 1, 11, 9), cls.by["G"], talks)
        with case.at(datetime(2024, 1, 12, 9)):
            cls.by["H"].action_set_won()
        cls.Forecast = cls.env["crm.forecast"].with_context(allowed_company_ids=cls.main.ids)

    def get_rows(self, moment=TUESDAY, user=None, **filters):
        """Return ``{name: row}``."""
        forecast = self.Forecast.with_user(user) if user else self.Forecast
        with self.at(moment):
            found = forecast.get_forecast({**QUARTER, "company_id": self.main.id, **filters})
        return {row["name"]: row for row in found["rows"]}

    def assertRow(self, row, **expected):
        self.assertEqual({name: row[name] for name in expected}, expected)

    def submit(self, user, key, amount, moment=TUESDAY, note="", **filters):
        forecast = self.env["crm.forecast"].with_user(user)
        with self.at(moment):
            forecast.submit({**QUARTER, "company_id": self.main.id, **filters}, key, amount, note)

    def freeze(self, moment):
        with self.at(moment):
            weeks = self.env["crm.forecast.week"]
            for company, day in weeks._get_due():
                weeks._freeze(company, day)
