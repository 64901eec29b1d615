from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .day_common import MyDayCase


@tagged("post_install", "-at_install")
class TestMyDay(MyDayCase):
    """Everything dated that is open and somebody's, in one list, and what is done about it there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.survey = cls._create_deadline("Survey", playbook_stage_id=cls.rules[cls.stage_lead].id)

    def _submit(self, *moment, **vals):
        """A deck that waits for the leader, on a deal of the representative."""
        vals = {"evidence": "note", "approval": "team_leader", **vals}
        deck = self._create_output(self.stage_demo, "Deck", **vals)
        lead = self.create_lead_at(18)
        with self.at(*moment):
            lead.with_user(self.rep).submit_output(deck.id, note="Three presses are needed in May")
        return lead

    def _prepare_review(self):
        return self.env["crm.funnel.review"].create(
            {"playbook_id": self.playbook.id, "date_from": "2024-03-11", "date_to": "2024-03-17"}
            | {"currency_id": self.env.company.currency_id.id, "period": "week", "tz": "UTC"}
        )

    def test_a_review_is_called_in_its_readers_language(self):
        """Whatever language it had when it was made."""
        self.env["res.lang"]._activate_lang("zh_CN")
        with self.at(18, 10):
            self._prepare_review().activity_schedule(user_id=self.rep.id, date_deadline=date(2024, 3, 21))
            self.plan(self.create_lead_at(18), 22, "Call")
        lines = self.get_day(self.rep, 18, 11)
        review = lines.filtered(lambda one: one.kind == "funnel_review")
        self.assertIn("week of 2024-03-11", review.linked_to)
        self.assertIn("2024-03-11 当周", review.with_context(lang="zh_CN").linked_to)
        others = (lines - review).with_context(lang="zh_CN")
        self.assertEqual(set(others.mapped("linked_to")), {"Deal"})

    def test_everything_of_a_representative_is_in_one_list(self):
        lead = self.create_lead_at(18)
        review = self._prepare_review()
        with self.at(18, 10):
            lead.ask_later(self.needs_confirmed.id, ask_by="2024-03-20")
            self.plan(lead, 21, "Send the offer")
            self.plan(lead.partner_id or self.rep.partner_id, 22, "Call their buyer")
            self.env["crm.funnel.review.decision"].create(
                {"review_id": review.id, "name": "Ask for prices", "user_id": self.rep.id}
                | {"date_deadline": date(2024, 3, 23)}
            )
            self.meet(24, 9, lead=lead)
        self.assertDay(
            self.get_day(self.rep, 18, 11),
            [
                ("week", "stage_entered", "Survey"),
                ("week", "question", "Ask: Needs confirmed"),
                ("week", "activity", "Send the offer"),
                ("week", "activity", "Call their buyer"),
                ("week", "funnel_review", "Ask for prices"),
                ("week", "meeting", "Visit"),
            ],
        )

    def test_what_waits_for_the_leader_says_whose_it_is(self):
        self.survey.write({"escalation_to": "team_leader", "escalation_count": 1})
        self._submit(18, 12)
        self.run_job(21, 9)
        lines = self.get_day(self.leader, 21, 9)
        self.assertEqual(
            {(one.kind, one.name, one.about_user_id) for one in lines},
            {("approval", "Approve: Deck", self.rep), ("escalation", "Missed: Survey", self.rep)},
        )

    def test_overdue_today_next_and_later_whatever_the_tier(self):
        self.survey.active = False
        tiers = (("A", 1000), ("C", 0))
        self.playbook.tier_ids = [
            Command.create({"tier": tier, "min_revenue": revenue, "min_probability": 0})
            for tier, revenue in tiers
        ]
        small = self.create_lead_at(1, name="S", expected_revenue=1)
        big = self.create_lead_at(1, name="B", expected_revenue=5000)
        for lead, day in ((small, 4), (big, 17), (big, 18), (small, 18), (small, 25), (big, 26)):
            self.plan(lead, day, f"{lead.name}{day}")
        lines = self.get_day(self.rep, 18, 9)
        self.assertEqual(
            [(one.name, one.due) for one in lines],
            [
                ("S4", "overdue"),
                ("B17", "overdue"),
                ("B18", "today"),
                ("S18", "today"),
                ("S25", "week"),
                ("B26", "weeks"),
            ],
        )
        groups = self.my_day.with_user(self.rep)
        with self.at(18, 9):
            shown = [value for value, _count in groups._read_group([], ["due"], ["__count"])]
        self.assertEqual(shown, ["overdue", "today", "week", "weeks"], "in the order of time")

    def test_due_at_noon_is_overdue_in_the_afternoon(self):
        self.survey.write({"delay_count": 3, "delay_unit": "hours"})
        self.create_lead_at(18)
        self.assertEqual(self.get_day(self.rep, 18, 11).due, "today")
        self.assertEqual(self.get_day(self.rep, 18, 13).due, "overdue")

    def test_nothing_that_is_finished(self):
        done, lost, kept = (self.create_lead_at(18, name=name) for name in ("Done", "Lost", "Kept"))
        with self.at(18, 12):
            self.get_work(done).with_user(self.rep).action_feedback("Done")
            lost.action_set_lost()
            self.meet(18, 10, lead=kept)
            declined = self.meet(20, 10, lead=kept)
            declined.attendee_ids.state = "declined"
            off = self.meet(21, 10, lead=kept)
            off.active = False
        self.assertEqual(self.get_day(self.rep, 18, 13).mapped("document"), ["Kept"])

    def test_a_meeting_that_is_an_activity_too_is_there_once(self):
        self.survey.active = False
        lead = self.create_lead_at(18)
        event = self.meet(19, 10, lead=lead)
        call = self.plan(lead, 19, "Meet them", kind="mail.mail_activity_data_meeting")
        call.calendar_event_id = event
        self.assertDay(self.get_day(self.rep, 19, 9), [("today", "meeting", "Meet them")])
        with self.at(19, 12):
            self.get_day(self.rep, 19, 12).action_done()
        self.assertFalse(call.active)

    def test_meetings_of_some_days_and_of_whole_days(self):
        self.survey.active = False
        lead = self.create_lead_at(18)
        self.meet(18, 8, lead=lead, name="Fair", stop="2024-03-21 12:00:00")
        self.meet(18, 8, lead=lead, name="Day", allday=True, start_date="2024-03-20", stop_date="2024-03-20")
        names = [set(self.get_day(self.rep, day, 13).mapped("name")) for day in (19, 20, 21)]
        self.assertEqual(names, [{"Fair", "Day"}, {"Fair", "Day"}, set()])
        self.assertEqual({one.due for one in self.get_day(self.rep, 20, 13)}, {"today"})

    def test_done_is_for_what_a_person_judges(self):
        """Not for what something else ends: the form that is filled, the note, the case, the output."""
        stage = {"playbook_stage_id": self.rules[self.stage_lead].id}
        self._create_deadline("Complete it", satisfied_domain="[('phone', '!=', False)]", **stage)
        self._create_deadline("Write the note", "communication", 24, "hours")
        self._create_output(self.stage_lead, "Deck", delay_count=2, delay_unit="days")
        lead = self.create_lead_at(18)
        with self.at(18, 10):
            self.plan(lead, 18).action_feedback("They want three")
            lead.ask_later(self.needs_confirmed.id, ask_by="2024-03-20")
            self.plan(lead, 21, "Send it")
            self.meet(21, 9, lead=lead)
        lines = self.get_day(self.rep, 18, 11)
        doable = set(lines.filtered(lambda one: not one.is_ended_by_event).mapped("name"))
        self.assertEqual(doable, {"Survey", "Send it"})
        for line in lines.filtered("is_ended_by_event"):
            with self.at(18, 11), self.assertRaisesRegex(UserError, "ends automatically"):
                line.action_done()
        lines.filtered(lambda one: one.name == "Survey").action_done()
        self.assertFalse(self.get_work(lead, self.survey).active)

    def test_an_approval_cannot_be_done_away_with(self):
        """Neither in My Day nor in the chatter: the reminder stays while the deck waits."""
        lead = self._submit(18, 12)
        asked = lead.output_ids.activity_id.with_user(self.leader)
        for end in (asked.action_feedback, asked.action_done, asked.action_archive):
            with self.assertRaisesRegex(UserError, "Approve: Deck.*ends automatically"):
                end()
        [line] = self.get_day(self.leader, 18, 13)
        self.assertTrue(line.can_decide)
        self.assertFalse(line.can_cancel)
        line.action_approve()
        self.assertEqual(lead.output_ids.state, "approved")
        self.assertFalse(asked.active)
        self.assertFalse(self.get_day(self.leader, 18, 14))

    def test_rejected_from_the_list(self):
        lead = self._submit(18, 12)
        [line] = self.get_day(self.leader, 18, 13)
        self.assertEqual(
            line.action_open_file()["res_id"], lead.id, "what was submitted is a text on the deal"
        )
        dialog = line.action_reject()
        form = self.env[dialog["res_model"]].with_user(self.leader).with_context(**dialog["context"])
        form.create({"comment": "Prices are missing"}).action_reject()
        self.assertEqual(lead.output_ids.state, "rejected")
        self.assertFalse(self.get_day(self.leader, 18, 14))

    def test_whoever_the_rule_names_decides_and_nobody_else(self):
        approver = self.rep.copy({"login": "approver", "name": "Approver"})
        lead = self._submit(18, 12, approval="user", approval_user_id=approver.id)
        [line] = self.get_day(approver, 18, 13)
        self.assertTrue(line.can_decide)
        self.assertFalse(line.with_user(self.rep).can_decide)
        line.action_approve()
        self.assertEqual(lead.output_ids.state, "approved")
        self.assertFalse(self.get_day(approver, 18, 14))

    def test_questions_and_required_cases_stay_until_they_are_answered(self):
        lost = self._create_deadline("Write its case", "lost", 5, case_mode="required")
        lead = self.create_lead_at(18)
        with self.at(18, 10):
            lead.ask_later(self.needs_confirmed.id, ask_by="2024-03-20")
            question = lead.question_ids.activity_id.with_user(self.rep)
            with self.assertRaisesRegex(UserError, "ends automatically"):
                question.action_feedback()
            lead.with_user(self.rep).confirm_condition(self.needs_confirmed.id, "Ms Li said so on the phone")
        self.assertFalse(question.exists())
        with self.at(18, 12):
            lead.action_set_lost()
        with self.assertRaisesRegex(UserError, "Write its case"):
            self.get_work(lead, lost).with_user(self.rep).action_feedback()

    def test_a_line_leads_to_what_it_is_about(self):
        lead = self.create_lead_at(18)
        alone = self.plan(self.rep.partner_id, 18, "Call")
        event = self.meet(18, 15)
        by_name = {one.name: one for one in self.get_day(self.rep, 18, 9)}
        with self.at(18, 9):
            opened = {name: one.action_open() for name, one in by_name.items()}
        found = {name: (action["res_model"], action["res_id"]) for name, action in opened.items()}
        self.assertEqual(
            found,
            {
                "Survey": ("crm.lead", lead.id),
                "Call": ("res.partner", alone.res_id),
                "Visit": ("calendar.event", event.id),
            },
        )

    def test_what_was_ended_meanwhile_says_so(self):
        lead = self.create_lead_at(18)
        [line] = self.get_day(self.rep, 18, 10)
        with self.at(18, 11):
            self.get_work(lead).action_feedback()
        for act in (line.action_done, line.action_open, line.action_log_progress, line.action_cancel):
            with self.assertRaisesRegex(UserError, "not open any more"):
                act()

    def test_a_note_from_the_list(self):
        lead = self.create_lead_at(18)
        event = self.meet(18, 15, lead=lead)
        visit, survey = self.get_day(self.rep, 18, 14)
        with self.at(18, 14):
            self.assertEqual([one.can_log for one in (survey, visit)], [True, False], "it has not begun")
        self.assertEqual(survey.action_log_progress()["context"]["default_lead_id"], lead.id)
        with self.at(18, 15, 30):
            visit.invalidate_recordset()
            self.assertTrue(visit.can_log)
            context = visit.action_log_progress()["context"]
        self.assertEqual(context["default_calendar_event_id"], event.id)

    def test_ten_lines_cost_no_more_queries_than_two(self):
        def count(leads):
            for lead in leads:
                lead.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            lines = self.my_day.with_user(self.rep).search([("lead_id", "in", leads.ids)])
            lines.read(["name", "can_log", "can_cancel", "can_decide", "is_ended_by_event", "user_id"])
            self.assertEqual(len(lines), len(leads))
            return self.env.cr.sql_log_count - before

        with self.at(18):
            leads = self.env["crm.lead"].union(*(self._create_lead(f"Deal {nr}") for nr in range(12)))
        count(leads[:2])
        self.assertEqual(count(leads[2:]), count(leads[:2]))

    def test_what_is_called_after_its_type(self):
        self.survey.active = False
        self.env["res.lang"]._activate_lang("zh_CN")
        lead = self.create_lead_at(18)
        call = self.plan(lead, 19, kind="mail.mail_activity_data_call")
        call.summary = False
        call.sudo().activity_type_id.with_context(lang="zh_CN").name = "电话"
        self.assertEqual(self.get_day(self.rep, 18, 9).name, "Call")
        self.assertEqual(self.get_day(self.rep, 18, 9, lang="zh_CN").name, "电话")
        self.assertEqual(call.date_deadline - date(2024, 3, 18), timedelta(days=1))
