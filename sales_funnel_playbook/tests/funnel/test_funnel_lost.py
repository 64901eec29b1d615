from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from .funnel_common import monday
from .review_common import ReviewCase


@tagged("post_install", "-at_install")
class TestFunnelLost(ReviewCase):
    """Why deals are lost: reason, the stage in which it was, and who else offered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].with_context(active_test=False).search([]).unlink()
        cls.price, cls.need = cls.env["crm.lost.reason"].create([{"name": "Price"}, {"name": "No need"}])
        cls.big, cls.small = cls.env["crm.competitor"].create([{"name": "Big"}, {"name": "Small"}])
        cls.Lost = cls.env["crm.funnel.lost.report"]
        cls.ten = monday(1) + timedelta(hours=10)

    def lose(self, leads, reason, days=2):
        with self.at(self.ten + timedelta(days=days)):
            leads.action_set_lost(lost_reason_id=reason.id)

    def add_competitors(self, leads, *competitors):
        self.env["crm.lead.competitor"].create(
            [{"lead_id": lead.id, "competitor_id": one.id} for lead in leads for one in competitors]
        )

    def get_sums(self, *groupby, user=None, domain=()):
        report = self.Lost.with_user(user) if user else self.Lost
        rows = report._read_group([*domain], [*groupby], ["lost_count:sum", "amount:sum"])
        return {tuple(keys): (count, amount) for *keys, count, amount in rows}

    def test_reason_stage_and_competitor(self):
        """Three lost in Demo for the price, two against Big and one of them against Small, too; one lost in
        Lead without need; one is open.
        """
        leads = self.create_leads_at(self.ten, 5)
        self.move_at(self.ten + timedelta(days=1), leads[:3], self.stage_demo)
        self.add_competitors(leads[:2], self.big)
        self.add_competitors(leads[0], self.small)
        self.lose(leads[:3], self.price)
        self.lose(leads[3], self.need)
        self.assertEqual(
            self.get_sums("lost_reason_id", "stage_id"),
            {(self.price, self.stage_demo): (3, 3000), (self.need, self.stage_lead): (1, 1000)},
        )
        nobody = self.env["crm.competitor"]
        self.assertEqual(
            self.get_sums("competitor_ids", domain=[("lost_reason_id", "=", self.price.id)]),
            {(self.big,): (2, 2000), (self.small,): (1, 1000), (nobody,): (1, 1000)},
        )
        self.assertEqual(self.get_sums(), {(): (4, 4000)}, "a deal with two competitors is one deal")
        rows = self.Lost.search([("competitor_ids", "in", self.small.ids)])
        self.assertEqual((rows.lead_id, rows.competitor_ids), (leads[0], self.big | self.small))
        self.assertEqual(rows.action_open_lead()["res_id"], leads[0].id)

    def test_where_and_when_it_was_lost(self):
        """Lost while moved: in the stage it came from. Handed over since, and lost again after it came back:
        the last loss counts, with whom it had then.
        """
        lead, other = self.create_leads_at(self.ten, 2)
        with self.at(self.ten + timedelta(days=1)):
            lead.write({"active": False, "probability": 0, "stage_id": self.stage_demo.id})
        self.lose(other, self.price, days=1)
        with self.at(self.ten + timedelta(days=2)):
            other.action_unarchive()
        self.move_at(self.ten + timedelta(days=3), other, self.stage_demo)
        self.lose(other, self.need, days=8)
        with self.at(self.ten + timedelta(days=9)):
            other.user_id = self.leader
        rows = {row.lead_id: row for row in self.Lost.search([])}
        self.assertEqual((rows[lead].stage_id, rows[lead].week), (self.stage_lead, "2024-W01"))
        row = rows[other]
        self.assertEqual(
            (row.stage_id, row.lost_reason_id, row.user_id), (self.stage_demo, self.need, self.rep)
        )
        self.assertEqual((row.week, row.day.isoformat()), ("2024-W02", "2024-01-09"))
        with self.at(self.ten + timedelta(days=10)):
            other.action_unarchive()
        self.assertEqual(self.Lost.search([]).lead_id, lead, "what is lost no more")

    def test_created_as_lost(self):
        lead = self.create_leads_at(self.ten, 1, active=False, probability=0)
        row = self.Lost.search([])
        self.assertEqual((row.lead_id, row.stage_id, row.date), (lead, self.stage_lead, self.ten))

    def test_who_sees_what(self):
        self.lose(self.create_leads_at(self.ten, 1), self.price)
        self.lose(self.create_leads_at(self.ten, 2, user_id=self.leader.id), self.price)
        self.assertEqual(self.get_sums("lost_reason_id", user=self.rep), {(self.price,): (3, 3000)})
        own, everything = (
            self.env.ref(f"sales_team.group_sale_salesman{which}") for which in ("", "_all_leads")
        )
        self.rep.group_ids = [Command.unlink(everything.id), Command.link(own.id)]
        self.assertEqual(self.get_sums("lost_reason_id", user=self.rep), {(self.price,): (1, 1000)})
        rows = self.Lost.with_user(self.rep).formatted_read_group(
            [("week", "=", "2024-W01")],
            ["lost_reason_id", "stage_id", "competitor_ids"],
            ["lost_count:sum", "amount:sum_currency"],
        )
        self.assertEqual([row["lost_count:sum"] for row in rows], [1])
