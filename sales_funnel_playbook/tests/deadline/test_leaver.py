from datetime import date

from odoo import Command
from odoo.tests import new_test_user, tagged

from .deadline_common import DeadlineCase

KINDS = ["approval", "override", "question"]


@tagged("post_install", "-at_install")
class TestLeaver(DeadlineCase):
    """Whose work it is when people leave in the middle of a deal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.env.ref("base.user_admin")
        cls.offer = cls._create_output(cls.stage_lead, "Offer", evidence="note", approval="team_leader")
        cls.playbook.criterion_ids = [
            Command.create(
                {
                    "name": "Do they have the money?",
                    "kind": "choice",
                    "option_ids": [Command.create({"name": "Yes", "points": 10})],
                }
            )
        ]

    def _give_work(self):
        """Return a deal of the representative with something of each kind to do."""
        with self.at(18):
            lead = self._create_lead()
            lead.ask_later(self.playbook.criterion_ids.id, "criterion", "2024-04-01")
            reason = self.env["crm.playbook.override.reason"].search([], limit=1)
            lead.with_user(self.leader).override_gate(
                self.stage_demo.id, reason.id, "Agreed by phone", "2024-04-01"
            )
            note = f"Deal {lead.id} is about the green press"
            lead.with_user(self.rep).submit_output(self.offer.id, note=note)
        return lead

    def _get_doers(self, lead):
        """Return who has which kind of open work."""
        work = self.get_work(lead).filtered("active")
        doers = {one.playbook_kind: one.user_id for one in work}
        self.assertEqual(sorted(doers), KINDS)
        return doers

    def test_who_leaves_hands_over(self):
        lead = self._give_work()
        doers = self._get_doers(lead)
        self.assertEqual((doers["approval"], doers["question"]), (self.leader, self.rep))
        with self.at(19):
            self.rep.action_archive()
            doers = self._get_doers(lead)
            self.assertEqual(set(doers.values()), {self.leader})
            self.leader.action_archive()
            doers = self._get_doers(lead)
            self.assertEqual(set(doers.values()), {self.admin}, "the playbook's responsible is left")

    def test_work_is_told_in_the_language_of_whoever_does_it(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.rep.lang = "zh_CN"
        self.offer.with_context(lang="zh_CN").name = "报价单"
        self.playbook.criterion_ids.with_context(lang="zh_CN").name = "有预算吗？"
        work = self.get_work(self._give_work())
        self.assertEqual(
            {one.playbook_kind: one.summary for one in work},
            {"approval": "Approve: Offer", "override": "待补齐：报价单", "question": "询问：有预算吗？"},
        )

    def test_who_was_written_off_is_noticed_by_the_job(self):
        lead = self._give_work()
        with self.at(19):
            (self.rep | self.leader).active = False
        self.run_job(19, 10)
        self.assertEqual(set(self._get_doers(lead).values()), {self.admin})

    def _pass_on(self, lead, user):
        """Have the leader give their approval to somebody else by hand."""
        approval = self.get_work(lead).filtered(lambda one: one.playbook_kind == "approval")
        approval.with_user(self.leader).user_id = user

    def test_what_was_passed_on_comes_back_when_they_leave(self):
        for way in ("archived", "written off"):
            user = new_test_user(self.env, way, groups="sales_team.group_sale_manager")
            lead = self._give_work()
            self._pass_on(lead, user)
            self.run_job(19, 9)
            self.assertEqual(self._get_doers(lead)["approval"], user, "whoever it was given to keeps it")
            with self.at(19, 10):
                user.action_archive() if way == "archived" else user.write({"active": False})
            self.run_job(19, 11)
            self.assertEqual(self._get_doers(lead)["approval"], self.leader)

    def test_who_will_ask_keeps_the_question_of_a_deal_that_is_nobodys(self):
        with self.at(18):
            lead = self._create_lead(user_id=False)
            lead.with_user(self.admin).ask_later(self.playbook.criterion_ids.id, "criterion", "2024-04-01")
        self.run_job(19, 10)
        self.assertEqual(self.get_work(lead).filtered("active").user_id, self.admin)
        lead.user_id = self.rep
        self.run_job(19, 11)
        self.assertEqual(self.get_work(lead).filtered("active").user_id, self.rep)

    def test_only_who_may_approve_is_asked_to(self):
        self.leader.active = False
        for responsible, asked in (
            (self.rep, self.env["res.users"]),
            (self.admin, self.admin),
        ):
            self.playbook.responsible_user_id = responsible
            with self.at(18):
                lead = self._create_lead()
                note = f"Deal {lead.id} is about the green press"
                lead.with_user(self.rep).submit_output(self.offer.id, note=note)
            self.assertEqual(self.get_work(lead).user_id, asked)

    def test_who_may_not_approve_does_not_take_it_over(self):
        lead = self._give_work()
        self.playbook.responsible_user_id = self.user_sales_salesman
        with self.at(19):
            self.leader.active = False
        self.run_job(19, 10)
        self.assertEqual(self._get_doers(lead)["approval"], self.leader)
        self.playbook.responsible_user_id = self.admin
        self.run_job(19, 11)
        self.assertEqual(self._get_doers(lead)["approval"], self.admin)

    def test_a_new_leader_takes_over_what_leaders_decide(self):
        """Who cannot open the deal is not asked, leader or not: the playbook's responsible is."""
        self.playbook.responsible_user_id = self.admin
        lead = self._give_work()
        new = new_test_user(self.env, "new_leader", groups="sales_team.group_sale_salesman_all_leads")
        for hour, leader, asked in ((10, self.user_sales_salesman, self.admin), (11, new, new)):
            self.team.user_id = leader
            self.run_job(19, hour)
            doers = self._get_doers(lead)
            self.assertEqual((doers["approval"], doers["question"]), (asked, self.rep))

    def test_what_was_missed_is_told_to_who_is_there(self):
        self._create_deadline(
            "Call them", playbook_stage_id=self.rules[self.stage_lead].id, escalation_to="team_leader"
        )
        lead = self.create_lead_at(18)
        self.run_job(21)
        told = [("playbook_escalation_of_id.res_id", "=", lead.id), ("active", "=", True)]
        self.assertEqual(self.env["mail.activity"].search(told).user_id, self.leader)
        with self.at(21, 10):
            self.leader.action_archive()
        self.run_job(21, 11)
        self.assertEqual(self.env["mail.activity"].search(told).user_id, self.admin)

    def test_what_was_told_to_somebody_written_off_is_told_again(self):
        self._create_deadline(
            "Call them", playbook_stage_id=self.rules[self.stage_lead].id, escalation_to="team_leader"
        )
        lead = self.create_lead_at(18)
        self.run_job(21)
        self.leader.active = False
        self.run_job(21, 11)
        told = [("playbook_escalation_of_id.res_id", "=", lead.id), ("active", "=", True)]
        self.assertEqual(self.env["mail.activity"].search(told).user_id, self.admin)

    def test_nobody_who_has_left_is_asked(self):
        with self.at(18):
            lead = self._create_lead()
            (self.rep | self.leader).active = False
            as_admin = lead.with_user(self.admin)
            as_admin.ask_later(self.playbook.criterion_ids.id, "criterion", date(2024, 4, 1))
            as_admin.submit_output(self.offer.id, note="They want the green press")
            self.assertEqual(self.get_work(lead).user_id, self.admin)
            risk = self.env["crm.lead.risk"].create({"lead_id": lead.id, "responsible_id": self.rep.id})
            self.assertEqual(risk.with_user(self.admin)._get_decider(), self.admin)
