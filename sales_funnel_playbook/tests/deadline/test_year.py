import os
import sys
from contextlib import contextmanager
from datetime import timedelta

from odoo import Command
from odoo.tests import new_test_user, tagged

from .deadline_common import DeadlineCase
from .year_company import FIRST, Year

# Two weeks in a test run; the whole year by PLAYBOOK_YEAR, another one by PLAYBOOK_YEAR_SEED.
IS_WHOLE = bool(os.environ.get("PLAYBOOK_YEAR"))
SEED = int(os.environ.get("PLAYBOOK_YEAR_SEED", "1"))


@tagged("post_install", "-at_install")
class TestYear(DeadlineCase):
    """A year of a company: everything that was asked of its twelve people and told to them is what a plain
    model says, and nothing else is.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.env
        env["crm.lead"].search([]).unlink()
        env["crm.risk.type"].search([]).active = False
        cls.stages.team_ids = False
        cls.by_name = {stage.name: stage for stage in cls.stages}
        cls._create_people()
        cls._create_rules()
        cls.stage_subtype = env.ref("sales_funnel_playbook.mail_message_subtype_stage")
        cls.risk_subtype = env.ref("sales_funnel_playbook.mail_message_subtype_risk")
        env.cr.flush()

    @classmethod
    def _create_people(cls):
        names = [*(f"rep{n}" for n in range(1, 10)), *(f"leader{n}" for n in range(1, 4)), "presales"]
        groups = "base.group_user,base.group_partner_manager,sales_team.group_sale_salesman_all_leads"
        cls.users = {
            name: new_test_user(
                cls.env, f"year_{name}", groups, tz="Asia/Shanghai", email=f"{name}@ours.example"
            )
            for name in names
        }
        cls.members = {team: [f"rep{n}" for n in range(3 * i + 1, 3 * i + 4)] for i, team in enumerate("ABC")}
        cls.teams = {
            team: cls.env["crm.team"].create(
                {
                    "name": f"Team {team}",
                    "user_id": cls.users[f"leader{number}"].id,
                    "member_ids": [Command.set([cls.users[name].id for name in cls.members[team]])],
                }
            )
            for number, team in enumerate("ABC", start=1)
        }
        cls.playbook.calendar_id.tz = "Asia/Shanghai"

    @classmethod
    def _create_rules(cls):
        stage = cls.rules[cls.stage_demo]
        stage.notify_user_ids = cls.users["presales"]
        leader = {"responsible": "team_leader"}
        told = {"escalation_to": "team_leader"}
        cls._create_deadline(
            "Complete it", "lead_created", satisfied_domain="[('phone', '!=', False)]", **told
        )
        cls._create_deadline("Survey", count=3, playbook_stage_id=stage.id, **told)
        cls._create_deadline(
            "Look at it", "lead_created", 2, domain="[('expected_revenue', '>=', 100000)]", **leader
        )
        cls._create_deadline("Write the note", "communication", 24, "hours")
        cls._create_deadline("Update", "review", 1, "weeks")
        cls._create_deadline("Follow up", "follow_up", 0)
        cls._create_deadline("Agree a response", "risk_raised", 1, **leader)
        cls._create_deadline("Renew", "won", 3, "months")
        cls.playbook.write(
            {
                "mode": "observe",
                "team_ids": [Command.set([cls.teams["A"].id, cls.teams["B"].id])],
                "tier_ids": [
                    Command.create(
                        {
                            "tier": tier,
                            "min_revenue": revenue,
                            "min_probability": 0,
                            "delay_count": 1,
                            "delay_unit": unit,
                            "follow_up_responsible": who,
                        }
                    )
                    # of the large ones only the leader's contact counts, of the others anybody's
                    for tier, revenue, unit, who in (
                        ("A", 100_000, "weeks", "team_leader"),
                        ("C", 0, "months", "salesperson"),
                    )
                ],
                "tier_margin": 0,
            }
        )

    def _give_time_off(self, year):
        leaves = self.env["resource.calendar.leaves"]
        for day in year.office.holidays:
            self._take_off(leaves, day, {"calendar_id": self.playbook.calendar_id.id})
        for name, days in year.office.leaves.items():
            resource = self.env["resource.resource"].create(
                {"name": name, "user_id": self.users[name].id, "calendar_id": self.playbook.calendar_id.id}
            )
            for day in days:
                self._take_off(leaves, day, {"resource_id": resource.id})

    def _take_off(self, leaves, day, vals):
        begin = FIRST.replace(year=day.year, month=day.month, day=day.day) - timedelta(hours=8)
        end = begin + timedelta(days=1, seconds=-1)
        leaves.create({"name": "Off", "date_from": begin, "date_to": end, "time_type": "leave", **vals})

    @contextmanager
    def at_moment(self, moment):
        with self.mock_datetime_and_now(moment):
            yield
            self.env.cr.flush()

    def run_job_at(self, moment):
        """The hourly jobs."""
        with self.at_moment(moment):
            self.env["crm.playbook.notice"]._cron_send()
            jobs = self.env["crm.playbook.refresh"]
            jobs._cron_start_deadlines()
            self.env["crm.playbook.notice"]._mark_run("deadlines")
            mine = jobs.search([("kind", "=", "deadlines")])
            mine.requested_at = moment
            for job in mine:
                while job.exists() and job._run_batch():
                    pass
            jobs._end_run(("deadlines",))

    def run_history_at(self, moment):
        """The jobs that let deals join a playbook, and rate them."""
        jobs = self.env["crm.playbook.refresh"]
        with self.at_moment(moment):
            for kinds in (("history", "recheck"), ("rating",)):
                for job in jobs.search([("kind", "in", kinds)]):
                    while job.exists() and job._run_batch():
                        pass

    def test_a_year(self):
        year = Year(self, SEED) if IS_WHOLE else Year(self, SEED, deals=16, days=16)
        self._give_time_off(year)
        year.play()
        if IS_WHOLE:
            sys.stdout.write(f"\n{year.describe()}\n")
        self.assertTrue(year.messages)
