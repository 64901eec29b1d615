import re
from collections.abc import Callable
from typing import NamedTuple

from odoo import Command, models
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import PlaybookCase

TO_DEMO = ("Amount known", "Needs confirmed", "Needs report")
TO_TALKS = ("Review passed", "Needs report")
# the last one is what Demo asked for, and was emptied since
TO_SIGNED = ("Closing date known", "Contract summary", "Amount known")
ELSEWHERE = ("Priority set",)
NO_JUMP = ("The stage “Talks” cannot be skipped",)


class Refused(NamedTuple):
    """Nothing moves, nothing is logged, and exactly these unmet items are named."""

    unmet: tuple = ()
    error: type = UserError
    message: str = "cannot enter the stage|• "


class Moved(NamedTuple):
    """The deal's newest stay: how it began, where, and what the gate said of it."""

    kind: str
    stage: str
    gate: str = "passed"
    unmet: tuple = ()


OVERRIDDEN = Moved("forward", "Demo", "overridden", TO_DEMO)
NOT_YOU = Refused(error=AccessError, message="Only a sales manager or the leader of the team")
TO_FAR = Refused((TO_SIGNED[0], "Needs report", TO_SIGNED[1], *NO_JUMP))
WON = (Refused(TO_SIGNED), Moved("won", "Signed"))


class Way(NamedTuple):
    """A way to change a stage: ``move(case, lead)`` as ``who``, for a deal that misses everything and
    for the same deal when nothing is missing. It returns the deal it made, if it made one.
    """

    name: str
    who: str
    move: Callable
    unready: Refused | Moved
    ready: Refused | Moved
    start: str = "Lead"


def to_demo(name, who, move):
    """A way from Lead to Demo that meets the gate as every other one does."""
    return Way(name, who, move, Refused(TO_DEMO), Moved("forward", "Demo"))


def free(name, move, kind, stage):
    """A way that asks for nothing, and is logged all the same."""
    moved = Moved(kind, stage, "none")
    return Way(name, "rep", move, moved, moved, start="Demo")


@tagged("post_install", "-at_install")
class WaysCase(PlaybookCase):
    """The common playbook with a report due in Lead and a summary due in Talks; the same deal ready
    and not ready; another team with a playbook of its own; one user of each role.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_output(cls.stage_lead, "Needs report", evidence="note")
        cls._create_output(cls.stage_talks, "Contract summary", evidence="note")
        cls._create_other_team()
        cls.reason = cls.env["crm.playbook.override.reason"].create({"name": "Old customer"})
        leader = cls.rep.copy({"login": "ways_leader", "email": "ways_leader@example.com"})
        cls.team.user_id = leader
        cls.users = {
            "rep": cls.rep,
            "leader": leader,
            "manager": cls.leader,
            "system": cls.env.ref("base.user_root"),
        }
        assert not leader.has_group("sales_team.group_sale_manager")

    @classmethod
    def _create_other_team(cls):
        cls.other_team = cls.env["crm.team"].create({"name": "Other", "company_id": False})
        stage = cls.env["crm.stage"].create(
            {"name": "Theirs", "sequence": 1, "team_ids": [Command.set(cls.other_team.ids)]}
        )
        condition = {"name": "Priority set", "domain": "[('priority', '>', '0')]"}
        cls.env["crm.playbook"].create(
            {
                "name": "Other",
                "mode": "enforce",
                "company_id": False,
                "team_ids": [Command.set(cls.other_team.ids)],
                "stage_ids": [
                    Command.create({"stage_id": stage.id, "condition_ids": [Command.create(condition)]})
                ],
            }
        )

    def _start(self, stage_name, is_ready):
        """Return a deal that came to a stage by the rules, and now misses everything or nothing."""
        lead = self._make_ready(self._create_lead(name="Acme"))
        for stage in self.stages:
            if lead.stage_id.name != stage_name:
                lead.stage_id = stage
        return lead if is_ready else self._make_unready(lead)

    def _make_ready(self, lead):
        """Meet all conditions of all stages, and hand in every output."""
        lead.write({"expected_revenue": 1, "date_deadline": "2030-01-01", "priority": "1"})
        for condition in self.needs_confirmed | self.review_passed:
            lead.confirm_condition(condition.id)
        for output in self.playbook.stage_ids.output_ids:
            lead.submit_output(output.id, note=f"{output.name} of the deal with number {lead.id}")
        return lead

    def _make_unready(self, lead):
        lead.write({"expected_revenue": 0, "date_deadline": False, "priority": "0"})
        for confirmation in lead.confirmation_ids:
            lead.withdraw_confirmation(confirmation.condition_id.id)
        for submission in lead.output_ids:
            lead.withdraw_output(submission.output_id.id)
        return lead

    def _run_ways(self, ways):
        for way in ways:
            for is_ready, expected in ((False, way.unready), (True, way.ready)):
                with self.subTest(way=way.name, who=way.who, ready=is_ready):
                    lead = self._start(way.start, is_ready)
                    check = self._check_refused if isinstance(expected, Refused) else self._check_moved
                    check(way, lead, expected)

    def _snapshot(self, lead):
        """Return everything that a refused move must leave as it was."""
        self.env.flush_all()
        self.env.invalidate_all()
        logs = self.env["crm.lead.stage.log"].search([])
        values = lead.read(["stage_id", "team_id", "type", "won_status", "probability", "active"])
        return values, logs.read(), self.env["crm.lead"].with_context(active_test=False).search_count([])

    def _check_refused(self, way, lead, expected):
        before = self._snapshot(lead)
        refused = self.assertRaisesRegex(expected.error, expected.message, msg=way)
        with refused, self.env.cr.savepoint():
            way.move(self, lead.with_user(self.users[way.who]))
        names = re.findall(r"^• (.+?)(?: – .*)?$", str(refused.exception), re.MULTILINE)
        self.assertEqual(tuple(names), expected.unmet, way)
        self.assertEqual(self._snapshot(lead), before, way)

    def _check_moved(self, way, lead, expected):
        count = len(lead.stage_log_ids)
        made = way.move(self, lead.with_user(self.users[way.who]))
        self.env.invalidate_all()
        is_made = isinstance(made, models.BaseModel)
        log = (made if is_made else lead).with_env(self.env).stage_log_ids
        self.assertTrue(is_made or len(log) > count, way)
        stay = log[0]
        unmet = tuple(item["name"] for item in stay.unmet or [])
        self.assertEqual(Moved(stay.kind, stay.stage_id.name, stay.gate, unmet), expected, way)
        self.assertEqual(stay.lead_id.stage_id, stay.stage_id, way)
        self.assertEqual(stay.moved_by_id, self.users[way.who], way)
        self.assertEqual(bool(stay.override_reason_id), expected.gate == "overridden", way)
        self.assertEqual([bool(each.left_at) for each in log], [False] + [True] * (len(log) - 1), way)
