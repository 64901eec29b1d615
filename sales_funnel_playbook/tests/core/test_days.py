from datetime import date, datetime, timedelta

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..common import PlaybookCase

EAST, WEST = "Asia/Shanghai", "America/Los_Angeles"
# Wednesday evening in UTC: Thursday morning in Shanghai, Wednesday afternoon in Los Angeles.
EVENING = datetime(2026, 3, 11, 23, 30)
WEDNESDAY, THURSDAY = date(2026, 3, 11), date(2026, 3, 12)


@tagged("post_install", "-at_install")
class TestDays(PlaybookCase):
    """A day is that of where a deal is worked: of the playbook's working hours, else of its company. Whoever
    asks, and whatever a job's clock says.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.playbook.mode = "observe"
        cls.calendar = cls._create_nine_to_five()
        cls.east, cls.west = cls.env["res.company"].create([{"name": EAST}, {"name": WEST}])
        for company in (cls.east, cls.west):
            company.resource_calendar_id = cls.calendar.copy({"tz": company.name, "company_id": company.id})
        cls.team.company_id = False
        cls.rep.write({"company_ids": [Command.link(cls.east.id), Command.link(cls.west.id)]})
        cls.rep.tz = "UTC"

    def _create_pair(self, moment=EVENING, **vals):
        """A deal of each company, created at a moment."""
        with self.mock_datetime_and_now(moment):
            leads = self.env["crm.lead"].browse()
            for company in (self.east, self.west):
                leads |= self._create_lead(company.name, company_id=company.id, **vals)
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE crm_lead SET create_date = %s WHERE id = ANY(%s)", [moment, leads.ids]
            )
            self.env.invalidate_all()
        return leads

    def _refresh(self, leads, moment=EVENING):
        with self.mock_datetime_and_now(moment):
            leads._refresh()
            self.env.flush_all()
        self.env.invalidate_all()

    def test_which_zone_it_is(self):
        leads = east, west = self._create_pair()
        with self.mock_datetime_and_now(EVENING):
            self.assertEqual([lead._get_today() for lead in leads], [THURSDAY, WEDNESDAY])
            self.assertEqual(leads._group_by_zone(), {EAST: east, WEST: west})
            self.playbook.calendar_id = self.calendar
            self.calendar.tz = EAST
            self.assertEqual([lead._get_today() for lead in leads], [THURSDAY, THURSDAY])
            self.calendar.tz = WEST
            self.assertEqual([lead._get_today() for lead in leads], [WEDNESDAY, WEDNESDAY])
            self.playbook.calendar_id = False
            self.east.resource_calendar_id = self.west.resource_calendar_id.copy({"company_id": self.east.id})
            self.assertEqual(east._get_today(), WEDNESDAY)
            self.playbook.team_ids = False
            self.assertEqual(west._get_today(), WEDNESDAY, "without a playbook it is the company's")

    def test_won_the_day_it_was_created(self):
        for created, won, flags in (
            (datetime(2026, 3, 11, 23, 30), datetime(2026, 3, 12, 3), [True, True]),
            (datetime(2026, 3, 11, 5), datetime(2026, 3, 11, 17), [False, False]),
            (datetime(2026, 3, 11, 15), datetime(2026, 3, 11, 17), [False, True]),
            (datetime(2026, 3, 12, 3), datetime(2026, 3, 12, 9), [True, False]),
            (datetime(2026, 3, 11, 17), datetime(2026, 3, 12, 17), [False, False]),
        ):
            leads = self._create_pair(created)
            with self.mock_datetime_and_now(won):
                leads.action_set_won()
                self.env.flush_all()
            self._refresh(leads, won + timedelta(hours=3))
            with self.subTest(created=created, won=won):
                self.assertEqual(leads.mapped(lambda lead: lead.is_won_at_once), flags)

    def test_raised_on_the_day_it_was_won(self):
        leads = self._create_pair(datetime(2026, 3, 9), expected_revenue=10)
        with self.mock_datetime_and_now(datetime(2026, 3, 11, 15)):
            leads.action_set_won()
            self.env.flush_all()
        with self.mock_datetime_and_now(datetime(2026, 3, 11, 17)):
            leads.write({"expected_revenue": 20})
        self.assertEqual(leads.mapped(lambda lead: lead.is_raised_on_closing), [False, True])

    def test_archived_for_tidiness_it_was_won_when_it_was(self):
        """Odoo's own closing date becomes that of the archiving; what is said of the deal stays true."""
        leads = self._create_pair(datetime(2026, 3, 11, 15), expected_revenue=10)
        with self.mock_datetime_and_now(datetime(2026, 3, 11, 17)):
            leads.action_set_won()
            self.env.flush_all()
        with self.mock_datetime_and_now(datetime(2026, 3, 20, 17)):
            leads.action_archive()
            leads.write({"expected_revenue": 20})
            self.assertEqual({lead.date_closed.day for lead in leads}, {20})
        self._refresh(leads, datetime(2026, 3, 20, 23))
        self.assertEqual(leads.mapped(lambda lead: lead.is_raised_on_closing), [False, False])
        self.assertEqual(leads.mapped(lambda lead: lead.is_won_at_once), [False, True])

    def test_waiting_ends_when_the_day_begins(self):
        leads = east, west = self._create_pair(EVENING - timedelta(days=1), waiting_until=THURSDAY)
        self.assertEqual(leads.mapped("waiting_since"), [WEDNESDAY, WEDNESDAY - timedelta(days=1)])
        with self.mock_datetime_and_now(EVENING):
            leads.invalidate_recordset()
            for user in (self.rep, self.env.ref("base.user_root")):
                seen = leads.with_user(user)
                self.assertEqual(seen.mapped(lambda lead: lead.is_waiting), [False, True])
                mine = [("id", "in", leads.ids)]
                self.assertEqual(seen.search([*mine, ("is_waiting", "=", True)]), west)
                self.assertEqual(seen.search([*mine, ("is_waiting", "=", False)]), east)
            with self.assertRaisesRegex(ValidationError, "must be between"), self.env.cr.savepoint():
                east.waiting_until = WEDNESDAY
            west.waiting_until = WEDNESDAY

    def test_what_waits_is_asked_for_on_its_day(self):
        self._create_deadline("Review", "review", 1, "hours")
        leads = east, _west = self._create_pair(EVENING - timedelta(days=1), waiting_until=THURSDAY)
        with self.mock_datetime_and_now(EVENING):
            leads._keep_deadlines()
            self.env.cr.flush()
        work = self.env["mail.activity"].search([("res_model", "=", "crm.lead"), ("res_id", "in", leads.ids)])
        self.assertEqual(
            work.mapped("res_id"), [], "each is due at the end of the day on which waiting ended"
        )
        with self.mock_datetime_and_now(EVENING + timedelta(hours=1)):
            leads._keep_deadlines()
            self.env.cr.flush()
        work = self.env["mail.activity"].search([("res_model", "=", "crm.lead"), ("res_id", "in", leads.ids)])
        self.assertEqual(work.mapped("res_id"), east.ids)
        with self.mock_datetime_and_now(EVENING + timedelta(hours=2)):
            east.waiting_until = THURSDAY + timedelta(days=1)
            self.env.cr.flush()
        self.assertEqual(work.playbook_closing, "dropped")

    def test_a_stage_is_expected_until_a_day(self):
        self.rules[self.stage_lead].expected_days = 10
        leads = self._create_pair()
        until = [day + timedelta(days=10) for day in (THURSDAY, WEDNESDAY)]
        self.assertEqual(leads.mapped("stage_due_date"), until)

    def test_rules_know_the_day(self):
        leads = east, _west = self._create_pair(date_deadline=WEDNESDAY)
        domains = {
            "past": "[('date_deadline', '<', 'today')]",
            "today": "[('create_date', '>=', 'today'), ('date_deadline', '=', 'today')]",
            "set": "[('date_deadline', '!=', False)]",
        }
        with self.mock_datetime_and_now(EVENING):
            for user in (self.rep, self.env.ref("base.user_root")):
                found = self.env["crm.playbook.rule"].with_user(user)._match(domains, leads)
                self.assertEqual(
                    found, {"past": set(east.ids), "today": {leads[1].id}, "set": set(leads.ids)}
                )
        check = self.env.ref("sales_funnel_playbook.check_pushed")
        self._refresh(leads)
        self.assertEqual(leads.mapped(lambda lead: check in lead.check_ids), [True, False])

    def test_a_case_is_valid_until_the_end_of_a_day(self):
        vals = {"outcome": "won", "state": "published", "situation": "Foundry", "lesson": "Ask."}
        cases = east, _west = self.env["crm.playbook.case"].create(
            [{"name": company.name, "company_id": company.id, **vals} for company in (self.east, self.west)]
        )
        cases.write({"review_by": WEDNESDAY, "user_id": self.rep.id})
        mine = [("id", "in", cases.ids)]
        with self.mock_datetime_and_now(EVENING):
            cases.invalidate_recordset()
            self.assertEqual(cases.mapped("is_stale"), [True, False])
            self.assertEqual(cases.search([*mine, ("is_stale", "=", True)]), east)
        self.rep.tz = EAST
        with self.mock_datetime_and_now(EVENING - timedelta(days=1)):
            cases._ask_about_batch()
            self.assertEqual(cases.activity_ids.mapped("res_id"), east.ids)
            self.assertEqual(cases.activity_ids.date_deadline, WEDNESDAY, "the day of who is asked")
            cases.action_confirm()
        self.assertEqual(cases.mapped("review_by"), [date(2026, 9, 11), date(2026, 9, 10)])

    def test_work_is_overdue_by_the_playbooks_day(self):
        self.playbook.calendar_id = self.calendar
        lead = self._create_pair()[:1]
        work = lead.activity_schedule(date_deadline=WEDNESDAY, user_id=self.rep.id)
        work.sudo().write({"playbook_kind": "approval", "playbook_id": self.playbook.id})
        report = self.env["crm.playbook.deadline.report"].with_context(tz="Pacific/Kiritimati")
        for zone, state in ((EAST, "overdue"), (WEST, "open")):
            self.calendar.tz = zone
            with self.mock_datetime_and_now(EVENING):
                self.env.flush_all()
                self.assertEqual(report.search([("activity_id", "=", work.id)]).state, state)
            report.invalidate_model()
