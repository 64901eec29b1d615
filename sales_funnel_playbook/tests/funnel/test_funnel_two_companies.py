import base64
from datetime import timedelta
from io import BytesIO

from lxml import html
from openpyxl import load_workbook

from odoo import Command
from odoo.tests import new_test_user, tagged

from .funnel_common import WEEKS, monday
from .review_common import ReviewCase

NAMES = ("Lead", "Demo", "Talks", "Signed")
# What has come and not gone by the end of the twelfth week, by hand: 75 were created and 42 went on; 42 came
# to Demo and 2 came back, 16 went on and 6 were lost; 16 came to Talks, 6 were signed and 2 went back.
OPEN = {"Lead": 33, "Demo": 22, "Talks": 8}


@tagged("post_install", "-at_install")
class TestFunnelTwoCompanies(ReviewCase):
    """The worked example twice, in one playbook of all companies: where it is one in the morning in Shanghai,
    which is Sunday in UTC, in yuan; and where it is ten at night in Los Angeles, which is the next day in
    UTC, in dollars. Every number of every week is the one that was counted by hand.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        yuan, dollar = cls.env.ref("base.CNY"), cls.env.ref("base.USD")
        (yuan | dollar).active = True
        cls.east, cls.west = cls.env["res.company"].create(
            [{"name": "East", "currency_id": yuan.id}, {"name": "West", "currency_id": dollar.id}]
        )
        cls.playbook.calendar_id = False
        for company, tz in ((cls.east, "Asia/Shanghai"), (cls.west, "America/Los_Angeles")):
            company.resource_calendar_id = cls._create_nine_to_five()
            company.resource_calendar_id.tz = tz
        cls.team.company_id = False
        cls.boss = new_test_user(
            cls.env,
            "funnel_boss",
            groups="sales_team.group_sale_manager",
            email="boss@example.com",
            company_id=cls.east.id,
            company_ids=[Command.set((cls.east | cls.west).ids)],
        )
        cls.Report = cls.Report.with_context(allowed_company_ids=(cls.east | cls.west).ids)
        rates = cls.env["res.currency.rate"]
        rates.search([("currency_id", "in", (yuan | dollar).ids)]).unlink()
        cls.playbook.currency_id = yuan
        main = cls.playbook._get_main_company()
        rates.create(
            [
                {"currency_id": one.id, "company_id": main.id, "name": "2020-01-01", "rate": rate}
                for one, rate in ((yuan, 7), (dollar, 1))
                if one != main.currency_id
            ]
        )
        self = cls("setUpClass")
        self.work_through(12, hours=-7, company_id=cls.east.id, user_id=False)
        self.work_through(12, hours=30, company_id=cls.west.id, user_id=False)

    def get_page(self, week, last_week=None, **filters):
        sunday = monday((last_week or week) + 1) - timedelta(days=1)
        days = {"date_from": f"{monday(week):%Y-%m-%d}", "date_to": f"{sunday:%Y-%m-%d}"}
        return self.Report.get_funnel({"playbook_id": self.playbook.id, **days, **filters})

    def get_expected(self, week):
        """Return what enters each stage in a week, and ``(won, lost)``."""
        created, demo, talks, signed, lost, back = WEEKS[week - 1]
        return [created, demo + back, talks, signed], (signed, lost)

    def test_page_and_all_deals(self):
        for company in self.east | self.west:
            for week in range(1, 13):
                with self.subTest(company=company.name, week=week):
                    page = self.get_page(week, company_id=company.id)
                    entered, closed = self.get_expected(week)
                    self.assertEqual([stage["begun_count"] for stage in page["stages"]], entered)
                    totals = page["totals"]
                    self.assertEqual((totals["begun_count"], totals["won_count"]), (entered[0], closed[0]))
                    self.assertEqual(totals["lost_count"], closed[1])
            page = self.get_page(1, 12, company_id=company.id)
            found = {stage["name"]: stage["open_count"] for stage in page["stages"]}
            self.assertEqual(found, {**OPEN, "Signed": 0})
            self.assertEqual(page["totals"]["open_count"], sum(OPEN.values()))
            rate = 7 if company == self.west else 1
            self.assertAlmostEqual(page["totals"]["open_amount"], 1000 * rate * sum(OPEN.values()))
            cohort = [page["totals"][name] for name in ("cohort_count", "reached_count", "cohort_lost_count")]
            self.assertEqual(cohort, [75, 6, 6])

    def test_pivot(self):
        rows = self.Report.formatted_read_group(
            [("playbook_id", "=", self.playbook.id), ("event", "=", "begun")],
            ["company_id", "week", "stage_id"],
            ["begun_count:sum"],
        )
        found = {
            (row["company_id"][1], row["week"], row["stage_id"][1]): row["begun_count:sum"] for row in rows
        }
        expected = {
            (company.name, f"2024-W{week:02}", name): count
            for company in self.east | self.west
            for week in range(1, 13)
            for name, count in zip(NAMES, self.get_expected(week)[0], strict=True)
            if count
        }
        self.assertEqual(found, expected)

    def test_review_workbook_and_mail(self):
        self.playbook.review_user_ids = self.boss
        self.make_reviews(monday(13) + timedelta(days=1))
        for company in self.east | self.west:
            review = self.Review.search(
                [
                    *(("playbook_id", "=", self.playbook.id), ("company_id", "=", company.id)),
                    *(("period", "=", "week"), ("team_id", "=", self.team.id)),
                    ("date_from", "=", monday(12).date()),
                ]
            )
            entered, closed = self.get_expected(12)
            lines = [self.get_line(review, stage) for stage in self.stages]
            self.assertEqual([line.begun_count for line in lines], entered)
            self.assertEqual(
                [sum(line[name] for line in lines) for name in ("won_count", "lost_count")], [*closed]
            )
            self.assertEqual([line.open_count for line in lines[:3]], [*OPEN.values()])
            rate = 7 if company == self.west else 1
            self.assertAlmostEqual(sum(line.open_amount for line in lines), 1000 * rate * sum(OPEN.values()))
            deals = self.env["crm.lead"].search(
                lines[0].with_context(funnel_number="open_count").action_open_deals()["domain"]
            )
            self.assertEqual((len(deals), deals.company_id), (OPEN["Lead"], company))
            numbers = [
                (line.begun_count, line.won_count, line.lost_count, line.open_count, line.open_amount)
                for line in lines
            ]
            self.assertEqual(self.read_workbook(review), numbers, company.name)
            self.assertEqual(self.read_mail(review), [row[:-1] for row in numbers], company.name)

    def read_workbook(self, review):
        sheet = load_workbook(BytesIO(base64.b64decode(review.workbook_id.datas)))["Funnel"]
        header, *rows = sheet.iter_rows(values_only=True)
        columns = [header.index(name) for name in ("Entered", "Won", "Lost", "Open Deals", "Open Amount")]
        return [tuple(row[column] for column in columns) for row in rows[: len(NAMES)]]

    def read_mail(self, review):
        mail = self.env["mail.mail"].search([("res_id", "=", review.id), ("model", "=", review._name)])
        table = html.fromstring(mail[0].body_html).find(".//table")
        header, *rows = [["".join(cell.itertext()).strip() for cell in row] for row in table.iter("tr")]
        columns = [header.index(name) for name in ("Entered", "Won", "Lost", "Open Deals")]
        return [tuple(int(row[column]) for column in columns) for row in rows[: len(NAMES)]]
