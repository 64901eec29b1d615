from collections import Counter
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tools import SQL

from .coaching_common import NOW, CoachingCase


@tagged("post_install", "-at_install")
class TestCoaching(CoachingCase):
    """A salesperson's numbers beside the median of the team."""

    def make_team(self):
        self.deals = self.make_deals(self.ann, 6, moved=2)
        for person, moved in ((self.bob, 5), (self.cho, 4), (self.dan, 3), (self.eve, 3)):
            self.make_deals(person, 5, moved)

    def test_conversion_and_time_against_the_median(self):
        self.make_team()
        page = self.get_page(self.ann)
        row = self.get_row(page, "conversion", self.stage_lead.id)
        self.assertEqual(
            (round(row["value"], 1), row["count"], row["median"], row["people"]), (33.3, 6, 60, 5)
        )
        self.assertEqual(row["label"], "Conversion, Lead")
        self.assertEqual(page["team"], {"name": self.team.name, "count": 5})
        time = self.get_row(self.get_page(self.chief, self.bob), "time", self.stage_lead.id)
        self.assertEqual((time["value"], time["count"]), (10, 5))

    def test_a_median_tells_nobody_s_number(self):
        """Of three colleagues, whoever knows one number reads another one in the median."""
        self.make_team()
        self.team.member_ids -= self.eve
        row = self.get_row(self.get_page(self.ann), "conversion", self.stage_lead.id)
        self.assertEqual((row["median"], row["people"]), (False, 4))
        notes = self.get_row(self.get_page(self.ann), "refused")
        self.assertFalse(notes["median"])
        self.deals[2:].unlink()
        self.team.member_ids |= self.eve
        row = self.get_row(self.get_page(self.ann), "conversion", self.stage_lead.id)
        self.assertEqual((row["value"], row["median"]), (False, 70), "of four colleagues")
        self.assertFalse(self.get_page(self.ann)["facts"])
        row = self.get_row(self.get_page(self.chief, self.bob), "conversion", self.stage_lead.id)
        self.assertEqual((row["value"], row["median"]), (100, False), "of three colleagues")

    def test_of_few_deals_only_how_many(self):
        self.make_team()
        time = self.get_row(self.get_page(self.ann), "time", self.stage_lead.id)
        self.assertEqual((time["value"], time["count"], time["minimum"]), (False, 2, 5))
        self.assertEqual((time["median"], time["people"]), (False, 1), "one person is no team")

    def test_two_facts_by_a_rule(self):
        self.make_team()
        for lead in self.env["crm.lead"].search([("user_id", "in", self.people.ids)]) + self.deals:
            self.make_note(lead)
        page = self.get_page(self.ann)
        facts = [(fact["name"], fact["part"]) for fact in page["facts"]]
        self.assertEqual(facts, [("notes", ""), ("conversion", str(self.stage_lead.id))])
        self.assertEqual(self.get_row(page, "notes")["value"], 12)

    def make_note(self, lead):
        with self.mock_datetime_and_now(NOW - timedelta(days=2)):
            self.env["crm.lead.progress"].with_user(lead.user_id).create(
                {
                    "lead_id": lead.id,
                    "communicated_at": NOW - timedelta(days=2),
                    "summary": "They asked for an offer in May",
                }
            )
            self.env.flush_all()

    def test_each_number_opens_its_deals(self):
        self.make_team()
        with self.mock_datetime_and_now(NOW):
            action = (
                self.env["crm.coaching"]
                .with_user(self.chief)
                .get_deals_action({"user_id": self.ann.id}, "conversion", str(self.stage_lead.id))
            )
        self.assertEqual(action["name"], "Ann: Conversion, Lead")
        self.assertEqual(self.env["crm.lead"].search(action["domain"]), self.deals.sorted())
        self.assertEqual(self.env["crm.lead"].with_user(self.bob).search_count(action["domain"]), 0)

    def test_results_gates_risks_and_cases(self):
        self.make_team()
        with self.mock_datetime_and_now(NOW - timedelta(days=1)):
            won = self.deals[:5]
            won.write({"expected_revenue": 100, "probability": 60})
            won.action_set_won()
            self.env["crm.lead.risk"].create(
                {
                    "lead_id": self.deals[5].id,
                    "type_id": self.env["crm.risk.type"].search([], limit=1).id,
                    "description": "Their budget is cut",
                    "response": "Visit them",
                }
            )
            self.env.flush_all()
        page = self.get_page(self.ann)
        self.assertEqual(self.get_row(page, "win_rate")["value"], 100)
        self.assertEqual(self.get_row(page, "amount")["value"], 100)
        self.assertEqual(self.get_row(page, "overridden")["value"], 0)
        self.assertEqual(self.get_row(page, "risk_response")["count"], 1)
        done = {first["label"]: first["is_done"] for first in page["firsts"]}
        self.assertTrue(done["Win a deal"])
        self.assertFalse(done["Write a case"])

    def test_amounts_are_what_the_playbook_counts(self):
        """A subscription of 50 a month is worth 600 a year, and nothing at once."""
        self.make_team()
        monthly = self.env["crm.recurring.plan"].create({"name": "Monthly", "number_of_months": 1})
        with self.mock_datetime_and_now(NOW - timedelta(days=1)):
            self.deals[:5].write({"recurring_revenue": 50, "recurring_plan": monthly.id})
            self.deals[:5].action_set_won()
            self.env.flush_all()
        for basis, worth in (("one_off", False), ("recurring", 600), ("both", 600)):
            self.playbook.worth_basis = basis
            row = self.get_row(self.get_page(self.ann), "amount")
            self.assertEqual(row["value"], worth)

    def test_a_lost_deal_that_is_moved_is_lost_once(self):
        self.make_team()
        with self.mock_datetime_and_now(NOW - timedelta(days=2)):
            self.deals[:3].action_set_won()
            self.deals[3:].action_set_lost(lost_reason_id=self.env.ref("crm.lost_reason_1").id)
            self.env.flush_all()
        with self.mock_datetime_and_now(NOW - timedelta(days=1)):
            self.deals[3:].write({"stage_id": self.stage_talks.id})
            self.env.flush_all()
        row = self.get_row(self.get_page(self.ann), "win_rate")
        self.assertEqual((row["value"], row["count"]), (50, 6))

    def test_what_is_handed_over_stays_whose_it_was(self):
        self.make_team()
        with self.mock_datetime_and_now(NOW - timedelta(days=1)):
            self.deals.user_id = self.bob
            self.env.flush_all()
        row = self.get_row(self.get_page(self.ann), "conversion", self.stage_lead.id)
        self.assertEqual(row["count"], 6)
        self.deals.unlink()
        row = self.get_row(self.get_page(self.ann), "conversion", self.stage_lead.id)
        self.assertEqual((row["count"], row["value"]), (0, False))

    def test_what_a_new_one_has_not_done_once(self):
        self._create_output(self.stage_lead, "Needs report", evidence="note")
        lead = self.make_deals(self.ann, 1)
        labels = [one["label"] for one in self.get_page(self.ann)["firsts"] if not one["is_done"]]
        self.assertIn("Submit “Needs report”", labels)
        self.assertIn("Log a progress note", labels)
        lead.with_user(self.ann).submit_output(
            self.playbook.stage_ids.output_ids.id, note="They need three presses in spring"
        )
        self.make_note(lead)
        labels = [one["label"] for one in self.get_page(self.ann)["firsts"] if not one["is_done"]]
        self.assertNotIn("Submit “Needs report”", labels)
        self.assertNotIn("Log a progress note", labels)

    def test_queries_grow_neither_with_deals_nor_with_people(self):
        self.make_team()
        self.count_queries()  # what is kept in memory from then on
        few = self.count_queries()
        self.team.member_ids |= self.rep | self.boss
        for person in (self.rep, self.boss, self.ann):
            self.make_deals(person, 8, moved=6)
        many = self.count_queries()
        self.assertEqual(many.total(), few.total(), str((many - few, few - many)))

    def count_queries(self):
        self.get_page(self.chief, self.ann)  # what is kept in memory
        self.env.invalidate_all()
        sent, execute = Counter(), Cursor.execute

        def count(cr, query, params=None, log_exceptions=True):
            sent[query.code if isinstance(query, SQL) else query] += 1
            return execute(cr, query, params, log_exceptions)

        with patch.object(Cursor, "execute", count):
            self.get_page(self.chief, self.ann)
        return sent

    def test_arguments(self):
        coaching = self.env["crm.coaching"].with_user(self.boss)
        for filters in ("x", {"period": "x"}, {"period": [1]}, {"user_id": "x"}, {"user_id": True}):
            with self.assertRaises(UserError):
                coaching.get_coaching(filters)
        with self.assertRaises(UserError):
            coaching.get_deals_action({"user_id": self.ann.id}, "salary")
