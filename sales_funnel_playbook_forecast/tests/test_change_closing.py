from datetime import date, datetime

from odoo.tests import tagged

from .forecast_common import DAY, MONDAY, NEXT, NOON, WEEK, ForecastCase

MOVES = ("later_times", "later_count", "later_days", "earlier_count", "earlier_days")


@tagged("post_install", "-at_install")
class TestChangeClosing(ForecastCase):
    """How often and how far closing dates are moved, by person; and deals that are to close in a period."""

    def get_pushes(self, date_from=MONDAY, date_to=NEXT, **filters):
        """Return ``{name of the person: numbers in the order of MOVES}``."""
        days = {"date_from": str(date_from), "date_to": date_to and str(date_to)}
        found = self.Change.get_change({**days, **filters})["pushes"]
        return {one["user"]: tuple(one[name] for name in MOVES) for one in found}

    def bring(self, *days, **vals):
        """Return deals that close on these days of March."""
        vals = {"expected_revenue": 10, **vals}
        leads = [
            self.create_leads_at(NOON - DAY, 1, date_deadline=date(2024, 3, day), **vals) for day in days
        ]
        return self.env["crm.lead"].union(*leads)

    def move(self, lead, *days, moment=NOON + DAY):
        for number, day in enumerate(days):
            with self.at(moment + number * DAY / 10):
                lead.date_deadline = day and date(2024, 3, day)

    def test_by_person(self):
        """Each time is counted, not each deal; how far is from Monday to Monday."""
        often, back, once, won, gone = self.bring(1, 5, 10, 11, 12)
        theirs, sooner = self.bring(4, 20, user_id=self.leader.id)
        self.take(NOON)
        self.move(often, 3, 8, 15)
        self.move(back, 25, 2)
        self.move(once, 13)
        self.move(won, 20)
        self.move(gone, 20)
        self.move(theirs, 6)
        self.move(sooner, 19, 18)
        with self.at(NOON + 2 * DAY):
            won.action_set_won()
            gone.date_deadline = False
        self.take(NOON + WEEK)
        expected = {self.rep.name: (3 + 1 + 1 + 1, 2, 14 + 3, 1, 3), self.leader.name: (1, 1, 2, 1, 2)}
        self.assertEqual(self.get_pushes(), expected)
        self.assertEqual([*self.get_pushes()], [self.rep.name, self.leader.name], "most often first")
        self.assertEqual(self.get_pushes(user_id=self.leader.id), {self.leader.name: (1, 1, 2, 1, 2)})
        self.assertEqual({*self.get_parts()}, {"opening", "won", "closing"})

    def test_weeks_add_up(self):
        """How often in two weeks is how often in each; who was handed a deal has what was put off of it."""
        lead = self.bring(1)
        self.take(NOON)
        self.move(lead, 10, 12)
        self.take(NOON + WEEK)
        self.move(lead, 15, moment=NOON + WEEK + DAY)
        with self.at(NOON + WEEK + 2 * DAY):
            lead.user_id = self.leader
        self.take(NOON + 2 * WEEK)
        self.move(lead, 20, moment=NOON + 2 * WEEK + DAY)
        self.assertEqual(self.get_pushes(), {self.rep.name: (2, 1, 11, 0, 0)})
        self.assertEqual(self.get_pushes(NEXT, NEXT + WEEK), {self.leader.name: (1, 1, 3, 0, 0)})
        self.assertEqual(self.get_pushes(MONDAY, NEXT + WEEK), {self.leader.name: (3, 1, 14, 0, 0)})
        with self.at(NOON + 2 * WEEK + 2 * DAY):
            self.assertEqual(self.get_pushes(MONDAY, False), {self.leader.name: (4, 1, 19, 0, 0)})

    def test_where_it_was_not_counted(self):
        """Without a playbook, and on Mondays that were kept before it was counted: later is once."""
        team = self.env["crm.team"].create({"name": "Others", "company_id": False})
        plain, before = self.bring(1, team_id=team.id), self.bring(2)
        self.take(NOON)
        self.env.cr.execute("UPDATE crm_funnel_snapshot SET closing_push_count = NULL")
        self.move(plain, 4, 6)
        self.move(before, 8, 9)
        self.take(NOON + WEEK)
        self.assertEqual(self.get_pushes(team_id=team.id), {self.rep.name: (1, 1, 5, 0, 0)})
        self.assertEqual(self.get_pushes(team_id=self.team.id), {self.rep.name: (1, 1, 7, 0, 0)})

    def test_queries_do_not_grow(self):
        counts = []
        for number in (2, 9):
            leads = self.bring(*range(1, number))
            self.env["crm.funnel.snapshot"].search([]).unlink()
            self.env["crm.funnel.snapshot.day"].search([]).unlink()
            self.take(NOON)
            for lead, user in zip(leads, [self.rep, self.leader, self.env.user] * 3, strict=False):
                self.move(lead, 25)
                with self.at(NOON + DAY):
                    lead.user_id = user
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with self.at(NOON + 2 * DAY):
                self.assertTrue(self.get_pushes(MONDAY, False))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    # deals that are to close in a period

    def get_window(self, closing, date_from, date_to):
        filters = {"date_from": str(date_from), "date_to": date_to and str(date_to), "closing": closing}
        return [day[5:] for day in self.Change.get_change(filters)["window"]]

    def test_periods(self):
        """They are counted from the last day that is looked at: the Sunday before a Monday, else today."""
        monday = date(2024, 4, 1)
        for day in (monday - WEEK, monday):
            self.take(datetime(day.year, day.month, day.day, 12))
        for closing, first, last in (
            ("month", "03-01", "03-31"),
            ("last_month", "02-01", "02-29"),
            ("quarter", "01-01", "03-31"),
            ("last_quarter", "10-01", "12-31"),
            ("next_quarter", "04-01", "06-30"),
            ("year", "01-01", "12-31"),
        ):
            self.assertEqual(self.get_window(closing, monday - WEEK, monday), [first, last], closing)
        with self.at(datetime(2024, 4, 2, 12)):
            self.assertEqual(self.get_window("quarter", monday - WEEK, False), ["04-01", "06-30"])
            self.assertEqual(self.get_window("last_quarter", monday - WEEK, False), ["01-01", "03-31"])
        self.assertFalse(self.Change.get_change({"date_from": str(monday)})["window"])

    def test_week_with_the_end_of_a_quarter_within(self):
        """Monday 30 September is the last day of one: its week is that of the next one."""
        deal = self.create_leads_at(datetime(2024, 9, 2), 1, date_deadline=date(2024, 9, 30))
        first = date(2024, 9, 30)
        self.take(datetime(2024, 9, 30, 12))
        with self.at(datetime(2024, 9, 30, 13)):
            deal.date_deadline = date(2024, 10, 1)
        self.take(datetime(2024, 10, 7, 12))
        out, here = (
            {"opening": (1000, 1), "pushed_out": (-1000, -1)},
            {"pulled_in": (1000, 1), "closing": (1000, 1)},
        )
        self.assertEqual(self.get_parts(first, first + WEEK, closing="last_quarter"), out)
        self.assertEqual(self.get_parts(first, first + WEEK, closing="quarter"), here)
