from datetime import datetime, timedelta

from odoo.tests import tagged

from ...exceptions import PlaybookGateError
from ..common import PlaybookCase

START = datetime(2024, 3, 4, 9)


@tagged("post_install", "-at_install")
class TestGateReportWins(PlaybookCase):
    """What a rule costs, and whether it pays: the deals that met it, did not, or were overridden, and how
    many of each were won.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).unlink()
        cls.playbook.mode = "observe"
        cls.needs_confirmed.active = False
        cls.make_rules_of(START - timedelta(days=60))
        cls.reason = cls.env["crm.playbook.override.reason"].create({"name": "Old customer"})

    @classmethod
    def make_rules_of(cls, moment):
        """The rules are there since then."""
        cls.env.flush_all()
        cls.env.cr.execute("UPDATE crm_playbook_condition SET create_date = %s", [moment])
        cls.env.invalidate_all()

    def make_deals(self, count, won, day=0, is_met=True):
        """Deals that came into Demo with the amount known or not, and ended a week later."""
        with self.mock_datetime_and_now(START + timedelta(days=day)):
            leads = self.env["crm.lead"].union(
                *(
                    self._create_lead(f"Deal {number}", expected_revenue=5 if is_met else 0)
                    for number in range(count)
                )
            )
            leads.stage_id = self.stage_demo
            self.env.flush_all()
        with self.mock_datetime_and_now(START + timedelta(days=day + 7)):
            leads[:won].action_set_won()
            leads[won:].action_set_lost(lost_reason_id=self.env.ref("crm.lost_reason_1").id)
            self.env.flush_all()
        return leads

    def get_wins(self, groupby, what="met"):
        rows = self.env["crm.playbook.gate.report"]._read_group(
            [("rule_name", "=", "Amount known")],
            [groupby],
            [f"{what}_lead_id:count_distinct", f"{what}_win_rate:avg"],
        )
        return {key: tuple(values) for key, *values in rows}

    def change_rule(self, day):
        with self.mock_datetime_and_now(START + timedelta(days=day)):
            self.has_amount.severity = "advisory"
            self.env.flush_all()

    def test_win_rate_with_the_rule_met_and_unmet(self):
        self.change_rule(-30)
        self.make_deals(10, won=6)
        self.make_deals(5, won=1, is_met=False)
        self.assertEqual(self.get_wins("rule_name"), {"Amount known": (10, 60)})
        self.assertEqual(self.get_wins("rule_name", "unmet"), {"Amount known": (5, 20)})
        self.assertEqual(self.get_wins("rule_name", "overridden"), {"Amount known": (0, False)})

    def test_before_and_since_the_last_change(self):
        self.make_deals(5, won=1)
        self.make_deals(5, won=4, day=40)
        self.change_rule(30)
        self.assertEqual(self.get_wins("era"), {"before": (5, 20), "since": (5, 80)})

    def test_what_moved_before_there_was_the_rule_has_not_met_it(self):
        self.make_deals(5, won=1)
        self.make_deals(5, won=4, day=40)
        self.make_rules_of(START + timedelta(days=20))
        self.assertEqual(self.get_wins("rule_name"), {"Amount known": (5, 80)})

    def test_of_few_deals_there_is_no_rate(self):
        self.make_deals(4, won=4)
        self.assertEqual(self.get_wins("rule_name"), {"Amount known": (4, False)})

    def test_overridden(self):
        self.playbook.mode = "enforce"
        for number in range(5):
            lead = self._create_lead(f"Deal {number}", date_deadline="2030-01-01")
            lead.with_user(self.leader).override_gate(
                self.stage_demo.id, self.reason.id, "They pay in advance"
            )
            lead.confirm_condition(self.review_passed.id)
            lead.stage_id = self.stage_talks
            if number < 3:
                lead.action_set_won()
            else:
                lead.action_set_lost(lost_reason_id=self.env.ref("crm.lost_reason_1").id)
        self.assertEqual(self.get_wins("rule_name", "overridden"), {"Amount known": (5, 60)})

    def test_filled_in_where_it_was_refused(self):
        self.playbook.mode = "enforce"
        lead, other = self._create_lead(), self._create_lead("Other")
        for one in (lead, other):
            with self.assertRaises(PlaybookGateError), self.env.cr.savepoint():
                one.stage_id = self.stage_demo
            row = {
                "lead_id": one.id,
                "playbook_id": self.playbook.id,
                "stage_id": self.stage_demo.id,
                "previous_stage_id": self.stage_lead.id,
                "unmet": [{"kind": "domain", "rule_id": self.has_amount.id, "name": "Amount known"}],
            }
            self.env["crm.lead.refusal"]._write_rows([row])
        lead.with_user(self.rep).fill_in_and_move(self.stage_demo.id, {"expected_revenue": 5})
        other.expected_revenue = 5
        other.stage_id = self.stage_demo
        self.env.flush_all()
        [(refused, filled)] = self.env["crm.playbook.gate.report"]._read_group(
            [("gate", "=", "refused")], [], ["refusal_id:count_distinct", "filled_refusal_id:count_distinct"]
        )
        self.assertEqual((refused, filled), (2, 1))
