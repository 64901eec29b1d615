// What no menu of its own opens and is looked at as well: tabs, dialogs, forms of rules. One entry each, as those
// of shots.mjs; `users` are who looks, `tall` makes the window as high as what it shows. Nothing is saved.
import { openDeal, openPipeline, openRecord } from "./places.mjs";

const A = "A科技公司";
const B = "B集团";
const FORM = ".o_form_view";
const WINDOW = ".modal .modal-body";
const SELLERS = ["admin", "rep", "chen"];
const COLLEAGUES = ["mia", "fiona", "paul"];
const MODULE = "sales_funnel_playbook";
const OPEN = [
    ["playbook_id", "!=", false],
    ["probability", ">", 0],
    ["probability", "<", 100],
];
const OWN = [["is_template", "=", false]];

const openTab = (name) => async (session) => {
    await session.click(`.o_notebook a.nav-link[name="${name}"]`);
    await session.see(`.o_notebook a.nav-link.active[name="${name}"]`);
};

/** A scene for each tab of a form. */
const tabs = (scene, ...names) =>
    names.map((name) => ({ ...scene, name: `${scene.name}-${name}`, steps: openTab(name), tall: true }));

const logProgress = async (session) => {
    if (session.isPhone) {
        await session.click(".o_statusbar_buttons .dropdown-toggle");
    }
    await session.click("button[name=action_log_progress]");
    await session.see(WINDOW);
};

/** In the page: what a menu or a button does that opens an action. */
const act = ([action, additionalContext]) => {
    if (action.res_model) {
        action.views ??= [[false, "form"]]; // as the server completes what a button returns
    }
    return odoo.__WOWL_DEBUG__.root.env.services.action.doAction(action, { additionalContext });
};

/** The window, or form, that a button opens (its method), or else an action, for records that the domain finds. */
const dialog = (name, users, [model, domain, limit = 1], button, shown = WINDOW) => ({
    name,
    users,
    open: "/odoo/my-day",
    ready: ".o_action_manager > *",
    tall: true,
    steps: async (session) => {
        const ids = await session.call(model, "search", [domain], { limit });
        const context = { active_model: model, active_id: ids[0], active_ids: ids };
        const action = button.includes(".") ? button : await session.call(model, button, [ids]);
        await session.page.evaluate(act, [action, context]);
        await session.see(shown);
    },
});

/** The form of the first record of a model, as its list or its rule's tab opens it. */
const form = (name, model, domain = [], users = ["admin"]) => ({
    name: `form-${name}`,
    users,
    open: "/odoo/my-day",
    ready: ".o_action_manager > *",
    tall: true,
    steps: async (session) => {
        const { id } = await session.find(model, domain, ["id"], "id");
        const action = {
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        };
        await session.page.evaluate(act, [action, {}]);
        await session.see(FORM);
    },
});

const deal = { name: "deal", users: SELLERS, open: openDeal(A), ready: FORM };
const dealB = { ...deal, name: "deal-B", open: openDeal(B) };
const playbook = {
    name: "playbook",
    users: ["admin"],
    open: openRecord("action-sales_funnel_playbook.crm_playbook_action", "crm.playbook", OWN),
    ready: FORM,
};
const contributed = {
    name: "my-role",
    users: COLLEAGUES,
    open: async (session) => {
        const [id] = await session.call("crm.lead", "search", [[]], { limit: 1 });
        return `/odoo/my-roles/${id}`;
    },
    ready: FORM,
};
export const SCENES = [
    deal,
    dealB,
    ...tabs(deal, "playbook", "progress", "risks", "decision"),
    ...tabs(dealB, "playbook", "progress", "risks"),
    { ...deal, name: "deal-log", steps: logProgress },
    { name: "pipeline", users: SELLERS, open: openPipeline(B), ready: ".o_kanban_record" },
    { ...dealB, name: "refusal", steps: (session) => session.enterNextStage(B) },
    {
        ...dealB,
        name: "fill-in",
        steps: async (session) => {
            await session.enterNextStage(B);
            await session.click(".o_playbook_fill_in_item .o_playbook_vouch");
        },
    },
    dialog("advance", SELLERS, ["crm.lead", OPEN, 8], `${MODULE}.crm_lead_advance_action`),
    dialog("snooze", SELLERS, ["crm.my.day", [["activity_id", "!=", false]]], "action_snooze"),
    dialog("reject", ["admin"], ["crm.lead.output", [["state", "=", "submitted"]]], "action_reject"),
    dialog(
        "hand-over",
        ["admin", "mia"],
        ["crm.lead", [["hand_over_state", "=", false]]],
        "action_hand_over"
    ),
    dialog(
        "session",
        ["admin"],
        ["crm.playbook.case", [["state", "=", "published"]], 3],
        "action_schedule_session"
    ),
    {
        name: "page",
        users: SELLERS,
        open: `/odoo/action-${MODULE}.crm_playbook_page_action`,
        ready: "iframe",
        tall: true,
    },
    ...tabs(playbook, "stages", "deadlines", "score", "tiers", "settings", "commit"),
    form("stage", "crm.playbook.stage", [["sequence", ">", 1]]),
    form("condition", "crm.playbook.condition"),
    form("output", "crm.playbook.output"),
    form("deadline", "crm.playbook.deadline"),
    form("criterion", "crm.playbook.criterion"),
    form("check", "crm.playbook.check"),
    form("role", "crm.playbook.role"),
    form("case", "crm.playbook.case", [], SELLERS),
    form("review", "crm.funnel.review", [["bottleneck_line_ids", "!=", false]], ["admin"]),
    form("risk", "crm.lead.risk", [], ["admin", "rep"]),
    dialog("template", ["admin"], ["crm.playbook", [["is_template", "=", true]]], "action_use_template"),
    dialog("simulation", ["admin"], ["crm.playbook", OWN], "action_simulate", FORM),
    dialog("tiers", ["admin"], ["crm.playbook", OWN], "action_propose_tiers"),
    dialog(
        "split",
        ["admin"],
        ["crm.playbook.stage", [["playbook_id.is_template", "=", false]]],
        "action_split"
    ),
    contributed,
    ...tabs(contributed, "playbook", "needs", "roles"),
];
