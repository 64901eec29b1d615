from datetime import datetime

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import PlaybookCase

TOLD = "It was met when the deal entered “Demo”, and is not any more."


@tagged("post_install", "-at_install")
class TestGateEarlier(PlaybookCase):
    """What a gate asked for once and somebody has emptied since, the next move forward asks for again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.leader
        cls.manager.group_ids += cls.env.ref("sales_team.group_sale_manager")

    def come(self, lead=None):
        """Bring a deal into Demo, with all that Talks asks for."""
        lead = self._advance(lead or self._create_lead(), self.stage_demo).with_user(self.rep)
        lead.confirm_condition(self.review_passed.id)
        return lead

    def empty(self, lead=None):
        lead = self.come(lead)
        lead.expected_revenue = 0
        return lead

    def test_every_way_of_moving_asks_again(self):
        lead = self.empty()
        self.assertRefused(["Amount known"], lead.write, {"stage_id": self.stage_talks.id})
        self.assertRefused(["Amount known"], lead.fill_in_and_move, self.stage_talks.id)
        [item] = lead.check_gate(self.stage_talks.id)[str(lead.id)]["unmet"]
        self.assertEqual(item["guidance"], f"{TOLD}\nHow to meet: Amount known.")
        [missing] = lead.get_missing(self.stage_talks.id)["items"]
        self.assertEqual([field["name"] for field in missing["fields"]], ["expected_revenue"])
        self.assertEqual(missing["guidance"], item["guidance"], "the window says why it asks")
        self.assertEqual(lead.advance_stage()["moved"], [])
        self.assertFalse(lead.is_ready_to_advance)
        panel = lead.get_playbook_panel()
        self.assertEqual([one["name"] for one in panel["stage"]["emptied"]], ["Amount known"])
        self.assertEqual([stage["unmet"] for stage in panel["next_stages"]], [1, 2])
        lead.fill_in_and_move(self.stage_talks.id, {"expected_revenue": 5})
        self.assertEqual((lead.stage_id, lead.stage_log_ids[0].gate), (self.stage_talks, "passed"))

    def test_winning_and_bringing_back_ask_too(self):
        lead = self._advance(self._create_lead(), self.stage_talks).with_user(self.rep)
        lead.write({"expected_revenue": 0, "date_deadline": "2030-01-01"})
        self.assertRefused(["Amount known"], lead.action_set_won)
        lead.action_set_lost()
        lead.action_restore()
        self.assertEqual(lead.stage_id, self.stage_talks, "where it was lost nothing is asked")
        lead.expected_revenue = 1
        lead.action_set_won()
        lead.expected_revenue = 0
        self.assertEqual(lead.get_playbook_panel()["stage"]["emptied"], [], "what is won is left alone")

    def test_simulating_counts_it(self):
        lead = self.empty()
        simulation = self.env["crm.playbook.simulation"].create({"playbook_id": self.playbook.id})
        self.assertEqual(simulation.lead_ids, lead.ids)
        self.assertEqual(simulation.rule_line_ids.mapped("name"), ["Amount known"])

    def test_who_observes_is_told_once(self):
        self.playbook.mode = "observe"
        lead = self.empty()
        lead.stage_id = self.stage_talks
        log = lead.stage_log_ids[0]
        self.assertEqual((log.gate, log.unmet_summary), ("observed", "Amount known"))
        self.playbook.mode = "enforce"
        lead.date_deadline = "2030-01-01"
        lead.action_set_won()
        self.assertEqual(lead.won_status, "won", "it was let pass without")

    def test_advisory_conditions_refuse_nothing(self):
        lead = self.come(self._create_lead(phone="+1 202 555 0122"))
        lead.phone = False
        lead.stage_id = self.stage_talks
        self.assertEqual(lead.stage_log_ids[0].unmet_summary, "Phone known")

    def test_who_was_let_pass_is_not_asked(self):
        reason = self.env["crm.playbook.override.reason"].create({"name": "Old customer"})
        lead = self._create_lead().with_user(self.leader)
        lead.override_gate(self.stage_demo.id, reason.id, "As agreed with the board")
        lead.confirm_condition(self.review_passed.id)
        lead.stage_id = self.stage_talks
        self.assertEqual((lead.stage_id, lead.expected_revenue), (self.stage_talks, 0))
        other = self.empty(self._create_lead("Other")).with_user(self.leader)
        other.override_gate(self.stage_talks.id, reason.id, "Its amount is being calculated")
        other.date_deadline = "2030-01-01"
        other.action_set_won()
        self.assertEqual(other.won_status, "won")

    def test_who_came_under_the_playbook_later_is_not_asked(self):
        lead = self._create_lead(team_id=False, user_id=False, expected_revenue=5)
        lead.stage_id = self.stage_demo
        lead.write({"team_id": self.team.id, "user_id": self.rep.id, "stage_id": self.stage_demo.id})
        self.assertEqual(lead.stage_log_ids[0].kind, "joined")
        lead.expected_revenue = 0
        names = [item["name"] for item in lead.check_gate(self.stage_talks.id)[str(lead.id)]["unmet"]]
        self.assertIn("Review passed", names)

    def test_back_and_forward(self):
        lead = self.empty()
        lead.stage_id = self.stage_lead
        self.assertEqual(
            lead.check_gate(self.stage_demo.id)[str(lead.id)]["unmet"][0]["name"], "Amount known"
        )
        self.assertEqual(lead.get_playbook_panel()["stage"]["emptied"], [], "the way ahead asks for it")
        self._advance(lead, self.stage_talks)
        self.assertEqual(lead.stage_id, self.stage_talks)

    def test_a_rule_that_asks_for_something_else_now_asks_nothing_of_the_past(self):
        lead = self.empty()
        with self.mock_datetime_and_now(datetime(2050, 1, 1)):
            self.has_amount.domain = "[('expected_revenue', '>', 100)]"
            self.env.flush_all()
        lead.stage_id = self.stage_talks
        self.assertEqual(lead.stage_log_ids[0].gate, "passed")

    def test_another_name_asks_for_nothing_else(self):
        with self.mock_datetime_and_now(datetime(2050, 1, 1)):
            before = self.has_amount.changed_at
            self.has_amount.write({"name": "Worth known", "guidance": "Ask them"})
            self.env.flush_all()
            self.assertEqual(self.has_amount.changed_at, before)
        with self.assertRaises(AccessError):
            self.has_amount.with_user(self.manager).changed_at = "2000-01-01"

    def test_what_holds_for_a_while_only(self):
        self.has_amount.stays_required = False
        lead = self.empty()
        lead.stage_id = self.stage_talks
        self.assertEqual(lead.stage_log_ids[0].gate, "passed")

    def test_a_condition_that_is_broken_by_now_asks_nobody_again(self):
        lead = self.empty()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_playbook_condition SET domain = '[(''gone'', ''='', 1)]' WHERE id = %s",
            [self.has_amount.id],
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        lead.stage_id = self.stage_talks
        self.assertEqual(lead.stage_id, self.stage_talks)

    def test_handed_over_and_merged(self):
        lead = self.empty()
        lead.with_user(self.leader).user_id = self.leader
        lead = lead.with_user(self.leader)
        self.assertRefused(["Amount known"], lead.write, {"stage_id": self.stage_talks.id})
        other = self._create_lead("Twin")
        merged = (lead.sudo() | other).merge_opportunity()
        merged.expected_revenue = 0
        self.assertRefused(["Amount known"], merged.write, {"stage_id": self.stage_talks.id})

    def test_a_copy_was_asked_for_nothing(self):
        lead = self.empty().with_user(self.leader)
        copy = lead.copy({"stage_id": self.stage_lead.id})
        self.assertEqual(copy.get_playbook_panel()["stage"]["emptied"], [])
