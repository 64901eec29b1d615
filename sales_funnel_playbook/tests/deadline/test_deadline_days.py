from odoo import Command
from odoo.tests import tagged

from .deadline_common import DeadlineCase, at


@tagged("post_install", "-at_install")
class TestDeadlineDays(DeadlineCase):
    """Which day something is due, and which of a deal's records a rule looks at."""

    def test_a_calendar_until_midnight_is_not_a_day_late(self):
        """What is due when Tuesday ends is to be done on Tuesday, wherever that is."""
        hours = [
            Command.create({"name": "Late", "dayofweek": str(day), "hour_from": 16, "hour_to": 24})
            for day in range(5)
        ]
        calendar = self.playbook.calendar_id
        calendar.write({"attendance_ids": [Command.clear(), *hours]})
        self._create_deadline("Survey", "lead_created")
        for zone, moment, due in (
            ("UTC", (18, 17), at(20, 0)),
            ("Pacific/Auckland", (18, 4), at(19, 11)),  # thirteen hours ahead: Monday 17:00
        ):
            calendar.tz = self.rep.tz = zone
            self.env.flush_all()
            [work] = self.get_work(self.create_lead_at(*moment))
            self.assertEqual((work.playbook_due_at, work.date_deadline), (due, at(19).date()), zone)

    def test_a_domain_asks_as_a_list_does(self):
        """A done activity is archived, and no overdue one."""
        rule = self._create_deadline(
            "Look", "lead_created", domain="[('activity_ids.date_deadline', '<', '2024-03-18')]"
        )
        open_one, done = (self._create_lead(phone=phone) for phone in "12")
        for lead in (open_one, done):
            lead.activity_schedule(summary="Call", date_deadline="2024-03-11", user_id=self.rep.id)
        done.activity_ids.action_feedback("Done")
        (open_one | done).flush_recordset()
        met = self.env["crm.playbook.rule"]._match({1: rule.domain}, open_one | done)
        self.assertEqual(met, {1: {open_one.id}})
        open_one.active = False
        met = self.env["crm.playbook.rule"]._match({1: "[('phone', '=', '1')]"}, open_one | done)
        self.assertEqual(met, {1: {open_one.id}}, "archived deals count")
