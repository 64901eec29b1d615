"""What the nightly job costs on a company's open deals: risks, score, tier and checks."""

from bench.jobs import run_job
from bench.registry import bench
from bench.scale.company import get_playbook

TENTH = {"params": {"deals": 10_000}, "quick": {"deals": 500}}


@bench(
    "Look again at {deals:,} open deals, as every night: risks, score, tier, checks",
    setup=lambda env, deals: get_playbook(env, "Tenth"),
    **TENTH,
    plain=False,
    limit={"seconds": 6},
)
def refresh_tenth(env, playbook):
    run_job(env, playbook, "rating")


@bench(
    "The same of {deals:,}, against a tenth of them",
    setup=lambda env, deals: get_playbook(env, "Main"),
    params={"deals": 100_000},
    quick={"deals": 5_000},
    growth_of="refresh_tenth",
    limit={"ratio": 11, "seconds": 60, "memory": 500},
)
def refresh_deals(env, playbook):
    run_job(env, playbook, "rating")


def with_new_rule(env, deals):
    """A playbook whose deals all have another score and tier than is written down."""
    playbook = get_playbook(env, "Tenth")
    env.cr.execute(
        "UPDATE crm_lead SET score = NULL, tier = NULL WHERE won_status = 'pending' AND team_id = ANY(%s)",
        [playbook.team_ids.ids],
    )
    return playbook


@bench(
    "The same of {deals:,} after a rule was changed: each is written",
    setup=with_new_rule,
    **TENTH,
    plain=False,
    limit={"seconds": 6},
)
def refresh_changed(env, playbook):
    run_job(env, playbook, "rating")
