"""What the kanban's page of 80 cards costs to read."""

from lxml import etree

from bench.lead_move import hand_in_outputs, make_leads, make_playbook, make_team
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


def make_governed_page(env, count):
    """Leads under a playbook, with all that a card can show: an activity and a tag in both databases."""
    team, stages = make_team(env, "Governed")
    make_playbook(env, team, stages)
    leads = make_leads(env, team, stages[0], count)
    leads.tag_ids = env["crm.tag"].create({"name": "Fair"})
    leads.write({"user_id": env.uid, "team_id": team.id})  # the salesperson alone would bring another team
    activity = {"summary": "Call", "date_deadline": "2030-01-01", "user_id": env.uid}
    env["mail.activity"].create(
        [
            {**activity, "res_model_id": env["ir.model"]._get_id("crm.lead"), "res_id": lead.id}
            for lead in leads
        ]
    )
    if "crm.playbook" in env:
        hand_in_outputs(env, leads[: count // 2], stages[0])
        leads.product_line_id = env["crm.product.line"].create({"name": "Machines", "company_id": False})
        leads.risk_level = "high"
        env["crm.lead.progress"].create([{"lead_id": lead.id, "summary": "Called"} for lead in leads])
    return [("team_id", "=", team.id)], get_specification(env)


@bench(
    "Load the kanban page of {count} cards with all badges: groups, cards, progress bars",
    setup=make_governed_page,
    params={"count": 80},
)
def lead_kanban_governed(env, state):
    domain, specification = state
    leads = env["crm.lead"].with_context(bin_size=True)
    for _ in range(20):
        env.invalidate_all()
        leads.web_read_group(
            domain,
            ["stage_id"],
            ["expected_revenue:sum"],
            auto_unfold=True,
            unfold_read_specification=specification,
        )
        colors = {"planned": "success", "today": "warning", "overdue": "danger"}
        leads.read_progress_bar(domain, "stage_id", {"field": "activity_state", "colors": colors})


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
