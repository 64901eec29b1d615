"""What the nightly job costs on a company's open deals: risks, score, tier and checks."""

from bench.jobs import run_job
from bench.registry import bench
from bench.scale.company import get_playbook


@bench(
    "Look again at 10,000 open deals, as every night: risks, score, tier, checks",
    setup=lambda env: get_playbook(env, "Tenth"),
    plain=False,
    limit={"seconds": 6},
)
def refresh_tenth(env, playbook):
    run_job(env, playbook, "rating")


@bench(
    "The same of 100,000, against 10,000",
    setup=lambda env: get_playbook(env, "Main"),
    growth_of="refresh_tenth",
    limit={"ratio": 11, "seconds": 60, "memory": 500},
)
def refresh_deals(env, playbook):
    run_job(env, playbook, "rating")


def with_new_rule(env):
    """A playbook whose deals all have another score and tier than is written down."""
    playbook = get_playbook(env, "Tenth")
    env.cr.execute(
        "UPDATE crm_lead SET score = NULL, tier = NULL WHERE won_status = 'pending' AND team_id = ANY(%s)",
        [playbook.team_ids.ids],
    )
    return playbook


@bench(
    "The same of 10,000 after a rule was changed: each is written",
    setup=with_new_rule,
    plain=False,
    limit={"seconds": 6},
)
def refresh_changed(env, playbook):
    run_job(env, playbook, "rating")
