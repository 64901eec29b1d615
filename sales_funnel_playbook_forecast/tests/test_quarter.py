import io
from datetime import date, datetime, timedelta

import openpyxl

from odoo.tests import tagged

from . import quarter_table as table
from .forecast_common import DAY, WEEK, ForecastCase

FIRST = datetime(2024, 1, 1, 12)  # Monday, noon
WEEKS = range(1, 14)
REVIEWED = (1, 2, 7, 12, 13)  # weeks of which there are reviews


def read(text):
    """Return ``[{heading: cell}, …]`` of a table, without the cells in which there is nothing."""
    head, *lines = (line.split() for line in text.strip().splitlines())
    return [{name: cell for name, cell in zip(head, line, strict=True) if cell != "–"} for line in lines]


def read_parts(text):
    """Return ``[{part: (amount, deals)}, …]`` of a table."""
    return [
        {name: (float(cell.split("/")[0]), int(cell.split("/")[1])) for name, cell in row.items()}
        for row in read(text)
    ]


def read_deals():
    """Return ``[(number, company, owner, worth, closing date or False, week, {week: what happens}), …]``."""
    deals = []
    for line in table.DEALS.strip().splitlines():
        number, company, owner, worth, *rest = line.split()
        day = to_date(rest.pop(0)) if "-" in rest[0] else False
        events = {}
        for event in filter(None, " ".join(rest[1:]).split(", ")):
            week, *what = event.split()
            events.setdefault(int(week), []).append(what)
        deals.append((number, company, owner, float(worth), day, int(rest[0]), events))
    return deals


def to_date(text):
    return date(2024, *map(int, text.split("-")))


@tagged("post_install", "-at_install")
class TestQuarter(ForecastCase):
    """Thirteen weeks and forty deals: page, review, workbook and pivot say the same to the last cent, and
    what is over never changes.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls("setUp")
        cls.companies, cls.people = {"h": cls.main, "a": cls.abroad}, {"rep": cls.rep, "leader": cls.leader}
        cls.by, cls.told, cls.pages, cls.reviews = {}, [], [], {}
        cls.playbook.stage_ids.forecast_category = "commit"
        cls.deals = read_deals()
        case.come(0, FIRST - 3 * DAY)
        case.keep(FIRST)
        for week in WEEKS:
            tuesday = FIRST + (week - 1) * WEEK + DAY
            case.come(week, tuesday)
            with case.at(tuesday + timedelta(hours=1)):
                case.happen(week)
            case.keep(FIRST + week * WEEK)
            cls.told.append(case.get_week(week))
            if week in REVIEWED:
                case.review(week)

    # what happens

    def come(self, week, moment):
        for number, company, owner, worth, day, came, _events in self.deals:
            if came == week:
                vals = {"name": number, "expected_revenue": worth, "date_deadline": day}
                vals |= {"company_id": self.companies[company].id, "user_id": self.people[owner].id}
                self.by[number] = self.create_leads_at(moment, 1, **vals)

    def happen(self, week):
        for number, *_deal, events in self.deals:
            for what, *value in events.get(week, ()):
                getattr(self, f"do_{what}")(self.by[number], *value)

    def do_worth(self, lead, worth):
        lead.expected_revenue = float(worth)

    def do_date(self, lead, day):
        lead.date_deadline = to_date(day)

    def do_stage(self, lead):
        lead.stage_id = self.stage_demo

    def do_hand(self, lead, owner):
        lead.user_id = self.people[owner]

    def do_move(self, lead, worth):
        other = self.abroad if lead.company_id == self.main else self.main
        lead.write({"company_id": other.id, "expected_revenue": float(worth)})

    def do_win(self, lead):
        lead.stage_id = self.stage_signed

    def do_reopen(self, lead):
        lead.stage_id = self.stage_talks

    def do_lose(self, lead):
        lead.action_set_lost()

    def do_back(self, lead):
        lead.action_unarchive()

    def do_archive(self, lead):
        lead.action_archive()

    def do_merge(self, lead, into):
        self.assertEqual((self.by[into] | lead).merge_opportunity(), self.by[into])

    def do_delete(self, lead):
        lead.unlink()

    def keep(self, moment):
        """The jobs of a Monday."""
        self.take(moment)
        weeks = self.env["crm.forecast.week"]
        with self.at(moment):
            for company, day in weeks._get_due():
                weeks._freeze(company, day)
            quarter = {"period": "quarter", "day": str(FIRST.date())}
            companies = self.companies.items()
            self.pages.append(
                {
                    key: self.env["crm.forecast"]
                    .with_context(allowed_company_ids=company.ids)
                    .get_forecast({**quarter, "company_id": company.id})["rows"]
                    for key, company in companies
                }
            )

    def review(self, week):
        monday = FIRST.date() + (week - 1) * WEEK
        with self.at(FIRST + week * WEEK):
            for key, company in self.companies.items():
                self.reviews[week, key] = self.env["crm.funnel.review"]._make(
                    self.playbook, "week", (monday, monday + 6 * DAY), False, company.id
                )

    # what is told of it

    def get_week(self, week, weeks=1, **filters):
        monday = FIRST.date() + (week - 1) * WEEK
        return self.get_parts(monday, monday + weeks * WEEK, **filters)

    def get_scope(self, key):
        """Return the filters of a company's deals, in the playbook's currency."""
        return {"company_id": self.companies[key].id, "playbook_id": self.playbook.id}

    def test_table(self):
        self.assertEqual(len({number for number, *_deal in self.deals}), 40)

    def test_weeks(self):
        self.assertEqual(self.told, read_parts(table.BOTH))

    def test_what_is_over_never_changes(self):
        """When the quarter is over, each of its weeks is as it was on its Monday."""
        for filters, text in (
            ({}, table.BOTH),
            (self.get_scope("h"), table.HOME),
            (self.get_scope("a"), table.ABROAD),
        ):
            self.assertEqual([self.get_week(week, **filters) for week in WEEKS], read_parts(text))

    def test_to_close_in_the_quarter(self):
        """The last week is one of the quarter that it ends."""
        found = [self.get_week(week, closing="quarter") for week in WEEKS]
        self.assertEqual(found, read_parts(table.DUE))

    def test_quarter(self):
        filters = ({}, {"closing": "quarter"}, {"user_id": self.rep.id}, {"user_id": self.leader.id})
        found = [self.get_week(1, 13, **one) for one in filters]
        self.assertEqual(found, read_parts(table.QUARTER))

    # what is forecast

    def get_kept(self, rows, key):
        """Return what a line of the table says of a company, of ``(level, user id, row)`` of a Monday."""
        [whole] = [row for level, _user_id, row in rows if level == "company"]
        people = {user_id: row for level, user_id, row in rows if level == "person"}
        won = {name: people[user.id]["won"] if user.id in people else 0 for name, user in self.people.items()}
        still = whole["commit"] + whole["best_case"] + whole["pipeline"]
        return {
            f"{key}_won": whole["won"],
            f"{key}_open": still,
            **{f"{key}_{name}_won": amount for name, amount in won.items()},
        }

    def assertForecast(self, get_rows):
        """Assert that ``get_rows(number of the Monday, key of the company)`` are as the table says."""
        for number, expected in enumerate(read(table.FORECAST)):
            for key in self.companies:
                for name, amount in self.get_kept(get_rows(number, key), key).items():
                    self.assertEqual(f"{amount:.2f}", expected[name], f"{name}, Monday {number}")

    def get_weeks(self):
        domain = [("period", "=", "quarter"), ("date_from", "=", FIRST.date())]
        return self.env["crm.forecast.week"].search(domain)

    def test_forecast(self):
        """What each Monday kept: won, and what is to close in the quarter."""
        kept = self.get_weeks().grouped(lambda one: (one.date, one.company_id))

        def get_rows(number, key):
            rows = kept[FIRST.date() + number * WEEK, self.companies[key]]
            return [(row.level, row.user_id.id, row) for row in rows]

        self.assertForecast(get_rows)

    def test_forecast_page(self):
        """What the page said on each Monday."""

        def get_rows(number, key):
            return [(row["level"], row["key"][-1], row) for row in self.pages[number][key]]

        self.assertForecast(get_rows)

    def test_forecast_pivot(self):
        """What the pivot of Monday forecasts adds up for each Monday and company."""
        measures = [f"{name}:sum" for name in ("won", "commit", "best_case", "pipeline")]
        found = self.get_weeks().formatted_read_group(
            [("id", "in", self.get_weeks().ids)], ["date:day", "company_id", "level", "user_id"], measures
        )
        rows = {}
        for group in found:
            row = {name.partition(":")[0]: amount for name, amount in group.items()}
            user_id = group["user_id"] and group["user_id"][0]
            monday = rows.setdefault((group["date:day"][0], group["company_id"][0]), [])
            monday.append((group["level"], user_id, row))
        self.assertForecast(
            lambda number, key: rows[str(FIRST.date() + number * WEEK), self.companies[key].id]
        )

    def test_forecast_in_review(self):
        """Commit is all that is open: each stage says so."""
        names = self.env["crm.funnel.review"]._get_forecast_labels()
        lines = read(table.FORECAST)
        for (week, key), review in self.reviews.items():
            found = {name: f"{review.forecast[name]:.2f}" for name in ("won", "commit")}
            line = lines[week]
            self.assertEqual(found, {"won": line[f"{key}_won"], "commit": line[f"{key}_open"]})
            cells = {row[0]: row[1] for row in self.read_workbook(review)}  # below those of the change
            self.assertEqual({name: cells[names[name]] for name in review.forecast}, review.forecast)
            [page] = [row for row in self.pages[week][key] if row["level"] == "company"]
            self.assertEqual(review.forecast, {name: page[name] for name in review.forecast})

    def test_pivot(self):
        """What the pivot of Mondays adds up is where the change leads to, in each company's currency."""
        for company in self.companies.values():
            for week in WEEKS:
                domain = [("date", "=", FIRST.date() + week * WEEK), ("company_id", "=", company.id)]
                [(worth, count)] = self.Snapshot._read_group(domain, [], ["worth:sum", "__count"])
                closing = self.get_week(week, company_id=company.id)["closing"]
                self.assertEqual((closing[1], round(worth, 2)), (count, closing[0]))

    def test_reviews_and_workbooks(self):
        """They were made at the time, and say what the page says of a week that is over."""
        labels = self.env["crm.pipeline.change"]._get_definitions()
        for key, text in (("h", table.HOME), ("a", table.ABROAD)):
            expected = read_parts(text)
            for week in REVIEWED:
                review, parts = self.reviews[week, key], expected[week - 1]
                kept = {name: (amount, count) for name, amount, count, _deals in review.pipeline_change}
                self.assertEqual(kept, parts)
                rows = self.read_workbook(review)
                told = {row[0]: row[1:] for row in rows[1 : len(parts) + 1]}
                deals = {name: deals for name, _amount, _count, deals in review.pipeline_change}
                self.assertEqual(told, {labels[name][0]: [parts[name][0], deals[name]] for name in parts})

    def read_workbook(self, review):
        book = openpyxl.load_workbook(io.BytesIO(review._make_workbook().raw))
        return [[cell.value for cell in row] for row in book["Change and Forecast"].iter_rows()]
