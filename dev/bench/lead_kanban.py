"""What the kanban's page of 80 cards costs to read."""

from lxml import etree

from bench.lead_move import make_leads, make_playbook, make_team
from bench.registry import bench


def get_specification(env):
    """Returns what the web client asks for of each card: the fields of the kanban view."""
    view = env["crm.lead"].get_view(env.ref("crm.crm_case_kanban_view_leads").id, "kanban")
    names = {node.get("name") for node in etree.fromstring(view["arch"]).iter("field")}
    specification = {}
    for name in names & set(env["crm.lead"]._fields):
        relational = env["crm.lead"]._fields[name].relational
        specification[name] = {"fields": {"display_name": {}}} if relational else {}
    return specification


def make_page(env, count):
    """Leads without a playbook, in a company where another team has one."""
    make_playbook(env, *make_team(env, "Governed"))
    team, stages = make_team(env, "Plain")
    leads = make_leads(env, team, stages[0], count)
    return leads.ids, get_specification(env)


@bench(
    "Read a kanban page of {count} cards without a playbook, 20 times",
    setup=make_page,
    params={"count": 80},
)
def lead_kanban(env, state):
    lead_ids, specification = state
    for _ in range(20):  # one takes a hundredth of a second: too little to be told from noise
        env.invalidate_all()
        env["crm.lead"].web_search_read([("id", "in", lead_ids)], specification, limit=80)
