"""What score, tier and checks cost a change of the fields that they look at, and of the others."""

from bench.registry import bench
from bench.scale.company import MAIN, get_leads

COUNT = {"params": {"count": 1000}, "quick": {"count": 100}}


def rated(env, count):
    """Leads under a playbook with a score sheet, tiers and the shipped checks."""
    return get_leads(env, MAIN, count)


@bench(
    "Change the expected revenue, which rules name, of {count:,} leads",
    setup=rated,
    **COUNT,
    limit={"ratio": 1.5},
)
def lead_rate_named(env, leads):
    leads.write({"expected_revenue": 6000})


@bench(
    "Change the city, which no rule names, of {count:,} leads",
    setup=rated,
    **COUNT,
    limit={"added": 0.01, "queries": 0},
)
def lead_rate_unnamed(env, leads):
    leads.write({"city": "Brussels"})
