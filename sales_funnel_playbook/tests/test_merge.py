from datetime import datetime
from itertools import pairwise

from odoo.tests import tagged

from .common import PlaybookCase


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
        log = lead.stage_log_ids.sorted(lambda stay: (stay.entered_at, stay.id))
        self.assertEqual([(stay.entered_at.day, stay.kind, stay.stage_id.name) for stay in log], expected)
        for stay, following in pairwise(log):
            self.assertEqual(stay.left_at, following.entered_at)
            self.assertEqual(following.previous_stage_id, stay.stage_id)
            days = (stay.left_at - stay.entered_at).total_seconds() / 86400
            self.assertAlmostEqual(stay.duration_days, days)
        self.assertFalse(log[-1:].left_at)

    def test_what_began_earlier_goes_in_front(self):
        early = self._create_at(1, name="Early")
        head = self._create_at(10, self.stage_demo, self.stage_talks, name="Head")
        self._merge(head, early)
        self.assertStory(head, [(1, "created", "Lead"), (11, "forward", "Demo"), (12, "forward", "Talks")])

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
            head, [(1, "created", "Lead"), (2, "forward", "Demo"), (20, "skip", head.stage_id.name)]
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
