from unittest.mock import patch

from odoo import Command
from odoo.sql_db import Cursor
from odoo.tests import Form, tagged
from odoo.tools import SQL

from odoo.addons.sales_funnel_playbook.exceptions import PlaybookGateError

from .test_segments import SegmentsCase


@tagged("post_install", "-at_install")
class TestHandOver(SegmentsCase):
    """Deals that go to another team, line, salesperson or default playbook."""

    def test_what_has_no_company_follows_the_only_default(self):
        """A mail that nobody has taken yet: whoever is given it finds it looked after."""
        self.playbook.write({"product_line_ids": [Command.clear()], "team_ids": [Command.clear()]})
        self.observing.active = False
        self.env["crm.playbook"].search([("is_default", "=", True)]).is_default = False
        self.playbook.write({"company_id": self.env.company.id, "is_default": True})
        lead = self._create_lead(name="Mail", team_id=False, user_id=False, company_id=False)
        self.assertFalse(lead.company_id)
        self.assertEqual(lead.playbook_id, self.playbook)
        self.assertIn(lead, self.env["crm.lead"].search([("playbook_id", "=", self.playbook.id)]))
        company = self.env["res.company"].create({"name": "Second"})
        stage = Command.create({"stage_id": self.stage_lead.id})
        second = self.env["crm.playbook"].create(
            {"name": "Second", "company_id": company.id, "stage_ids": [stage], "is_default": True}
        )
        lead.invalidate_recordset()
        self.assertFalse(lead.playbook_id, "whose it is, nobody can tell")
        self.assertNotIn(lead, self.env["crm.lead"].search([("playbook_id", "=", self.playbook.id)]))
        self.assertEqual(lead.stage_log_ids[0].ended_as, "left")
        second.active = False
        lead.invalidate_recordset()
        self.assertEqual(lead.playbook_id, self.playbook)
        self.assertFalse(self.env["crm.playbook.integrity"]._find_faults())

    def test_given_away_and_put_off_in_one_save(self):
        """Who sees own deals only may do both at once, as in plain CRM."""
        self.rep.group_ids = self.env.ref("sales_team.group_sale_salesman")
        other = self.env["res.users"].create({"name": "Other", "login": "other-rep"})
        for lead in (self.lead, self._create_lead(name="Plain", team_id=False)):
            lead.date_deadline = "2024-03-20"
            lead.with_user(self.rep).write({"user_id": other.id, "date_deadline": "2024-04-20"})
            self.assertEqual((lead.user_id, str(lead.date_deadline)), (other, "2024-04-20"))
        self.assertEqual(self.lead.closing_push_count, 1)

    def test_many_deals_given_away_in_a_list(self):
        """By who sees own deals only, under two playbooks and under none; then lost ones, that come back."""
        self.rep.group_ids = self.env.ref("sales_team.group_sale_salesman")
        other = self.env["res.users"].create({"name": "Other", "login": "other-rep"})
        spare = self._create_lead(name="Spare", product_line_id=self.other_line.id)
        leads = self.lead | spare | self._create_lead(name="Plain", team_id=False)
        for vals in (
            {"date_deadline": "2024-04-20", "expected_revenue": 5},
            {"team_id": False, "product_line_id": self.other_line.id},
            {"active": True, "probability": 20},
        ):
            with self.subTest(vals=vals), self.env.cr.savepoint() as savepoint:
                if "active" in vals:
                    self._later(leads.with_user(self.rep).action_set_lost)
                self.env.invalidate_all()
                given = leads.with_user(self.rep)
                self._later(given.web_save, {**vals, "user_id": other.id}, {})
                self.assertEqual(leads.user_id, other)
                self.assertEqual(
                    (self.lead | spare).stage_log_ids.filtered(lambda o: not o.left_at).user_id, other
                )
                self.assertFalse(self.env["crm.playbook.integrity"]._find_faults())
                savepoint.rollback()
                self.env.invalidate_all()

    def test_one_deal_after_another_is_given_to_a_team(self):
        """As assigning a thousand leads does: one INSERT each for what comes, and no table is made for it."""
        self.playbook.product_line_ids = False
        leads = [self._create_lead(name=f"Deal {number}", team_id=False) for number in range(3)]
        sent, execute = [], Cursor.execute

        def note(cr, query, params=None, log_exceptions=True):
            sent.append(query.code if isinstance(query, SQL) else str(query))
            return execute(cr, query, params, log_exceptions)

        self.env.flush_all()
        with patch.object(Cursor, "execute", note):
            for lead in leads:
                self._later(lead.write, {"team_id": self.team.id})
        inserts = [query for query in sent if "INSERT INTO crm_lead_stage_log" in query]
        self.assertEqual(len(inserts), 3)
        self.assertFalse([query for query in sent if "TEMPORARY" in query])
        self.assertEqual([lead.stage_log_ids.kind for lead in leads], ["joined"] * 3)

    def test_a_product_line_offers_its_team(self):
        presses = self.env["crm.team"].create({"name": "Presses", "company_id": False})
        stage = self.env["crm.stage"].create({"name": "Press", "team_ids": [Command.set(presses.ids)]})
        line = self.env["crm.product.line"].create({"name": "Big presses", "company_id": False})
        self.env["crm.playbook"].create(
            {
                "name": "Big presses",
                "company_id": False,
                "stage_ids": [Command.create({"stage_id": stage.id})],
                "product_line_ids": [Command.set(line.ids)],
            }
        )
        form = Form(self.lead)
        form.product_line_id = self.other_line
        self.assertEqual(form.team_id, self.team, "the stages of its playbook are there")
        with self.assertLogs("odoo.tests.form.onchange", "WARNING") as logs:
            form.product_line_id = line
        self.assertIn("“Presses”", logs.output[0])
        self.assertEqual(form.team_id, presses)
        form.team_id = self.team
        lead = form.save()
        self.assertEqual(lead.team_id, self.team, "it was an offer")

    def test_deals_outside_the_playbook_are_counted(self):
        elsewhere = self.env["crm.stage"].create(
            {"name": "Elsewhere", "sequence": 4, "team_ids": [Command.set(self.team.ids)]}
        )
        self.env["crm.lead"].search(self.playbook._get_outside_leads_domain()).team_id = False
        self.lead.stage_id = elsewhere
        simulation = self.env["crm.playbook.simulation"].create({"playbook_id": self.playbook.id})
        self.assertEqual(simulation.outside_count, 1)
        found = self.env["crm.lead"].search(simulation.action_open_outside_leads()["domain"])
        self.assertEqual(found, self.lead)
        steps = self.env["crm.playbook"].get_first_steps(self.playbook.id)["steps"]
        [deals] = [step for step in steps if step["key"] == "deals"]
        self.assertIn("1 of them", deals["text"])
        action = self.playbook.action_first_step("outside")
        self.assertEqual(self.env["crm.lead"].search(action["domain"]), self.lead)

    def test_the_last_line_of_a_playbook_is_deleted(self):
        self.playbook.team_ids = False
        self.assertEqual(self.lead.playbook_id, self.playbook)
        self._later(self.line.unlink)
        self.assertEqual(self._tell()[-1][3], "left")
        self.assertFalse(self.env["crm.playbook.integrity"]._find_faults())

    def test_given_to_another_team_in_the_form(self):
        """The form shows where the deal will stand, and saving it is no move of a person."""
        team = self.env["crm.team"].create({"name": "North", "company_id": False})
        names = ("Lead", "Talks", "Signed")
        theirs = self.env["crm.stage"].create(
            [
                {
                    "name": name,
                    "sequence": 20 + number,
                    "is_won": name == "Signed",
                    "team_ids": [Command.set(team.ids)],
                }
                for number, name in enumerate(names)
            ]
        )
        self.playbook.mode = "observe"
        won = self._create_lead(name="Won", product_line_id=self.line.id)
        for lead, stage in ((self.lead, self.stage_talks), (won, self.stage_signed)):
            self._later(lead.write, {"stage_id": stage.id})
        self.playbook.mode = "enforce"
        for lead, name in ((self.lead, "Talks"), (won, "Signed")):
            with Form(lead) as form:
                form.team_id = team
                self.assertEqual(form.stage_id.name, name)
            self.assertEqual((lead.stage_id.name, lead.team_id), (name, team))
            self.assertIn(lead.stage_id, theirs)
            self.assertEqual(lead.stage_log_ids[0].kind, "reassigned")
        self.assertEqual(won.won_status, "won")
        self.assertFalse(self.env["crm.playbook.integrity"]._find_faults())

    def test_won_beside_the_playbook_by_another_team(self):
        """What left the playbook before it was won is not won there by coming back; what was never under it
        may come.
        """
        self.playbook.product_line_ids = False
        self.stages.team_ids = False
        free = self.env["crm.team"].create({"name": "Free", "company_id": False})
        lead = self._create_lead(name="Acme")
        lead.team_id = free
        lead.stage_id = self.stage_signed
        self.assertEqual(lead.won_status, "won")
        with self.assertRaises(PlaybookGateError), self.env.cr.savepoint():
            lead.team_id = self.team
        other = self._create_lead(name="Other", team_id=free.id)
        other.stage_id = self.stage_signed
        other.team_id = self.team
        self.assertEqual(other.stage_log_ids[0].kind, "joined")
        self.assertFalse(self.env["crm.playbook.integrity"]._find_faults())
