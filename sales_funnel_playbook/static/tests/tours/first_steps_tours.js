import { registry } from "@web/core/registry";

const step = (key) => `.o_first_step[data-step=${key}]`;
const isDone = (key) => `${step(key)} .fa-check-circle`;
const isOpen = (key) => `${step(key)} .fa-circle-o`;

registry.category("web_tour.tours").add("sales_funnel_first_steps", {
    steps: () => [
        {
            content: "Nothing is there yet: no step is done, and only the first one offers something",
            trigger: ".o_first_steps_count:contains(0 of 6 done)",
        },
        {
            trigger: `.o_first_steps:not(:has(${step("people")} button))`,
        },
        {
            trigger: 'button[aria-label="Use the template Enterprise SaaS"]',
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=team_ids] input",
            run: "edit Ten Minutes",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Ten Minutes)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=team_ids] .o_tag:contains(Ten Minutes)",
        },
        {
            trigger: ".modal footer button[name=action_apply]",
            run: "click",
        },
        {
            content: "The playbook is made, and the steps go on with it",
            trigger: `body:not(:has(.modal)) .o_first_steps:has(${isDone("template")}):has(${isDone("followers")})`,
        },
        {
            trigger: `${step("followers")}:contains(Ten Minutes)`,
        },
        {
            trigger: `${step("thresholds")} .o_first_step_tick`,
            run: "click",
        },
        {
            trigger: isDone("thresholds"),
        },
        {
            trigger: ".o_first_steps_count:contains(3 of 6 done)",
        },
        {
            trigger: isOpen("people"),
        },
        {
            trigger: `${step("people")} button:contains(Sales Teams)`,
            run: "click",
        },
        {
            content: "The team that follows it opens at once",
            trigger: ".o_form_view .o_field_widget[name=name] input:value(Ten Minutes)",
        },
        {
            trigger: ".o_breadcrumb .o_back_button",
            run: "click",
        },
        {
            content: "It is the same playbook as before",
            trigger: ".o_first_steps_count:contains(3 of 6 done)",
        },
        {
            trigger: ".o_first_steps_enforce",
            run: "click",
        },
        {
            trigger: ".modal-footer .btn-primary:contains(Enforce)",
            run: "click",
        },
        {
            trigger: `${step("observe")} .badge:contains(Enforced)`,
        },
    ],
});

registry.category("web_tour.tours").add("sales_funnel_sample", {
    steps: () => [
        {
            trigger: ".o_first_steps_sample button:contains(Load Sample Data)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The pipeline of the sample's company, in its stages",
            trigger: ".o_kanban_record:contains(Recipes and allergens)",
        },
        {
            trigger: ".o_kanban_record:contains(Planning of three warehouses)",
            run() {
                window.location.assign("/odoo/sales-funnel-first-steps");
            },
            expectUnloadPage: true,
        },
        {
            trigger: ".o_first_steps_sample button:contains(Remove Sample Data)",
            run: "click",
        },
        {
            trigger: ".modal-footer .btn-primary:contains(Remove)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_first_steps_sample button:contains(Load Sample Data)",
        },
    ],
});
