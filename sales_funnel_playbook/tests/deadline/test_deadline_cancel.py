from datetime import date

from odoo.tests import tagged

from .deadline_common import DeadlineCase, at


@tagged("post_install", "-at_install")
class TestDeadlineCancel(DeadlineCase):
    """Cancelling what a playbook asks for is a decision: on record, and in force until it begins anew."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.survey = cls._create_deadline(
            "Survey", playbook_stage_id=cls.rules[cls.stage_lead].id, escalation_to="team_leader"
        )
        cls.waivers = cls.env["crm.lead.waiver"]

    def _get_line(self, lead):
        """Return what Deadline Compliance tells of the survey."""
        report = self.env["crm.playbook.deadline.report"]
        self.env.flush_all()
        return report.search([("lead_id", "=", lead.id), ("deadline_id", "=", self.survey.id)])

    def test_overdue_work_that_is_cancelled(self):
        lead = self.create_lead_at(18)
        self.run_job(20, 9)
        [work] = self.get_work(lead, self.survey)
        told = self.get_work(lead) - work
        self.assertEqual(told.user_id, self.leader)
        mails = [("message_type", "=", "user_notification"), ("subject", "ilike", "Survey")]
        count = self.env["mail.message"].search_count(mails)
        with self.at(20, 10):
            work.with_user(self.rep).cancel_deadline("They know what they want")
        self.assertFalse(work.exists(), "it is really deleted")
        self.assertTrue(told.exists().active, "what the leader was told is the leader's")
        waiver = self.waivers.search([("lead_id", "=", lead.id)])
        self.assertRecordValues(
            waiver,
            [
                {
                    "deadline_id": self.survey.id,
                    "occurrence": "stay",
                    "user_id": self.rep.id,
                    "cancelled_by_id": self.rep.id,
                    "reason": "They know what they want",
                    "due_at": at(19, 17),
                    "cancelled_at": at(20, 10),
                }
            ],
        )
        self.assertIn("Cancelled: Survey (due 03/19/2024). They know", lead.message_ids[0].preview)
        self.run_job(20, 11)
        self.run_job(21, 11)
        self.assertEqual(self.get_work(lead), told)
        self.assertEqual(self.env["mail.message"].search_count(mails), count, "nobody is told twice")
        line = self._get_line(lead)
        self.assertEqual((line.state, line.is_by_hand, line.cancelled_by_id), ("missed", True, self.rep))

    def test_it_is_asked_again_when_the_cause_begins_anew(self):
        lead = self.create_lead_at(18)
        with self.at(18, 10):
            self.get_work(lead).with_user(self.rep).action_cancel()
        line = self._get_line(lead)
        self.assertEqual((line.state, line.activity_id.id, line.reason), ("dropped", False, False))
        with self.at(18, 12):
            lead.user_id = self.user_sales_salesman
        with self.at(18, 13):
            lead.action_set_lost()
        with self.at(18, 14):
            lead.action_unarchive()
            lead.probability = 10
        self.assertFalse(self.get_work(lead), "it is the same time in the stage")
        with self.at(19, 10):
            self._advance(lead, self.stage_demo)
        with self.at(20, 10):
            lead.stage_id = self.stage_lead
        self.assertWork(lead, [("Survey", self.user_sales_salesman, at(21, 17), False)])

    def test_what_odoo_deletes_by_itself_comes_back(self):
        lead = self.create_lead_at(18)
        with self.at(18, 10):
            self.get_work(lead).with_user(self.rep).sudo().unlink()
        self.assertWork(lead, [("Survey", self.rep, at(19, 17), False)])
        with self.at(18, 11):
            lead.with_user(self.rep).activity_schedule(summary="My own", user_id=self.rep.id).unlink()
        self.assertFalse(self.waivers.search([("lead_id", "=", lead.id)]))

    def test_no_context_says_what_was_decided(self):
        """Else what was cancelled would be asked for again."""
        lead = self.create_lead_at(18)
        forged = {"default_is_final": False, "default_cancelled_by_id": self.leader.id, "default_number": 7}
        with self.at(18, 10):
            work = self.get_work(lead).with_user(self.rep).with_context(**forged)
            work.cancel_deadline("No need")
        self.assertRecordValues(
            self.waivers.search([("lead_id", "=", lead.id)]),
            [{"is_final": True, "cancelled_by_id": self.rep.id, "occurrence": "stay"}],
        )
        self.run_job(19, 11)
        self.assertFalse(self.get_work(lead))

    def test_a_review_that_is_cancelled_is_due_again_a_week_later(self):
        rule = self._create_deadline("Review", "review", 1, "weeks")
        lead = self.create_lead_at(4, 10)
        self.run_job(11, 9)
        with self.at(11, 12):
            self.get_work(lead, rule).with_user(self.rep).unlink()
        self.run_job(15, 9)
        self.assertFalse(self.get_work(lead, rule))
        self.run_job(18, 9)
        self.assertEqual(self.get_work(lead, rule).playbook_due_at, at(18, 12))

    def test_a_note_that_is_cancelled_is_asked_for_after_the_next_talk(self):
        rule = self._create_deadline("Write the note", "communication", 24, "hours")
        lead = self.create_lead_at(18)
        for day in (18, 20):
            call = lead.activity_schedule(
                "mail.mail_activity_data_call", date(2024, 3, day), user_id=self.rep.id
            )
            with self.at(day, 11):
                call.with_user(self.rep).action_feedback("They want three")
            self.assertEqual(self.get_work(lead, rule).playbook_due_at, at(day + 1, 11))
            with self.at(day, 12):
                self.get_work(lead, rule).with_user(self.rep).unlink()
            self.run_job(day, 13)
            self.assertFalse(self.get_work(lead, rule))

    def test_what_was_missed_and_cancelled_is_missed(self):
        """Two of them are a risk, and a lead that was not completed in time was not."""
        kind = self.env.ref("sales_funnel_playbook.risk_type_deadline")
        complete = self._create_deadline("Complete it", "lead_created")
        lead = self.create_lead_at(18)
        with self.at(20, 10):
            self.get_work(lead, complete).with_user(self.rep).unlink()
        self.run_job(20, 11)
        self.assertRecordValues(lead.risk_ids, [{"type_id": kind.id}])
        self.env.flush_all()
        [intake] = self.env["crm.funnel.intake.report"].search([("lead_id", "=", lead.id)])
        self.assertEqual((intake.asked_count, intake.complete_count), (1, 0))

    def test_a_renewal_reminder_that_was_due_has_fired(self):
        rule = self._create_deadline("Renew", "won", 2, "days", is_renewal_reminder=True)
        lead = self.create_lead_at(18)
        with self.at(19):
            self._advance(lead, self.stage_signed)
        with self.at(22):
            self.get_work(lead, rule).with_user(self.rep).unlink()
            lead.invalidate_recordset()
            self.assertTrue(lead.has_renewal_reminder)

    def test_in_the_dialog_of_my_day(self):
        lead = self.create_lead_at(18)
        action = self._get_line(lead).with_user(self.rep).action_cancel()
        dialog = self.env[action["res_model"]].with_user(self.rep).with_context(**action["context"])
        with self.at(18, 10):
            dialog.create({"reason": "No need"}).action_cancel()
        self.assertFalse(self.get_work(lead))
        self.assertEqual(self.waivers.search([("lead_id", "=", lead.id)]).reason, "No need")

    def test_a_deal_that_is_merged_is_asked_for_its_own(self):
        complete = self._create_deadline("Complete it", "lead_created", count=5)
        first, second = self.create_lead_at(18), self.create_lead_at(19)
        with self.at(19, 10):
            self.get_work(second, complete).with_user(self.rep).unlink()
        with self.at(19, 12):
            merged = (first | second).merge_opportunity()
        self.assertEqual(merged, first)
        self.assertEqual(self.waivers.search([("lead_id", "=", merged.id)]).deadline_id, complete)
        self.assertTrue(self.get_work(merged, complete).filtered("active"))

    def test_risks_that_a_merge_takes_along_are_answered_as_they_were(self):
        """One by hand, one cancelled; the third is asked for until then and from then on."""
        respond = self._create_deadline("Respond", "risk_raised", 5)
        first, answered, cancelled, waiting = (self.create_lead_at(18) for _ in range(4))
        with self.at(18, 10):
            (answered | cancelled | waiting).risk_level = "high"
        with self.at(18, 11):
            self.get_work(answered, respond).with_user(self.rep).action_feedback("They were told")
            self.get_work(cancelled, respond).with_user(self.rep).cancel_deadline("No need")
        risk = waiting.risk_ids
        with self.at(19, 10):
            merged = (first | answered | cancelled | waiting).merge_opportunity()
        self.run_job(19, 11)
        self.assertEqual(merged, first)
        self.assertEqual(len(merged.risk_ids.filtered(lambda one: one.state == "open")), 3)
        [asked] = self.get_work(merged, respond).filtered("active")
        self.assertEqual((asked.playbook_number, asked.playbook_due_at), (risk.id, at(25, 17)))
        self.assertEqual(self.waivers.search([("lead_id", "=", merged.id)]).reason, "No need")

    def test_deals_are_merged_whose_playbook_is_out_of_use(self):
        """Before the job has ended what it had asked for."""
        self._create_deadline("Complete it", "lead_created", count=5)
        first, second = self.create_lead_at(18), self.create_lead_at(19)
        with self.at(19, 12):
            self.env["crm.playbook"].search([("is_template", "=", False)]).active = False
            merged = (first | second).merge_opportunity()
        self.run_job(19, 13)
        self.assertFalse(self.get_work(merged).filtered("active"))

    def test_a_rule_whose_work_was_cancelled_is_archived_and_not_deleted(self):
        lead = self.create_lead_at(18)
        with self.at(18, 10):
            self.get_work(lead).with_user(self.rep).unlink()
        with self.assertRaisesRegex(Exception, "archive it instead"):
            self.survey.unlink()

    def test_what_the_leader_was_told_goes_to_the_next_when_they_leave(self):
        lead = self.create_lead_at(18)
        self.run_job(20, 9)
        with self.at(20, 10):
            self.get_work(lead, self.survey).with_user(self.rep).unlink()
        told = self.get_work(lead)
        with self.at(20, 11):
            self.leader.action_archive()
        self.assertEqual(told.exists().user_id, self.playbook.responsible_user_id)

    def test_what_people_ask_of_each_other_is_cancelled_on_record_too(self):
        """Approvals, open questions, and what a manager let pass."""
        report = self._create_output(self.stage_lead, "Report", approval="team_leader", evidence="note")
        lead = self.create_lead_at(18)
        with self.at(18, 10):
            lead.with_user(self.rep).submit_output(
                report.id, note="The whole story of the deal, as asked for"
            )
            lead.with_user(self.rep).ask_later(self.review_passed.id, "condition", date(2024, 3, 25))
            reason = self.env["crm.playbook.override.reason"].search([], limit=1)
            lead.with_user(self.leader).override_gate(self.stage_demo.id, reason.id, "They are in a hurry")
        asked = self.get_work(lead).filtered("active")
        kinds = {"approval", "question", "override"}
        self.assertEqual(set(asked.mapped("playbook_kind")) & kinds, kinds)
        with self.at(18, 11):
            for one in asked.filtered(lambda one: one.playbook_kind in kinds):
                one.with_user(one.user_id).cancel_deadline("Not needed")
        self.run_job(19, 9)
        self.assertFalse(self.get_work(lead).filtered(lambda one: one.playbook_kind in kinds))
        waivers = self.waivers.search([("lead_id", "=", lead.id)])
        self.assertLessEqual(kinds, set(waivers.mapped("kind")))
        self.assertEqual(set(waivers.mapped("reason")), {"Not needed"})
        approval = waivers.filtered(lambda one: one.kind == "approval")
        self.assertEqual((approval.cancelled_by_id, approval.summary), (self.leader, "Approve: Report"))
        self.env.flush_all()
        lines = self.env["crm.playbook.deadline.report"].search(
            [("lead_id", "=", lead.id), ("cancelled_by_id", "!=", False)]
        )
        self.assertEqual(set(lines.mapped("state")), {"dropped"})
        self.assertLessEqual(kinds, set(lines.mapped("kind")))

    def test_handed_in_again_approval_is_asked_for_again(self):
        report = self._create_output(self.stage_lead, "Report", approval="team_leader", evidence="note")
        lead = self.create_lead_at(18)
        for day in (18, 19):
            with self.at(day, 10):
                lead.with_user(self.rep).submit_output(
                    report.id, note=f"The whole story on the {day}th of March"
                )
            [asked] = self.get_work(lead).filtered(lambda one: one.active and one.playbook_kind == "approval")
            with self.at(day, 11):
                asked.with_user(self.leader).unlink()
        self.assertEqual(self.waivers.search_count([("lead_id", "=", lead.id), ("kind", "=", "approval")]), 2)

    def test_a_user_who_has_cancelled_work_can_be_deleted(self):
        somebody = self.rep.copy({"login": "somebody", "name": "Somebody"})
        lead = self.create_lead_at(18, user_id=somebody.id)
        with self.at(18, 10):
            lead.with_user(somebody).ask_later(self.review_passed.id, "condition", date(2024, 3, 25))
            self.get_work(lead, self.survey).with_user(somebody).cancel_deadline("No need")
        waiver = self.waivers.search([("lead_id", "=", lead.id)])
        lead.user_id = self.rep
        lead.question_ids.activity_id.sudo().unlink()  # theirs, which goes with them
        self.env.flush_all()
        somebody.unlink()
        self.assertFalse(waiver.cancelled_by_id)
        told = lead.message_ids.filtered(lambda message: "Cancelled: Survey" in message.body)
        self.assertEqual(told.author_id.name, "Somebody")
        self.assertEqual(len(lead.question_ids), 1)
