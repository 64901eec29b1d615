import base64
import io
from datetime import timedelta

import openpyxl

from odoo import Command
from odoo.tests import tagged

from .funnel_common import monday
from .review_common import ReviewCase

TEN = timedelta(hours=10)


@tagged("post_install", "-at_install")
class TestFunnelHandedOver(ReviewCase):
    """Deals that are archived, handed over or follow another playbook: what page, reviews and workbooks of
    each team say of the moment asked for.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["crm.team"].create({"name": "North", "company_id": False})
        cls.stages.team_ids |= cls.other
        cls.playbook.team_ids |= cls.other

    def assertOpen(self, week, expected):
        """:param dict expected: ``{team: names of the deals that are open when the week ends}``"""
        sunday = monday(week + 1) - timedelta(days=1)
        days = {"date_from": str(monday(week).date()), "date_to": str(sunday.date())}
        for team, names in expected.items():
            review = self.Review.search(
                [
                    ("playbook_id", "=", self.playbook.id),
                    ("team_id", "=", team.id),
                    ("period", "=", "week"),
                    ("date_from", "=", monday(week).date()),
                ]
            )
            total = review.line_ids.filtered(lambda line: not line.stage_id)
            with self.subTest(week=week, team=team.name):
                self.assertEqual((total.open_count, total.open_amount), (len(names), 1000 * len(names)))
                self.assertEqual(self.read_names(review), names)
                page = self.Report.get_funnel({"playbook_id": self.playbook.id, "team_id": team.id, **days})
                self.assertEqual(page["totals"]["open_count"], len(names))

    def read_names(self, review):
        """Return the customers that a review's workbook lists as open; there is none of an empty week."""
        if not review:
            return []
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(review._get_workbook().datas)))
        return sorted(row[0] for row in book["Open customers"].iter_rows(min_row=2, values_only=True))

    def create_customers(self, *names):
        return self.env["crm.lead"].union(
            *(self.create_leads_at(monday(1) + TEN, 1, name=name, partner_name=name) for name in names)
        )

    def test_archived_duplicates(self):
        """In no number while they are archived, and back in all when they are."""
        leads = self.create_customers("One", "Two", "Three")
        with self.at(monday(1) + timedelta(days=1)):
            leads[1:].action_archive()
        self.make_reviews(monday(2))
        with self.at(monday(2) + timedelta(days=1)):
            leads[1].action_unarchive()
        self.make_reviews(monday(3))
        self.assertOpen(1, {self.team: ["One"]})
        self.assertOpen(2, {self.team: ["One", "Two"]})

    def test_handed_to_another_team(self):
        """Whose it was then stays so; the leader of before is told nothing of what came later."""
        first, second = self.create_customers("One", "Two")
        with self.at(monday(1) + timedelta(days=2)):
            first.write({"team_id": self.other.id, "user_id": False})
        self.make_reviews(monday(2))
        with self.at(monday(2) + timedelta(days=2)):
            second.write({"team_id": self.other.id, "user_id": False})
        self.make_reviews(monday(3))
        self.assertOpen(1, {self.team: ["Two"], self.other: ["One"]})
        self.assertOpen(2, {self.team: [], self.other: ["One", "Two"]})

    def test_under_another_playbook(self):
        """Open there from that moment, and in the funnel of before no longer."""
        line = self.env["crm.product.line"].create({"name": "Presses", "company_id": False})
        presses = self.env["crm.playbook"].create(
            {
                "name": "Presses",
                "company_id": False,
                "stage_ids": [Command.create({"stage_id": self.stage_lead.id})],
                "product_line_ids": [Command.set(line.ids)],
            }
        )
        first, _second = self.create_customers("One", "Two")
        with self.at(monday(1) + timedelta(days=2)):
            first.product_line_id = line
        self.make_reviews(monday(2))
        self.assertOpen(1, {self.team: ["Two"]})
        days = {"date_from": str(monday(1).date()), "date_to": "2024-01-07"}
        page = self.Report.get_funnel({"playbook_id": presses.id, **days})
        self.assertEqual(page["totals"]["open_count"], 1)
        self.assertEqual(page["stages"][0]["begun_count"], 0, "coming under it is no entry")
