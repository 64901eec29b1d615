from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from .funnel_common import monday
from .review_common import ReviewCase

NUMBERS = ("captured_count", "asked_count", "complete_count", "further_count", "won_count", "won_amount")


@tagged("post_install", "-at_install")
class TestFunnelIntake(ReviewCase):
    """What has become of the deals that each channel brought."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].with_context(active_test=False).search([]).unlink()
        cls.fair, cls.web = cls.env["utm.source"].create([{"name": "Fair"}, {"name": "Web form"}])
        cls._create_deadline(
            "Complete the lead", "lead_created", satisfied_domain="[('contact_name', '!=', False)]"
        )
        cls.Intake = cls.env["crm.funnel.intake.report"]
        cls.ten = monday(1) + timedelta(hours=10)

    def get_numbers(self, groupby=("source_id",), domain=(), user=None):
        names = [
            *(f"{name}:sum" for name in NUMBERS),
            "complete_rate:avg",
            "contact_hours:avg",
            "won_rate:avg",
        ]
        report = self.Intake.with_user(user) if user else self.Intake
        rows = report._read_group([*domain], [*groupby], names)
        plain = [name.partition(":")[0] for name in names]
        keys = len(groupby)
        return {row[:keys]: dict(zip(plain, row[keys:], strict=True)) for row in rows}

    def note_at(self, moment, leads):
        with self.at(moment):
            self.env["crm.lead.progress"].create(
                [{"lead_id": one.id, "summary": "They called", "communicated_at": moment} for one in leads]
            )

    def settle_at(self, moment, leads):
        with self.at(moment):
            leads._keep_deadlines()

    def test_counted_by_hand(self):
        """Four of the fair: complete at once, in time, late and never; three were called after 2, 4 and 30
        hours; two went further; one is won. One of the web form: nothing yet.
        """
        fair = self.create_leads_at(self.ten, 3, source_id=self.fair.id)
        fair |= self.create_leads_at(self.ten, 1, source_id=self.fair.id, contact_name="Mr Li")
        self.create_leads_at(monday(1) + timedelta(days=3), 1, source_id=self.web.id)
        for hours, lead in ((2, fair[0]), (4, fair[1]), (30, fair[2])):
            self.note_at(self.ten + timedelta(hours=hours), lead)
        with self.at(self.ten + timedelta(hours=1)):
            fair[0].contact_name = "Ms Wu"
        with self.at(monday(1) + timedelta(days=2, hours=12)):
            fair[1].contact_name = "Ms Hu"
        self.move_at(self.ten + timedelta(days=1), fair[:2], self.stage_demo)
        self.move_at(self.ten + timedelta(days=2), fair[0], self.stage_signed)
        with self.mock_datetime_and_now(monday(1) + timedelta(days=3, hours=11)):
            numbers = self.get_numbers()
        told = numbers[self.fair,]
        self.assertEqual([told[name] for name in NUMBERS], [4, 4, 2, 2, 1, 1000])
        self.assertEqual((told["complete_rate"], told["contact_hours"], told["won_rate"]), (50, 4, 25))
        told = numbers[self.web,]
        self.assertEqual([told[name] or 0 for name in NUMBERS], [1, 0, 0, 0, 0, 0])
        self.assertEqual((told["complete_rate"], told["contact_hours"]), (False, False))

    def test_captured_long_before_it_was_entered(self):
        """The card of a fair: captured on Saturday in Shanghai, Friday in UTC, entered on Monday."""
        self.playbook.calendar_id.tz = "Asia/Shanghai"
        captured = monday(1) - timedelta(days=2, hours=7)
        lead = self.create_leads_at(self.ten, 1, captured_at=captured)
        self.note_at(captured + timedelta(hours=69), lead)
        row = self.Intake.search([("lead_id", "=", lead.id)])
        self.assertEqual((row.date, row.day.isoformat(), row.week), (captured, "2023-12-30", "2023-W52"))
        self.assertEqual(row.contact_hours, 69)

    def test_worth_in_the_playbooks_currency(self):
        abroad = self.env["res.company"].create({"name": "West", "currency_id": self.env.ref("base.CHF").id})
        currencies = abroad.currency_id | self.env.company.currency_id
        self.env["res.currency.rate"].search([("currency_id", "in", currencies.ids)]).unlink()
        self.team.company_id = False
        leads = self.create_leads_at(self.ten, 1) | self.create_leads_at(
            self.ten, 1, company_id=abroad.id, user_id=False
        )
        self.move_at(self.ten + timedelta(days=1), leads, self.stage_signed)
        self.assertEqual(self.get_numbers([])[()]["won_amount"], 1000, "no rate")
        self.env["res.currency.rate"].create(
            {"name": "2024-01-01", "currency_id": abroad.currency_id.id, "rate": 4}
        )
        self.env.invalidate_all()
        self.assertEqual(self.get_numbers([])[()]["won_amount"], 1250)
        plan = self.env["crm.recurring.plan"].create({"name": "Monthly", "number_of_months": 1})
        leads[0].write({"recurring_revenue": 100, "recurring_plan": plan.id})
        self.playbook.worth_basis = "recurring"
        self.assertEqual(self.get_numbers([])[()]["won_amount"], 1200, "a year of a subscription")

    def test_deals_without_a_playbook_and_of_others(self):
        """Only what follows a playbook, and what the reader may see."""
        self.create_leads_at(self.ten, 2, source_id=self.fair.id)
        self.create_leads_at(self.ten, 3, source_id=self.fair.id, user_id=self.leader.id)
        team = self.env["crm.team"].create({"name": "No playbook"})
        self.create_leads_at(self.ten, 4, source_id=self.fair.id, team_id=team.id)
        self.assertEqual(self.get_numbers()[self.fair,]["captured_count"], 5)
        own, everything = (
            self.env.ref(f"sales_team.group_sale_salesman{which}") for which in ("", "_all_leads")
        )
        self.rep.group_ids = [Command.unlink(everything.id), Command.link(own.id)]
        self.assertEqual(self.get_numbers(user=self.rep)[self.fair,]["captured_count"], 2)

    def test_lost_deals_count_and_open(self):
        lead = self.create_leads_at(self.ten, 1, source_id=self.fair.id)
        self.lose_at(self.ten + timedelta(days=1), lead)
        row = self.Intake.with_user(self.rep).search([("source_id", "=", self.fair.id)])
        self.assertEqual((row.outcome, row.lost_count, row.further_count), ("lost", 1, 0))
        action = row.action_open_lead()
        self.assertEqual((action["res_model"], action["res_id"]), ("crm.lead", lead.id))

    def test_a_stage_that_is_put_before_takes_no_deal_further(self):
        stays, began_further = self.create_leads_at(self.ten, 1), self.create_leads_at(self.ten, 1)
        self.move_at(self.ten, began_further, self.stage_demo)
        inbox = self.env["crm.stage"].create({"name": "Inbox", "sequence": -1, "team_ids": self.team.ids})
        self.env["crm.playbook.stage"].create({"playbook_id": self.playbook.id, "stage_id": inbox.id})
        with self.at(self.ten + timedelta(days=1)):
            (stays | began_further).user_id = self.leader
        self.assertEqual(stays.stage_log_ids.sorted("sequence").mapped("stage_rank"), [1, 2])
        rows = self.Intake.search([("lead_id", "in", (stays | began_further).ids)])
        self.assertEqual({row.lead_id: row.further_count for row in rows}, {stays: 0, began_further: 1})

    def test_as_a_user_by_rpc(self):
        self.create_leads_at(self.ten, 2, source_id=self.fair.id)
        rows = self.Intake.with_user(self.rep).formatted_read_group(
            [("week", "=", "2024-W01")],
            ["source_id", "medium_id", "campaign_id", "day:month"],
            ["captured_count:sum", "complete_rate:avg", "contact_hours:avg", "won_amount:sum_currency"],
        )
        self.assertEqual([row["captured_count:sum"] for row in rows], [2])
