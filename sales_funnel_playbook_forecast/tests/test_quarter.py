from datetime import date, datetime, timedelta

from odoo.tests import tagged

from .forecast_common import DAY, WEEK, ForecastCase

FIRST = datetime(2024, 1, 1, 12)  # Monday, noon
# What the pipeline of both companies becomes from Monday to Monday, in dollars and deals, counted by hand. A
# dollar is 7 yuan, from 12 January 8.
WEEKS = [
    # D comes with 500; A is raised from 1,000 to 1,200
    {"opening": (3100, 3), "new": (500, 1), "raised": (200, 0), "closing": (3800, 4)},
    # C, of 700 yuan, was 100 and is 87.50; B is lowered from 2,000 to 1,500
    {"opening": (3800, 4), "rates": (-12.5, 0), "lowered": (-500, 0), "closing": (3287.5, 4)},
    # A is won; E comes with 300
    {"opening": (3287.5, 4), "won": (-1200, -1), "new": (300, 1), "closing": (2387.5, 4)},
    # D is lost
    {"opening": (2387.5, 4), "lost": (-500, -1), "closing": (1887.5, 3)},
    # D comes back
    {"opening": (1887.5, 3), "brought_back": (500, 1), "closing": (2387.5, 4)},
    # E is handed over from one to the other: for both together that is nothing
    {"opening": (2387.5, 4), "closing": (2387.5, 4)},
    # F comes with 400 and is won
    {"opening": (2387.5, 4), "new": (400, 1), "won": (-400, -1), "closing": (2387.5, 4)},
    # G comes with 250; D goes on to the next stage
    {"opening": (2387.5, 4), "new": (250, 1), "closing": (2637.5, 5)},
    # G is merged into D
    {"opening": (2637.5, 5), "left": (-250, -1), "closing": (2387.5, 4)},
    # B is to close in April instead of March
    {"opening": (2387.5, 4), "closing": (2387.5, 4)},
    # A is reopened
    {"opening": (2387.5, 4), "brought_back": (1200, 1), "closing": (3587.5, 5)},
    # A is won again; B is deleted
    {"opening": (3587.5, 5), "won": (-1200, -1), "left": (-1500, -1), "closing": (887.5, 3)},
    # C is won
    {"opening": (887.5, 3), "won": (-87.5, -1), "closing": (800, 2)},
]
QUARTER = {
    **{"opening": (3100, 3), "new": (1200, 3), "raised": (200, 0), "rates": (-12.5, 0)},
    **{"won": (-1687.5, -3), "left": (-2000, -1), "closing": (800, 2)},
}
# What was won in the quarter at home, as the forecast has it on a Monday after so many weeks.
WON = {0: 0, 2: 0, 3: 1200, 7: 1600, 11: 400, 12: 1600, 13: 1600}


@tagged("post_install", "-at_install")
class TestQuarter(ForecastCase):
    """Thirteen weeks: page, review and snapshots say the same, and what is over never changes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls("setUp")
        before = FIRST - 3 * DAY
        cls.by = {
            "A": case.create_leads_at(before, 1, name="A", expected_revenue=1000),
            "B": case.create_leads_at(
                before, 1, name="B", expected_revenue=2000, date_deadline=date(2024, 3, 20)
            ),
            "C": case.create_leads_at(before, 1, name="C", expected_revenue=700, company_id=cls.abroad.id),
        }
        case.take(FIRST)
        cls.won, cls.told = {0: case.count_won(FIRST)}, []
        for week in range(1, len(WEEKS) + 1):
            moment = FIRST + (week - 1) * WEEK + DAY
            case.come(week, moment)
            with case.at(moment + timedelta(hours=1)):
                case.happen(week, cls.by)
            case.take(FIRST + week * WEEK)
            cls.won[week] = case.count_won(FIRST + week * WEEK)
            cls.told.append(case.get_week(week))

    def come(self, week, moment):
        name, amount = {1: ("D", 500), 3: ("E", 300), 7: ("F", 400), 8: ("G", 250)}.get(week, (None, 0))
        if name:
            self.by[name] = self.create_leads_at(moment, 1, name=name, expected_revenue=amount)

    def happen(self, week, by):
        if week == 1:
            by["A"].expected_revenue = 1200
        elif week == 2:
            by["B"].expected_revenue = 1500
        elif week in (3, 12):
            by["A"].stage_id = self.stage_signed
        elif week == 4:
            by["D"].action_set_lost()
        elif week == 5:
            by["D"].action_unarchive()
        elif week == 6:
            by["E"].user_id = self.leader
        elif week == 7:
            by["F"].stage_id = self.stage_signed
        elif week == 8:
            by["D"].stage_id = self.stage_demo
        elif week == 9:
            (by["D"] | by["G"]).merge_opportunity()
        elif week == 10:
            by["B"].date_deadline = date(2024, 4, 20)
        elif week == 11:
            by["A"].stage_id = self.stage_talks
        elif week == 13:
            by["C"].stage_id = self.stage_signed
        if week == 12:
            by["B"].unlink()

    def count_won(self, moment):
        """Return what the forecast says was won in the quarter at home."""
        forecast = self.env["crm.forecast"].with_context(allowed_company_ids=self.main.ids)
        with self.at(moment):
            filters = {"company_id": self.main.id, "period": "quarter", "day": "2024-01-01"}
            return forecast.get_forecast(filters)["rows"][0]["won"]

    def get_week(self, week, **filters):
        monday = FIRST.date() + (week - 1) * WEEK
        return self.get_parts(monday, monday + WEEK, **filters)

    def test_weeks(self):
        self.assertEqual(self.told, WEEKS)

    def test_what_is_over_never_changes(self):
        """All weeks are the same at the end; but a deal that was deleted takes along that it ever was won."""
        self.assertEqual([self.get_week(week) for week in range(1, 14)], WEEKS)

    def test_quarter(self):
        parts = self.get_parts(FIRST.date(), FIRST.date() + 13 * WEEK)
        self.assertEqual(parts, QUARTER)

    def test_of_a_person_and_of_the_quarter(self):
        self.assertEqual(self.get_week(6, user_id=self.rep.id)["handed_out"], (-300, -1))
        self.assertEqual(
            self.get_week(6, user_id=self.leader.id), {"handed_in": (300, 1), "closing": (300, 1)}
        )
        pushed = {"opening": (1500, 1), "pushed_out": (-1500, -1)}
        self.assertEqual(self.get_week(10, closing="quarter"), pushed)

    def test_forecast(self):
        self.assertEqual({week: self.won[week] for week in WON}, WON)

    def test_pivot_and_page_agree(self):
        """What the pivot of Mondays adds up is where the change of each company leads to."""
        for company in (self.main, self.abroad):
            for week in (1, 5, 9, 13):
                monday = FIRST.date() + week * WEEK
                domain = [("date", "=", monday), ("company_id", "=", company.id)]
                [(worth, count)] = self.Snapshot._read_group(domain, [], ["worth:sum", "__count"])
                closing = self.get_week(week, company_id=company.id).get("closing", (0, 0))
                self.assertEqual(closing, (worth or 0, count))

    def test_review_and_page_agree(self):
        days = (FIRST.date(), FIRST.date() + 6 * DAY)
        with self.at(FIRST + WEEK):
            review = self.env["crm.funnel.review"]._make(self.playbook, "week", days, False, self.main.id)
        kept = {name: (amount, count) for name, amount, count, _deals in review.pipeline_change}
        scope = {"company_id": self.main.id, "playbook_id": self.playbook.id}
        self.assertEqual(kept, self.get_week(1, **scope))
