from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .day_common import MyDayCase


@tagged("post_install", "-at_install")
class TestSnooze(MyDayCase):
    """Put off until a day, with the reason on record; or the whole deal waits for the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.survey = cls._create_deadline("Survey", playbook_stage_id=cls.rules[cls.stage_lead].id)

    def snooze(self, line, *moment, **vals):
        with self.at(*moment):
            action = line.action_snooze()
            model = self.env[action["res_model"]].with_user(line.env.user).with_context(**action["context"])
            form = Form(model)
            for name, value in vals.items():
                form[name] = value
            form.save().action_snooze()

    def test_put_off_with_a_reason(self):
        lead = self.create_lead_at(18)
        self.snooze(self.get_day(self.rep, 18, 10), 18, 10, until="2024-03-26", reason="Ill until Monday")
        [line] = self.get_day(self.rep, 20, 10)
        self.assertEqual((line.due, str(line.date_deadline)), ("week", "2024-03-26"))
        said = lead.message_ids[0]
        self.assertRegex(said.body, "Snoozed: Survey .*03/19/2024.*03/26/2024.*Ill until Monday")
        self.assertEqual(said.author_id, self.rep.partner_id)
        self.assertEqual(self.get_day(self.rep, 26, 10).due, "overdue", "what was asked for by when stays")
        self.assertEqual(str(self.get_work(lead).playbook_due_at), "2024-03-19 17:00:00")

    def test_refused_without_a_reason_or_for_today(self):
        self.create_lead_at(18)
        line = self.get_day(self.rep, 18, 10)
        dialogs = self.env["crm.my.day.snooze"].with_user(self.rep)
        vals = {"activity_id": line.activity_id.id, "until": date(2024, 3, 20), "reason": "Ill"}
        for wrong, told in (({"reason": " "}, "Say why"), ({"until": date(2024, 3, 18)}, "tomorrow")):
            with self.at(18, 10), self.assertRaisesRegex(UserError, told):
                dialogs.create({**vals, **wrong}).action_snooze()
        with self.at(18, 10), self.assertRaises(AccessError):
            dialogs.with_user(self.user_sales_salesman).create(vals).action_snooze()

    def test_a_meeting_is_put_off_in_the_calendar(self):
        self.survey.active = False
        lead = self.create_lead_at(18)
        call = self.plan(lead, 19)
        call.calendar_event_id = self.meet(19, 10, lead=lead)
        line = self.get_day(self.rep, 18, 10)
        self.assertFalse(line.can_snooze)
        with self.assertRaisesRegex(UserError, "calendar"):
            self.snooze(line, 18, 10, until="2024-03-20", reason="Ill until Monday")

    def test_a_decision_keeps_its_reason_itself(self):
        """A to-do without a document has no chatter."""
        self.env["mail.activity"].create(
            {
                "summary": "Ask for prices",
                "note": "Of all",
                "user_id": self.rep.id,
                "date_deadline": "2024-03-18",
            }
            | {"res_model_id": False}
        )
        line = self.get_day(self.rep, 18, 10)
        self.snooze(line, 18, 10, until="2024-03-20", reason="Prices come on Tuesday")
        self.assertRegex(line.activity_id.note, "Prices come on Tuesday.*Of all")
        dialogs = self.env["crm.my.day.snooze"].with_user(self.rep)
        vals = {"activity_id": line.activity_id.id, "until": "2024-03-21", "reason": "Still"}
        with self.at(18, 10), self.assertRaisesRegex(UserError, "Only a deal"):
            dialogs.create({**vals, "is_waiting": True}).action_snooze()

    def test_the_deal_waits_for_the_customer(self):
        """Follow-ups go by themselves and come back that day; what was put off comes back, too."""
        self.playbook.tier_ids = [
            (
                0,
                0,
                {"tier": "C", "min_revenue": 0, "min_probability": 0, "delay_count": 1, "delay_unit": "days"},
            )
        ]
        follow_up = self._create_deadline("Follow up", "follow_up")
        lead = self.create_lead_at(18)
        self.run_job(19, 12)
        survey = self.get_day(self.rep, 19, 13).filtered(lambda one: one.name == "Survey")
        self.assertTrue(self.get_work(lead, follow_up).active)
        self.snooze(survey, 19, 13, until="2024-03-28", reason="They decide after the fair", is_waiting=True)
        self.assertEqual(lead.waiting_until, date(2024, 3, 28))
        self.run_job(20, 9)
        lines = self.get_day(self.rep, 20, 10)
        self.assertDay(lines, [("weeks", "stage_entered", "Survey")])
        self.assertIn("They decide after the fair", "".join(lead.message_ids.mapped("body")))
        with self.assertRaisesRegex(ValidationError, "Waiting Until"):
            self.snooze(lines, 20, 10, until="2024-06-01", reason="Later", is_waiting=True)
