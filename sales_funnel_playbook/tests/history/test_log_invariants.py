from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import PlaybookCase
from ..properties import SETTINGS, example, given, settings, st

START = datetime(2024, 3, 4, 9)
MOVES = ("stage", "stage", "stage", "lose", "restore", "win")
OTHERS = (
    *("leave", "come_back", "set_line", "unset_line", "stop_playbook", "start_playbook"),
    *("confirm", "withdraw", "hand_in", "fill_in", "override", "merge"),
)
LEADS = 3


class Step(NamedTuple):
    """Something done to some of the leads, some hours after the step before."""

    name: str
    leads: frozenset
    stage: int
    hours: int


def steps(names, min_hours=0, **sizes):
    """Return a strategy of sequences of steps."""
    leads = st.frozensets(st.integers(0, LEADS - 1), min_size=1)
    step = st.builds(Step, st.sampled_from(names), leads, st.integers(0, 4), st.integers(min_hours, 60))
    return st.lists(step, **sizes)


MERGED = [
    Step("override", frozenset({0}), 1, 5),
    Step("fill_in", frozenset({0}), 0, 5),
    Step("override", frozenset({1}), 2, 5),
    Step("merge", frozenset({0, 1}), 0, 5),
]


@tagged("post_install", "-at_install")
class TestLogInvariants(PlaybookCase):
    """Whatever is done to deals, in whatever order: their log tells one story without a gap."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.siding = cls.env["crm.stage"].create(
            {"name": "Siding", "sequence": 2, "team_ids": [Command.set(cls.team.ids)]}
        )
        cls.report = cls._create_output(cls.stage_lead, "Needs report", evidence="note")
        cls.reason = cls.env["crm.playbook.override.reason"].create({"name": "Old customer"})
        cls.line = cls.env["crm.product.line"].create({"name": "Presses", "company_id": False})
        stages = (cls.stage_lead, cls.stage_demo, cls.stage_signed)
        cls.env["crm.playbook"].create(
            {
                "name": "Presses",
                "company_id": False,
                "product_line_ids": [Command.set(cls.line.ids)],
                "stage_ids": [Command.create({"stage_id": stage.id}) for stage in stages],
            }
        )

    is_back_filled = False

    # what is done

    def _act(self, step):
        """Do a step; what is refused changes nothing."""
        leads = self.leads.browse(self.leads.ids[number] for number in step.leads if number < len(self.leads))
        leads = leads.exists().sorted("id")
        if not leads:
            return
        before = self._read_all()
        try:
            with self.env.cr.savepoint():
                getattr(self, f"_do_{step.name}")(leads, [*self.stages, self.siding][step.stage])
        except UserError:
            self.assertEqual(self._read_all(), before, "what is refused changes nothing")

    def _read_all(self):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT id, stage_id, active, probability, team_id, product_line_id FROM crm_lead"
            " WHERE id = ANY(%s) ORDER BY id",
            [self.leads.ids],
        )
        leads = self.env.cr.fetchall()
        self.env.cr.execute("SELECT * FROM crm_lead_stage_log ORDER BY id")
        return leads, self.env.cr.fetchall()

    def _do_stage(self, leads, stage):
        leads.write({"stage_id": stage.id})

    def _do_lose(self, leads, _stage):
        leads.action_set_lost()

    def _do_restore(self, leads, _stage):
        leads.action_restore()

    def _do_win(self, leads, _stage):
        leads.action_set_won()

    def _do_leave(self, leads, _stage):
        leads.write({"team_id": False, "user_id": False})

    def _do_come_back(self, leads, _stage):
        leads.write({"team_id": self.team.id})

    def _do_set_line(self, leads, _stage):
        leads.product_line_id = self.line

    def _do_unset_line(self, leads, _stage):
        leads.product_line_id = False

    def _do_fill_in(self, leads, _stage):
        leads.write({"expected_revenue": 1, "date_deadline": "2030-01-01"})

    def _do_confirm(self, leads, _stage):
        for condition in self.needs_confirmed | self.review_passed:
            leads[0].confirm_condition(condition.id)

    def _do_withdraw(self, leads, _stage):
        leads[0].withdraw_confirmation(self.needs_confirmed.id)

    def _do_hand_in(self, leads, _stage):
        leads[0].submit_output(self.report.id, note=f"What deal number {leads[0].id} needs, and why")

    def _do_override(self, leads, stage):
        leads.with_user(self.leader).override_gate(stage.id, self.reason.id, "They buy every year")

    def _do_stop_playbook(self, _leads, _stage):
        self.playbook.active = False

    def _do_start_playbook(self, _leads, _stage):
        self.playbook.active = True

    def _do_merge(self, leads, _stage):
        leads.merge_opportunity()

    # how it is run

    def _run(self, story, check=lambda: None):
        """Do the steps as time passes, with Odoo's tracking of them; the leads begin one after the other."""
        moment, self.leads = START, self.env["crm.lead"]
        for number, step in enumerate(story):
            with self.mock_datetime_and_now(moment):
                if number % 2 == 0 and len(self.leads) < LEADS:
                    self.leads |= self._create_lead(name=f"Deal {number}")
                self.env.cr.flush()
            moment += timedelta(hours=step.hours)
            with self.mock_datetime_and_now(moment):
                self._act(step)
                self.env.cr.flush()
                check()

    @contextmanager
    def _undone(self):
        """Return a context after which everything is as before, the registry's memory included."""
        savepoint = self.env.cr.savepoint()
        try:
            yield
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)
            self.registry.clear_cache()

    # what must hold

    def _check_invariants(self):
        self.env.cr.execute(
            "SELECT lead_id FROM crm_lead_stage_log WHERE left_at IS NULL"
            " GROUP BY lead_id HAVING COUNT(*) > 1"
        )
        self.assertFalse(self.env.cr.fetchall(), "one open stay at most")
        for lead in self.leads.exists().filtered("playbook_id"):
            log = lead.stage_log_ids.sorted("sequence")
            self._check_story(log)
            self.assertEqual(log[-1].stage_id, lead.stage_id)
            self.assertEqual(log[-1].state == "lost", lead.won_status == "lost")
            self.assertEqual(log[-1].playbook_id, lead.playbook_id)
        for lead in self.leads.exists().filtered(lambda one: not one.playbook_id):
            self.assertFalse(lead.stage_log_ids.filtered(lambda one: not one.left_at))

    def _check_story(self, log):
        self.assertTrue(log)
        self.assertEqual(log.filtered(lambda stay: not stay.left_at), log[-1])
        for one, following in pairwise(log):
            self.assertLessEqual(one.left_at, following.entered_at)
            if one.ended_as not in ("left", "merged"):
                self.assertEqual(one.left_at, following.entered_at)
                self.assertEqual(following.previous_stage_id, one.stage_id)
                self.assertEqual(one.ended_as, following.kind)
        for its in log.grouped("stay_sequence").values():
            self._check_stay(its.sorted("sequence"))
        for stay in log:
            is_overridden = stay.gate == "overridden"
            self.assertEqual(bool(stay.override_reason_id and stay.override_note), is_overridden)
            self.assertEqual(bool(stay.unmet), stay.gate in ("observed", "overridden"))

    def _check_stay(self, segments):
        """A stay is over with its last open segment, and as long as it was open."""
        worked = segments.filtered(lambda one: one.state == "open")
        over = segments.filtered("closes_stay")
        self.assertEqual(over, worked[-1:].filtered("left_at"))
        if over:
            lasted = sum((one.left_at - one.entered_at).total_seconds() for one in worked)
            self.assertAlmostEqual(over.duration_days, lasted / 86400)
            self.assertTrue(0 <= over.working_hours <= lasted / 3600 + 0.001)
        self.assertLessEqual(len(segments.filtered("is_entry")), 1)

    @settings(SETTINGS, max_examples=25)
    @example(MERGED)
    @given(steps(MOVES + OTHERS, min_size=8, max_size=14))
    def test_invariants(self, story):
        with self._undone():
            self._run(story, self._check_invariants)
            self.assertFalse(self.env["crm.playbook.integrity"]._find_faults(), "companies can check it, too")

    @settings(SETTINGS, max_examples=10)
    @given(steps(MOVES, min_hours=1, min_size=5, max_size=10))
    def test_back_filled_as_if_it_had_been_there(self, story):
        self.is_back_filled = True
        with self._undone():
            self.playbook.mode = "observe"
            self._run(story)
            live = self._tell()
        with self._undone():
            self.playbook.active = False
            self._run(story)
            self.assertFalse(self.leads.stage_log_ids)
            self.playbook.active = True
            self.assertEqual(self._tell(), live)

    def _tell(self):
        """Return the stays of each lead: when, how, where."""
        return [
            [
                (str(stay.entered_at), stay.kind, stay.stage_id.name)
                for stay in lead.stage_log_ids.sorted("sequence")
                if stay.kind != "joined"
            ]
            for lead in self.leads
        ]
