"""What score, tier and checks cost a change of the fields that they look at, and of the others."""

from bench.lead_move import make_leads, make_playbook, make_team
from bench.registry import bench


def add_rating(env, team):
    """Gives the playbook of ``team`` a score sheet and tiers; the checks are those that are shipped."""
    if "crm.playbook.criterion" not in env:
        return
    domains = ["[('phone', '!=', False)]", "[('budget_max', '>', 0)]", "[('expected_revenue', '>', 500)]"]
    tiers = (("A", 5000, 60), ("B", 1000, 30), ("C", 0, 0))
    env["crm.playbook"].search([("team_ids", "in", team.ids)]).write(
        {
            "criterion_ids": [
                (0, 0, {"name": domain, "domain": domain, "points": points})
                for domain, points in zip(domains, (4, 3, 3), strict=True)
            ],
            "tier_ids": [
                (0, 0, {"tier": tier, "min_revenue": revenue, "min_probability": probability})
                for tier, revenue, probability in tiers
            ],
        }
    )


def rated(env, count):
    """Leads under a playbook with a score sheet, tiers and the shipped checks."""
    team, stages = make_team(env, "Rated")
    make_playbook(env, team, stages)
    add_rating(env, team)
    return make_leads(env, team, stages[0], count)


@bench(
    "Change the expected revenue, which rules name, of {count:,} leads",
    setup=rated,
    params={"count": 1000},
    quick={"count": 100},
)
def lead_rate_named(env, leads):
    leads.write({"expected_revenue": 6000})


@bench(
    "Change the city, which no rule names, of {count:,} leads",
    setup=rated,
    params={"count": 1000},
    quick={"count": 100},
)
def lead_rate_unnamed(env, leads):
    leads.write({"city": "Brussels"})
