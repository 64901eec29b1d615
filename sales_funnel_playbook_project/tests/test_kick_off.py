from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .project_common import KickOffCase


@tagged("post_install", "-at_install")
class TestKickOff(KickOffCase):
    """What a deal becomes that is won."""

    def test_a_deal_that_is_won_becomes_a_project(self):
        lead = self._create_lead("Presses", partner_id=self.customer.id)
        project = self.win(lead)
        self.assertEqual((project.name, project.user_id), ("Presses", self.dan))
        self.assertEqual((project.partner_id, project.company_id), (self.customer, lead.company_id))
        self.assertEqual(sorted(project.task_ids.mapped("name")), ["Kick-off", "Train"])
        self.assertEqual((project.is_template, project.is_deal_won), (False, True))
        self.assertEqual(self.get_meetings(lead), [(self.dan, "Hand-over meeting: Presses")])
        due = lead.activity_ids.filtered(lambda one: one.user_id == self.dan).date_deadline
        self.assertEqual(due, lead._get_today() + timedelta(days=7))
        self.assertTrue([one for one in lead.message_ids if "has become the project" in one.body])

    def test_a_salesperson_wins(self):
        """Who has no right on projects; what the web client sends with a deal is not meant for tasks."""
        lead = self.bring_close(self._create_lead("Presses"))
        context = {
            "default_name": "X",
            "default_user_id": self.rep.id,
            "default_partner_id": self.customer.id,
        }
        lead.with_user(self.rep).with_context(**context).action_set_won_rainbowman()
        self.env.cr.flush()
        project = self.get_projects(lead)
        self.assertEqual((project.user_id, project.partner_id), (self.dan, self.customer.browse()))
        self.assertEqual(sorted(project.task_ids.mapped("name")), ["Kick-off", "Train"])
        self.assertFalse(project.task_ids.user_ids)

    def test_delivery_opens_what_sales_has_submitted(self):
        """Only followers see the project: who leads it does, with no right on sales."""
        lead = self._create_lead("Presses", contact_name="Ms Wu", use_case="Car doors\nRoofs <b>")
        self.submit_file(lead, self.file)
        lead.with_user(self.rep).submit_output(self.plan.id, url="https://plan.example/1")
        project = self.win(lead).with_user(self.dan)
        self.assertEqual(project.name, "Presses")
        told = self.get_told(project)
        self.assertEqual(told.attachment_ids.raw, b"What was promised")
        for text in ("Ms Wu", "Car doors<br", "Roofs &lt;b&gt;", "customer.txt", "https://plan.example/1"):
            self.assertIn(text, told.body)
        self.assertTrue(told.subtype_id.internal, "no customer reads it who sees the project")
        self.assertEqual(told.notified_partner_ids, self.dan.partner_id)
        with self.assertRaises(AccessError):
            project.with_user(self.dora).read(["name"])
        with self.assertRaises(AccessError):
            told.attachment_ids.with_user(self.dora).read(["raw"])

    def test_amounts_stay_with_sales(self):
        lead = self._create_lead("Presses", budget_min=71717, budget_max=71717)
        lead.with_user(self.rep).submit_output(self.prices.id, note="They pay 91919 for all of it")
        project = self.win(lead)
        told = self.get_told(project)
        for amount in ("71717", "71,717", "91919", "1000", "1,000"):
            self.assertNotIn(amount, told.body)
        self.assertFalse(told.attachment_ids)

    def test_what_does_not_count_is_not_handed_over(self):
        """What waits for approval, and what was replaced."""
        self.file.approval = "team_leader"
        names = ("Waiting", "Approved", "Replaced")
        waiting, approved, replaced = leads = [self._create_lead(name) for name in names]
        self.submit_file(waiting, self.file)
        self.submit_file(approved, self.file)
        approved.output_ids.with_user(self.leader).action_approve()
        for url in ("https://old.example/", "https://new.example/"):
            replaced.with_user(self.rep).submit_output(self.plan.id, url=url)
        told = [self.get_told(project) for project in self.win(*leads)]
        self.assertEqual([len(one.attachment_ids) for one in told], [0, 1, 0])
        self.assertIn("https://new.example/", told[2].body)
        self.assertNotIn("https://old.example/", told[2].body)

    def test_without_a_template_nothing_happens(self):
        self.playbook.kickoff_template_id = False
        lead = self._create_lead()
        self.assertFalse(self.win(lead))
        self.assertFalse(lead.can_kick_off)
        self.assertFalse(self.get_meetings(lead))

    def test_with_a_button(self):
        """Who has the role presses it, and who has the deal; once."""
        self.playbook.kickoff_when = "button"
        first, second = self._create_lead("First"), self._create_lead("Second")
        with self.assertRaises(UserError):
            first.with_user(self.rep).action_kick_off()
        self.assertFalse(self.win(first, second))
        self.assertTrue(first.with_user(self.dan).can_kick_off)
        action = first.with_user(self.dan).action_kick_off()
        project = self.get_projects(first)
        self.assertEqual((action["res_model"], action["res_id"]), ("project.project", project.id))
        self.assertEqual(project.user_id, self.dan)
        self.assertFalse(first.can_kick_off)
        with self.assertRaises(UserError):
            first.with_user(self.rep).action_kick_off()
        with self.assertRaises(AccessError):
            second.with_user(self.dora).action_kick_off()
        second.with_user(self.rep).action_kick_off()
        self.assertEqual(self.get_projects(second).user_id, self.dan)

    def test_with_a_button_for_those_won_before(self):
        self.playbook.kickoff_template_id = False
        lead = self._create_lead()
        self.assertFalse(self.win(lead))
        self.playbook.kickoff_template_id = self.template
        lead.invalidate_recordset()
        self.assertTrue(lead.with_user(self.rep).can_kick_off)
        lead.with_user(self.rep).action_kick_off()
        self.assertEqual(self.get_projects(lead).user_id, self.dan)

    def test_several_winners_at_once(self):
        leads = [self.bring_close(self._create_lead(name)) for name in ("A", "B", "C")]
        self.env["crm.lead"].concat(*leads).write({"stage_id": self.stage_signed.id})
        self.env.cr.flush()
        self.assertEqual(self.get_projects(*leads).mapped("name"), ["A", "B", "C"])

    def test_deals_that_come_as_won_begin_no_project(self):
        """Imported, or under the playbook since."""
        self.playbook.mode = "observe"
        imported = self._create_lead("Old", stage_id=self.stage_signed.id)
        team = self.env["crm.team"].create({"name": "Others", "company_id": False})
        self.playbook.is_default = False
        joined = self._create_lead("Theirs", team_id=team.id, user_id=False)
        joined.action_set_won()
        joined.team_id = self.team
        self.env.cr.flush()
        self.assertEqual((joined.playbook_id, joined.won_status), (self.playbook, "won"))
        self.assertFalse(self.get_projects(imported, joined))
        self.assertTrue(imported.can_kick_off and joined.can_kick_off)

    def test_a_template_that_is_none_keeps_no_deal_from_being_won(self):
        """The playbook's responsible hears of it, and it is on the deal."""
        self.template.action_archive()
        self.playbook.responsible_user_id = self.leader
        self.assertIn("Roll-out", self.playbook.kickoff_problem)
        lead = self._create_lead("Presses")
        self.assertFalse(self.win(lead))
        self.assertEqual(lead.won_status, "won")
        self.assertTrue([one for one in lead.message_ids if "could not be made" in one.body])
        notices = self.env["crm.playbook.notice"].search([("kind", "=", "failed")])
        self.assertIn(self.leader.partner_id, notices.partner_id)
        with self.assertRaises(UserError):
            lead.with_user(self.rep).action_kick_off()

    def test_who_comes_too_late_tries_again(self):
        lead = self._create_lead()
        late = psycopg2.errors.SerializationFailure()
        with patch.object(type(lead), "_kick_off", side_effect=late), self.assertRaises(type(late)):
            lead._try_kick_off(is_alone=True)

    def test_only_a_template_is_chosen(self):
        """Of the playbook's company."""
        with self.assertRaises(ValidationError):
            self.playbook.kickoff_template_id = self.env["project.project"].create({"name": "Any"})
        other = self.env["res.company"].create({"name": "Other"})
        with self.assertRaises(UserError):
            self.playbook.kickoff_template_id = self.template.copy({"company_id": other.id})

    def test_screens(self):
        manager = self.user_sales_manager
        self.template.privacy_visibility = "employees"
        with Form(self.playbook.with_user(manager)) as form:
            form.kickoff_template_id = self.template.browse()
            form.kickoff_template_id = self.template
            form.kickoff_when = "button"
        with Form(self.file.with_user(manager)) as form:
            form.is_handed_over = False
        lead = self._create_lead()
        self.choose(lead, self.dan)
        for user in (self.rep, self.dan):
            self.assertFalse(Form(lead.with_user(user)).can_kick_off)

    def test_nobody_writes_whose_project_it_is(self):
        project, other = self.win(self._create_lead()), self._create_lead("Other")
        for vals in ({"deal_id": other.id}, {"is_deal_won": False}):
            with self.assertRaises(AccessError):
                project.with_user(self.env.ref("base.user_admin")).write(vals)

    def test_in_the_language_of_who_leads_it(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.dan.lang = "zh_CN"
        lead = self._create_lead("Presses", use_case="Car doors")
        project = self.win(lead)
        told = project.message_ids.filtered(lambda one: "Car doors" in one.body)
        self.assertTrue(told)
        self.assertFalse(self.get_told(project))
        self.assertFalse(self.get_meetings(lead))
        self.assertIn(self.dan, lead.activity_ids.user_id)
