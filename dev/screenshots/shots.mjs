// The pictures of docs/images, one entry each. Records are found by name, controls by what is the same in
// every language. To add a picture, add an entry:
//
//   name      of the file, NAME.png
//   user      who looks (the login is the password as well); admin unless said otherwise
//   open      the path to open, or a function of the Session that returns it (promises are waited for)
//   app       the menu of the app it is shown in; CRM's unless said otherwise
//   ready     selector of what has to be there before any step
//   steps     what to do then: a function of the Session
//   clip      selector of the part to take; without it the whole window
//   size      [width, height] of the window; [1366, 900] unless said otherwise
//   windows   DESKTOP, PHONE or both; DESKTOP unless said otherwise. A phone's picture is NAME_phone.png
//   beside    it is of an addon beside the module: taken only by name, of a demo (URL=…) that has it
import { openDeal, openPipeline, openRecord } from "./places.mjs";
import { BOTH, PHONE } from "./windows.mjs";

const A = "A科技公司";
const B = "B集团";
const TALL = [1400, 1250];

const refuse = async (session) => {
    const card = session.locator(`.o_kanban_record:has-text("${B}")`);
    const column = session.locator(
        `.o_kanban_group:has(.o_kanban_record:has-text("${B}")) + .o_kanban_group`
    );
    await session.drag(card, column);
    await session.see(".o_playbook_gate_dialog");
};

const openTab = (name) => async (session) => {
    await session.click(`.o_notebook a.nav-link[name="${name}"]`);
    await session.see(`.o_notebook a.nav-link.active[name="${name}"]`);
};

const openPanel = async (session) => {
    await openTab("playbook")(session);
    await session.see(".o_playbook_panel");
};

/** A part of the checklist that is one line until it is opened. */
const openPart = (name) => async (session) => {
    await openPanel(session);
    await session.click(`.o_playbook_${name} > button`);
};

const uploadSheet = async (session) => {
    const [title, headings, total] = session.isChinese
        ? ["销售漏斗表（三月）", "客户名称,联系人,当前阶段,成交概率(%),预计成交金额(万元),风险等级", "合计"]
        : [
              "Sales funnel of March",
              'Customer Name,Contact Person,Current Stage,Win Probability (%),"Expected Amount (10,000)",Risk Level',
              "Total",
          ];
    const rows = [
        title,
        headings,
        "A,Ms Wu,Negotiation,70%,50.5,中",
        "B,Mr Li,Solution demo,50%,80,低",
        "",
        `${total},,,,130.5,`,
    ];
    await uploadRows(session, rows);
};

/** A list from a fair, with a title, a source that is new and a total. */
const uploadList = (session) =>
    uploadRows(
        session,
        session.isChinese
            ? [
                  "工博会名单",
                  "公司名称,姓名,职务,电话,微信,线索来源,需求描述,获取时间",
                  "华东机械,吴女士,采购经理,13800138000,wu_hd,工博会,三台冲床,2026-09-15 10:30",
                  "南方电子,李先生,厂长,13900139000,li_nf,工博会,数据接口,2026-09-15 11:00",
                  "合计,2",
              ]
            : [
                  "Visitors of the fair",
                  "Company Name,Contact Person,Job Position,Phone,WeChat ID,Lead Source,Needs,Captured At",
                  "Harbour Tools,Ms Wu,Buyer,+32 2 290 34 90,wu_ht,Industry fair,Three presses,2026-09-15 10:30",
                  "Borealis,Mr Li,Head of plant,+32 2 290 34 91,li_bo,Industry fair,An interface,2026-09-15 11:00",
                  "Total,2",
              ]
    );

const uploadRows = async (session, rows) => {
    const buffer = Buffer.from(rows.join("\n"));
    const file = { name: "sheet.csv", mimeType: "text/csv", buffer };
    await session.page.setInputFiles("input.o_input_file", file);
    await session.see(".o_import_data_content .alert-info");
};

/** The Funnel Sheet as it came back: one cell is changed, one cannot be read, one row is new. */
const uploadUpdate = async (session) => {
    const headings = session.isChinese
        ? "客户名称,成交概率(%),预计成交金额(万元),风险等级"
        : 'Customer Name,Win Probability (%),"Expected Amount (10,000)",Risk Level';
    const rows = [
        headings,
        `${A},80%,60,高`,
        `${B},50-80,,`,
        session.isChinese ? "新客户,30%,20,低" : "New customer,30%,20,Low",
    ];
    const buffer = Buffer.from(rows.join("\n"));
    const file = { name: "friday.csv", mimeType: "text/csv", buffer };
    await session.page.setInputFiles(".o_field_widget[name=file] input[type=file]", file);
    await session.click("button[name=action_show]");
    await session.see(
        ".o_field_widget[name=row_ids] .o_data_row, .o_field_widget[name=row_ids] .o_kanban_record"
    );
};

export const SHOTS = [
    {
        name: "sheet_update",
        user: "rep",
        open: "/odoo/update-from-sheet",
        ready: ".o_field_widget[name=file]",
        steps: uploadUpdate,
        windows: BOTH,
    },
    {
        name: "funnel_sheet",
        user: "rep",
        open: "/odoo/funnel-sheet",
        ready: ".o_data_row, .o_kanban_record",
        size: [1600, 700],
        windows: BOTH,
    },
    {
        name: "sheet_import",
        open: "/odoo/import?active_model=crm.lead",
        ready: "button.o_import_file",
        steps: uploadSheet,
    },
    {
        name: "fair_list",
        open: "/odoo/import?active_model=crm.lead",
        ready: "button.o_import_file",
        steps: uploadList,
    },
    {
        name: "first_steps",
        open: "/odoo/sales-funnel-first-steps",
        ready: ".o_first_steps",
        steps: (session) => session.select(".o_first_steps_playbook", ""), // as it begins
        size: [1280, 1180],
        windows: BOTH,
    },
    {
        name: "settings",
        open: "/odoo/action-crm.crm_config_settings_action",
        ready: ".o_settings_container:has(#sales_funnel_setting)",
        size: [1280, 1800],
        clip: ".o_settings_container:has(#sales_funnel_setting)",
    },
    {
        name: "playbook_page",
        user: "rep",
        open: "/odoo/action-sales_funnel_playbook.crm_playbook_page_action",
        ready: "iframe",
        steps: (session) => session.seeInFrame("iframe", ".o_playbook_page_stages"),
        size: [1280, 1250],
        windows: BOTH,
    },
    {
        name: "refusal",
        open: openPipeline(B),
        ready: ".o_kanban_record",
        steps: refuse,
    },
    {
        name: "refusal",
        open: openDeal(B),
        ready: ".o_form_view .o_statusbar_status",
        steps: (session) => session.enterNextStage(B),
        windows: [PHONE],
    },
    {
        name: "kanban",
        open: openPipeline(B),
        ready: ".o_kanban_record .o_playbook_progress",
        windows: BOTH,
    },
    {
        name: "checklist",
        open: openDeal(B),
        ready: ".o_form_view .o_statusbar_status",
        steps: async (session) => {
            await session.enterNextStage(B);
            await session.click(".o_playbook_fill_in_item .o_playbook_vouch");
            await session.see(".o_playbook_fill_in_item textarea");
        },
        windows: BOTH,
    },
    {
        name: "playbook_tab",
        open: openDeal(A),
        ready: ".o_form_view",
        steps: openPanel,
        size: [1366, 1450],
    },
    {
        name: "override",
        open: openDeal(B),
        ready: ".o_form_view .o_statusbar_status",
        steps: async (session) => {
            await session.enterNextStage(B);
            await session.click(".o_playbook_gate_dialog .o_playbook_override");
            await session.choose(".modal .o_field_widget[name=reason_id]", 0); // the document follows later
            await session.fill(
                ".modal .o_field_widget[name=note] textarea, .modal .o_field_widget[name=note] input",
                session.isChinese
                    ? "客户内部评审已口头通过，书面结论下周一送达。"
                    : "Their review said yes by phone; the written result arrives on Monday."
            );
        },
    },
    {
        name: "progress",
        open: openDeal(A),
        ready: ".o_form_view",
        steps: openTab("progress"),
        size: [1400, 1000],
    },
    { name: "risks", open: openDeal(B), ready: ".o_form_view", steps: openTab("risks"), size: [1400, 1000] },
    {
        name: "score",
        open: openDeal(A),
        ready: ".o_form_view",
        steps: openPart("score"),
        size: TALL,
        clip: ".o_playbook_score",
    },
    {
        name: "cases_on_a_deal",
        open: openDeal(A),
        ready: ".o_form_view",
        steps: openPart("cases"),
        size: TALL,
        clip: ".o_playbook_cases",
    },
    {
        name: "my_day",
        open: "/odoo/my-day",
        ready: ".o_data_row, .o_kanban_record",
        size: [1366, 600],
        windows: BOTH,
    },
    { name: "funnel", open: "/odoo/funnel", ready: ".o_funnel_chart canvas", windows: BOTH },
    {
        name: "forecast",
        open: "/odoo/sales-forecast",
        ready: ".o_forecast_table",
        beside: true,
    },
    {
        name: "pipeline_change",
        open: "/odoo/pipeline-change",
        ready: ".o_pipeline_change table",
        beside: true,
    },
    {
        name: "review",
        open: openRecord("funnel-reviews", "crm.funnel.review", [
            ["bottleneck_line_ids", "!=", false],
            ["period", "=", "week"],
        ]),
        ready: ".o_form_view",
        size: [1366, 1000],
        windows: BOTH,
    },
    {
        name: "case",
        open: (session) => {
            const name = session.isChinese
                ? "忽略了客户的隐性需求"
                : "Our champion left, and with her the project";
            return openRecord("cases", "crm.playbook.case", [["name", "=", name]])(session);
        },
        ready: ".o_form_view",
        size: [1200, 800],
        windows: BOTH,
    },
    {
        name: "playbook",
        open: openRecord("action-sales_funnel_playbook.crm_playbook_action", "crm.playbook", [
            ["is_template", "=", false],
        ]),
        ready: ".o_form_view .o_notebook",
    },
];
