"""What the pages cost on which leads are read: the pipeline, the list, one deal's checklist."""

from lxml import etree

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from bench.registry import bench
from bench.scale.company import GATE, MAIN, PLAIN, get_leads, get_stages, get_teams

COLORS = {"planned": "success", "today": "warning", "overdue": "danger"}
VIEWS = {
    "kanban": "crm.crm_case_kanban_view_leads",
    "list": "crm.crm_case_tree_view_oppor",
    "form": "crm.crm_lead_view_form",
}
TIMES = 20  # one page takes a hundredth of a second: too little to be told from noise
HIDDEN = {"True", "1"}
ACTIVITY_WIDGETS = ("kanban_activity", "list_activity")
ACTIVITY_FIELDS = {
    **{f"activity_{name}": {} for name in ("exception_decoration", "exception_icon", "state")},
    **{f"activity_{name}": {} for name in ("summary", "type_icon")},
    "activity_type_id": {"fields": {"display_name": {}}},
}
OPPORTUNITIES = [("type", "=", "opportunity")]


# Odoo computes several fields of a card from its activities: on both sides each deal has one.
ONE_ACTIVITY = """
    WITH deal AS (%(deals)s), gone AS (DELETE FROM mail_activity WHERE res_model = 'crm.lead'
        AND res_id IN (SELECT id FROM deal) RETURNING res_id)
    INSERT INTO mail_activity (res_model_id, res_model, res_id, active, automated, user_id, summary,
        date_deadline, activity_type_id, create_uid)
    SELECT %(model)s, 'crm.lead', lead.id, TRUE, TRUE, lead.user_id, 'Call them', now() + INTERVAL '9 days',
        %(type)s, 1 FROM crm_lead lead WHERE lead.id IN (SELECT id FROM deal)
"""


def give_activity(env, domain):
    """Has each deal of the domain have one activity."""
    values = {"model": env["ir.model"]._get_id("crm.lead"), "deals": env["crm.lead"]._search(domain).select()}
    values["type"] = env.ref("mail.mail_activity_data_todo").id
    env.cr.execute(SQL(ONE_ACTIVITY, **values))


def get_specification(env, kind):
    """Returns what the web client asks for of each row: the view's fields, and those that widgets need."""
    view = env["crm.lead"].get_view(env.ref(VIEWS[kind]).id, kind)
    specification = {}
    for node in etree.fromstring(view["arch"]).iter("field"):
        if field := env["crm.lead"]._fields.get(node.get("name")):
            specification[field.name] = get_field_specification(field, node)
        if node.get("widget") in ACTIVITY_WIDGETS:
            specification |= ACTIVITY_FIELDS
    return specification


def get_field_specification(field, node):
    """Returns what the web client asks for of one field of the view."""
    if node.get("widget") == "many2many_tags":
        colors = {"color": {}} if "color_field" in node.get("options", "") else {}
        return {"fields": {"display_name": {}, **colors}}
    if field.type == "many2one":
        is_hidden = HIDDEN.intersection((node.get("invisible"), node.get("column_invisible")))
        return {"fields": {} if is_hidden else {"display_name": {}}}
    return {}


def forget(env):
    """Empties the cache for the next request, which reads its user before it does anything."""
    env.invalidate_all()
    env.user.read(["tz", "company_id"])


def one_stage(env, numbers, count):
    """The deals that one salesperson has in the first stage."""
    user, stage = get_teams(env, numbers)[0].user_id, get_stages(env)[0]
    domain = [*OPPORTUNITIES, ("user_id", "=", user.id), ("stage_id", "=", stage.id)]
    assert env["crm.lead"].search_count(domain) >= count
    give_activity(env, domain)
    return domain, get_specification(env, "kanban")


def governed_stage(env, count):
    return one_stage(env, MAIN, count)


def ungoverned_stage(env, count):
    return one_stage(env, PLAIN, count)


def team_pipeline(env, deals):
    """All open deals of one team."""
    team = get_teams(env, MAIN)[0]
    domain = [*OPPORTUNITIES, ("team_id", "=", team.id), ("won_status", "=", "pending")]
    give_activity(env, domain)
    return domain, get_specification(env, "kanban")


def load_cards(env, state):
    """Loads groups and cards as the web client does."""
    domain, specification = state
    forget(env)
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
    "Load the pipeline of a team with {deals:,} open deals, five stages of 80 cards",
    setup=team_pipeline,
    params={"deals": 10_000},
    quick={"deals": 500},
    limit={"ratio": 1.15},
)
def lead_kanban_team(env, state):
    load_cards(env, state)


@bench(
    "Load the progress bars of that pipeline: Odoo's own query, over three times as many open activities",
    setup=team_pipeline,
    params={"deals": 10_000},
    quick={"deals": 500},
)
def lead_progress_bar(env, state):
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
        forget(env)
        env["crm.lead"].web_search_read(domain, specification, limit=count, count_limit=10_001)


# One of the roles on each deal, in turn.
MANY_ROLES = """
    INSERT INTO crm_lead_member (lead_id, role_id, user_id, is_default, create_uid, create_date)
    SELECT lead.id, (%(roles)s::int[])[1 + lead.id %% %(count)s], %(user)s, FALSE, 1, lead.create_date
    FROM crm_lead lead WHERE lead.id = ANY(%(leads)s)
"""


def roles_of_contributor(env, deals, roles):
    """A contributor and a salesperson before the same deals, and the page that each of them opens."""
    leads = get_leads(env, MAIN, deals)
    names = [{"name": f"Role {number}"} for number in range(roles)]
    ids = env["crm.playbook.role"].create(names).ids
    users = {
        group: env["res.users"].create(
            {"name": group, "login": group, "group_ids": [(6, 0, env.ref(group).ids)]}
        )
        for group in (
            "sales_funnel_playbook.group_funnel_contributor",
            "sales_team.group_sale_salesman_all_leads",
        )
    }
    contributor, salesperson = users.values()
    values = {"roles": ids, "count": roles, "user": contributor.id, "leads": leads.ids}
    env.cr.execute(SQL(MANY_ROLES, **values))
    env.cr.execute(SQL("ANALYZE crm_lead_member"))
    outputs = env["crm.playbook.output"].search([("playbook_id", "in", leads.playbook_id.ids)])
    for number, output in enumerate(outputs):
        output.role_id = ids[number % roles]
    pages = {user: get_specification(env(user=user), "list") for user in (contributor, salesperson)}
    return {"contributor": contributor, "salesperson": salesperson, "pages": pages, "ids": leads.ids}


def open_list(env, state, who):
    """Opens the list as the web client does."""
    user = state[who]
    env = env(user=user)
    domain = [*OPPORTUNITIES, ("id", "in", state["ids"])]
    for _ in range(TIMES):
        forget(env)
        page = env["crm.lead"].web_search_read(domain, state["pages"][user], limit=80, count_limit=10_001)
    assert page["length"] == len(state["ids"])


@bench(
    f"Open the list of {{deals:,}} deals on which a contributor has {{roles}} roles, {TIMES} times, against a"
    " salesperson's list of them",
    setup=roles_of_contributor,
    params={"deals": 10_000, "roles": 50},
    quick={"deals": 1_000, "roles": 50},
    bare=lambda env, state: open_list(env, state, "salesperson"),
    limit={"ratio": 1.2},
)
def contributor_list(env, state):
    open_list(env, state, "contributor")


def governed(env, count):
    return get_leads(env, MAIN, count)


@bench(
    "Read the checklists of {count} deals, one after the other",
    setup=governed,
    params={"count": 20},
    plain=False,
    limit={"seconds": 20 * 0.015, "queries": 20 * (12 + 3)},  # three read the user, as each request does
)
def lead_panel(env, leads):
    for lead in leads:
        forget(env)
        lead.get_playbook_panel()


def held_back(env, conditions):
    """A deal that lacks so many conditions of the next stage, and that stage."""
    lead, stage = get_leads(env, GATE, 1), get_stages(env)[1]
    [rules] = lead.playbook_id.stage_ids.filtered(lambda one: one.stage_id == stage)
    rules.condition_ids = [
        Command.clear(),
        *(
            Command.create({"name": f"Condition {n}", "domain": f"[('budget_min', '>', {10**8 + n})]"})
            for n in range(conditions)
        ),
    ]
    lead.playbook_id.mode = "enforce"
    state = lead, stage, get_specification(env, "form")
    be_refused(env, state)  # from now on the rules are in memory
    open_window(state)
    return state


def be_refused(env, state):
    """The move as the kanban tries it, which the gate refuses."""
    lead, stage, _specification = state
    try:
        with env.cr.savepoint():
            lead.write({"stage_id": stage.id})
    except UserError:
        return
    raise AssertionError("The move was not refused.")


def open_window(state):
    """What the window in which a refused move is filled in asks the server for, but for the form's view,
    which the client keeps.
    """
    lead, stage, specification = state
    lead.get_missing(stage.id)
    lead.web_read(specification)


@bench(
    "Be refused and open the window for {conditions} missing conditions, against the refusal",
    setup=held_back,
    params={"conditions": 20},
    bare=be_refused,
    limit={"added": 0.15},
)
def lead_fill_in(env, state):
    be_refused(env, state)
    open_window(state)
