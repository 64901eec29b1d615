from datetime import timedelta

from odoo import Command
from odoo.tests import new_test_user, tagged

from .deadline_common import DeadlineCase

ENGLISH = {
    "deadline": "Survey",
    "output": "Submit: Offer",
    "approval": "Approve: Layout",
    "override": "Outstanding: Report",
    "question": "Ask: Do they have the money?",
    "escalation": "Missed: Survey",
}
CHINESE = {
    "deadline": "调研",
    "output": "提交：报价单",
    "approval": "待审批：布局图",
    "override": "待补齐：报告",
    "question": "询问：有预算吗？",
    "escalation": "已错过：调研",
}


@tagged("post_install", "-at_install")
class TestDeadlineWords(DeadlineCase):
    """Work is told in the language of whoever has it, whenever that becomes another one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        (cls.rep | cls.leader).lang = "en_US"
        (cls.has_amount | cls.needs_confirmed).active = False
        cls.survey = cls._create_deadline(
            "Survey",
            playbook_stage_id=cls.rules[cls.stage_lead].id,
            guidance="Ask who decides",
            escalation_to="team_leader",
        )
        cls.survey.with_context(lang="zh_CN").write({"name": "调研", "guidance": "问清谁决策"})
        offer = cls._create_output(cls.stage_demo, "Offer", delay_count=9, effective_from="2000-01-01")
        cls.layout = cls._create_output(
            cls.stage_lead, "Layout", evidence="note", is_required=False, approval="team_leader"
        )
        report = cls._create_output(cls.stage_lead, "Report")
        for output, name in ((offer, "报价单"), (cls.layout, "布局图"), (report, "报告")):
            output.with_context(lang="zh_CN").name = name
        cls.playbook.criterion_ids = [
            Command.create(
                {
                    "name": "Do they have the money?",
                    "kind": "choice",
                    "option_ids": [Command.create({"name": "Yes", "points": 10})],
                }
            )
        ]
        cls.playbook.criterion_ids.with_context(lang="zh_CN").name = "有预算吗？"

    def _give_work(self):
        """Return open work of each kind: of a deal whose first deadline is missed, and of one that was
        overridden into the next stage.
        """
        lead, overridden = (self.create_lead_at(18, name=name) for name in ("Acme", "Globex"))
        reason = self.env["crm.playbook.override.reason"].search([], limit=1)
        with self.at(18, 10):
            lead.ask_later(self.playbook.criterion_ids.id, "criterion", "2024-04-01")
            note = f"Deal {lead.id} is about the green press"
            lead.with_user(self.rep).submit_output(self.layout.id, note=note)
            overridden.with_user(self.leader).override_gate(
                self.stage_demo.id, reason.id, "Agreed by phone", "2024-04-01"
            )
        self.run_job(20)
        return self.get_work(lead | overridden).filtered("active")

    def _get_told(self, work):
        """Return ``{kind: what its activity says}``."""
        return {one.playbook_kind: one.summary for one in work}

    def _get_one(self, work, kind):
        return work.filtered(lambda one: one.playbook_kind == kind)

    def test_who_reads_another_language(self):
        work = self._give_work()
        self.assertEqual(self._get_told(work), ENGLISH)
        for lang, expected, guidance in (
            ("zh_CN", CHINESE, "问清谁决策"),
            ("en_US", ENGLISH, "Ask who decides"),
        ):
            (self.rep | self.leader).lang = lang
            self.assertEqual(self._get_told(work), expected)
            self.assertEqual(self._get_one(work, "deadline").note, f"<p>{guidance}</p>")
            missed = self._get_one(work, "escalation").note
            self.assertIn(guidance, missed)
            self.assertIn("负责人：" if lang == "zh_CN" else "Responsible: ", missed)

    def test_the_time_is_that_of_who_is_told(self):
        """Whoever the job runs as, and in whichever zone its reader has changed the language."""
        self.leader.tz = "Asia/Shanghai"
        self.env.user.tz = "America/New_York"
        work = self._give_work()
        missed = self._get_one(work, "escalation")
        due = missed.playbook_escalation_of_id.playbook_due_at
        there = due + timedelta(hours=8)
        self.assertIn(f"{there:%m/%d/%Y %I:%M:%S %p}", missed.note)
        self.leader.with_user(self.leader).lang = "zh_CN"
        self.assertIn("商机", missed.note)
        self.assertIn(f"{there:%H:%M:%S}", missed.note)

    def test_by_themselves(self):
        """They may not write activities of the playbook, nor see all deals."""
        work = self._give_work()
        self.rep.with_user(self.rep).write({"lang": "zh_CN"})
        told = {**CHINESE, "approval": ENGLISH["approval"], "escalation": ENGLISH["escalation"]}
        self.assertEqual(self._get_told(work), told, "the leader's stay as they are")

    def test_what_a_person_has_written_stays(self):
        work = self._give_work()
        deadline, question = self._get_one(work, "deadline"), self._get_one(work, "question")
        deadline.with_user(self.rep).note = "<p>On <b>Tuesday</b></p>"
        question.with_user(self.rep).summary = "Ask Ms Li"
        self.rep.lang = "zh_CN"
        self.assertEqual((deadline.summary, deadline.note), ("调研", "<p>On <b>Tuesday</b></p>"))
        self.assertEqual(question.summary, "Ask Ms Li")
        self.run_job(21)
        colleague = self.user_sales_salesman
        colleague.lang = "en_US"
        with self.at(21, 10):
            self.env["crm.lead"].browse(deadline.res_id).user_id = colleague
        self.assertEqual((deadline.user_id, question.user_id), (colleague, colleague), "they are handed over")
        self.assertEqual((deadline.summary, deadline.note), ("Survey", "<p>On <b>Tuesday</b></p>"))
        self.assertEqual(question.summary, "Ask Ms Li")

    def test_what_is_done_stays(self):
        work = self._give_work()
        deadline = self._get_one(work, "deadline")
        with self.at(20, 10):
            deadline.with_user(self.rep).action_feedback("Done")
        self.rep.lang = "zh_CN"
        self.assertEqual(deadline.summary, "Survey")

    def test_what_is_passed_on_by_hand(self):
        work = self._give_work()
        colleague = new_test_user(
            self.env, "li", groups="sales_team.group_sale_salesman_all_leads", lang="zh_CN"
        )
        deadline, question = self._get_one(work, "deadline"), self._get_one(work, "question")
        deadline.with_user(self.rep).user_id = colleague
        self.env.cr.flush()
        self.assertEqual((deadline.summary, deadline.note), ("调研", "<p>问清谁决策</p>"))
        mails = [("message_type", "=", "user_notification"), ("subject", "ilike", "调研")]
        self.assertEqual(self.env["mail.message"].search(mails).notified_partner_ids, colleague.partner_id)
        question.with_user(self.rep).write({"user_id": colleague.id, "summary": "Ask Ms Li"})
        self.assertEqual(question.summary, "Ask Ms Li")

    def test_an_escalation_tells_what_a_person_has_written(self):
        lead = self.create_lead_at(18)
        work = self.get_work(lead, self.survey)
        work.with_user(self.rep).summary = "Survey of hall 2"
        self.leader.lang = "zh_CN"
        self.run_job(20)
        told = self._get_one(self.get_work(lead), "escalation")
        self.assertEqual(told.summary, "已错过：Survey of hall 2")
        self.assertIn("问清谁决策", told.note)

    def test_rules_that_are_gone(self):
        work = self._give_work()
        self.playbook.criterion_ids.unlink()
        self.rep.lang = "zh_CN"
        self.assertEqual(self._get_one(work.exists(), "deadline").summary, "调研")

    def test_the_number_of_queries_does_not_depend_on_how_much_there_is(self):
        counts = []
        for deals in (2, 20):
            for number in range(deals):
                self.create_lead_at(18, name=f"Deal {number}")
            self.env.flush_all()
            self.rep.lang = "en_US"  # each way once: all is known
            self.rep.lang = "zh_CN"
            self.rep.lang = "en_US"
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.rep.lang = "zh_CN"
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)
