from collections import Counter
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tools import SQL

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestStageLog(PlaybookCase):
    def test_a_whole_life(self):
        lead = self._create_lead(phone="+1 202 555 0122")
        self._advance(lead, self.stage_talks)
        lead.stage_id = self.stage_lead
        self._advance(lead, self.stage_signed)
        lead.stage_id = self.stage_talks
        lead.action_set_lost(lost_reason_id=self.env.ref("crm.lost_reason_1").id)
        lead.action_restore()
        self.assertLog(
            lead,
            [
                ("created", "Lead", "passed"),
                ("forward", "Demo", "passed"),
                ("forward", "Talks", "passed"),
                ("backward", "Lead", "none"),
                ("forward", "Demo", "passed"),
                ("forward", "Talks", "passed"),
                ("won", "Signed", "passed"),
                ("backward", "Talks", "none"),
                ("lost", "Talks", "none"),
                ("restored", "Talks", "none"),
            ],
        )

    def test_came_as_lost(self):
        lead = self._create_lead(active=False, probability=0)
        self.assertEqual(lead.won_status, "lost")
        self.assertLog(lead, [("lost", "Lead", "observed")])
        self.assertEqual(lead.stage_log_ids.unmet[0]["kind"], "lost_reason")
        lead.action_restore()
        self.assertLog(lead, [("lost", "Lead", "observed"), ("restored", "Lead", "none")])

    def test_says_whose_deal_it_was(self):
        line = self.env["crm.product.line"].create({"name": "Presses", "company_id": False})
        lead = self._create_lead(product_line_id=line.id)
        log = lead.stage_log_ids
        self.assertRecordValues(
            log,
            [
                {
                    "playbook_id": self.playbook.id,
                    "product_line_id": line.id,
                    "team_id": self.team.id,
                    "user_id": self.rep.id,
                    "previous_stage_id": False,
                    "moved_by_id": self.env.uid,
                }
            ],
        )

    def test_unmet_in_the_readers_language_even_when_the_rule_is_gone(self):
        self.has_phone.with_context(lang="fr_FR").name = "Téléphone connu"
        log = self._create_lead().stage_log_ids
        self.assertEqual(log.unmet_summary, "Phone known")
        self.assertEqual(log.with_context(lang="fr_FR").unmet_summary, "Téléphone connu")
        self.has_phone.unlink()
        log.invalidate_recordset()
        self.assertEqual(log.unmet_summary, "Phone known")

    def test_stay_in_days_and_working_hours(self):
        """From Friday 16:00 to Tuesday 10:00: 3.75 days, and 1 + 8 + 2 hours of work."""
        self.playbook.calendar_id = self.env["resource.calendar"].create(
            {
                "name": "Eight to five",
                "tz": "UTC",
                "company_id": False,
                "attendance_ids": [(5, 0, 0)]
                + [
                    (0, 0, {"name": "Work", "dayofweek": str(day), "hour_from": start, "hour_to": stop})
                    for day in range(5)
                    for start, stop in ((8, 12), (13, 17))
                ],
            }
        )
        with self.mock_datetime_and_now(datetime(2024, 3, 15, 16, 0)):
            lead = self._create_lead()
        with self.mock_datetime_and_now(datetime(2024, 3, 19, 10, 0)):
            self._advance(lead, self.stage_demo)
        first = lead.stage_log_ids[-1]
        self.assertEqual(first.left_at, datetime(2024, 3, 19, 10, 0))
        self.assertEqual(first.duration_days, 3.75)
        self.assertEqual(first.working_hours, 1 + 8 + 2)
        self.assertFalse(lead.stage_log_ids[0].left_at)

    def test_entered_at_comes_from_the_log(self):
        with self.mock_datetime_and_now(datetime(2024, 3, 15, 16, 0)):
            lead = self._create_lead()
            other = self._create_lead()
            self._advance(other, self.stage_demo)
        with self.mock_datetime_and_now(datetime(2024, 3, 19, 10, 0)):
            # Odoo resets its own clock for both; the stay of the second goes on
            lead.write({"expected_revenue": 1})
            lead.confirm_condition(self.needs_confirmed.id)
            (lead | other).write({"stage_id": self.stage_demo.id})
        self.assertEqual(other.date_last_stage_update, datetime(2024, 3, 19, 10, 0))
        self.assertEqual(other.stage_entered_at, datetime(2024, 3, 15, 16, 0))
        self.assertEqual(lead.stage_entered_at, datetime(2024, 3, 19, 10, 0))

    def test_entered_at_is_taken_when_created_and_not_later(self):
        lead = self._create_lead(stage_entered_at="2024-03-15 08:00:00")
        self.assertEqual(lead.stage_log_ids.entered_at, datetime(2024, 3, 15, 8))
        self.assertEqual(lead.date_last_stage_update, datetime(2024, 3, 15, 8))
        with self.assertRaisesRegex(UserError, "comes from the stage log"):
            lead.stage_entered_at = "2024-03-01 08:00:00"
        future = datetime.now() + timedelta(days=2)
        with self.assertRaisesRegex(ValidationError, "in the future"):
            self._create_lead(stage_entered_at=future)

    def test_lead_without_a_playbook_has_no_log(self):
        lead = self._create_lead(team_id=False, user_id=False)
        lead.stage_id = self.stage_gen_1
        lead.action_set_lost()
        self.assertFalse(lead.stage_log_ids)
        self.assertTrue(lead.stage_entered_at)

    def test_nothing_is_logged_without_a_change(self):
        lead = self._create_lead()
        lead.write({"stage_id": self.stage_lead.id, "name": "Renamed", "user_id": self.rep.id})
        self.assertEqual(len(lead.stage_log_ids), 1)

    def test_deleting_a_lead_leaves_nothing(self):
        lead = self._create_lead()
        lead.confirm_condition(self.needs_confirmed.id)
        facts = [lead.stage_log_ids, lead.confirmation_ids]
        lead.unlink()
        for fact in facts:
            self.assertFalse(fact.exists())

    def test_queries_do_not_grow_with_the_batch(self):
        """Five domain conditions and two outputs, the log written: the same number of queries more than plain
        CRM, for one lead and for a hundred, and at most eight.
        """
        self.needs_confirmed.active = False
        self.outputs = self.env["crm.playbook.output"].union(
            *(self._create_output(self.stage_lead, name, evidence="note") for name in ("Report", "Minutes"))
        )
        for number in range(4):
            self._create_condition(self.stage_demo, f"Rule {number}", domain="[('active', '=', True)]")
        (one, one_plain), (many, many_plain) = (
            [self._get_move_queries(size, has_playbook) for has_playbook in (True, False)]
            for size in (1, 100)
        )
        told = [str((many - one) + (one - many)), str((many_plain - one_plain) + (one_plain - many_plain))]
        self.assertEqual(one.total() - one_plain.total(), many.total() - many_plain.total(), told)
        self.assertLessEqual(one.total() - one_plain.total(), 8)

    def test_a_move_writes_each_deal_once(self):
        self.playbook.mode = "observe"
        leads = self._create_lead("First", expected_revenue=100) | self._create_lead("Second")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET probability = 30, automated_probability = 30, prorated_revenue = 30"
            " WHERE id = ANY(%s)",
            [leads.ids],
        )
        self.env.invalidate_all()
        before = self.count_lead_updates()
        leads.write({"stage_id": self.stage_demo.id})  # the probability and what follows from it change
        self.env.flush_all()
        self.assertEqual(self.count_lead_updates() - before, len(leads))

    def _get_move_queries(self, size, has_playbook):
        """Return how often each statement is sent to move so many deals, the caches being warm."""
        leads = self.env["crm.lead"].create(
            [
                {
                    "name": f"Deal {number}",
                    "type": "opportunity",
                    "team_id": self.team.id,
                    "user_id": self.rep.id,
                    "expected_revenue": 1,
                }
                for number in range(size)
            ]
        )
        self.env["crm.lead.output"].create(
            [
                {"lead_id": lead.id, "output_id": output.id, "user_id": self.rep.id, "note": "It was agreed"}
                for lead in leads
                for output in self.outputs
            ]
        )
        self.playbook.active = has_playbook
        execute = Cursor.execute
        for stage in (self.stage_demo, self.stage_lead, self.stage_demo):  # the first one warms up
            self.env.flush_all()
            self.env.cr.precommit.run()
            self.env.invalidate_all()
            sent = Counter()

            def count(cr, query, params=None, log_exceptions=True, sent=sent):
                sent[query.code if isinstance(query, SQL) else query] += 1
                return execute(cr, query, params, log_exceptions)

            with patch.object(Cursor, "execute", count):
                leads.write({"stage_id": stage.id})
                self.env.flush_all()
        self.playbook.active = True
        return sent
