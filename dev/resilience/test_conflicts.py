"""Two users do something with the same deal at the same time, in transactions of their own."""

import threading
from datetime import timedelta

import pytest

from odoo.api import Environment
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service.model import retrying

import jobs

ROUNDS = 50


@pytest.fixture(scope="module")
def racing(make_worked):
    """A company with a team that asks for nothing, except that its second stage is not jumped over."""
    odoo = make_worked("racing")
    with jobs.environment(odoo.database) as env:
        team = env["crm.team"].create({"name": "Racing"})
        stages = env["crm.stage"].create(
            [
                {"name": name, "sequence": n, "team_ids": team.ids}
                for n, name in enumerate(("One", "Two", "Three"))
            ]
        )
        playbook = env["crm.playbook"].create(
            {
                "name": "Racing",
                "team_ids": team.ids,
                "stage_ids": [(0, 0, {"stage_id": s.id, "allow_skip": s.name != "Two"}) for s in stages],
            }
        )
        playbook.mode = "enforce"
        output = {"name": "Report", "playbook_stage_id": playbook.stage_ids[1].id, "evidence": "note"}
        odoo.output_id = env["crm.playbook.output"].create(output).id
        odoo.team_id, odoo.stage_ids = team.id, stages.ids
    return odoo


class Racer(threading.Thread):
    """Does something to a deal, as a request does: what somebody else was quicker at is tried again.

    ``deed(lead)`` does it; ``answer`` is ``yes`` or ``no``.
    """

    def __init__(self, odoo, uid, lead_id, deed, barrier):
        super().__init__(daemon=True)
        self.odoo, self.uid, self.lead_id, self.deed = odoo, uid, lead_id, deed
        self.barrier, self.answer = barrier, None

    def run(self):
        with Registry(self.odoo.database).cursor() as cr:
            env = Environment(cr, self.uid, {})
            is_first = True

            def do():
                nonlocal is_first
                lead = env["crm.lead"].browse(self.lead_id)
                assert lead.stage_id  # the transaction has its view of the database now
                if is_first:
                    is_first = False
                    self.barrier.wait()
                self.deed(lead)

            try:
                retrying(do, env)
                self.answer = "yes"
            except UserError:
                self.answer = "no"


def race(odoo, lead_id, *deeds):
    """Let a user for each deed do it to the deal, and return the answers."""
    uids = [odoo.keys[f"rep{number}"]["uid"] for number in range(len(deeds))]
    barrier = threading.Barrier(len(deeds), timeout=60)
    racers = [Racer(odoo, uid, lead_id, deed, barrier) for uid, deed in zip(uids, deeds, strict=True)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    return [racer.answer for racer in racers]


def race_to(odoo, lead_id, *targets):
    """Let a user for each target stage move the deal; return the answers and the stages in the log."""
    moves = [lambda lead, stage_id=stage_id: lead.write({"stage_id": stage_id}) for stage_id in targets]
    answers = race(odoo, lead_id, *moves)
    rows = odoo.postgres.query(
        odoo.database, "SELECT stage_id FROM crm_lead_stage_log WHERE lead_id = %s ORDER BY id", [lead_id]
    )
    return answers, [stage_id for (stage_id,) in rows]


def make_deals(odoo, count):
    with jobs.environment(odoo.database) as env:
        vals = {"type": "opportunity", "team_id": odoo.team_id, "stage_id": odoo.stage_ids[0]}
        return env["crm.lead"].create([{**vals, "name": f"Raced {number}"} for number in range(count)]).ids


def test_both_move_it_to_the_same_stage(racing):
    """Both are told yes, and the deal has moved once."""
    one, two, _three = racing.stage_ids
    for lead_id in make_deals(racing, ROUNDS // 2):
        assert race_to(racing, lead_id, two, two) == (["yes", "yes"], [one, two])
    assert jobs.find_faults(racing) == []


def test_one_goes_where_only_the_other_leads(racing):
    """Who wants to the third stage is refused, unless the other has brought the deal into the second."""
    one, two, three = racing.stage_ids
    right = {
        ("yes", "yes"): [one, two, three],
        ("yes", "no"): [one, two],
    }
    for lead_id in make_deals(racing, ROUNDS):
        answers, stages = race_to(racing, lead_id, two, three)
        assert stages == right[tuple(answers)], answers
    assert jobs.find_faults(racing) == []


def test_both_hand_in_the_same_output(racing):
    """Both are told yes, one after the other: the second one's counts, the first one's stays on record."""
    hand_in = [
        lambda lead, who=who: lead.submit_output(racing.output_id, note=f"{who} wrote of deal {lead.id}")
        for who in ("The first", "The second")
    ]
    for lead_id in make_deals(racing, ROUNDS // 2):
        assert race(racing, lead_id, *hand_in) == ["yes", "yes"]
        query = "SELECT is_current FROM crm_lead_output WHERE lead_id = %s ORDER BY id"
        rows = racing.postgres.query(racing.database, query, [lead_id])
        assert rows == [(False,), (True,)]
    assert jobs.find_faults(racing) == []


def test_both_begin_what_is_due(racing):
    """A save and the hourly job begin the same activities: there is one of each."""
    with jobs.environment(racing.database) as env:
        start = env.cr.now().replace(microsecond=0)
    runs = [
        jobs.Run(racing.database, ["start_deadlines", "deadlines"], start + timedelta(days=1))
        for _ in range(3)
    ]
    for run in runs:
        run.wait()
    jobs.run_all(racing.database, start + timedelta(days=1))
    assert jobs.find_faults(racing) == []
