from contextlib import suppress
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from odoo.addons.sales_funnel_playbook.exceptions import PlaybookGateError
from odoo.addons.sales_funnel_playbook.models.core import crm_playbook_refresh

from .ways import WaysCase


def over_another_team(case, lead):
    lead.team_id = case.other_team
    lead.team_id = case.team


def over_another_teams_stage(case, lead):
    stage = case.env["crm.stage"].search([("name", "=", "Theirs")])
    lead.sudo().priority = "1"
    lead.write({"team_id": case.other_team.id, "stage_id": stage.id})
    lead.write({"team_id": case.team.id, "stage_id": case.stage_talks.id})


def over_another_line(case, lead):
    lead.product_line_id = case.free_line
    lead.stage_id = case.stage_talks
    lead.product_line_id = False


def over_another_line_at_once(case, lead):
    lead.write({"product_line_id": case.free_line.id, "stage_id": case.stage_talks.id})
    lead.write({"product_line_id": False, "expected_revenue": 0})


def over_no_team(case, lead):
    lead.write({"team_id": False, "stage_id": case.stage_everybodys.id})
    lead.write({"team_id": case.team.id})


def over_the_archive(case, lead):
    lead.action_archive()
    lead.action_unarchive()


def over_being_lost(case, lead):
    lead.action_set_lost()
    lead.action_restore()


def over_being_lost_elsewhere(case, lead):
    lead.product_line_id = case.free_line
    lead.stage_id = case.stage_talks
    lead.action_set_lost()
    lead.product_line_id = False
    lead.action_restore()


def over_a_stage_that_nobody_names(case, lead):
    lead.stage_id = case.stage_everybodys


def over_a_lead(case, lead):
    lead.type = "lead"
    lead.type = "opportunity"


def over_the_other_salesperson(case, lead):
    lead.sudo().user_id = case.leader
    lead.sudo().user_id = case.rep


def over_an_import(case, lead):
    columns = [".id", "product_line_id/.id", "stage_id/.id"]
    lead.load(columns, [[str(lead.id), str(case.free_line.id), str(case.stage_talks.id)]])
    lead.load(columns[:2], [[str(lead.id), ""]])


def over_a_merger(case, lead):
    """With a duplicate that stands nowhere else."""
    other = lead.copy({"name": "Acme again", "user_id": lead.env.uid})
    (lead | other).merge_opportunity(auto_unlink=False)


def over_another_company(case, lead):
    company = case.env["res.company"].create({"name": "Elsewhere"})
    lead.sudo().write({"company_id": company.id, "user_id": False})
    lead.sudo().write({"company_id": False, "user_id": case.rep.id})


AROUND = (
    *(over_another_team, over_another_teams_stage, over_another_line, over_another_line_at_once),
    *(over_no_team, over_the_archive, over_being_lost, over_being_lost_elsewhere),
    *(over_a_stage_that_nobody_names, over_a_lead, over_the_other_salesperson, over_an_import),
    *(over_a_merger, over_another_company),
)


@tagged("post_install", "-at_install")
class TestWaysAround(WaysCase):
    """What leaves a playbook, a team, a stage or a state and comes back has passed no gate by that: the next
    move forward asks for all, of every role. Losing and restoring may be refused by themselves.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage_everybodys = cls.env["crm.stage"].create({"name": "Everybody's", "sequence": 3})
        cls.free_line = cls.env["crm.product.line"].create({"name": "Spare parts", "company_id": False})
        stages = cls.stage_lead | cls.stage_talks | cls.stage_signed
        cls.env["crm.playbook"].create(
            {
                "name": "Spare parts",
                "company_id": False,
                "stage_ids": [Command.create({"stage_id": stage.id}) for stage in stages],
                "product_line_ids": [Command.set(cls.free_line.ids)],
            }
        )

    def _go_around(self, around, role):
        lead = self._start("Lead", False).with_user(self.users[role])
        try:
            with self.env.cr.savepoint():
                around(self, lead)
        except PlaybookGateError:
            return lead
        self.env.flush_all()
        self.env.invalidate_all()
        return lead.exists() or self.env["crm.lead"].search([("name", "like", "Acme")], limit=1)

    def _check(self, lead):
        passed = lead.sudo().stage_log_ids.filtered(
            lambda one: (
                one.gate == "passed" and one.playbook_id == self.playbook and one.stage_id != self.stage_lead
            )
        )
        self.assertFalse(passed)
        for stage in (self.stage_signed, self.stage_demo):
            if lead.stage_id == stage:
                continue
            told = lead.check_gate(stage.id)[str(lead.id)]
            if stage == self.stage_signed:
                self.assertFalse(told["allowed"])
                with self.assertRaises(PlaybookGateError), self.env.cr.savepoint():
                    lead.write({"stage_id": stage.id})
            self.assertEqual(
                {item["name"] for item in told["unmet"]} >= {"Needs report"}, True, (stage.name, told)
            )
        with self.assertRaises(PlaybookGateError), self.env.cr.savepoint():
            lead.action_set_won()
        self.assertFalse(self.env["crm.playbook.integrity"]._find_faults())

    def test_around(self):
        for around in AROUND:
            for role in self.users:
                with self.subTest(way=around.__name__, who=role), self.env.cr.savepoint() as savepoint:
                    self._check(self._go_around(around, role))
                    savepoint.rollback()

    def test_around_while_the_history_is_filled(self):
        """The same of deals whose log is still to be told."""
        for around in AROUND:
            with self.subTest(way=around.__name__), self.env.cr.savepoint() as savepoint:
                self.playbook.active = False
                leads = self.env["crm.lead"].union(*(self._create_lead(name="Acme") for _ in range(4)))
                with patch.object(crm_playbook_refresh, "BATCH", 1):
                    self.playbook.active = True
                lead = leads[-1].with_user(self.rep)
                self.assertFalse(lead.sudo().stage_log_ids)
                with suppress(PlaybookGateError), self.env.cr.savepoint():
                    around(self, lead)
                self.env.invalidate_all()
                self._check(lead.exists() or leads.exists()[-1].with_user(self.rep))
                savepoint.rollback()
