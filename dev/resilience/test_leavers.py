"""People leave in the middle of it: what they had to do is somebody else's, and goes on."""

from datetime import timedelta

import pytest

import jobs

OF_NOBODY = """
    SELECT lead.name, users.login, activity.summary FROM mail_activity activity
    JOIN crm_lead lead ON lead.id = activity.res_id AND activity.res_model = 'crm.lead'
    JOIN res_users users ON users.id = activity.user_id
    WHERE activity.active AND activity.playbook_kind IS NOT NULL AND NOT users.active
"""
WORK = """
    SELECT playbook_kind AS kind, users.login, COUNT(*) FROM mail_activity activity
    JOIN res_users users ON users.id = activity.user_id
    WHERE activity.active AND activity.playbook_kind IS NOT NULL AND activity.res_id = ANY(%s)
    GROUP BY kind, users.login
"""


class Office:
    """A deal of ``rep0`` that waits for approval by ``leader0``, and one that was let pass with work to make
    up for; all that is due has been missed.
    """

    def __init__(self, odoo):
        self.odoo = odoo
        with jobs.environment(odoo.database) as env:
            self.now = env.cr.now().replace(microsecond=0)
            stages = {stage.name: stage for stage in env["crm.stage"].search([("team_ids", "!=", False)])}
            mine = [("user_id.login", "=", "rep0"), ("stage_id", "=", stages["Talking"].id)]
            waiting, passed = leads = env["crm.lead"].search(mine, limit=2)
            self.ids = leads.ids
            rep = env["res.users"].search([("login", "=", "rep0")])
            manager = env["res.users"].search([("login", "=", "manager1")])
            [offer] = waiting.playbook_id.stage_ids.output_ids.filtered(lambda one: one.name == "Offer")
            note = "They want the green press, and soon"
            self.submission_id = waiting.with_user(rep).submit_output(offer.id, note=note)
            criterion = waiting.playbook_id.criterion_ids[0]
            waiting.with_user(rep).ask_later(criterion.id, "criterion", self.now.date() + timedelta(days=9))
            reason = env["crm.playbook.override.reason"].search([], limit=1)
            passed.with_user(manager).override_gate(stages["Agreed"].id, reason.id, "Agreed by phone")
        jobs.run_all(odoo.database, self.now + timedelta(days=1))
        jobs.run_all(odoo.database, self.now + timedelta(days=8))

    def leave(self, login, method):
        """Let somebody leave, as the button does or as a program writes it."""
        with jobs.environment(self.odoo.database) as env:
            user = env["res.users"].search([("login", "=", login)])
            if method == "button":
                user.action_archive()
            else:
                user.write({"active": False})

    def get_work(self):
        """Return who has open work of which kind on the two deals, ``{kind: {login: count}}``."""
        work = {}
        for kind, login, count in self.odoo.postgres.query(self.odoo.database, WORK, [self.ids]):
            work.setdefault(kind, {})[login] = count
        return work

    def approve(self, login):
        with jobs.environment(self.odoo.database) as env:
            user = env["res.users"].search([("login", "=", login)])
            env["crm.lead.output"].browse(self.submission_id).with_user(user).action_approve()


@pytest.fixture(params=["button", "write"])
def left(make_worked, request):
    """The office after the representative and the leader have left, and the jobs have run."""
    odoo = make_worked(f"left_{request.param}")
    office = Office(odoo)
    before = office.get_work()
    assert set(before) == {"approval", "question", "override", "deadline", "output", "escalation"}
    assert set(before["approval"]) == set(before["escalation"]) == {"leader0"}
    assert set(before["question"]) == set(before["override"]) == {"rep0"}
    for login in ("leader0", "rep0"):
        office.leave(login, request.param)
    jobs.run_all(odoo.database, office.now + timedelta(days=9))
    return office


def test_somebody_else_has_the_work(left):
    """The playbook's responsible has it, as there is nobody else; nothing waits for who has left."""
    assert left.odoo.postgres.query(left.odoo.database, OF_NOBODY) == []
    work = left.get_work()
    for kind in ("approval", "question", "override", "deadline"):
        assert set(work[kind]) == {"manager0"}, kind
    # a new leader takes over what leaders decide
    with jobs.environment(left.odoo.database) as env:
        leader = env["res.users"].search([("login", "=", "leader1")])
        env["crm.lead"].browse(left.ids).team_id.user_id = leader
    jobs.run_all(left.odoo.database, left.now + timedelta(days=10))
    assert set(left.get_work()["approval"]) == {"leader1"}
    left.approve("leader1")
    assert "approval" not in left.get_work()
    assert left.odoo.postgres.query(left.odoo.database, OF_NOBODY) == []
    with jobs.environment(left.odoo.database) as env:
        lead = env["crm.lead"].browse(left.ids[0])
        manager = env["res.users"].search([("login", "=", "manager0")])
        stages = env["crm.stage"].search([("team_ids", "in", lead.team_id.ids)], order="sequence")
        lead.with_user(manager).write({"stage_id": stages[1].id})
        risk = {"lead_id": lead.id, "level": "high", "description": "Nobody knows the customer any more"}
        env["crm.lead.risk"].with_user(manager).create(risk)
    assert jobs.find_faults(left.odoo) == []
