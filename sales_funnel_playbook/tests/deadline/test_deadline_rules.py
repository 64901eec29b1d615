from datetime import datetime

import psycopg2

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger

from .deadline_common import DeadlineCase, at


@tagged("post_install", "-at_install")
class TestDeadlineRules(DeadlineCase):
    """What an administrator may write, and what becomes of it when something is missing."""

    def _refuse(self, message, **vals):
        with self.assertRaises(ValidationError) as caught:
            self._create_deadline("Survey", **{"trigger": "lead_created", **vals})
        self.assertIn(message, str(caught.exception))

    def test_what_the_database_refuses(self):
        """Each with the sentence of its constraint, as the web client and RPC show it."""
        stage = self.rules[self.stage_lead].id
        for message, vals in (
            ("A deadline needs a time", {"count": 0}),
            ("A time limit is between 0 and 1000", {"count": -1}),
            ("The time until an escalation is between 0", {"escalation_count": -2}),
            ("Choose the stage", {"trigger": "stage_entered"}),
            ("Choose the stage", {"trigger": "won", "playbook_stage_id": stage}),
        ):
            with (
                self.subTest(message=message, vals=vals),
                self.assertRaises(psycopg2.errors.CheckViolation) as caught,
                mute_logger("odoo.sql_db"),
            ):
                self._create_deadline("Survey", **{"trigger": "lead_created", **vals})
            name = caught.exception.diag.constraint_name.removeprefix("crm_playbook_deadline")
            shown = getattr(self.registry["crm.playbook.deadline"], name).get_error_message(
                self.env["crm.playbook.deadline"], caught.exception.diag
            )
            self.assertIn(message, shown)

    def test_what_is_refused_on_saving(self):
        own_only, left = self.user_sales_salesman, self.user_sales_leads.copy({"login": "left.rules"})
        contributor = left.copy({"login": "contributor.rules", "name": "Fay"})
        contributor.group_ids = self.env.ref("sales_funnel_playbook.group_funnel_contributor")
        left.active = False
        for message, vals in (
            ("holds for every deal", {"satisfied_domain": "[(1, '=', 1)]"}),
            ("holds for every deal", {"satisfied_domain": "[('id', '!=', False)]"}),
            (
                "holds for every deal",
                {"satisfied_domain": "['|', ('name', '!=', False), ('phone', '=', '1')]"},
            ),
            ("“gone” of “gone” does not exist", {"satisfied_domain": "[('gone', '=', 1)]"}),
            ("is not a domain of plain values", {"domain": "env.user"}),
            ("Choose an active user responsible", {"responsible": "user"}),
            ("Choose an active user responsible", {"responsible": "user", "responsible_user_id": left.id}),
            ("Choose an active user to whom", {"escalation_to": "user", "escalation_user_id": left.id}),
            (
                "choose a role, or somebody who can, such as",
                {"responsible": "user", "responsible_user_id": own_only.id},
            ),
            ("Fay cannot open", {"responsible": "user", "responsible_user_id": contributor.id}),
            ("Fay cannot open", {"escalation_to": "user", "escalation_user_id": contributor.id}),
        ):
            with self.subTest(message=message, vals=vals):
                self._refuse(message, **vals)

    def test_what_may_be_empty(self):
        for satisfied in (False, "[]", "[('phone', '!=', False)]"):
            self._create_deadline("Survey", "lead_created", satisfied_domain=satisfied)

    def test_a_stage_of_another_playbook_is_refused(self):
        other = self.playbook.copy()
        with self.assertRaisesRegex(ValidationError, "another playbook"):
            self._create_deadline(
                "Survey", playbook_id=other.id, playbook_stage_id=self.playbook.stage_ids[0].id
            )

    def test_copying_a_playbook_takes_its_deadlines_along(self):
        self._create_deadline("Survey", playbook_stage_id=self.rules[self.stage_lead].id)
        self._create_deadline("Complete it", "lead_created")
        copied = self.playbook.copy()
        self.assertEqual(copied.deadline_ids.mapped("name"), ["Complete it"])
        self.assertEqual(copied.stage_ids.action_ids.mapped("name"), ["Survey"])
        self.assertEqual(copied.stage_ids.action_ids.playbook_id, copied)
        self.assertNotEqual(
            copied.deadline_ids.effective_from, datetime(2000, 1, 1), "it asks nothing of the past"
        )

    def test_the_form_of_a_playbook(self):
        with Form(self.playbook) as form, form.deadline_ids.new() as line:
            line.name = "Complete it"
            line.delay_count = 2
        self.assertRecordValues(
            self.playbook.deadline_ids,
            [{"trigger": "lead_created", "delay_count": 2, "delay_summary": "2 working days"}],
        )

    def test_nobody_there_to_do_it(self):
        """The rule's person, else the leader, else the playbook's responsible, else the salesperson."""
        admin, colleague = self.env.ref("base.user_admin"), self.user_sales_salesman
        colleague.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        rule = self._create_deadline(
            "Survey", "lead_created", responsible="user", responsible_user_id=colleague.id
        )
        self.assertEqual(self.get_work(self.create_lead_at(18)).user_id, colleague)
        colleague.active = False
        self.assertEqual(self.get_work(self.create_lead_at(18)).user_id, self.leader)
        self.team.user_id = False
        self.assertEqual(self.get_work(self.create_lead_at(18)).user_id, admin)
        self.playbook.responsible_user_id = False
        self.assertEqual(self.get_work(self.create_lead_at(18)).user_id, self.rep)
        rule.responsible = "team_leader"
        ownerless = self.create_lead_at(18, user_id=False)
        self.assertRecordValues(self.get_work(ownerless), [{"user_id": False, "active": True}])

    def test_work_of_somebody_who_leaves_goes_to_the_next(self):
        rule = self._create_deadline("Survey", "lead_created", count=5)
        lead = self.create_lead_at(18)
        with self.at(19):
            self.rep.action_archive()
        work = self.get_work(lead, rule)
        self.assertRecordValues(work, [{"user_id": self.leader.id, "playbook_due_at": at(25, 17)}])

    def test_without_a_calendar_every_hour_counts(self):
        self.playbook.calendar_id = False
        self.env.company.resource_calendar_id = False
        self._create_deadline("Survey", "lead_created", count=2)
        lead = self.create_lead_at(15, 18)
        self.assertEqual(self.get_work(lead).playbook_due_at, at(17, 18))

    def test_who_keeps_the_playbook_reads_of_it_in_their_language(self):
        """Whatever the job's is."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.playbook.responsible_user_id.lang = "zh_CN"
        rule, lead = self._create_deadline("Call", "lead_created"), self.create_lead_at(18)
        job = self.playbook.with_context(lang="en_US")
        rule.with_env(job.env)._report_error("it is gone")
        job._report_stuck(lead, ValueError("it is locked"))
        job._report_stuck(lead, ValueError("it is locked"))
        told = self.env["crm.playbook.notice"].search([("kind", "=", "failed")], order="id")
        self.assertEqual([one.res_id for one in told], [self.playbook.id] * 2)
        for one in told:
            self.assertNotIn("cannot be", one.text)

    def test_a_rule_that_fails_is_reported_and_the_others_go_on(self):
        broken = self._create_deadline("Broken", "lead_created", domain="[('phone', '!=', False)]")
        self._create_deadline("Survey", "lead_created")
        begun = self.get_work(self.create_lead_at(18, phone="1"), broken)
        # as when the app that had the field was uninstalled
        self.env.cr.execute(
            SQL("UPDATE crm_playbook_deadline SET domain = '[(''gone'', ''='', 1)]' WHERE id = %s", broken.id)
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        lead = self.create_lead_at(18, phone="1")
        self.run_job(18, 10)
        self.assertEqual(self.get_work(lead).mapped("summary"), ["Survey"])
        self.assertTrue(begun.active, "what it has begun is still to be done")
        self.assertIn("“gone” of “gone” does not exist", broken.error)
        told = self.playbook.message_ids.filtered(
            lambda message: "“Broken” cannot be followed" in message.body
        )
        mail = self.env["mail.message"].search([("subject", "like", "“Broken” cannot be followed")])
        self.assertEqual(mail.notified_partner_ids, self.playbook.responsible_user_id.partner_id)
        self.run_job(18, 11)
        self.assertEqual(self.playbook.message_ids.filtered(lambda m: "cannot be followed" in m.body), told)
        self.assertIn("Broken", self.playbook.broken_rules)
        broken.domain = "[('phone', '!=', False)]"
        self.assertFalse(broken.error)
        self.run_job(18, 12)
        self.assertEqual(self.get_work(lead).mapped("summary"), ["Survey", "Broken"], "nothing is lost")

    def test_a_rule_that_the_database_refuses_keeps_none_of_the_others(self):
        overflow = self._create_deadline("Overflow", "lead_created")
        self._create_deadline("Survey", "lead_created")
        # a time beyond what dates can say
        self.env.cr.execute(
            SQL(
                "ALTER TABLE crm_playbook_deadline DROP CONSTRAINT IF EXISTS %s",
                SQL.identifier("crm_playbook_deadline_delay_count_range"),
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE crm_playbook_deadline SET delay_count = 99999999, delay_unit = 'days' WHERE id = %s",
                overflow.id,
            )
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        with mute_logger("odoo.addons.sales_funnel_playbook.models.deadline.settling"):
            lead = self.create_lead_at(18)
        self.assertEqual(self.get_work(lead).mapped("summary"), ["Survey"])
        self.assertTrue(overflow.error)

    def test_who_may_do_what(self):
        rule = self._create_deadline("Survey", "lead_created")
        self.assertEqual(rule.with_user(self.rep).name, "Survey")
        for attempt in (
            lambda: rule.with_user(self.rep).write({"name": "No"}),
            rule.with_user(self.rep).unlink,
        ):
            with self.assertRaises(AccessError):
                attempt()
        lead = self.create_lead_at(18)
        work = self.get_work(lead).with_user(self.rep)
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            work.copy({"playbook_kind": "mine"})
        with self.assertRaisesRegex(UserError, "archive it instead"):
            rule.unlink()
        rule.active = False
        self.run_job(18, 12)
        self.assertEqual(self.get_work(lead).playbook_closing, "dropped")

    def test_nobody_writes_what_a_deadline_asked_for(self):
        """No field of it, whatever the value: empty ones too would end a deadline or hide who missed it."""
        self._create_deadline("Survey", "lead_created")
        lead = self.create_lead_at(18)
        work = self.get_work(lead)
        names = [name for name in work._fields if name.startswith("playbook_")]
        self.assertIn("playbook_escalate_at", names)
        mine = work.with_user(self.rep)
        for name in names:
            known = work.read([name], load=False)[0][name]
            for value in (False, None, known):
                with self.subTest(name=name, value=value):
                    with self.assertRaisesRegex(UserError, "cannot be changed"):
                        mine.write({name: value})
                    with self.assertRaisesRegex(UserError, "cannot be changed"):
                        command = Command.update(work.id, {name: value})
                        lead.with_user(self.rep).write({"activity_ids": [command]})
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            mine.create({"res_model_id": work.res_model_id.id, "res_id": lead.id, "playbook_done_at": at(18)})
        mine.write({"summary": "Survey them", "date_deadline": "2024-03-20"})
        copied = mine.copy()
        self.assertFalse(any(copied.sudo()[name] for name in names), "a copy is an activity like any other")

    def test_nobody_takes_it_elsewhere_or_says_when_it_was_done(self):
        self._create_deadline("Survey", playbook_stage_id=self.rules[self.stage_lead].id)
        lead, other = self.create_lead_at(18), self.create_lead_at(18)
        work = self.get_work(lead)
        mine = work.with_user(self.rep)
        own = lead.with_user(self.rep).activity_schedule(summary="My own", user_id=self.rep.id)
        for vals in ({"res_id": other.id}, {"date_done": "2024-03-18"}, {"date_done": False}):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "cannot be changed"):
                mine.write(vals)
        own.write({"res_id": other.id})
        with self.at(18, 10):
            self._advance(lead, self.stage_demo)
        self.assertEqual(work.playbook_closing, "dropped")
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            mine.write({"active": True})

    def test_no_context_says_what_a_deadline_asked_for(self):
        """Neither to a user nor to the module, which creates its activities in the context of a request."""
        self._create_deadline("Survey", "lead_created")
        forged = {
            "default_playbook_kind": "mine",
            "default_playbook_done_at": "2024-03-18 09:00:00",
            "default_playbook_closing": "satisfied",
            "default_playbook_due_at": "2099-01-01 00:00:00",
            "default_playbook_escalated_at": "2024-03-18 09:00:00",
        }
        with self.at(18):
            lead = self._create_lead()
            own = lead.with_user(self.rep).with_context(**forged).activity_schedule(summary="Mine")
            sudo = lead.sudo().with_context(**forged).activity_schedule(summary="Of the module")
        for activity in own.sudo() | sudo:
            told = {name: activity[name] for name in activity._fields if name.startswith("playbook_")}
            self.assertFalse(any(told.values()), told)
        with self.at(19):
            late = self.env["crm.lead"].with_user(self.rep).with_context(**forged)
            late = late.create({"name": "Late", "team_id": self.team.id})
            self.env.cr.flush()
        [work] = self.get_work(late.sudo())
        self.assertEqual((work.playbook_done_at, work.playbook_closing), (False, False))
        self.assertFalse(work.playbook_escalated_at)
        self.assertLess(work.playbook_due_at, at(31))

    def test_odoos_next_activity_goes_on(self):
        """Odoo creates it with all fields by name, the empty ones of deadlines too."""
        following = self.env.ref("mail.mail_activity_data_call")
        kind = self.env["mail.activity.type"].create(
            {"name": "Ask", "chaining_type": "trigger", "triggered_next_type_id": following.id}
        )
        lead = self.create_lead_at(18)
        activity = lead.with_user(self.rep).activity_schedule(activity_type_id=kind.id, user_id=self.rep.id)
        activity.with_user(self.rep).action_done()
        self.assertEqual(lead.activity_ids.activity_type_id, following)
