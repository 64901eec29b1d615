// Pictures of the addons beside the module, as those of shots.mjs: each makes what it shows of the demo's deals,
// and takes it away again.
import { openDeal, openRecord } from "./places.mjs";

const A = "A科技公司";
const WON = "恒达机械";

const make = async (session, model, vals) => (await session.call(model, "create", [[vals]]))[0];

/** The customer has ordered, for less than was expected; a rule of the contract asks for the order. */
const order = async (session) => {
    const deal = await session.find("crm.lead", [["name", "=", A]], ["playbook_id"]);
    const condition = await session.find(
        "crm.playbook.condition",
        [
            ["kind", "=", "confirmation"],
            ["playbook_stage_id.is_won", "=", true],
            ["playbook_id", "=", deal.playbook_id[0]],
        ],
        ["met_by"]
    );
    await session.call("crm.playbook.condition", "write", [
        [condition.id],
        { met_by: "sale_agreement_or_payment" },
    ]);
    const name = session.isChinese ? "采购部" : "Purchasing";
    const partner = await make(session, "res.partner", { name, is_company: true });
    const product = await make(session, "product.product", { name: "SaaS", type: "service" });
    const line = { product_id: product, product_uom_qty: 1, price_unit: 480_000, tax_ids: [[6, 0, []]] };
    const sold = await make(session, "sale.order", {
        partner_id: partner,
        opportunity_id: deal.id,
        order_line: [[0, 0, line]],
    });
    await session.call("sale.order", "action_confirm", [[sold]]);
    return { condition, sold, product, partner };
};

const takeOrderBack = async (session, { condition, sold, product, partner }) => {
    await session.call("crm.playbook.condition", "write", [[condition.id], { met_by: condition.met_by }]);
    await session.call("sale.order", "action_cancel", [[sold]]);
    await session.call("sale.order", "unlink", [[sold]]);
    await session.call("product.product", "unlink", [[product]]);
    await session.call("res.partner", "unlink", [[partner]]);
};

/** A deal that was won is a project of delivery. */
const kickOff = async (session) => {
    const deal = await session.find("crm.lead", [["name", "=", WON]], ["playbook_id"]);
    const tasks = session.isChinese
        ? ["启动会议", "数据迁移", "培训", "验收"]
        : ["Kick-off meeting", "Migration", "Training", "Acceptance"];
    const template = await make(session, "project.project", {
        name: session.isChinese ? "上线实施" : "Roll-out",
        is_template: true,
        task_ids: tasks.map((name) => [0, 0, { name }]),
    });
    const { playbook_id } = deal;
    await session.call("crm.playbook", "write", [
        [playbook_id[0]],
        { kickoff_template_id: template, kickoff_when: "button" },
    ]);
    await setDelivery(session, 4);
    await session.call("crm.lead", "action_kick_off", [[deal.id]]);
    return { template, playbook: playbook_id[0], deal: deal.id };
};

/** Whose the projects are may open them: 4 gives the right, 3 takes it. */
const setDelivery = async (session, command) => {
    const dirk = await session.find("res.users", [["login", "=", "dirk"]], ["login"]);
    const right = [
        ["module", "=", "project"],
        ["name", "=", "group_project_user"],
    ];
    const { res_id } = await session.find("ir.model.data", right, ["res_id"]);
    await session.call("res.users", "write", [[dirk.id], { group_ids: [[command, res_id]] }]);
};

const takeProjectBack = async (session, { template, playbook, deal }) => {
    await session.call("crm.playbook", "write", [[playbook], { kickoff_template_id: false }]);
    const projects = await session.call("project.project", "search", [[["deal_id", "=", deal]]]);
    await session.call("project.project", "unlink", [[...projects, template]]);
    await setDelivery(session, 3);
};

export const BESIDE = [
    {
        name: "order_on_a_deal",
        open: openDeal(A),
        ready: ".o_form_view",
        before: order,
        after: takeOrderBack,
        steps: async (session) => {
            await session.click('.o_notebook a.nav-link[name="playbook"]');
            await session.see(".o_playbook_document");
        },
        size: [1366, 1000],
        beside: true,
    },
    {
        name: "kick_off_project",
        app: "project.menu_main_pm",
        open: (session) =>
            openRecord("action-project.open_view_project_all", "project.project", [
                ["deal_id.name", "=", WON],
            ])(session),
        ready: ".o_form_view, .o_kanban_view",
        before: kickOff,
        after: takeProjectBack,
        size: [1400, 640],
        beside: true,
    },
];
