"""What the pages cost on which leads are read: the pipeline, the list, one deal's checklist."""

from lxml import etree

from bench.registry import bench
from bench.scale.company import MAIN, PLAIN, get_leads, get_stages, get_teams

COLORS = {"planned": "success", "today": "warning", "overdue": "danger"}
VIEWS = {"kanban": "crm.crm_case_kanban_view_leads", "list": "crm.crm_case_tree_view_oppor"}
TIMES = 20  # one page takes a hundredth of a second: too little to be told from noise
OPPORTUNITIES = [("type", "=", "opportunity")]


def get_specification(env, kind):
    """Returns what the web client asks for of each row: the fields of the view."""
    view = env["crm.lead"].get_view(env.ref(VIEWS[kind]).id, kind)
    names = {node.get("name") for node in etree.fromstring(view["arch"]).iter("field")}
    specification = {}
    for name in names & set(env["crm.lead"]._fields):
        relational = env["crm.lead"]._fields[name].relational
        specification[name] = {"fields": {"display_name": {}}} if relational else {}
    return specification


def one_stage(env, numbers, count):
    """The deals that one salesperson has in the first stage."""
    user, stage = get_teams(env, numbers)[0].user_id, get_stages(env)[0]
    domain = [*OPPORTUNITIES, ("user_id", "=", user.id), ("stage_id", "=", stage.id)]
    assert env["crm.lead"].search_count(domain) >= count
    return domain, get_specification(env, "kanban")


def governed_stage(env, count):
    return one_stage(env, MAIN, count)


def ungoverned_stage(env, count):
    return one_stage(env, PLAIN, count)


def team_pipeline(env, deals):
    """All open deals of one team."""
    team = get_teams(env, MAIN)[0]
    domain = [*OPPORTUNITIES, ("team_id", "=", team.id), ("won_status", "=", "pending")]
    return domain, get_specification(env, "kanban")


def load_cards(env, state):
    """Loads groups and cards as the web client does."""
    domain, specification = state
    env.invalidate_all()
    leads = env["crm.lead"].with_context(bin_size=True)
    options = {"auto_unfold": True, "unfold_read_specification": specification}
    leads.web_read_group(domain, ["stage_id"], ["expected_revenue:sum"], **options)


@bench(
    f"Load the kanban page of {{count}} cards without a playbook, {TIMES} times",
    setup=ungoverned_stage,
    params={"count": 80},
    limit={"ratio": 1.05, "queries": 0},
)
def lead_kanban(env, state):
    for _ in range(TIMES):
        load_cards(env, state)


@bench(
    f"Load the kanban page of {{count}} cards with all badges, {TIMES} times",
    setup=governed_stage,
    params={"count": 80},
    limit={"ratio": 1.15, "queries": 3 * TIMES},
)
def lead_kanban_governed(env, state):
    for _ in range(TIMES):
        load_cards(env, state)


@bench(
    # Odoo's own query for the bars reads every open activity there is, and playbooks bring more of them
    "Load the pipeline of a team with {deals:,} open deals, five stages of 80 cards, progress bars too",
    setup=team_pipeline,
    params={"deals": 10_000},
    quick={"deals": 500},
    limit={"ratio": 1.15},
)
def lead_kanban_team(env, state):
    load_cards(env, state)
    bar = {"field": "activity_state", "colors": COLORS}
    env["crm.lead"].read_progress_bar(state[0], "stage_id", bar)


def list_page(env, count):
    """Deals without a playbook: those with one have more activities, and Odoo's own "next activity by" field
    asks for those of each deal one by one.
    """
    domain = [*OPPORTUNITIES, ("team_id", "in", get_teams(env, PLAIN).ids)]
    return domain, get_specification(env, "list"), count


@bench(
    f"Load the list page of {{count}} rows of deals without a playbook, with the count, {TIMES} times",
    setup=list_page,
    params={"count": 80},
    limit={"ratio": 1.15},
)
def lead_list(env, state):
    domain, specification, count = state
    for _ in range(TIMES):
        env.invalidate_all()
        env["crm.lead"].web_search_read(domain, specification, limit=count, count_limit=10_001)


def governed(env, count):
    return get_leads(env, MAIN, count)


@bench(
    "Read the checklists of {count} deals, one after the other",
    setup=governed,
    params={"count": 20},
    plain=False,
    limit={"seconds": 1},
)
def lead_panel(env, leads):
    for lead in leads:
        env.invalidate_all()
        lead.get_playbook_panel()
