import { registry } from "@web/core/registry";

const output = (name, state) => `.o_playbook_output[data-state="${state}"]:contains("${name}")`;
const condition = (name, met) => `.o_playbook_condition[data-met="${met}"]:contains("${name}")`;
const back = { trigger: ".o_back_button a", run: "click" };

registry.category("web_tour.tours").add("playbook_sale_documents", {
    steps: () => [
        { trigger: "a.nav-link[name=playbook]", run: "click" },
        { trigger: output("Draft contract", "missing") },
        { trigger: condition("Agreed or paid", 0) },
        { trigger: condition("Payment received", 0) },
        {
            content: "The quotation is confirmed",
            trigger: "button[name=action_view_sale_quotation]",
            run: "click",
        },
        { trigger: ".o_form_view button[name=action_confirm]:visible", run: "click" },
        { trigger: ".o_arrow_button_current:contains(Sales Order)" },
        back,
        {
            content: "The order alone shows that both sides agreed, and is not paid",
            trigger: `${condition("Agreed or paid", 1)} .o_playbook_document:contains(S)`,
        },
        { trigger: `${condition("Payment received", 0)} .o_playbook_confirm` },
        {
            content: "It comes to less than was expected, which is offered and taken over",
            trigger: output("Draft contract", "missing"),
        },
        {
            trigger: ".o_playbook_offered_revenue button[name=action_take_offered_revenue]",
            run: "click",
        },
        { trigger: output("Draft contract", "done") },
        {
            content: "The order is a link, from which it is invoiced and paid",
            trigger: `${condition("Agreed or paid", 1)} .o_playbook_document`,
            run: "click",
        },
        { trigger: "button:contains(Create Invoice):visible", run: "click" },
        { trigger: ".modal button[name=create_invoices]", run: "click" },
        { trigger: "button[name=action_post]:visible", run: "click" },
        { trigger: "button[name=action_register_payment]:visible", run: "click" },
        { trigger: ".modal button[name=action_create_payments]", run: "click" },
        { trigger: "body:not(:has(.modal)) .ribbon:contains(Paid)" },
        back,
        { trigger: ".o_arrow_button_current:contains(Sales Order)" },
        back,
        { trigger: `${condition("Payment received", 1)} .o_playbook_document:contains(INV)` },
        {
            content: "All is there without a tick",
            trigger: `.o_playbook_stage:contains(Ready) .o_playbook_move`,
            run: "click",
        },
        { trigger: ".o_playbook_panel h3:contains(Signed)" },
    ],
});

registry.category("web_tour.tours").add("playbook_sale_cancelled", {
    steps: () => [
        { trigger: "a.nav-link[name=playbook]", run: "click" },
        { trigger: output("Draft contract", "done") },
        { trigger: condition("Payment received", 1) },
        {
            trigger: `${condition("Agreed or paid", 1)} .o_playbook_document`,
            run: "click",
        },
        { trigger: "button[name=action_cancel]:visible", run: "click" },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { trigger: ".o_arrow_button_current:contains(Cancelled)" },
        back,
        { trigger: condition("Agreed or paid", 0) },
        { trigger: condition("Payment received", 0) },
        { trigger: output("Draft contract", "missing") },
    ],
});
