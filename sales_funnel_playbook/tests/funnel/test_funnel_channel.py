import base64
import io
from datetime import timedelta

import openpyxl

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .funnel_common import monday
from .review_common import ReviewCase

DAYS = {"date_from": "2024-01-01", "date_to": "2024-01-07"}


@tagged("post_install", "-at_install")
class TestFunnelChannel(ReviewCase):
    """Where deals came from, who the customer is and why a deal was lost are asked for like team and
    salesperson, on the page, in the analysis, in a review and its workbook.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].with_context(active_test=False).search([]).unlink()
        cls.fair, cls.unused = cls.env["utm.source"].create([{"name": "Fair"}, {"name": "Nobody"}])
        cls.industry = cls.env["res.partner.industry"].create({"name": "Mills"})
        cls.price = cls.env["crm.lost.reason"].create({"name": "Price"})
        cls.traits = {
            "source_id": cls.fair.id,
            "medium_id": cls.env["utm.medium"].create({"name": "Booth"}).id,
            "campaign_id": cls.env["utm.campaign"].create({"name": "Spring"}).id,
            "industry_id": cls.industry.id,
            "company_size": "11-50",
            "country_id": cls.env.ref("base.cn").id,
        }

    def setUp(self):
        """Three deals of the fair, of which one is lost for its price, and two of nowhere."""
        super().setUp()
        self.ten = monday(1) + timedelta(hours=10)
        self.of_fair = self.create_leads_at(self.ten, 3, partner_name="Mill", **self.traits)
        self.others = self.create_leads_at(self.ten, 2, partner_name="Shop")
        self.move_at(self.ten + timedelta(days=1), self.of_fair[:2] | self.others[0], self.stage_demo)
        with self.at(self.ten + timedelta(days=2)):
            self.of_fair[0].action_set_lost(lost_reason_id=self.price.id)

    def get_stage(self, stage, **filters):
        with self.mock_datetime_and_now(monday(2)):
            page = self.Report.get_funnel({"playbook_id": self.playbook.id, **DAYS, **filters})
        self.assertLessEqual(filters.items(), page["filters"].items())
        return next(one for one in page["stages"] if one["stage_id"] == stage.id)

    def test_each_is_a_filter_of_the_page(self):
        for name, value in self.traits.items():
            with self.subTest(name):
                lead, demo = (
                    self.get_stage(one, **{name: value}) for one in (self.stage_lead, self.stage_demo)
                )
                self.assertEqual((lead["begun_count"], lead["next_count"], lead["cohort_count"]), (3, 2, 3))
                self.assertEqual((lead["open_count"], demo["open_count"]), (1, 1))
                self.assertEqual((lead["open_amount"], demo["lost_count"]), (1000, 1))
        lost = self.get_stage(self.stage_demo, lost_reason_id=self.price.id)
        self.assertEqual((lost["lost_count"], lost["begun_count"], lost["open_count"]), (1, 1, 0))
        self.assertEqual(self.get_stage(self.stage_lead)["begun_count"], 5)
        for name, value in (("company_size", "huge"), ("source_id", "Fair"), ("country_id", [1])):
            with self.subTest(name), self.assertRaises(UserError):
                self.get_stage(self.stage_lead, **{name: value})

    def test_what_was_open_then_counts_though_it_is_lost_now(self):
        """On Tuesday night the lost deal was open in Demo; it has been archived since."""
        stage = self.get_stage(self.stage_demo, source_id=self.fair.id, date_to="2024-01-02")
        self.assertEqual(stage["open_count"], 2)
        action = self.Report.get_deals_action(
            {"playbook_id": self.playbook.id, **DAYS, "date_to": "2024-01-02", "source_id": self.fair.id},
            *(self.stage_demo.id, "open_count"),
        )
        found = self.env["crm.lead"].with_context(**action["context"]).search(action["domain"])
        self.assertEqual(found, self.of_fair[:2].sorted(lambda one: found.ids.index(one.id)))

    def test_options_are_those_that_deals_have(self):
        options = self.Report.get_filter_options()
        self.assertEqual(options["source_id"], [{"id": self.fair.id, "name": "Fair"}])
        self.assertEqual([one["name"] for one in options["lost_reason_id"]], ["Price"])
        self.assertEqual([one["name"] for one in options["industry_id"]], ["Mills"])
        self.assertIn({"id": "11-50", "name": "11–50"}, options["company_size"])
        self.of_fair.user_id = self.leader
        own, everything = (
            self.env.ref(f"sales_team.group_sale_salesman{which}") for which in ("", "_all_leads")
        )
        self.rep.group_ids = [Command.unlink(everything.id), Command.link(own.id)]
        self.assertFalse(self.Report.with_user(self.rep).get_filter_options()["source_id"])

    def test_each_groups_the_analysis(self):
        for name in (*self.traits, "lost_reason_id"):
            rows = self.Report._read_group([("event", "=", "first")], [name], ["cohort_count:sum"])
            # first entries into Lead and Demo: 1 + 1 of the lost deal; 3 + 2 of the fair and 2 + 1 of nowhere
            expected = (2, 6) if name == "lost_reason_id" else (3, 5)
            self.assertEqual(sorted(count for _value, count in rows), [*expected], name)
        groupable = self.Report.fields_get([*self.traits, "lost_reason_id", "week"], ["groupable"])
        self.assertTrue(all(one["groupable"] for one in groupable.values()))

    def test_in_the_workbook(self):
        self.make_reviews(monday(2))
        content = base64.b64decode(self.get_review(1)._get_workbook().datas)
        book = openpyxl.load_workbook(io.BytesIO(content))
        customers = [[cell.value for cell in row] for row in book["Open customers"]]
        self.assertEqual(
            customers[0][12:],
            [
                "ID",
                *("Source", "Marketing Medium", "Campaign", "Company Size", "Country"),
            ],
        )
        mills = [row for row in customers if row[0] == "Mill"]
        self.assertEqual([row[13:] for row in mills], [["Fair", "Booth", "Spring", "11–50", "China"]] * 2)
        head, *closed = [[cell.value for cell in row] for row in book["Won and lost"]]
        self.assertEqual(len(closed), 1)
        row = dict(zip(head, closed[0], strict=True))
        told = [row[name] for name in ("Customer name", "Outcome", "Stage", "Lost Reason", "Source")]
        self.assertEqual(told, ["Mill", "Lost", "Demo", "Price", "Fair"])
        self.assertEqual((str(row["Closed On"].date()), row["Worth (10,000)"]), ("2024-01-03", 0.1))

    def test_from_a_review(self):
        self.make_reviews(monday(2))
        action = self.get_review(1).with_user(self.leader).action_open_channels()
        report = self.Report.with_user(self.leader)
        rows = report._read_group(action["domain"], ["source_id"], ["begun_count:sum"])
        self.assertEqual(sorted(count for _source, count in rows), [3, 5])
        self.assertEqual(action["res_model"], "crm.funnel.report")
