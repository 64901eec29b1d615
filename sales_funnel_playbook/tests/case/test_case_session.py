from datetime import datetime, timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .case_common import CaseCase


class TestCaseSession(CaseCase):
    """What was learnt is shared: a session with its agenda, and what was said about each case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cases = cls.env["crm.playbook.case"]
        cls.sessions = cls.env["crm.playbook.case.session"].with_user(cls.manager)
        long_ago = fields.Datetime.now() - timedelta(days=200)
        cls.old, cls.used, cls.lost_a = (
            cls._create_case(name, **vals)
            for name, vals in (
                ("Old", {}),
                ("Much used", {}),
                ("Lost A", {"outcome": "lost", "tier": "A"}),
            )
        )
        (cls.old | cls.used | cls.lost_a).published_at = long_ago
        cls._create_lead().mark_case_used(cls.used.id)
        cls.new = cls._create_case("<i>New</i>")

    def test_what_is_suggested_and_why(self):
        suggested = self.cases.with_user(self.manager)._suggest_for_session()
        self.assertEqual(
            {case.name: reason for case, reason in suggested.items()},
            {
                "<i>New</i>": "New since the last session",
                "Much used": "Used most lately",
                "Lost A": "Lost tier A deal",
            },
        )

    def test_a_session_from_the_suggestions(self):
        form = Form(self.sessions)
        form.start = datetime(2030, 5, 6, 9)
        action = form.save().action_schedule()
        event = self.env["calendar.event"].browse(action["res_id"])
        self.assertEqual((event.start, event.duration), (datetime(2030, 5, 6, 9), 1))
        self.assertEqual(event.case_line_ids.case_id, self.new | self.used | self.lost_a)
        self.assertIn("Lost A", event.description)
        self.assertIn("Lost tier A deal", event.description)
        self.assertIn("&lt;i&gt;New&lt;/i&gt;", event.description)
        people = self.manager.partner_id | self.team.member_ids.partner_id
        self.assertEqual(event.partner_ids, people, "whoever leads a team invites it")

    def test_whoever_leads_no_team_invites_nobody_else(self):
        self.team.user_id = False
        self.assertEqual(Form(self.sessions).partner_ids[:], self.manager.partner_id)

    def test_chosen_cases(self):
        action = (self.old | self.new).with_user(self.manager).action_schedule_session()
        draft = self._create_case("Draft", state="draft")
        context = {**action["context"], "default_case_ids": (self.old | self.new | draft).ids}
        wizard = Form(self.sessions.with_context(**context)).save()
        self.assertEqual(wizard.line_ids.case_id, self.old | self.new, "a draft is not shared")
        self.assertEqual(
            [reason or "" for reason in wizard.line_ids.mapped("reason")], ["", "New since the last session"]
        )

    def test_nothing_to_talk_about(self):
        self.cases.search([]).state = "retired"
        wizard = Form(self.sessions).save()
        with self.assertRaisesRegex(UserError, "at least one published case"):
            wizard.action_schedule()
        wizard.line_ids = [Command.create({"case_id": self._create_case().id})]
        wizard.duration = 0
        with self.assertRaisesRegex(UserError, "more than 0 hours"):
            wizard.action_schedule()

    def _hold(self, start):
        """Hold a session of the manager alone."""
        wizard = Form(self.sessions).save()
        wizard.write({"start": start, "partner_ids": self.manager.partner_id})
        return self.env["calendar.event"].browse(wizard.action_schedule()["res_id"])

    def test_minutes_come_back_to_the_case(self):
        event = self._hold(datetime(2024, 5, 6, 9))
        line = event.case_line_ids.filtered(lambda one: one.case_id == self.new)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            line.with_user(self.rep).minutes = "I was not there"
        event.partner_ids |= self.rep.partner_id
        line.with_user(self.rep).minutes = "<p>Tried in two deals<script>alert(1)</script></p>"
        with self.assertRaises(AccessError):
            line.with_user(self.rep).held_at = datetime(2030, 5, 6, 9)
        said = self.new.with_user(self.rep).session_line_ids
        self.assertEqual((said.held_at, said.event_id), (datetime(2024, 5, 6, 9), event))
        self.assertIn("Tried in two deals", said.minutes)
        self.assertNotIn("script", said.minutes)
        suggested = self.cases._suggest_for_session()
        self.assertNotIn(self.new, suggested, "what was discussed is not new")
        self.assertNotIn(self.lost_a, suggested)
        event.unlink()
        said.invalidate_recordset()
        self.assertEqual((said.held_at, bool(said.event_id)), (datetime(2024, 5, 6, 9), False))

    def test_a_draft_cannot_be_put_on_an_agenda(self):
        event = self._hold(datetime(2024, 5, 6, 9))
        draft = self._create_case("Secret", state="draft")
        with self.assertRaises(AccessError):
            self.env["crm.playbook.case.session.line"].with_user(self.rep).create(
                {"event_id": event.id, "case_id": draft.id}
            )

    def _remind(self, day):
        with self.mock_datetime_and_now(day):
            self.env["crm.playbook"]._remind_of_sessions()
        activities = self.env["mail.activity"].with_context(active_test=False)
        return activities.search_count(
            [("res_model", "=", "crm.playbook"), ("res_id", "=", self.playbook.id)]
        )

    def test_the_monthly_reminder(self):
        self.assertEqual(self._remind(datetime(2030, 3, 1, 6)), 1)
        reminder = self.playbook.activity_ids
        self.assertEqual(reminder.user_id, self.manager)
        self.assertEqual(self._remind(datetime(2030, 3, 9, 6)), 1, "once a month")
        reminder.action_done()
        self.assertEqual(self._remind(datetime(2030, 3, 30, 6)), 1, "and done is done")
        self.assertEqual(self._remind(datetime(2030, 4, 1, 6)), 2)
        self._hold(datetime(2030, 5, 20, 9))
        self.assertEqual(self._remind(datetime(2030, 5, 1, 6)), 2, "a session is planned")
        self.playbook.has_case_session = False
        self.assertEqual(self._remind(datetime(2030, 7, 1, 6)), 2, "nobody wants it")

    def test_what_does_not_count_as_this_months_session(self):
        self._hold(datetime(2030, 9, 3, 9))
        for number, month in enumerate((6, 7, 8), start=1):
            with self.subTest(month=month):
                self.assertEqual(self._remind(datetime(2030, month, 1, 6)), number, "September's is far off")
        self.assertEqual(self._remind(datetime(2030, 9, 1, 6)), 3)
        deleted, archived = self._hold(datetime(2030, 10, 7, 9)), self._hold(datetime(2030, 11, 4, 9))
        deleted.unlink()
        archived.active = False
        self.assertEqual(self._remind(datetime(2030, 10, 8, 6)), 4)
        self.assertEqual(self._remind(datetime(2030, 11, 5, 6)), 5)

    def test_a_month_is_the_playbooks(self):
        self.playbook.calendar_id = self._create_nine_to_five()
        self.playbook.calendar_id.tz = "Asia/Shanghai"
        self._hold(datetime(2030, 5, 31, 17))  # the first of June, at one
        self.assertEqual(self._remind(datetime(2030, 5, 31, 15)), 1, "it is May, and June's is none of May")
        self.assertEqual(self._remind(datetime(2030, 5, 31, 16)), 1, "June has begun, and has its session")

    def test_what_a_cancelled_session_had_on_its_agenda_is_suggested_again(self):
        event = self._hold(datetime(2030, 5, 6, 9))
        self.assertNotIn(self.lost_a, self.cases.with_user(self.manager)._suggest_for_session())
        event.active = False
        self.assertIn(self.lost_a, self.cases.with_user(self.manager)._suggest_for_session())
        held = self._hold(fields.Datetime.now() - timedelta(days=2))
        line = held.case_line_ids.filtered(lambda one: one.case_id == self.lost_a)
        line.minutes = "<p>Too late</p>"
        held.unlink()
        suggested = self.cases.with_user(self.manager)._suggest_for_session()
        self.assertNotIn(self.lost_a, suggested, "what was said was said")

    def test_no_reminder_without_cases(self):
        self.cases.search([]).state = "retired"
        self.assertEqual(self._remind(datetime(2030, 3, 1, 6)), 0)

    def test_the_job(self):
        self.old.review_by = "2024-01-01"
        with self.enter_registry_test_mode():
            self.env.ref("sales_funnel_playbook.ir_cron_cases").method_direct_trigger()
        self.assertEqual(len(self.old.activity_ids), 1)
