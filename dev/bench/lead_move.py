"""What the gate and its log cost a move, and what they cost leads that no playbook governs."""

from bench.registry import bench
from bench.scale.company import GATE, MAIN, PLAIN, get_leads, get_stages, get_teams

ONE = {"params": {"count": 1}}
COUNT = {"params": {"count": 1000}, "quick": {"count": 100}}


def gated(env, count):
    """Leads under a playbook of conditions and outputs that meet all it asks, and the stage they will move
    to.
    """
    return get_leads(env, GATE, count), get_stages(env)[1]


def governed(env, count):
    """Such leads under a playbook with score, tiers, checks and deadlines too."""
    return get_leads(env, MAIN, count), get_stages(env)[1]


def ungoverned(env, count):
    """Leads without a playbook, in a company where other teams have one."""
    return get_leads(env, PLAIN, count), get_stages(env)[1]


def handed_over(env, count):
    """Leads of one team under such a playbook, and somebody of another team."""
    leads = get_leads(env, MAIN[:1], count)
    return leads, get_teams(env, MAIN)[1].user_id


def move(leads, stage):
    leads.write({"stage_id": stage.id})


@bench(
    "Move {count:,} leads without a playbook", setup=ungoverned, **COUNT, limit={"ratio": 1.05, "queries": 0}
)
def lead_move_ungoverned(env, state):
    move(*state)


@bench(
    "Move {count} lead through five conditions and two outputs, logged",
    setup=gated,
    **ONE,
    limit={"queries": 9},
)
def lead_move_one(env, state):
    move(*state)


@bench(
    "The same, against five rules of OCA's base_exception",
    setup=gated,
    **ONE,
    peer=True,
    limit={"ratio": 1.5},
)
def lead_move_one_peer(env, state):
    move(*state)


@bench(
    "Move {count:,} leads through five conditions and two outputs, logged",
    setup=gated,
    **COUNT,
    limit={"ratio": 1.4, "queries": 9},
)
def lead_move_many(env, state):
    move(*state)


@bench(
    "The same, against five rules of OCA's base_exception",
    setup=gated,
    **COUNT,
    peer=True,
    limit={"ratio": 1},
)
def lead_move_many_peer(env, state):
    move(*state)


@bench(
    "Move {count:,} leads under a playbook with score, tiers, checks and deadlines too",
    setup=governed,
    **COUNT,
    limit={"ratio": 1.5},
)
def lead_move_governed(env, state):
    move(*state)


@bench(
    "The same up to the commit, with Odoo's own change messages, and deadlines",
    setup=governed,
    **COUNT,
)
def lead_move_committed(env, state):
    move(*state)
    env.cr.flush()


@bench("Hand {count:,} leads over to another salesperson", setup=handed_over, **COUNT, limit={"ratio": 1.25})
def lead_hand_over(env, state):
    leads, user = state
    leads.write({"user_id": user.id})
