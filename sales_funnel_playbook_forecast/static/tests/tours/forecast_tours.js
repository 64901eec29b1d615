import { registry } from "@web/core/registry";

const bar = (name) => `.o_waterfall tr[data-name=${name}]`;
const holds = (text) => (text ? `:contains("${text}")` : "");

// What each bar adds, and what its deal was and is; a deal that went to a colleague is shown as it was.
const BARS = [
    ["opening", "", "8,000.00", "Deal raised"],
    ["new", "+", "1,000.00", "Deal new", "Demo"],
    ["brought_back", "+", "1,000.00", "Deal brought_back"],
    ["raised", "+", "500.00", "Deal raised", "1,000.00 → 1,500.00"],
    ["lowered", "-", "400.00", "Deal lowered", "1,000.00 → 600.00"],
    ["pulled_in", "+", "1,000.00", "Deal pulled_in", "03/20/2024 → 01/20/2024"],
    ["pushed_out", "-", "1,000.00", "Deal pushed_out", "01/20/2024 → 03/20/2024"],
    ["handed_in", "+", "1,000.00", "Deal handed_in", "Laetitia Sales Leads → The head"],
    ["handed_out", "-", "1,000.00", "Deal handed_out", "The head"],
    ["rates", "-", "125.00", "Deal rates", "7,000.00"],
    ["won", "-", "1,000.00", "Deal won", "Demo → Signed"],
    ["lost", "-", "1,000.00", "Deal lost"],
    ["left", "-", "1,000.00", "Deal left"],
    ["closing", "", "6,975.00", "Deal raised", "1,000.00 → 1,500.00"],
];

registry.category("web_tour.tours").add("pipeline_change", {
    steps: () => [
        ...BARS.flatMap(([name, sign, amount, deal, told]) => [
            { trigger: `${bar(name)} .o_waterfall_amount${holds(sign)}${holds(amount)}` },
            { trigger: `${bar(name)} button`, run: "click" },
            { trigger: `${bar(name)} button[aria-expanded=true]` },
            {
                content: `The bar ${name} opens its deals, with what they were and what they are`,
                trigger: `.o_change_deals tr${holds(deal)}${holds(told)}`,
            },
        ]),
        { content: "In which days they are to close is said", trigger: ".o_change_window" },
        {
            content: "Two choices, the second before the first has its numbers",
            trigger: ".o_funnel_filters",
            run({ anchor }) {
                const company = anchor.querySelector("select[name=company_id] option:nth-child(2)").value;
                for (const [name, value] of Object.entries({ closing: "", company_id: company })) {
                    const select = anchor.querySelector(`select[name=${name}]`);
                    select.value = value;
                    select.dispatchEvent(new Event("change", { bubbles: true }));
                }
            },
        },
        { trigger: ".o_waterfall:not(:has(tr[data-name=pulled_in]))" },
        {
            content: "Both are in the address",
            trigger: ".o_waterfall",
            async run({ waitUntil }) {
                const has = (part) => window.location.search.includes(part);
                await waitUntil(() => has("company_id=") && !has("closing="), {
                    message: `the address is ${window.location.search}`,
                    timeout: 5000,
                });
            },
        },
        {
            trigger: `${bar("raised")} button`,
            run: "click",
        },
        {
            trigger: '.o_change_deals button:contains("Deal raised")',
            run: "click",
        },
        { trigger: ".o_form_view .o_field_widget[name=name]" },
    ],
});

registry.category("web_tour.tours").add("sales_target", {
    steps: () => [
        { trigger: ".o_list_button_add", run: "click" },
        { trigger: ".o_field_widget[name=team_id] input", run: "edit Test Sales Team" },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Test Sales Team)",
            run: "click",
        },
        { trigger: ".o_field_widget[name=amount] input", run: "edit 250" },
        { trigger: ".o_form_button_save", run: "click" },
        {
            content: "The chatter keeps what it was",
            trigger: ".o_form_saved, .o_form_view:not(:has(.o_form_button_save:visible))",
        },
        { trigger: ".o-mail-Chatter" },
        {
            content: "A year is set at once",
            trigger: ".breadcrumb-item a:contains(Targets)",
            run: "click",
        },
        { trigger: '.o_list_view button:contains("Targets of a Year")', run: "click" },
        {
            trigger: ".modal .o_field_widget[name=kind] input[data-value=split]",
            run: "click",
        },
        { trigger: ".modal .o_field_widget[name=team_id] input", run: "edit Test Sales Team" },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Test Sales Team)",
            run: "click",
        },
        { trigger: ".modal .o_field_widget[name=total] input", run: "edit 1200" },
        { trigger: ".modal button[name=action_fill]", run: "click" },
        { trigger: ".o_list_view:has(.o_data_row:nth-child(12)):not(:has(.modal))" },
    ],
});

const me = '.o_forecast_table tr[data-level=person]:contains("The head")';
const team = '.o_forecast_table tr[data-level=team]:contains("Test Sales Team")';
const colleague = '.o_forecast_table tr[data-level=person]:contains("Colleague")';

registry.category("web_tour.tours").add("sales_forecast", {
    steps: () => [
        {
            content: "One open deal of 1,000 is to close this month",
            trigger: `${me} td[data-name=pipeline]:contains("1,000")`,
        },
        {
            trigger: `${me}:has(.o_forecast_submit) .o_forecast_submit`,
            run: "click",
        },
        { trigger: ".o_forecast_form input[name=amount]", run: "edit 1250" },
        { trigger: ".o_forecast_form textarea[name=note]", run: "edit Two more" },
        { trigger: ".o_forecast_form button[type=submit]", run: "click" },
        { trigger: `${me} td[data-name=own]:contains("1,250"):contains("Two more")` },
        {
            content: "A leader sees what each of the team has, and says what the team will win",
            trigger: `${colleague}:not(:has(.o_forecast_submit)) td[data-name=pipeline]:contains("400")`,
        },
        { trigger: `${team} td[data-name=pipeline]:contains("1,400")` },
        { trigger: ".o_forecast_table:not(:has(tr[data-level=company]))" },
        { trigger: `${team} .o_forecast_submit`, run: "click" },
        { trigger: ".o_forecast_form input[name=amount]", run: "edit 1500" },
        { trigger: ".o_forecast_form button[type=submit]", run: "click" },
        { trigger: `${team} td[data-name=own]:contains("1,500")` },
        {
            content: "The next month is empty",
            trigger: ".o_forecast_period button:last",
            run: "click",
        },
        { trigger: ".o_forecast_table:not(:has(tr[data-level=person]))" },
    ],
});

registry.category("web_tour.tours").add("sales_forecast_own", {
    steps: () => [
        {
            content: "A salesperson's own line, with a figure to submit",
            trigger: `${me}:has(.o_forecast_submit) td[data-name=pipeline]:contains("1,000")`,
        },
        {
            content: "the sum of the team, which is its leader's to say",
            trigger: `${team}:not(:has(.o_forecast_submit)) td[data-name=pipeline]:contains("1,400")`,
        },
        {
            content: "and nobody else's",
            trigger:
                ".o_forecast_table:not(:has(tr[data-level=person] ~ tr)):not(:has(tr[data-level=company]))",
        },
        { trigger: ".o_looks tr:contains(Own deal)" },
        { trigger: ".o_forecast_looks:not(:contains(deal of a colleague))" },
        { trigger: 'button[data-menu-xmlid="crm.crm_menu_report"]', run: "click" },
        { trigger: '[data-menu-xmlid="sales_funnel_playbook.crm_analyses_menu"]', run: "click" },
        { trigger: ".o_analysis:contains(Pipeline Change)", run: "click" },
        { trigger: '.badge:contains("Your deals, and those of the teams that you lead")' },
        { trigger: `${bar("opening")} .o_waterfall_amount:contains("1,000.00")` },
        { trigger: ".o_funnel_filters:not(:has(select[name=team_id])):not(:contains(Colleague))" },
        { trigger: `${bar("closing")} button`, run: "click" },
        { trigger: '.o_change_deals:not(:contains("olleague")) tr:contains("Own deal")' },
    ],
});

const look = '.o_looks tr:contains("Acme presses")';

registry.category("web_tour.tours").add("forecast_looks", {
    steps: () => [
        {
            content: "The deal decides the period, and nobody has planned anything",
            trigger: `${look} [data-reason=decides]:contains("1,000 × 50 % × 50 %")`,
        },
        { trigger: `${look} [data-reason=no_step]` },
        { trigger: `${look} .o_look_plan`, run: "click" },
        { trigger: ".modal .o_field_widget[name=summary] input", run: "edit Ask for the date" },
        {
            trigger: ".modal button[name=action_schedule_activities]:visible",
            run: "click",
        },
        {
            content: "What is planned stands there, and there is a next step",
            trigger: `${look} .o_look_planned:contains("Ask for the date")`,
        },
        { trigger: `${look}:not(:has([data-reason=no_step]))` },
        {
            content: "The list of its own says the same",
            trigger: ".o_forecast_looks_list",
            run: "click",
        },
        {
            trigger: '.o_list_view .o_data_row:contains("Acme presses"):contains("Decides")',
        },
    ],
});

registry.category("web_tour.tours").add("review_looks", {
    steps: () => [
        { trigger: '.nav-link:contains("Change and Forecast")', run: "click" },
        { trigger: `.o_review_looks ${look} .o_look_plan`, run: "click" },
        { trigger: ".modal .o_field_widget[name=name] input", run: "edit Ask for the date" },
        { trigger: ".modal .o_form_button_save, .modal footer .btn-primary", run: "click" },
        {
            content: "The decision is work on the deal",
            trigger: `.o_review_looks ${look} .o_look_planned:contains("Ask for the date")`,
        },
        { trigger: '.nav-link:contains("Decisions")', run: "click" },
        { trigger: ".o_field_widget[name=decision_ids] td:contains(Acme presses)" },
    ],
});
