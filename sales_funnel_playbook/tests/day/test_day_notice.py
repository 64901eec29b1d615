from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..deadline.deadline_common import at
from .day_common import MyDayCase

NOTICE = "odoo.addons.sales_funnel_playbook.models.core.crm_playbook_failure"


@tagged("post_install", "-at_install")
class TestDayNotice(MyDayCase):
    """One message a day, at the time that each chooses, by mail or in Odoo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.users"].search([]).has_day_notice = False
        cls.rep.write({"has_day_notice": True, "day_notice_hour": 8.5, "notification_type": "inbox"})
        cls.lead = cls._create_lead("Silk")

    def tell(self, *moment):
        """The job, at a moment of March 2024; it commits, which a test cannot."""
        with self.mock_datetime_and_now(at(*moment)):
            before = self.env["mail.message"].search([])
            for user in self.env["res.users"]._get_day_notices():
                user._tell_day_safely()
            self.env.flush_all()
            return self.env["mail.message"].search([]) - before

    def test_one_a_day_at_the_time_chosen(self):
        self.plan(self.lead, 18)
        self.plan(self.lead, 11, "Send the offer")
        self.plan(self.lead, 20, "Visit them")
        self.assertFalse(self.tell(18, 8, 15))
        told = self.tell(18, 8, 30)
        self.assertEqual(
            (told.subject, told.partner_ids), ("My Day: 1 overdue, 1 today", self.rep.partner_id)
        )
        for part in ("03/11/2024 – Send the offer (Silk)", "Call them", "/odoo/my-day"):
            self.assertIn(part, told.body)
        self.assertNotIn("Visit them", told.body)
        self.assertFalse(self.tell(18, 12), "once a day")
        self.assertEqual(self.tell(19, 9).subject, "My Day: 2 overdue, 0 today")

    def test_none_where_nothing_is_due_and_none_unless_chosen(self):
        self.plan(self.lead, 25)
        self.assertFalse(self.tell(18, 9))
        self.plan(self.lead, 18)
        self.assertFalse(self.tell(18, 10), "its time was at half past eight")
        self.rep.has_day_notice = False
        self.assertFalse(self.tell(19, 10))

    def test_on_working_days(self):
        """Saturday and Monday the 25th, a holiday, are none; the rest waits until Tuesday."""
        self.plan(self.lead, 22)
        self.rep.company_id.resource_calendar_id = self._create_nine_to_five()
        holiday = {"date_from": "2024-03-25 00:00:00", "date_to": "2024-03-25 23:00:00", "name": "Feast"}
        self.env["resource.calendar.leaves"].create(
            {**holiday, "calendar_id": False, "company_id": self.rep.company_id.id}
        )
        self.assertFalse(self.tell(23, 9) | self.tell(25, 9))
        self.assertEqual(self.tell(26, 9).subject, "My Day: 1 overdue, 0 today")

    def test_by_mail_or_in_odoo_as_other_notifications(self):
        self.plan(self.lead, 18)
        self.assertEqual(self.tell(18, 9).notification_ids.notification_type, "inbox")
        self.rep.notification_type = "email"
        self.assertEqual(self.tell(19, 9).notification_ids.notification_type, "email")

    def test_in_the_time_zone_and_language_of_each(self):
        """At 1:00 UTC on the 19th it is nine o'clock in Shanghai, and the evening before in Los Angeles."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.leader.write({"has_day_notice": True, "day_notice_hour": 8.5, "tz": "America/Los_Angeles"})
        self.rep.write({"tz": "Asia/Shanghai", "lang": "zh_CN"})
        self.plan(self.lead, 19)
        self.plan(self.lead, 19, user=self.leader)
        told = self.tell(19, 1)
        self.assertEqual(told.partner_ids, self.rep.partner_id)
        self.assertEqual(told.subject, "我的一天：0 项逾期，1 项今天到期")
        self.assertEqual(self.tell(19, 15, 30).partner_ids, self.leader.partner_id)

    @mute_logger(NOTICE)
    def test_who_cannot_be_told_keeps_nobody_waiting(self):
        self.leader.write({"has_day_notice": True, "day_notice_hour": 7})
        for user in (self.rep, self.leader):
            self.plan(self.lead, 18, user=user)
        users, first = type(self.env["res.users"]), min(self.rep, self.leader, key=lambda user: user.id)
        send = users._send_day

        def fail_for_first(user, *args):
            if user == first:
                user.env.cr.execute("SELECT 1 / 0")
            return send(user, *args)

        with patch.object(users, "_send_day", fail_for_first), mute_logger("odoo.sql_db"):
            told = self.tell(18, 9)
        self.assertEqual(told.partner_ids, ((self.rep | self.leader) - first).partner_id)
        self.assertFalse(self.tell(18, 10), "nor is anybody asked again and again")

    def test_many_lines_are_one_message(self):
        for number in range(20):
            self.plan(self.lead, 18, f"Call {number}")
        told = self.tell(18, 9)
        self.assertEqual(len(told), 1)
        self.assertIn("and 5 more", told.body)

    def test_people_choose_for_themselves(self):
        rep = self.rep.with_user(self.rep)
        rep.write({"has_day_notice": False, "day_notice_hour": 7.25})
        self.assertEqual(rep.read(["day_notice_hour"])[0]["day_notice_hour"], 7.25)
        with self.assertRaises(AccessError):
            self.leader.with_user(self.rep).has_day_notice = True
        with self.assertRaisesRegex(ValidationError, "time of the day"):
            rep.day_notice_hour = 24
        with self.assertRaises(AccessError):
            rep.day_noticed_on = "2024-03-18"

    def test_who_has_no_right_on_sales_hears_nothing(self):
        plain = new_test_user(self.env, "plain_notice", groups="base.group_user", has_day_notice=True)
        self.env["mail.activity"].create(
            {"user_id": plain.id, "date_deadline": "2024-03-18", "summary": "Call", "res_model_id": False}
        )
        self.assertFalse(self.tell(18, 9))

    def test_the_job_goes_on_where_it_stopped(self):
        self.plan(self.lead, 18)
        job = self.env.ref("sales_funnel_playbook.ir_cron_day")
        with self.mock_datetime_and_now(at(18, 9)):
            self.env.flush_all()
            with self.enter_registry_test_mode():
                job.method_direct_trigger()
        self.assertEqual(str(self.rep.day_noticed_on), "2024-03-18")
