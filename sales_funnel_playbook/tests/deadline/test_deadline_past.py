from odoo.tests import tagged

from .deadline_common import DeadlineCase, at


@tagged("post_install", "-at_install")
class TestDeadlinePast(DeadlineCase):
    """Nothing is asked of the past: a cause counts from the later of the moment since which the rule asks for
    it, and the one since which the deal follows its playbook.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.survey = cls._create_deadline("Survey", playbook_stage_id=cls.rules[cls.stage_lead].id)
        cls.demo = cls._create_deadline("Demo", playbook_stage_id=cls.rules[cls.stage_demo].id)
        cls.complete = cls._create_deadline("Complete it", "lead_created")

    def _ask_for_everything(self):
        """Rules of every kind of trigger."""
        self._create_deadline("Respond", "risk_raised")
        self._create_deadline("Write the note", "communication", 24, "hours")
        self._create_deadline("Review", "review", 1, "weeks")
        self._create_deadline("Renew", "won", 3)
        self._create_deadline("Record it", "lost", 3)
        self._create_output(self.stage_lead, "Report", delay_count=3, effective_from="2000-01-01")
        self.playbook.mode = "observe"

    def _call(self, lead):
        call = lead.activity_schedule("mail.mail_activity_data_call", user_id=self.rep.id)
        call.with_user(self.rep).action_feedback("They want three")

    def test_a_team_that_comes_under_the_playbook(self):
        """Its deals have a past, and nothing of that is asked for; what begins from now on is."""
        self._ask_for_everything()
        team = self.env["crm.team"].create({"name": "B", "user_id": self.leader.id})
        deals = self.env["crm.lead"].union(
            *(self.create_lead_at(1, team_id=team.id, stage_id=self.stage_lead.id) for _ in range(4))
        )
        running, won, lost, quiet = deals
        with self.at(2):
            running.risk_level = "high"
            self._call(running)
            won.stage_id = self.stage_signed
            lost.action_set_lost()
        self.assertFalse(self.get_work(deals))
        with self.at(18):
            self.playbook.team_ids |= team
        self.run_job(18, 9)
        self.run_history(18, 10)
        self.run_job(18, 11)
        self.assertFalse(self.get_work(deals))
        with self.at(19):
            self._advance(running, self.stage_demo)
            self._call(running)
        self.assertEqual(
            {one.summary: one.playbook_due_at for one in self.get_work(running)},
            {"Demo": at(20, 17), "Write the note": at(20, 9)},
        )
        self.run_job(26, 10)
        self.assertWork(quiet, [("Review", self.rep, at(25), False)])

    def test_a_playbook_that_is_taken_back_into_use(self):
        lead = self.create_lead_at(18)
        self.assertEqual(set(self.get_work(lead).mapped("summary")), {"Survey", "Complete it"})
        with self.at(18, 12):
            self.playbook.active = False
        self.run_history(18, 13)
        self.run_job(18, 14)
        self.assertEqual(self.get_work(lead).mapped("playbook_closing"), ["dropped", "dropped"])
        with self.at(25):
            self.playbook.active = True
        self.run_history(25, 10)
        self.run_job(25, 11)
        self.assertFalse(self.get_work(lead).filtered("active"))
        with self.at(26):
            self._advance(lead, self.stage_demo)
        self.assertWork(lead, [("Demo", self.rep, at(27, 17), False)], self.demo)

    def test_a_rule_that_asks_for_something_else(self):
        """Taken back, moved to another stage, begun by something else, for other deals."""
        there = self.create_lead_at(18, phone="1")
        further = self.create_lead_at(18, phone="1")
        with self.at(18, 10):
            self._advance(further, self.stage_demo)
            there.risk_level = "high"
        stage = self.rules[self.stage_lead]
        away = self._create_deadline("Away", playbook_stage_id=stage.id, active=False)
        moved = self._create_deadline("Moved", playbook_stage_id=stage.id, domain="[('phone', '=', '2')]")
        begun = self._create_deadline("Begun", "won")
        others = self._create_deadline("Others", "lead_created", domain="[('phone', '=', '2')]")
        report = self._create_output(
            self.stage_lead, "Report", delay_count=2, effective_from="2000-01-01", is_required=False
        )
        rules = (away, moved, begun, others)
        with self.at(25):
            away.active = True
            moved.write({"playbook_stage_id": self.rules[self.stage_demo].id, "domain": False})
            begun.trigger = "risk_raised"
            others.domain = "[('phone', '=', '1')]"
            report.is_required = True
        self.run_job(25, 11)
        for rule in (*rules, report):
            self.assertFalse(self.get_work(there | further, rule), rule.name)
        with self.at(26):
            late = self._create_lead(phone="1")
            late.risk_level = "high"
        for rule in (away, begun, others, report):
            self.assertTrue(self.get_work(late, rule), rule.name)

    def test_a_rule_that_is_saved_as_it_is_or_reworded_goes_on(self):
        since = self.survey.effective_from
        with self.at(25):
            self.survey.write(
                {
                    "active": True,
                    "trigger": "stage_entered",
                    "playbook_stage_id": self.rules[self.stage_lead].id,
                    "domain": False,
                    "delay_count": 3,
                    "name": "Survey them",
                }
            )
        self.assertEqual(self.survey.effective_from, since)

    def test_a_stage_that_becomes_another_one(self):
        """What is asked for in a stage of the playbook is asked for in another one of CRM's."""
        other = self.env["crm.stage"].create({"name": "Other"})
        lead = self.create_lead_at(18)
        with self.at(18, 10):
            lead.stage_id = other
        with self.at(25):
            self.rules[self.stage_lead].stage_id = other
        self.run_job(25, 11)
        self.assertFalse(self.get_work(lead, self.survey).filtered("active"))

    def test_a_product_line_that_is_set_on_the_third_day(self):
        """The deal comes under the line's playbook by a change of its own: it is asked from then on."""
        line = self.env["crm.product.line"].create({"name": "Presses", "company_id": False})
        presses = self.playbook.copy({"name": "Presses", "team_ids": False, "product_line_ids": line.ids})
        presses.write({"mode": "observe", "active": True})
        (presses.deadline_ids | presses.stage_ids.action_ids).effective_from = "2000-01-01"
        lead = self.create_lead_at(18, team_id=False, stage_id=self.stage_lead.id)
        self.assertFalse(self.get_work(lead))
        with self.at(20, 10):
            lead.product_line_id = line
        self.assertEqual(
            {one.summary: one.playbook_due_at for one in self.get_work(lead)},
            {"Survey": at(21, 17), "Complete it": at(21, 17)},
        )
