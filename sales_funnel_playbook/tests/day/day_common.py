from datetime import date, datetime

from odoo import Command

from ..deadline.deadline_common import DeadlineCase


class MyDayCase(DeadlineCase):
    """Days of March 2024 as people see them in My Day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["mail.activity"].search([]).unlink()
        cls.my_day = cls.env["crm.my.day"]

    def get_day(self, user, *moment, domain=(), **context):
        """Return the lines that ``user`` has at a moment of March 2024, without filters of time."""
        with self.at(*moment):
            lines = self.my_day.with_user(user).with_context(**context)
            lines.invalidate_model()
            found = lines.search([("user_id", "=", user.id), *domain])
            found.fetch(["due", "kind", "summary", "date_deadline", "is_ended_by_event"])
            found.mapped("name")
        return found

    def plan(self, record, day, summary="Call them", user=None, kind="mail.mail_activity_data_todo", **vals):
        """A person's own activity on a record, due on a day of March 2024."""
        user = user or self.rep
        return record.with_user(user).activity_schedule(
            kind, date(2024, 3, day), summary=summary, user_id=user.id, **vals
        )

    def meet(self, *begin, hours=1, people=None, lead=None, **vals):
        """A meeting at a moment of March 2024."""
        people = people or self.rep
        start = datetime(2024, 3, *begin)
        return (
            self.env["calendar.event"]
            .with_user(people[0])
            .create(
                {
                    "name": "Visit",
                    "start": start,
                    "stop": start.replace(hour=start.hour + hours),
                    "opportunity_id": lead.id if lead else False,
                    "user_id": people[0].id,
                    "partner_ids": [Command.set(people.partner_id.ids)],
                    **vals,
                }
            )
        )

    def assertDay(self, lines, expected):
        """Assert lines as ``(when, kind, what)``, in their order."""
        self.assertEqual([(one.due, one.kind, one.name) for one in lines], expected)
