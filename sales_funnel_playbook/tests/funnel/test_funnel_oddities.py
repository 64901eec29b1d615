from datetime import datetime, timedelta

from odoo import Command
from odoo.tests import tagged

from odoo.addons.sales_funnel_playbook.tools.funnel import get_bounds

from .funnel_common import FunnelCase


@tagged("post_install", "-at_install")
class TestFunnelOddities(FunnelCase):
    """What happens in real funnels."""

    def setUp(self):
        super().setUp()
        self.ten = datetime(2024, 1, 1, 10)

    def test_back_and_forth_within_a_week(self):
        lead = self.create_leads_at(self.ten, 1)
        for hours, stage in enumerate((self.stage_demo, self.stage_lead, self.stage_demo), start=1):
            self.move_at(self.ten + timedelta(hours=hours), lead, stage)
        numbers = self.get_numbers(1)
        self.assertEqual((numbers["Lead"]["begun_count"], numbers["Demo"]["begun_count"]), (2, 2))
        self.assertEqual(numbers["Lead"]["flow_rate"], 100)
        self.assertEqual((numbers["Lead"]["advanced_count"], numbers["Demo"]["returned_count"]), (2, 1))
        self.assertEqual((numbers["Lead"]["cohort_count"], numbers["Lead"]["reached_count"]), (1, 1))
        self.assertEqual((numbers["Demo"]["cohort_count"], numbers["Demo"]["reached_count"]), (1, 0))

    def test_a_skipped_stage_does_not_lose_the_deal(self):
        lead = self.create_leads_at(self.ten, 1)
        self.move_at(self.ten + timedelta(hours=1), lead, self.stage_talks)
        numbers = self.get_numbers(1)
        self.assertEqual((numbers["Lead"]["reached_rate"], numbers["Lead"]["flow_rate"]), (100, 0))
        self.assertEqual(numbers["Lead"]["advanced_count"], 1)
        self.assertEqual(numbers["Demo"]["next_count"], 1)
        self.assertIsNone(numbers["Demo"]["flow_rate"], "none began there")

    def test_lost_and_restored(self):
        lead = self.create_leads_at(self.ten, 1)
        self.lose_at(self.ten + timedelta(days=1), lead)
        self.assertEqual(self.get_numbers(1)["Lead"]["open_count"], 0)
        with self.at(self.ten + timedelta(days=2)):
            lead.action_unarchive()
        numbers = self.get_numbers(1)["Lead"]
        self.assertEqual((numbers["begun_count"], numbers["lost_count"], numbers["cohort_count"]), (1, 1, 1))
        self.assertEqual((numbers["open_count"], numbers["stay_count"]), (1, 0), "its stay goes on")

    def test_lost_while_moved_and_moved_while_lost(self):
        """The first is a loss of the stage it came from, the second nothing."""
        lead = self.create_leads_at(self.ten, 1)
        with self.at(self.ten + timedelta(days=1)):
            lead.write({"active": False, "probability": 0, "stage_id": self.stage_demo.id})
        self.assertEqual(lead.won_status, "lost")
        self.move_at(self.ten + timedelta(days=2), lead, self.stage_talks)
        numbers = self.get_numbers(1)
        self.assertEqual(numbers["Lead"]["lost_count"], 1)
        self.assertFalse(numbers.get("Demo", {}).get("lost_count"))
        self.assertFalse(numbers.get("Talks", {}).get("begun_count"))

    def test_a_stage_removed_since(self):
        leads = self.create_leads_at(self.ten, 2)
        self.move_at(self.ten + timedelta(hours=1), leads, self.stage_demo)
        self.move_at(self.ten + timedelta(hours=2), leads, self.stage_talks)
        self.rules[self.stage_demo].unlink()
        numbers = self.get_numbers(1)
        self.assertEqual(numbers["Lead"]["next_count"], 2, "Talks is the next stage now")
        self.stage_demo.unlink()
        numbers = self.get_numbers(1)
        self.assertEqual(set(numbers), {"Lead", "Talks", False}, "what ended there counts for all deals only")
        self.assertEqual(numbers["Lead"]["reached_rate"], 100)

    def test_stages_reordered_since(self):
        leads = self.create_leads_at(self.ten, 2)
        self.move_at(self.ten + timedelta(hours=1), leads[0], self.stage_demo)
        (self.stage_demo.sequence, self.stage_talks.sequence) = (3, 2)
        numbers = self.get_numbers(1)
        self.assertEqual(numbers["Lead"]["flow_rate"], 0, "Talks is the next stage now")
        self.assertEqual(numbers["Talks"]["next_count"], 1)
        self.assertEqual(numbers["Lead"]["reached_rate"], 50)

    def test_two_currencies(self):
        """Amounts are in the playbook's currency; one without a rate is left out."""
        other = self.env["res.company"].create({"name": "Other", "currency_id": self.env.ref("base.CHF").id})
        currency = self.env.company.currency_id
        rates = self.env["res.currency.rate"]
        rates.search([("currency_id", "in", (currency | other.currency_id).ids)]).unlink()
        self.env.user.company_ids |= other
        self.team.company_id = False
        self.create_leads_at(self.ten, 1, expected_revenue=1000, company_id=self.env.company.id)
        self.create_leads_at(self.ten, 1, expected_revenue=1000, company_id=other.id, user_id=False)
        numbers = self.get_numbers(1)["Lead"]
        self.assertEqual((numbers["open_count"], numbers["open_amount"]), (2, 1000))
        rates.create({"name": "2024-01-01", "currency_id": other.currency_id.id, "rate": 2})
        self.env.invalidate_all()
        self.assertEqual(self.get_numbers(1)["Lead"]["open_amount"], 1500)

    def test_the_week_in_which_the_clock_changes(self):
        """Sunday 31 March 2024 has 23 hours in Brussels and ends at 22:00 UTC."""
        since, until = get_bounds(
            datetime(2024, 3, 25).date(), datetime(2024, 3, 31).date(), "Europe/Brussels"
        )
        self.create_leads_at(until - timedelta(seconds=1), 1)
        self.create_leads_at(until, 1)
        self.create_leads_at(since, 1)
        self.create_leads_at(since - timedelta(seconds=1), 1)
        numbers = self.Report._get_stage_numbers({"playbook_id": self.playbook.id}, since, until)
        self.assertEqual(numbers[self.stage_lead.id]["begun_count"], 2)

    def test_who_sees_what(self):
        """A salesperson's funnel is that of the deals he may see; another company's are nobody's business."""
        mine = self.create_leads_at(self.ten, 2)
        self.create_leads_at(self.ten, 3, user_id=self.leader.id)
        self.rep.write(
            {
                "group_ids": [
                    Command.unlink(self.env.ref("sales_team.group_sale_salesman_all_leads").id),
                    Command.link(self.env.ref("sales_team.group_sale_salesman").id),
                ]
            }
        )
        own = self.Report.with_user(self.rep)
        scope = {"playbook_id": self.playbook.id}
        numbers = own._get_stage_numbers(scope, self.ten, self.ten + timedelta(days=1))
        self.assertEqual(numbers[self.stage_lead.id]["begun_count"], len(mine))
        self.assertEqual(numbers[self.stage_lead.id]["open_count"], len(mine))
        self.assertEqual(self.get_numbers(1)["Lead"]["begun_count"], 5)
        self.assertEqual(self.get_numbers(1, user_id=self.leader.id)["Lead"]["open_count"], 3)
