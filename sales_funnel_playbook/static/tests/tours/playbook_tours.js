import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const column = (name) => `.o_kanban_group:has(.o_column_title:contains("${name}"))`;
const card = ".o_kanban_record:contains(Acme)";
const condition = (name, isMet) => `.o_playbook_condition[data-met="${isMet ? 1 : 0}"]:contains("${name}")`;

const dragCardToDemo = {
    content: "Drag the card into the stage",
    trigger: `${column("Lead")} ${card}`,
    async run({ drag_and_drop }) {
        await drag_and_drop(column("Demo"));
    },
};

registry.category("web_tour.tours").add("playbook_gate_kanban", {
    steps: () => [
        dragCardToDemo,
        {
            content: "Read what is missing, and how to meet it",
            trigger: ".o_playbook_gate_dialog:contains(Acme):contains(How to meet: Needs confirmed.)",
        },
        {
            content: "The card is back where it was",
            trigger: `${column("Lead")} ${card}`,
        },
        {
            trigger: ".o_playbook_gate_dialog button:contains(Open Checklist)",
            run: "click",
        },
        {
            content: "Confirm the condition",
            trigger: `.modal ${condition("Needs confirmed", false)} .o_playbook_confirm`,
            run: "click",
        },
        {
            trigger: `.modal ${condition("Needs confirmed", true)}:contains(Confirmed by)`,
        },
        {
            trigger: ".modal footer button:contains(Close)",
            run: "click",
        },
        {
            content: "The card says that nothing is missing any more",
            trigger: `body:not(:has(.modal)) ${column("Lead")} ${card} .o_playbook_ready`,
        },
        dragCardToDemo,
        {
            content: "Now it stays",
            trigger: `${column("Demo")} ${card}`,
        },
        {
            trigger: "body:not(:has(.o_playbook_gate_dialog))",
        },
    ],
});

registry.category("web_tour.tours").add("playbook_tab", {
    steps: () => [
        {
            trigger: "a.nav-link[name=playbook]",
            run: "click",
        },
        {
            content: "The current stage says what it is for",
            trigger: ".o_playbook_panel:contains(Find out who they are)",
        },
        {
            content: "What the system checks is open, and follows what is saved",
            trigger: condition("Amount known", false),
        },
        {
            trigger: ".o_field_widget[name=expected_revenue] input",
            run: "edit 5000",
        },
        ...stepUtils.saveForm(),
        {
            trigger: condition("Amount known", true),
        },
        {
            trigger: `${condition("Needs confirmed", false)} .o_playbook_confirm`,
            run: "click",
        },
        {
            trigger: ".o_playbook_stage:contains(Demo) .badge:contains(Ready)",
        },
        {
            content: "A mistaken confirmation is taken back",
            trigger: `${condition("Needs confirmed", true)} .o_playbook_withdraw`,
            run: "click",
        },
        {
            content: "One that wants evidence asks for it",
            trigger: `${condition("Needs confirmed", false)} .o_playbook_confirm`,
        },
        {
            trigger: ".o_playbook_stage:contains(Talks) .card-header",
            run: "click",
        },
        {
            trigger: `${condition("Review passed", false)} .o_playbook_confirm`,
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=note] textarea",
            run: "edit N/A",
        },
        {
            trigger: ".modal button[name=action_confirm]",
            run: "click",
        },
        {
            content: "What is refused stands under the field, in the one dialog",
            trigger:
                ".o_dialog:only-child:contains(2 letters and digits) .o_field_widget[name=note] textarea",
            run: "edit Minutes of 15 March",
        },
        {
            trigger: ".modal button[name=action_confirm]",
            run: "click",
        },
        {
            trigger: `${condition("Review passed", true)}:contains(Minutes of 15 March)`,
        },
    ],
});

registry.category("web_tour.tours").add("playbook_use_template", {
    steps: () => [
        ...stepUtils.goToAppSteps("crm.crm_menu_root"),
        {
            trigger: 'button[data-menu-xmlid="crm.crm_menu_config"]',
            run: "click",
        },
        {
            trigger: 'a[data-menu-xmlid="sales_funnel_playbook.crm_playbook_menu"]',
            run: "click",
        },
        {
            trigger: ".o_data_cell:contains(Enterprise SaaS)",
            run: "click",
        },
        {
            trigger: "button[name=action_use_template]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=team_ids] input",
            run: "edit Cloud team",
        },
        {
            trigger: ".ui-autocomplete a:contains(Cloud team)",
            run: "click",
        },
        {
            trigger: ".modal .o_data_row:contains(Solution demo)",
        },
        {
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "The playbook observes",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Observe)",
        },
        {
            trigger: ".o_field_widget[name=stage_ids] .o_data_row:contains(Potential lead) .o_data_cell",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=condition_ids] .o_data_row .o_data_cell",
            run: "click",
        },
        {
            content: "The domain is chosen, not typed",
            trigger: ".modal .o_field_domain .o_domain_selector, .modal .o_field_domain .o_tree_editor",
        },
        {
            trigger: ".modal:last .o_form_button_cancel, .modal .btn-close",
            run: "click",
        },
    ],
});
