import re
from datetime import datetime
from itertools import pairwise
from unittest.mock import patch

from odoo import Command
from odoo.addons.crm.tests.test_crm_lead_assignment import TestLeadAssignCommon
from odoo.exceptions import UserError
from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tools import SQL

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestMerge(PlaybookCase):
    """The merged deal has the facts of all, and a log that tells one story."""

    def _create_at(self, day, *stages, **vals):
        """A lead created on a day of March 2024, and moved a day later to each of ``stages``."""
        with self.mock_datetime_and_now(datetime(2024, 3, day, 9)):
            lead = self._create_lead(**vals)
        for offset, stage in enumerate(stages, start=1):
            with self.mock_datetime_and_now(datetime(2024, 3, day + offset, 9)):
                self._advance(lead, stage)
        return lead

    def _merge(self, head, *tails):
        leads = head.union(*tails)
        merged = leads.merge_opportunity()
        self.assertEqual(merged, head)
        return merged

    def assertStory(self, lead, expected):
        log = lead.stage_log_ids.sorted("sequence")
        self.assertEqual([(stay.entered_at.day, stay.kind, stay.stage_id.name) for stay in log], expected)
        for stay, following in pairwise(log):
            self.assertEqual(stay.left_at, following.entered_at)
            if following.kind != "joined":
                self.assertEqual(following.previous_stage_id, stay.stage_id)
            if stay.closes_stay:
                days = (stay.left_at - stay.stay_began_at).total_seconds() / 86400
                self.assertAlmostEqual(stay.duration_days, days)
        self.assertFalse(log[-1:].left_at)

    def test_what_began_earlier_goes_in_front(self):
        early = self._create_at(1, name="Early")
        head = self._create_at(10, self.stage_demo, self.stage_talks, name="Head")
        self._merge(head, early)
        self.assertStory(head, [(1, "created", "Lead"), (11, "forward", "Demo"), (12, "forward", "Talks")])

    def test_leads_that_follow_nothing_cost_one_query(self):
        """Odoo's assignment merges hundreds of them: what is kept about them is asked at once."""
        team = self.env["crm.team"].create({"name": "Others"})
        names = ("Head", "Tail", "Another head", "Another tail")
        vals = {"team_id": team.id, "user_id": False, "stage_id": False}
        leads = [self._create_lead(name=name, **vals) for name in names]
        self._merge(*leads[:2])  # rules are in memory from here on
        self.env.flush_all()
        self.env.invalidate_all()
        ours, execute = [], Cursor.execute
        models = [cls for cls in self.registry.values() if cls._original_module == "sales_funnel_playbook"]
        words = {*(cls._table for cls in models if cls._auto), "playbook_kind", "playbook_deadline_id"}

        def note(cr, query, params=None, log_exceptions=True):
            code = query.code if isinstance(query, SQL) else query
            reads = code.partition(" FROM ")[2]
            ours.extend([code] if words.intersection(re.findall(r"\w+", reads)) else [])
            return execute(cr, query, params, log_exceptions)

        with patch.object(Cursor, "execute", note):
            leads[2]._merge_dependences(leads[3])
            self.env.flush_all()
        self.assertEqual([code.count("crm_lead_output") for code in ours], [1])

    def test_where_one_joined_it_was_not_let_in(self):
        """Merging an earlier one into a deal that was dragged ahead before it joined is no way past."""
        line = self.env["crm.product.line"].create({"name": "Presses", "company_id": False})
        self.playbook.write({"team_ids": [Command.clear()], "product_line_ids": [Command.set(line.ids)]})
        early = self._create_at(1, name="Early", product_line_id=line.id)
        head = self._create_at(10, name="Head", stage_id=self.stage_talks.id)
        with self.mock_datetime_and_now(datetime(2024, 3, 12, 9)):
            head.product_line_id = line
        self._merge(head, early)
        self.assertStory(head, [(1, "created", "Lead"), (12, "joined", "Talks")])
        asked = ["Closing date known", "The stage “Talks” cannot be skipped"]
        self.assertRefused(asked, head.write, {"stage_id": self.stage_signed.id})
        self.assertFalse(self.env["crm.playbook.integrity"]._find_faults())

    def test_came_as_lost_and_another_one_in_front(self):
        early = self._create_at(1, name="Early")
        with self.mock_datetime_and_now(datetime(2024, 3, 10, 9)):
            head = self._create_lead(name="Lost", active=False, probability=0)
        head.stage_log_ids.sudo()._prepend(early.stage_log_ids, head.stage_log_ids, head)
        self.assertStory(head, [(1, "created", "Lead"), (10, "lost", "Lead")])

    def test_another_stage_in_front(self):
        early = self._create_at(1, self.stage_demo, name="Early")
        head = self._create_at(10, self.stage_demo, self.stage_talks, name="Head")
        self._merge(head, early)
        self.assertStory(
            head,
            [
                (1, "created", "Lead"),
                (2, "forward", "Demo"),
                (10, "backward", "Lead"),
                (11, "forward", "Demo"),
                (12, "forward", "Talks"),
            ],
        )

    def test_three_deals(self):
        first = self._create_at(1, name="First")
        second = self._create_at(5, self.stage_demo, name="Second")
        head = self._create_at(10, self.stage_demo, self.stage_talks, name="Head")
        self._merge(head, second, first)
        self.assertStory(
            head,
            [
                (1, "created", "Lead"),
                (6, "forward", "Demo"),
                (10, "backward", "Lead"),
                (11, "forward", "Demo"),
                (12, "forward", "Talks"),
            ],
        )

    def test_what_began_later_changes_nothing(self):
        head = self._create_at(1, self.stage_demo, self.stage_talks, name="Head")
        late = self._create_at(10, name="Late")
        self._merge(head, late)
        self.assertStory(head, [(1, "created", "Lead"), (2, "forward", "Demo"), (3, "forward", "Talks")])

    def test_a_head_without_a_log_takes_over_the_others(self):
        tail = self._create_at(1, self.stage_demo, name="Tail")
        free = self.env["crm.team"].create({"name": "Free", "company_id": False})
        head = self._create_lead(name="Head", team_id=free.id)
        head.probability = 90
        with self.mock_datetime_and_now(datetime(2024, 3, 20, 9)):
            self._merge(head, tail)
        self.assertEqual(head.team_id, self.team, "it follows the playbook now, in a stage of its own")
        self.assertStory(
            head, [(1, "created", "Lead"), (2, "forward", "Demo"), (20, "joined", head.stage_id.name)]
        )

    def test_what_is_approved_goes_on_counting(self):
        contract = self._create_output(
            self.stage_demo, "Contract", evidence="note", approval="team_leader", is_required=False
        )
        head = self._create_at(1, self.stage_demo, name="Head")
        tail = self._create_lead(name="Tail")
        for lead in (tail, head):
            lead.submit_output(contract.id, note=f"{lead.name} signs in spring for three presses")
        tail.output_ids.action_approve()
        head.output_ids.reject("Whose prices?")
        self._merge(head, tail)
        self.assertEqual(head.output_ids.filtered("is_current").state, "approved")

    def test_facts_of_both(self):
        report = self._create_output(self.stage_lead, "Report", evidence="note", is_required=False)
        deck = self._create_output(self.stage_demo, "Deck", evidence="link", is_required=False)
        head = self._create_at(1, self.stage_demo, name="Head")
        tail = self._create_lead(name="Tail")
        for lead in (head, tail):
            lead.submit_output(report.id, note=f"{lead.name} wants three presses soon")
        tail.submit_output(deck.id, url="https://example.com/deck")
        tail.confirm_condition(self.needs_confirmed.id)
        tail.confirm_condition(self.review_passed.id)
        self._merge(head, tail)
        self.assertEqual(len(head.output_ids), 3)
        self.assertEqual(
            head.output_ids.filtered("is_current").mapped("note"), [False, "Head wants three presses soon"]
        )
        self.assertEqual(len(head.confirmation_ids), 3)
        in_force = head.confirmation_ids.filtered(lambda c: not c.withdrawn_at)
        self.assertEqual(in_force.condition_id, self.needs_confirmed | self.review_passed)

    def _note(self, lead, day):
        """A note that is written on ``day`` of March 2024."""
        with self.mock_datetime_and_now(datetime(2024, 3, day, 10)):
            return self.env["crm.lead.progress"].create({"lead_id": lead.id, "summary": "They want a price"})

    def test_a_note_older_than_the_deal_that_stays(self):
        """Under a playbook and without one, where no log tells when the deal that goes began."""
        free = self.env["crm.team"].create({"name": "Free", "company_id": False})
        for team in (self.team, free):
            with self.subTest(team=team.name):
                tail = self._create_at(1, name="Tail", team_id=team.id, probability=10)
                note = self._note(tail, 2)
                head = self._create_at(20, name="Head", team_id=team.id, probability=90)
                younger = self._note(head, 21)
                self._merge(head, tail)
                self.assertEqual(head.progress_ids, note | younger)
                self.assertEqual(note.communicated_at, datetime(2024, 3, 2, 10))
                self.assertEqual(head.last_contact_at, younger.communicated_at)

    def test_a_note_moves_whoever_merges(self):
        tail = self._create_at(1, name="Tail", probability=10)
        note = self._note(tail, 2)
        head = self._create_at(20, name="Head", probability=90)
        merged = (head | tail).with_user(self.leader).merge_opportunity()
        self.assertEqual((merged, note.lead_id), (head, head))

    def test_no_one_backdates_a_note_by_giving_it_to_another_deal(self):
        """As a user, what a merge does to a note stays refused, on every way to it."""
        early = self._create_at(1, name="Early")
        note = self._note(early, 2)
        late = self._create_lead(name="Late")
        mine = note.with_user(self.rep)
        own = late.with_user(self.rep)
        for attempt in (
            lambda: mine.write({"lead_id": late.id}),
            lambda: own.write({"progress_ids": [Command.link(note.id)]}),
            lambda: own.write({"progress_ids": [Command.set(note.ids)], "stage_id": self.stage_lead.id}),
            lambda: (
                self.env["crm.lead"]
                .with_user(self.rep)
                .create({"name": "New", "team_id": self.team.id, "progress_ids": [Command.link(note.id)]})
            ),
            lambda: mine.copy({"lead_id": late.id}),
            lambda: mine.create(
                {"lead_id": late.id, "summary": "They want it", "communicated_at": note.communicated_at}
            ),
            lambda: mine.with_context(default_communicated_at="2024-03-02 10:00:00").create(
                {"lead_id": late.id, "summary": "They want it"}
            ),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                attempt()
        self.assertEqual(note.lead_id, early)

    def test_a_budget_of_which_each_knows_one_end(self):
        head = self._create_lead(name="Head", budget_min=500_000)
        tail = self._create_lead(name="Tail", budget_max=300_000)
        head.probability = 99
        merged = self._merge(head, tail)
        self.assertEqual((merged.budget_min, merged.budget_max), (500_000, 0))

    def test_it_was_captured_when_the_first_was(self):
        head = self._create_lead(name="Head", captured_at="2024-03-04 09:00:00")
        tail = self._create_lead(name="Tail", captured_at="2024-03-01 09:00:00")
        head.probability = 99
        self.assertEqual(str(self._merge(head, tail).captured_at), "2024-03-01 09:00:00")

    def test_two_contacts_who_become_one_decide_once(self):
        lead = self._create_lead(name="Acme")
        one, two = self.env["res.partner"].create([{"name": "Ms Wu"}, {"name": "Wu, Ms"}])
        self.env["crm.lead.stakeholder"].create(
            [
                {"lead_id": lead.id, "partner_id": person.id, "role": "decision_maker", "date_from": since}
                for person, since in ((one, "2024-03-01"), (two, "2024-02-01"))
            ]
            + [{"lead_id": lead.id, "partner_id": two.id, "role": "user", "date_from": "2024-02-01"}]
        )
        self.env["base.partner.merge.automatic.wizard"]._merge([one.id, two.id], one)
        lines = lead.stakeholder_ids.sorted("role")
        self.assertEqual(lines.mapped("role"), ["decision_maker", "user"])
        self.assertEqual(lines.partner_id, one)
        self.assertEqual(str(lines[0].date_from), "2024-02-01")
        lines[0].date_to = "2024-04-01"  # it can be ended


@tagged("post_install", "-at_install")
class TestMergeOnAssignment(TestLeadAssignCommon):
    """Odoo's own assignment merges what looks like one customer, run after run."""

    def test_a_note_older_than_the_deal_that_stays(self):
        team = self.sales_team_1
        team.crm_team_member_ids.write({"assignment_max": 300})
        leads = self.env["crm.lead"]
        for day, probability in ((1, 10), (20, 90)):
            with self.mock_datetime_and_now(datetime(2024, 3, day, 9)):
                lead = leads.create(
                    {
                        "name": f"Of day {day}",
                        "type": "lead",
                        "team_id": False,
                        "user_id": False,
                        "email_from": "one@customer.example",
                        "probability": probability,
                    }
                )
            with self.mock_datetime_and_now(datetime(2024, 3, day, 10)):
                self.env["crm.lead.progress"].create({"lead_id": lead.id, "summary": f"Spoke on {day}"})
            leads |= lead
        with self.with_user("user_sales_manager"):
            self.env["crm.team"].browse(team.ids)._action_assign_leads(creation_delta_days=0)
        left = leads.exists()
        self.assertEqual(len(left), 1, "the two are one customer")
        self.assertTrue(left.team_id)
        self.assertEqual(sorted(left.progress_ids.mapped("summary")), ["Spoke on 1", "Spoke on 20"])
