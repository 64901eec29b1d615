from contextlib import closing
from datetime import timedelta

from odoo import Command
from odoo.tests import new_test_user, tagged

from ..properties import SETTINGS, given, settings, st
from .deadline_common import DeadlineCase, at

STORIES = 20
# Of each activity what is asked, of whom, and how it ended: ids differ from one attempt to the next.
WORK = """
    SELECT res_id, playbook_kind, playbook_rule_id, playbook_occurrence, playbook_number, active, user_id,
        playbook_closing, playbook_due_at, playbook_escalated_at IS NOT NULL
    FROM mail_activity WHERE res_model = 'crm.lead' AND playbook_kind IS NOT NULL
"""


@tagged("post_install", "-at_install")
class TestHourStory(DeadlineCase):
    """Whatever happens to deals of two companies, in zones half a day apart: what the hourly job leaves
    alone, a look at all deals would leave alone, too.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.env
        env["crm.lead"].with_context(active_test=False).search([]).unlink()
        (cls.needs_confirmed | cls.review_passed).unlink()
        cls.elsewhere = env["res.company"].create(
            {"name": "Elsewhere", "currency_id": env.ref("base.EUR").id}
        )
        companies = env.company | cls.elsewhere
        env.user.company_ids |= companies
        (cls.rep | cls.leader).company_ids |= companies
        cls.far = new_test_user(
            env,
            "hour_far",
            groups="sales_team.group_sale_salesman_all_leads",
            company_ids=[Command.set(companies.ids)],
            tz="Pacific/Auckland",
        )
        cls.rep.tz = "America/Los_Angeles"
        cls.stages.team_ids = False
        cls.far_team = env["crm.team"].create(
            {"name": "Far", "company_id": False, "user_id": cls.far.id, "use_opportunities": True}
        )
        cls.playbook.team_ids = [Command.link(cls.far_team.id)]
        cls.playbook.tier_ids = [
            Command.create({"tier": "A", "min_revenue": 100, "delay_count": 1, "delay_unit": "working_days"}),
            Command.create({"tier": "B", "delay_count": 1, "delay_unit": "weeks"}),
        ]
        cls._create_deadline(
            "Survey", playbook_stage_id=cls.rules[cls.stage_lead].id, escalation_to="team_leader"
        )
        cls._create_deadline("Plan", playbook_stage_id=cls.rules[cls.stage_demo].id)
        cls._create_deadline("Complete it", "lead_created", 2, satisfied_domain="[('phone', '!=', False)]")
        cls._create_deadline("Note it", "communication", 5, "hours", escalation_to="team_leader")
        cls._create_deadline("Update", "review", 1, "weeks")
        cls._create_deadline("Call", "follow_up", 1)
        cls._create_deadline("Answer", "risk_raised", 2, "working_hours", escalation_to="team_leader")
        cls._create_deadline("Hand over", "won")
        cls._create_deadline("Why", "lost")

    def setUp(self):
        super().setUp()
        self.now, self.leads = at(18, 9), self.env["crm.lead"]
        for number in range(3):
            self.happen("begin", number)

    # what happens

    def happen(self, name, number):
        """Let something happen to a deal, or about it, and end the transaction."""
        leads = self.leads.exists()
        lead = leads[number % len(leads)] if leads else leads
        with self.mock_datetime_and_now(self.now):
            getattr(self, f"do_{name}")(lead, number)
            self.env.cr.flush()

    def do_begin(self, _lead, number):
        self.leads |= self._create_lead(f"Deal {number}", expected_revenue=80 * number)

    def do_move(self, lead, number):
        lead.write({"stage_id": self.stages[number % 3].id})

    def do_win(self, lead, _number):
        lead.write({"date_deadline": "2024-04-01", "expected_revenue": 50})
        lead.override_gate(
            self.stage_signed.id,
            self.env["crm.playbook.override.reason"].search([], limit=1).id,
            "Long known buyer",
        )

    def do_lose(self, lead, _number):
        lead.action_set_lost()

    def do_restore(self, lead, _number):
        lead.action_unarchive()

    def do_archive(self, lead, _number):
        lead.action_archive()

    def do_give(self, lead, number):
        lead.user_id = (self.rep, self.leader, self.far, self.env["res.users"])[number % 4]

    def do_go_far(self, lead, number):
        team = (self.team, self.far_team)[number % 2]
        company = (self.env.company, self.elsewhere)[number % 2]
        lead.write({"company_id": company.id, "team_id": team.id})

    def do_value(self, lead, number):
        lead.expected_revenue = 60 * (number % 4)

    def do_phone(self, lead, number):
        lead.phone = number % 2 and "+32 2 290 34 90"

    def do_note(self, lead, number):
        self.env["crm.lead.progress"].create(
            {"lead_id": lead.id, "summary": f"They think about it, {number}."}
        )

    def do_wait(self, lead, number):
        lead.waiting_until = number % 2 and self.now.date() + timedelta(days=number)

    def do_risk(self, lead, number):
        self.env["crm.lead.risk"].create(
            {"lead_id": lead.id, "level": "high", "description": f"Budget {number}"}
        )

    def do_finish(self, lead, _number):
        for work in self.get_work(lead).filtered("active")[:1]:
            work.action_feedback("Done")

    def do_merge(self, lead, _number):
        (lead | self.leads.exists()[:1]).merge_opportunity()

    def do_copy(self, lead, _number):
        self.leads |= lead.copy()

    def do_stop(self, _lead, number):
        if number % 3 == 0:
            self.playbook.active = not self.playbook.active

    # what is asserted

    def get_all_work(self):
        self.env.flush_all()
        self.env.cr.execute(WORK)
        return sorted(self.env.cr.fetchall(), key=repr)

    def look_at_all(self):
        """Return what a look at all deals would make of the work that there is."""
        with closing(self.env.cr.savepoint()) as savepoint, self.mock_datetime_and_now(self.now):
            every = self.env["crm.lead"].with_context(active_test=False).search([])
            every._keep_deadlines()
            self.env.cr.flush()
            found = self.get_all_work()
            savepoint.rollback()
            self.forget()
        return found

    def forget(self):
        """What was undone is not in memory."""
        self.env.invalidate_all(flush=False)
        self.registry.clear_cache()

    def run_hour(self):
        self.run_job(self.now.day, self.now.hour, self.now.minute)

    @given(
        st.lists(
            st.tuples(
                st.sampled_from([name[3:] for name in dir() if name.startswith("do_")]),
                st.integers(0, 7),
                st.sampled_from((1, 1, 2, 3, 8)),
            ),
            min_size=10,
            max_size=20,
        )
    )
    @settings(SETTINGS, max_examples=STORIES)
    def check(self, story):
        with closing(self.env.cr.savepoint()) as savepoint:
            self.now = at(18, 9)
            for name, number, hours in story:
                self.now += timedelta(hours=hours)
                try:
                    with self.env.cr.savepoint():
                        self.happen(name, number)
                except Exception as error:
                    if type(error).__module__.startswith(("odoo.exceptions", "odoo.addons")):
                        self.forget()
                    else:
                        raise
                self.run_hour()
                self.assertEqual(self.get_all_work(), self.look_at_all(), (name, number, self.now))
            savepoint.rollback()
            self.forget()
            self.leads = self.leads.exists()

    def test_an_hour_misses_nothing(self):
        self.check()
