"""What the gate and its log cost a move, and what they cost leads that no playbook governs."""

from bench.registry import bench

CONDITIONS = [
    "[('expected_revenue', '>', 0)]",
    "[('email_from', '!=', False)]",
    "['|', ('phone', '!=', False), ('website', '!=', False)]",
    "[('partner_id.country_id', '!=', False)]",
    "[('date_deadline', '>=', 'today')]",
]


def make_team(env, name):
    """Returns a new team and its two stages."""
    team = env["crm.team"].create({"name": name})
    stages = env["crm.stage"].create(
        [{"name": f"{name} {step}", "sequence": step, "team_ids": [(6, 0, team.ids)]} for step in (1, 2)]
    )
    return team, stages


def make_playbook(env, team, stages):
    """Makes ``team`` follow a playbook with five domain conditions, where there are playbooks."""
    if "crm.playbook" not in env:
        return
    env["crm.playbook"].create(
        {
            "name": team.name,
            "mode": "enforce",
            "team_ids": team.ids,
            "stage_ids": [
                (0, 0, {"stage_id": stages[0].id}),
                (0, 0, {"stage_id": stages[1].id, "condition_ids": prepare_conditions()}),
            ],
        }
    )


def prepare_conditions():
    return [(0, 0, {"name": domain, "domain": domain}) for domain in CONDITIONS]


def make_leads(env, team, stage, count):
    """Returns ``count`` leads of ``team`` in ``stage`` that meet every condition."""
    country = env.ref("base.be")
    partner = env["res.partner"].create({"name": "Customer", "country_id": country.id})
    Leads = env["crm.lead"].with_context(tracking_disable=True)
    leads = Leads.create(
        [
            {
                "name": f"Lead {number}",
                "type": "opportunity",
                "team_id": team.id,
                "stage_id": stage.id,
                "user_id": False,
                "partner_id": partner.id,
                "email_from": f"lead{number}@example.com",
                "phone": "+32 2 290 34 90",
                "expected_revenue": 1000,
                "date_deadline": "2100-01-01",
            }
            for number in range(count)
        ]
    )
    env.flush_all()
    env.cr.precommit.run()
    return leads.with_context(tracking_disable=False)


def hand_in_outputs(env, leads, stage):
    """Adds two required outputs to ``stage``, one of them approved, and hands them in for all leads."""
    if "crm.playbook" not in env:
        return
    named = env["crm.playbook.stage"].search([("stage_id", "=", stage.id)])
    approvals = {"Report": "none", "Contract": "team_leader"}
    outputs = env["crm.playbook.output"].create(
        [{"name": name, "playbook_stage_id": named.id, "approval": approvals[name]} for name in approvals]
    )
    env["crm.lead.output"].create(
        [
            {"lead_id": lead.id, "output_id": output.id, "user_id": env.uid, "state": "approved"}
            for lead in leads
            for output in outputs
        ]
    )


def governed(env, count):
    """Leads under a playbook that meet all it asks, and the stage they will move to."""
    team, stages = make_team(env, "Governed")
    make_playbook(env, team, stages)
    leads = make_leads(env, team, stages[0], count)
    hand_in_outputs(env, leads, stages[0])
    return leads, stages[1]


def ungoverned(env, count):
    """Leads without a playbook, in a company where another team has one."""
    make_playbook(env, *make_team(env, "Governed"))
    team, stages = make_team(env, "Plain")
    return make_leads(env, team, stages[0], count), stages[1]


def move(leads, stage):
    leads.write({"stage_id": stage.id})


@bench(
    "Move {count:,} leads without a playbook", setup=ungoverned, params={"count": 1000}, quick={"count": 100}
)
def lead_move_ungoverned(env, state):
    move(*state)


@bench(
    "Move {count} lead through five conditions and two outputs, logged", setup=governed, params={"count": 1}
)
def lead_move_one(env, state):
    move(*state)


@bench(
    "Move {count:,} leads through five conditions and two outputs, logged",
    setup=governed,
    params={"count": 1000},
    quick={"count": 100},
)
def lead_move_many(env, state):
    move(*state)


@bench(
    "The same up to the commit, with Odoo's own change messages",
    setup=governed,
    params={"count": 1000},
    quick={"count": 100},
)
def lead_move_many_committed(env, state):
    move(*state)
    env.cr.flush()
