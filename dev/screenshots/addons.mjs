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

const TEXTS = {
    en: {
        event: "Automation Day",
        use: "What would you automate?",
        pain: "What costs you most?",
        said: ["Quality control of three lines", "Waiting for samples, two days each"],
        person: "Laura Stein",
        firm: "Stein Packaging",
    },
    zh: {
        event: "自动化开放日",
        use: "您希望实现什么自动化？",
        pain: "目前损失最大的是什么？",
        said: ["三条产线的质量检测", "等待样品检测，每次两天"],
        person: "石蕾",
        firm: "石氏包装",
    },
};

/** Somebody has registered for an event and answered two questions. */
const register = async (session) => {
    const { event, use, pain, said, person, firm } = TEXTS[session.isChinese ? "zh" : "en"];
    const like = await session.find(
        "crm.lead",
        [["name", "=", A]],
        ["team_id", "user_id", "product_line_id"]
    );
    const ask = (title, lead_field) =>
        make(session, "event.question", { title, lead_field, question_type: "text_box" });
    const questions = [await ask(use, "use_case"), await ask(pain, "pain_points")];
    const vals = { name: event, question_ids: [[6, 0, questions]] };
    const begin = { date_begin: "2030-03-04 08:00:00", date_end: "2030-03-04 16:00:00" };
    const days = await make(session, "event.event", { ...vals, ...begin });
    const rule = await make(session, "event.lead.rule", {
        name: event,
        event_id: days,
        lead_type: "opportunity",
        lead_sales_team_id: like.team_id[0],
        lead_user_id: like.user_id[0],
        lead_product_line_id: like.product_line_id[0],
    });
    const answers = questions.map((id, place) => [0, 0, { question_id: id, value_text_box: said[place] }]);
    const contact = { name: person, company_name: firm, email: "laura@example.com" };
    const came = { event_id: days, registration_answer_ids: answers, ...contact };
    const registration = await make(session, "event.registration", came);
    return { questions, days, rule, registration };
};

const takeRegistrationBack = async (session, { questions, days, rule, registration }) => {
    const deals = [["registration_ids", "in", [registration]]];
    await session.call("crm.lead", "unlink", [await session.call("crm.lead", "search", [deals])]);
    await session.call("event.registration", "unlink", [[registration]]);
    await session.call("event.lead.rule", "unlink", [[rule]]);
    await session.call("event.event", "unlink", [[days]]);
    await session.call("event.question", "unlink", [questions]);
};

const WRITTEN = {
    en: {
        name: "Monitoring for two plants",
        contact_name: "Marie Dubois",
        partner_name: "Dubois Foods",
        use_case: "Alarms from the cold stores of both plants",
        pain_points: "Temperatures are read by hand, nobody looks at night",
    },
    zh: {
        name: "两个工厂的监控",
        contact_name: "杜敏",
        partner_name: "杜氏食品",
        use_case: "两个工厂冷库的报警",
        pain_points: "温度靠人工抄录，夜间无人看管",
    },
};

/** A visitor, whom nobody knows, has sent the form of a page about a product line. */
const sendForm = async (session) => {
    const like = await session.find(
        "crm.lead",
        [["name", "=", A]],
        ["team_id", "user_id", "product_line_id"]
    );
    const industry = await session.find(
        "ir.model.data",
        [
            ["module", "=", "base"],
            ["name", "=", "res_partner_industry_C"],
        ],
        ["res_id"]
    );
    const places = ["crm_default_team_id", "crm_default_user_id"];
    const website = await session.find("website", [], places, "id");
    const vals = { crm_default_team_id: like.team_id[0], crm_default_user_id: like.user_id[0] };
    await session.call("website", "write", [[website.id], vals]);
    const visitor = await session.page.context().browser().newContext();
    const answer = await visitor.request.post(`${session.base}/website/form/crm.lead`, {
        form: {
            ...WRITTEN[session.isChinese ? "zh" : "en"],
            email_from: "marie@example.com",
            phone: "+32 2 290 34 92",
            product_line_id: like.product_line_id[0],
            industry_id: industry.res_id,
            company_size: "201-500",
            budget_min: 80_000,
            budget_max: 120_000,
        },
    });
    const { id } = await answer.json();
    await visitor.close();
    return { id, website };
};

const takeFormBack = async (session, { id, website }) => {
    const { crm_default_team_id, crm_default_user_id } = website;
    const vals = { crm_default_team_id: crm_default_team_id[0], crm_default_user_id: crm_default_user_id[0] };
    await session.call("crm.lead", "unlink", [[id]]);
    await session.call("website", "write", [[website.id], vals]);
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
    {
        name: "deal_of_an_event",
        open: (session) => {
            const { event } = TEXTS[session.isChinese ? "zh" : "en"];
            return openRecord("crm", "crm.lead", [["event_id.name", "=", event]])(session);
        },
        ready: ".o_form_view",
        before: register,
        after: takeRegistrationBack,
        steps: (session) => session.click('.o_notebook a.nav-link[name="decision"]'),
        size: [1366, 980],
        beside: true,
    },
    {
        name: "deal_of_a_form",
        open: (session) => {
            const { name } = WRITTEN[session.isChinese ? "zh" : "en"];
            return openRecord("crm", "crm.lead", [["name", "=", name]])(session);
        },
        ready: ".o_form_view",
        before: sendForm,
        after: takeFormBack,
        steps: (session) => session.click('.o_notebook a.nav-link[name="decision"]'),
        size: [1366, 980],
        beside: true,
    },
];
