from odoo.exceptions import AccessError
from odoo.tests import tagged

from .deadline_common import DeadlineCase, at


@tagged("post_install", "-at_install")
class TestDeadlineReport(DeadlineCase):
    """Compliance from the activities that have ended, and a person's day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._create_deadline("Survey", playbook_stage_id=cls.rules[cls.stage_lead].id)
        cls.report = cls.env["crm.playbook.deadline.report"]

    def _end_at(self, *moment, deal="Deal", begun=(18,)):
        """A deal whose survey, due on Tuesday at 17:00 if it began on Monday, is done at a moment."""
        lead = self.create_lead_at(*begun, name=deal)
        with self.at(*moment):
            self.get_work(lead, self.rule).with_user(self.rep).action_feedback("Done")
        return lead

    def test_rates_and_medians_by_hand(self):
        leads = self.env["crm.lead"].union(
            *(self._end_at(*moment) for moment in ((18, 12), (19, 17), (19, 18), (20, 17), (22, 17)))
        )
        missed = self.create_lead_at(18)
        with self.at(20, 17):
            missed.action_set_lost()
        early = self.create_lead_at(18)
        with self.at(18, 12):
            early.action_set_lost()
        lines = [("deadline_id", "=", self.rule.id)]
        states = dict(self.report._read_group(lines, ["state"], ["__count"]))
        self.assertEqual(states, {"on_time": 2, "late": 3, "missed": 1, "dropped": 1})
        [(rate, delay)] = self.report._read_group(
            [*lines, ("lead_id", "in", leads.ids)], [], ["on_time_rate:avg", "delay_hours:avg"]
        )
        self.assertAlmostEqual(rate, 40, msg="2 of 5 were in time")
        self.assertAlmostEqual(delay, 1, msg="0, 0, 1, 24 and 72 hours late: the middle one")
        [(rate, taken)] = self.report._read_group(lines, [], ["on_time_rate:avg", "taken_hours:avg"])
        self.assertAlmostEqual(rate, 2 / 6 * 100)
        self.assertAlmostEqual(taken, 33, msg="3, 32, 33, 56 and 104 hours for what was done")
        by_week = self.report._read_group(lines, ["due_at:week", "user_id"], ["__count"])
        self.assertEqual([row[1:] for row in by_week], [(self.rep, 7)])

    def test_what_was_passed_on_counts_for_who_did_it(self):
        lead = self.create_lead_at(18)
        with self.at(18, 12):
            self.get_work(lead).with_user(self.rep).user_id = self.leader
        [line] = self.report.search([("lead_id", "=", lead.id)])
        self.assertEqual(line.user_id, self.leader)

    def test_my_day(self):
        tiers = (("A", 1000), ("B", 100), ("C", 0))
        self.playbook.tier_ids = [
            (0, 0, {"tier": tier, "min_revenue": revenue, "min_probability": 0}) for tier, revenue in tiers
        ]
        self._create_deadline("Later", playbook_stage_id=self.rules[self.stage_lead].id, count=5)
        small, big, other = (
            self.create_lead_at(18, name=name, expected_revenue=revenue, user_id=user.id)
            for name, revenue, user in (
                ("Small", 5, self.rep),
                ("Big", 5000, self.rep),
                ("Other", 5, self.leader),
            )
        )
        middle = self.create_lead_at(18, 10, name="Middle", expected_revenue=500)
        with self.mock_datetime_and_now(at(19, 12)):
            mine = self.report.with_user(self.rep).search(
                [
                    ("user_id", "=", self.rep.id),
                    ("state", "in", ["open", "overdue"]),
                    ("date_deadline", "<=", "today"),
                ]
            )
            self.assertEqual(mine.mapped("lead_id"), big | middle | small)
            self.assertEqual(mine.mapped("summary"), ["Survey"] * 3)
            self.assertEqual(set(mine.mapped("state")), {"open"})
            mine[0].action_done()
            self.env.cr.flush()
        self.assertFalse(self.get_work(big, self.rule).active)
        self.assertTrue(self.get_work(other, self.rule).active)
        self.assertEqual(mine[1].action_open_lead()["res_id"], middle.id)
        self.assertEqual(mine[1].action_log_progress()["context"]["default_lead_id"], middle.id)

    def test_questions_approvals_and_overrides_are_work_too(self):
        self.env["crm.playbook.override.reason"].create({"name": "Old customer"})
        reason = self.env["crm.playbook.override.reason"].search([], limit=1)
        deck = self._create_output(self.stage_demo, "Deck", evidence="note", approval="team_leader")
        lead = self.create_lead_at(18)
        with self.at(18, 10):
            lead.ask_later(self.needs_confirmed.id, ask_by="2024-03-20")
            lead.with_user(self.leader).override_gate(self.stage_demo.id, reason.id, "They have waited long")
            lead.with_user(self.rep).submit_output(deck.id, note="Three presses are needed in May")
        kinds = {line.kind: line.user_id for line in self.report.search([("lead_id", "=", lead.id)])}
        self.assertEqual(
            kinds,
            {"stage_entered": self.rep, "question": self.rep, "override": self.rep, "approval": self.leader},
        )
        with self.at(18, 11):
            lead.user_id = self.user_sales_salesman
        self.report.invalidate_model()
        moved = self.report.search([("lead_id", "=", lead.id), ("kind", "in", ["question", "override"])])
        self.assertEqual(moved.user_id, self.user_sales_salesman)
        with self.at(18, 12):
            lead.action_set_lost()
        self.assertFalse(lead.with_context(active_test=True).activity_ids)

    def test_what_is_seen_is_what_deals_are_seen(self):
        lead = self.create_lead_at(18)
        own = self.user_sales_salesman
        self.assertFalse(self.report.with_user(own).search([("lead_id", "=", lead.id)]))
        [line] = self.report.search([("lead_id", "=", lead.id)])
        with self.assertRaises(AccessError):
            line.with_user(own).read(["summary"])
        lead.user_id = own
        self.assertTrue(self.report.with_user(own).search([("lead_id", "=", lead.id)]))
