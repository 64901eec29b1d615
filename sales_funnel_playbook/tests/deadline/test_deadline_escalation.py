from odoo.tests import tagged

from odoo.addons.sales_funnel_playbook.models.role.crm_lead_member import ALL_LEADS

from .deadline_common import DeadlineCase, at


@tagged("post_install", "-at_install")
class TestDeadlineEscalation(DeadlineCase):
    """What is missed reaches somebody else, once, and twice is a risk."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._create_deadline(
            "Survey",
            playbook_stage_id=cls.rules[cls.stage_lead].id,
            guidance="Ask <b>who</b> decides",
            escalation_to="team_leader",
            escalation_count=1,
        )
        cls.lead = cls._create_lead("Seed", active=False)

    def _escalations(self, lead):
        return self.get_work(lead).filtered("playbook_escalation_of_id")

    def test_the_leader_hears_of_it_once_with_what_was_missed(self):
        lead = self.create_lead_at(18, name="Acme")
        self.run_job(20, 16)
        self.assertFalse(self._escalations(lead), "one working day after Tuesday 17:00 is Wednesday 17:00")
        self.run_job(20, 18)
        told = self._escalations(lead)
        self.assertRecordValues(
            told, [{"summary": "Missed: Survey", "user_id": self.leader.id, "active": True}]
        )
        for part in ("Acme", self.rep.name, "Ask &lt;b&gt;who"):
            self.assertIn(part, told.note)
        mails = [("message_type", "=", "user_notification"), ("subject", "ilike", "Missed: Survey")]
        self.assertEqual(self.env["mail.message"].search(mails).notified_partner_ids, self.leader.partner_id)
        self.run_job(21, 9)
        self.assertEqual(self._escalations(lead), told)
        self.assertEqual(self.env["mail.message"].search_count(mails), 1)
        with self.at(21, 10):
            self.get_work(lead, self.rule).filtered("active").with_user(self.rep)[:1].action_feedback("Done")
        self.assertFalse(told.active, "it is done: there is nothing to look into any more")

    def test_what_failed_on_a_deal_that_is_over_keeps_nobody_waiting(self):
        """A rule that looks at other records has all open deals looked at every hour, few at a time."""
        self._create_deadline(
            "Meet them", "lead_created", 9, satisfied_domain="[('partner_id.ref', '!=', False)]"
        )
        over = self.env["crm.lead"].concat(*(self.create_lead_at(1) for _number in range(9)))
        with self.at(2):
            over.action_set_lost()
        lead = self.create_lead_at(18)
        self.run_job(20, 16)
        with self.at(20, 17):
            for one in over:
                self.env["crm.playbook.failure"]._note(one, "It was locked")
        self.run_job(20, 18)
        self.assertTrue(self._escalations(lead))

    def test_each_reads_it_in_their_language(self):
        colleague = self.user_sales_salesman
        colleague.group_ids += self.env.ref(ALL_LEADS)
        self.env["res.lang"]._activate_lang("zh_CN")
        (self.leader | colleague).lang = "zh_CN"
        self.rule.with_context(lang="zh_CN").write({"name": "调研", "guidance": "问清谁决策"})
        lead = self.create_lead_at(18)
        work = self.get_work(lead, self.rule)
        self.assertEqual(work.summary, "Survey")
        with self.at(18, 15):
            lead.user_id = colleague
        self.run_job(18, 16)
        self.assertEqual(
            (work.user_id, work.summary, str(work.note)), (colleague, "调研", "<p>问清谁决策</p>")
        )
        self.run_job(20, 18)
        self.assertEqual(self._escalations(lead).summary, "已错过：调研")

    def test_done_in_time_tells_nobody(self):
        lead = self.create_lead_at(18)
        with self.at(19, 16):
            self.get_work(lead).with_user(self.rep).action_feedback("Done")
        self.run_job(22)
        self.assertFalse(self._escalations(lead))

    def test_who_is_told_where_the_one_named_is_not_there(self):
        admin = self.env.ref("base.user_admin")
        colleague = self.user_sales_salesman
        colleague.group_ids += self.env.ref(ALL_LEADS)
        for escalation_to, leader, expected in (
            ("user", self.leader, colleague),
            ("team_leader", self.rep, admin),  # the leader is who missed it
            ("team_leader", False, admin),
        ):
            with self.subTest(escalation_to=escalation_to, leader=leader and leader.name):
                self.rule.write({"escalation_to": escalation_to, "escalation_user_id": colleague.id})
                self.team.user_id = leader
                lead = self.create_lead_at(18)
                self.run_job(25)
                self.assertEqual(self._escalations(lead).user_id, expected)
        self.playbook.responsible_user_id = False
        lead = self.create_lead_at(18)
        self.run_job(25)
        self.assertFalse(self._escalations(lead), "there is nobody else")

    def test_somebody_who_has_left_is_told_nothing(self):
        self.user_sales_salesman.group_ids += self.env.ref(ALL_LEADS)
        self.rule.write({"escalation_to": "user", "escalation_user_id": self.user_sales_salesman.id})
        self.user_sales_salesman.active = False
        lead = self.create_lead_at(18)
        self.run_job(25)
        self.assertEqual(self._escalations(lead).user_id, self.leader)

    def test_two_missed_deadlines_are_a_risk(self):
        kind = self.env.ref("sales_funnel_playbook.risk_type_deadline")
        letter = self._create_deadline("Letter", count=3, playbook_stage_id=self.rules[self.stage_lead].id)
        lead = self.create_lead_at(18)
        self.run_job(20)
        self.assertFalse(lead.risk_ids, "one is missed")
        self.run_job(22)
        self.assertRecordValues(lead.risk_ids, [{"type_id": kind.id, "description": "Survey, Letter"}])
        self.run_job(23)
        self.assertEqual(len(lead.risk_ids), 1)
        with self.at(23, 10):
            lead.risk_ids.write({"state": "closed", "closing_note": "Agreed who does it"})
        self.run_job(24)
        self.assertEqual(len(lead.risk_ids), 1, "they are dealt with")
        done_in_time = self.create_lead_at(18)
        with self.at(19, 10):
            self.get_work(done_in_time, letter).with_user(self.rep).action_feedback("Done")
        self.run_job(25)
        self.assertFalse(done_in_time.risk_ids)

    def test_an_output_escalates_too(self):
        report = self._create_output(
            self.stage_lead,
            "Needs report",
            delay_count=1,
            effective_from="2000-01-01",
            escalation_to="team_leader",
        )
        lead = self.create_lead_at(18)
        self.run_job(19, 18)
        told = self._escalations(lead).filtered("playbook_escalation_of_id.playbook_output_id")
        self.assertEqual(told.mapped("summary"), ["Missed: Submit: Needs report"])
        self.assertEqual(told.playbook_escalation_of_id, self.get_work(lead, report))
        self.assertEqual(told.playbook_escalation_of_id.playbook_due_at, at(19, 17))
