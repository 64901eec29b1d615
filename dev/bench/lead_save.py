"""What saving one deal costs under a playbook with rules of every kind, all told until the commit."""

from bench.registry import bench
from bench.scale.company import MAIN, get_leads, get_stages

LIMIT = {"params": {"count": 1}, "limit": {"ratio": 1.25}}


def governed(env, count):
    """A deal under a playbook with a score sheet, tiers, checks and deadlines."""
    return get_leads(env, MAIN, count)


def entering(env, count):
    """Such a deal, and the stage it will move to, which brings two key actions."""
    return get_leads(env, MAIN, count), get_stages(env)[1]


@bench("Save the expected revenue of {count} deal, until the commit", setup=governed, **LIMIT)
def lead_save_revenue(env, lead):
    lead.write({"expected_revenue": 6000})
    env.cr.flush()


@bench("Save the city of {count} deal, until the commit", setup=governed, **LIMIT)
def lead_save_city(env, lead):
    lead.write({"city": "Brussels"})
    env.cr.flush()


@bench("Write an internal note on {count} deal, until the commit", setup=governed, **LIMIT)
def lead_save_note(env, lead):
    lead.message_post(body="They want three presses.", message_type="comment", subtype_xmlid="mail.mt_note")
    env.cr.flush()


@bench(
    "Move {count} deal into a stage with two key actions, until the commit",
    setup=entering,
    params={"count": 1},
)
def lead_save_move(env, state):
    lead, stage = state
    lead.write({"stage_id": stage.id})
    env.cr.flush()
