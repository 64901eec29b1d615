import { registry } from "@web/core/registry";

const bar = (name) => `.o_waterfall tr[data-name=${name}]`;

registry.category("web_tour.tours").add("pipeline_change", {
    steps: () => [
        {
            content: "One deal was raised by 500: 2,000 became 2,500",
            trigger: `${bar("opening")} .o_waterfall_amount:contains("2,000.00")`,
        },
        { trigger: `${bar("raised")} .o_waterfall_amount:contains("500.00")` },
        { trigger: `${bar("closing")} .o_waterfall_amount:contains("2,500.00")` },
        {
            content: "The bar opens its deal",
            trigger: `${bar("raised")} button`,
            run: "click",
        },
        {
            content: "with what it was and what it is",
            trigger: '.o_change_deals tr:contains("Acme presses"):contains("1,000.00 → 1,500.00")',
        },
        {
            content: "Another scope is counted anew",
            trigger: ".o_funnel_filters select[name=closing]",
            run: "selectByLabel To close in the month",
        },
        { trigger: `.o_waterfall:not(:has(tr[data-name=raised]))` },
        { trigger: ".o_change_window" },
        {
            trigger: ".o_funnel_filters select[name=closing]",
            run: "selectByLabel Whenever they close",
        },
        {
            trigger: `${bar("raised")} button`,
            run: "click",
        },
        {
            trigger: ".o_change_deals button:contains(Acme presses)",
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
    ],
});

const me = ".o_forecast_table tr[data-level=person]";

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
            content: "The next month is empty",
            trigger: ".o_forecast_period button:last",
            run: "click",
        },
        { trigger: ".o_forecast_table:not(:has(tr[data-level=person]))" },
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
