"""What a lead without a playbook costs to make: nothing should be felt."""

from bench.registry import bench


def prepare_vals(env, count):
    """Returns the values of ``count`` plain opportunities."""
    return [{"name": f"Lead {number}", "type": "opportunity"} for number in range(count)]


@bench(
    "Create {count:,} leads without a playbook",
    setup=prepare_vals,
    params={"count": 1000},
    quick={"count": 100},
)
def lead_create(env, vals_list):
    env["crm.lead"].create(vals_list)
