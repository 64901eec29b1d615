from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .deadline_common import DeadlineCase, at

INTAKE_DONE = "['&', ('source_id', '!=', False), ('contact_name', '!=', False)]"


@tagged("post_install", "-at_install")
class TestDeadline(DeadlineCase):
    """One-time deadlines, stepped through in time: what begins them, ends them, and whose they are."""

    def test_a_lead_is_completed_within_a_working_day(self):
        intake = self._create_deadline("Complete it", "lead_created", satisfied_domain=INTAKE_DONE)
        lead = self.create_lead_at(15, 18)  # Friday evening
        self.assertWork(lead, [("Complete it", self.rep, at(18, 17), False)])
        [activity] = self.get_work(lead)
        self.assertRecordValues(
            activity,
            [{"automated": True, "date_deadline": at(18).date(), "playbook_deadline_id": intake.id}],
        )
        with self.at(18, 10):
            lead.contact_name = "Ms Wu"
        self.assertTrue(activity.active, "the source is still missing")
        with self.at(18, 16):
            lead.source_id = self.env["utm.source"].create({"name": "Fair"})
        self.assertWork(lead, [("Complete it", self.rep, at(18, 17), "satisfied")])
        self.assertEqual(activity.playbook_done_at, at(18, 16))
        self.assertFalse(activity.active)
        self.run_job(20, 9)
        self.assertEqual(len(self.get_work(lead)), 1, "done is done")

    def test_a_condition_of_spaces_is_none(self):
        self._create_deadline("Call", "lead_created", domain=" [] ", satisfied_domain="[] ")
        self.assertWork(self.create_lead_at(15, 18), [("Call", self.rep, at(18, 17), False)])

    def test_the_time_counts_from_when_the_lead_was_captured(self):
        self._create_deadline("Complete it", "lead_created", satisfied_domain=INTAKE_DONE)
        source = self.env["utm.source"].create({"name": "Exhibition"})
        complete = {"source_id": source.id, "contact_name": "Mr Li"}
        late = self.create_lead_at(20, 9, captured_at=at(15, 11), **complete)
        in_time = self.create_lead_at(20, 9, **complete)
        self.assertWork(late, [("Complete it", self.rep, at(18, 17), "satisfied")])
        report = self.env["crm.playbook.deadline.report"]
        states = {one.lead_id: one.state for one in report.search([("lead_id", "in", (late | in_time).ids)])}
        self.assertEqual(states, {late: "late", in_time: "on_time"})
        with self.assertRaisesRegex(UserError, "cannot be in the future"):
            self.create_lead_at(20, 9, captured_at=at(21))

    def test_a_lead_is_captured_by_the_clock_it_is_checked_with(self):
        """Odoo's own tests put a clock that stands in the place of ``fields.Datetime``."""
        with patch("odoo.fields.Datetime", wraps=fields.Datetime) as clock:
            clock.now.return_value = at(14)
            lead = self._create_lead()
        self.assertEqual(lead.captured_at, at(14))

    def test_entering_a_stage_begins_its_key_actions_and_ends_those_before(self):
        survey = self._create_deadline("Survey", playbook_stage_id=self.rules[self.stage_lead].id)
        demo = self._create_deadline(
            "Demo", count=5, playbook_stage_id=self.rules[self.stage_demo].id, responsible="team_leader"
        )
        lead = self.create_lead_at(18, 9)
        self.assertWork(lead, [("Survey", self.rep, at(19, 17), False)])
        with self.at(18, 11):
            self._advance(lead, self.stage_demo)
        self.assertWork(lead, [("Survey", self.rep, at(19, 17), "dropped")], survey)
        self.assertWork(lead, [("Demo", self.leader, at(25, 17), False)], demo)
        with self.at(18, 12):
            self.get_work(lead, demo).with_user(self.leader).action_feedback("They liked it")
        with self.at(19, 9):
            lead.stage_id = self.stage_lead
        self.assertEqual(
            self.get_work(lead, survey).mapped("playbook_closing"), ["dropped", False], "it is to do again"
        )
        with self.at(19, 10):
            self._advance(lead, self.stage_demo)
        self.assertWork(
            lead, [("Demo", self.leader, at(25, 17), "by_hand")], demo
        )  # what was done in the stage need not be done again

    def test_what_was_due_before_it_was_dropped_is_missed(self):
        self._create_deadline("Survey", playbook_stage_id=self.rules[self.stage_lead].id)
        lead = self.create_lead_at(18, 9)
        with self.at(21, 9):
            self._advance(lead, self.stage_demo)
        [line] = self.env["crm.playbook.deadline.report"].search([("lead_id", "=", lead.id)])
        self.assertEqual((line.state, line.on_time_rate), ("missed", 0))

    def test_an_output_is_due_in_the_stage_it_comes_from(self):
        report = self._create_output(
            self.stage_lead, "Needs report", evidence="note", delay_count=3, effective_from="2000-01-01"
        )
        lead = self.create_lead_at(15, 16)  # Friday: Monday, Tuesday, Wednesday
        self.assertWork(lead, [("Submit: Needs report", self.rep, at(20, 17), False)])
        with self.at(21, 9):
            lead.with_user(self.rep).submit_output(report.id, note="Three presses are needed in May")
        self.assertWork(lead, [("Submit: Needs report", self.rep, at(20, 17), "satisfied")])
        self.assertTrue(lead.output_ids.is_late)
        panel_due = lead._get_output_due_at(report)
        self.assertEqual(panel_due, at(20, 17), "the tab and the activity tell the same")

    def test_a_response_to_a_high_risk_is_agreed(self):
        rule = self._create_deadline("Respond", "risk_raised", responsible="team_leader")
        lead = self.create_lead_at(18)
        with self.at(18, 10):
            lead.risk_level = "medium"
        self.assertFalse(self.get_work(lead))
        with self.at(18, 11):
            lead.risk_level = "high"
        self.assertWork(lead, [("Respond", self.leader, at(19, 17), False)], rule)
        with self.at(19, 10):
            lead.risk_response = "A director visits"
        self.assertWork(lead, [("Respond", self.leader, at(19, 17), "satisfied")], rule)
        with self.at(20, 10):
            lead.risk_ids.write({"state": "closed", "closing_note": "Visited"})
            lead.risk_level = "high"
        self.assertEqual(len(self.get_work(lead, rule)), 2, "another high risk is another cause")

    def test_winning_ends_the_work_on_the_deal_and_begins_what_comes_after(self):
        self._create_deadline("Complete it", "lead_created", satisfied_domain=INTAKE_DONE)
        survey = self._create_deadline("Renew", "won", 3, "months", is_renewal_reminder=True)
        handover = self._create_deadline("Hand over", playbook_stage_id=self.rules[self.stage_signed].id)
        lead = self.create_lead_at(18)
        with self.at(19, 9):
            self._advance(lead, self.stage_signed)
        self.assertEqual(lead.won_status, "won")
        self.assertEqual(self.get_work(lead)[0].playbook_closing, "dropped")
        self.assertEqual(self.get_work(lead, survey).playbook_due_at, at(19).replace(month=6))
        self.assertWork(lead, [("Hand over", self.rep, at(20, 17), False)], handover)
        reminded = [("has_renewal_reminder", "=", True), ("id", "=", lead.id)]
        with self.at(28):
            self.assertFalse(self.env["crm.lead"].search(reminded))
        with self.mock_datetime_and_now(at(19, 10).replace(month=6)):
            lead.invalidate_recordset()
            self.assertEqual(self.env["crm.lead"].search(reminded), lead)
            self.assertTrue(lead.has_renewal_reminder)
            lead.stage_id = self.stage_demo
            self.env.cr.flush()
            self.assertFalse(self.env["crm.lead"].search(reminded))
        self.assertEqual(self.get_work(lead, survey).playbook_closing, "dropped", "it is open again")

    def test_a_won_deal_that_is_archived_is_asked_about_once(self):
        """Odoo's date of closing moves with the archiving, and is not what counts."""
        survey = self._create_deadline("Survey", "won", 3, "months")
        lead = self.create_lead_at(18)
        with self.at(19, 9):
            self._advance(lead, self.stage_signed)
            self.env.cr.flush()
        work = self.get_work(lead, survey)
        work.action_feedback(feedback="They are content")
        for change in ("action_archive", "action_unarchive"):
            with self.at(25):
                getattr(lead, change)()
                self.env.cr.flush()
                lead._keep_deadlines()
        self.assertEqual(lead.date_closed.day, 25)
        self.assertEqual(self.get_work(lead, survey), work)

    def test_losing_and_archiving_end_the_work_and_restoring_takes_it_up(self):
        survey = self._create_deadline("Survey", count=5, playbook_stage_id=self.rules[self.stage_lead].id)
        case = self._create_deadline("Record it", "lost", 5)
        lead = self.create_lead_at(18)
        with self.at(19):
            lead.action_set_lost()
        self.assertEqual(self.get_work(lead, survey).playbook_closing, "dropped")
        self.assertWork(lead, [("Record it", self.rep, at(26, 17), False)], case)
        with self.at(20):
            lead.action_unarchive()
            lead.probability = 10
        self.assertEqual(self.get_work(lead, case).playbook_closing, "dropped")
        self.assertEqual(
            [(one.playbook_due_at, one.active) for one in self.get_work(lead, survey)],
            [(at(25, 17), False), (at(25, 17), True)],
            "being lost and restored is no new beginning of the stage",
        )
        other = self.create_lead_at(21)
        with self.at(21, 10):
            other.active = False
        self.assertEqual(self.get_work(other, survey).playbook_closing, "dropped")

    def test_reassigning_moves_the_work_but_not_what_was_passed_on(self):
        survey = self._create_deadline("Survey", playbook_stage_id=self.rules[self.stage_lead].id)
        letter = self._create_deadline("Letter", playbook_stage_id=self.rules[self.stage_lead].id)
        respond = self._create_deadline("Respond", "risk_raised", responsible="team_leader")
        lead = self.create_lead_at(18)
        colleague = self.user_sales_salesman
        with self.at(18, 10):
            lead.risk_level = "high"
            self.get_work(lead, letter).with_user(self.rep).user_id = self.leader
            lead.activity_schedule(summary="My own", user_id=self.rep.id)
        with self.at(18, 11):
            lead.user_id = colleague
        self.assertEqual(self.get_work(lead, survey).user_id, colleague)
        self.assertEqual(self.get_work(lead, letter).user_id, self.leader)
        self.assertEqual(self.get_work(lead, respond).user_id, self.leader)
        own = lead.activity_ids.filtered(lambda one: one.summary == "My own")
        self.assertEqual(own.user_id, self.rep, "what a person has planned is theirs")
        with self.at(18, 12):
            self.team.user_id = colleague
        self.run_job(18, 13)
        self.assertEqual(self.get_work(lead, respond).user_id, colleague)

    def test_another_playbook_asks_for_other_things(self):
        survey = self._create_deadline("Survey", playbook_stage_id=self.rules[self.stage_lead].id)
        lead = self.create_lead_at(18)
        line = self.env["crm.product.line"].create({"name": "Presses", "company_id": False})
        presses = self.env["crm.playbook"].create(
            {
                "name": "Presses",
                "company_id": False,
                "product_line_ids": line.ids,
                "stage_ids": [(0, 0, {"stage_id": self.stage_lead.id})],
            }
        )
        with self.at(18, 10):
            lead.product_line_id = line
        self.assertEqual(self.get_work(lead, survey).playbook_closing, "dropped")
        with self.at(18, 11):
            lead.product_line_id = False
        self.assertEqual(self.get_work(lead, survey).mapped("active"), [False, True])
        with self.at(18, 12):
            lead.write({"product_line_id": line.id})
            presses.active = False
        self.assertEqual(self.get_work(lead, survey)[-1].active, True, "no playbook of its own any more")

    def test_only_deals_it_applies_to_and_only_what_begins_after_it(self):
        stage = self.rules[self.stage_lead].id
        self._create_deadline("Big", playbook_stage_id=stage, domain="[('expected_revenue', '>', 100)]")
        self._create_deadline("New", playbook_stage_id=stage, effective_from=at(20))
        big = self.create_lead_at(18, expected_revenue=1000)
        small = self.create_lead_at(21, expected_revenue=10)
        self.assertEqual(self.get_work(big).mapped("summary"), ["Big"])
        self.assertEqual(self.get_work(small).mapped("summary"), ["New"])

    def test_merging_keeps_one_of_each_and_the_record_of_both(self):
        self._create_deadline("Complete it", "lead_created", count=5, satisfied_domain=INTAKE_DONE)
        survey = self._create_deadline("Survey", playbook_stage_id=self.rules[self.stage_lead].id)
        first, second = self.create_lead_at(18), self.create_lead_at(19)
        with self.at(19, 10):
            self.get_work(second, survey).with_user(self.rep).action_feedback("Done")
            second.ask_later(self.needs_confirmed.id, ask_by="2024-03-25")
        with self.at(19, 12):
            merged = (first | second).merge_opportunity()
        work = self.get_work(merged)
        self.assertEqual(
            sorted((one.summary, one.active, one.playbook_closing) for one in work),
            [
                ("Ask: Needs confirmed", True, False),
                ("Complete it", False, "dropped"),
                ("Complete it", True, False),
                ("Survey", False, "by_hand"),
                ("Survey", True, False),
            ],
        )

    def test_a_deal_without_a_playbook_has_none(self):
        self._create_deadline("Complete it", "lead_created")
        lead = self.create_lead_at(18, team_id=False, user_id=False)
        self.run_job(25)
        self.assertFalse(self.get_work(lead))

    def test_a_changed_rule_holds_for_what_begins_from_now_on(self):
        rule = self._create_deadline("Survey", "lead_created")
        lead = self.create_lead_at(18)
        rule.delay_count = 3
        self.run_job(18, 12)
        self.assertEqual(self.get_work(lead).playbook_due_at, at(19, 17))
        self.assertEqual(self.get_work(self.create_lead_at(18, 13)).playbook_due_at, at(21, 17))

    def test_a_time_limit_that_begins_later_asks_nothing_of_the_past(self):
        report = self._create_output(self.stage_lead, "Report", effective_from="2000-01-01")
        self.create_lead_at(18)
        with self.mock_datetime_and_now(at(20)):
            report.delay_count = 3
        self.assertEqual(report.effective_from, at(20))
