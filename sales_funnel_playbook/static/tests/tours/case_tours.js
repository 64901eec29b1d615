import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const column = (name) => `.o_kanban_group:has(.o_kanban_header:contains(${name}))`;
const card = (name) => `.o_kanban_record:contains(${name})`;
const dialogField = (name) => `.modal .o_field_widget[name=${name}]`;
const lesson = (text) => [
    {
        content: "What is known already stands there",
        trigger: `${dialogField("name")} input:value(in Talks)`,
    },
    {
        trigger: `${dialogField("situation")}:contains(Press bearings)`,
    },
    {
        trigger: `${dialogField("lesson")} .odoo-editor-editable`,
        run: `editor ${text}`,
    },
];

registry.category("web_tour.tours").add("playbook_case_kanban", {
    steps: () => [
        {
            trigger: `${column("Talks")} ${card("Acme")}`,
            async run({ drag_and_drop }) {
                await drag_and_drop(column("Signed"));
            },
        },
        ...lesson("Ask for the date first"),
        {
            trigger: ".modal button[name=action_submit]",
            run: "click",
        },
        {
            trigger: `body:not(:has(.modal)) ${column("Signed")} ${card("Acme")}`,
        },
    ],
});

registry.category("web_tour.tours").add("playbook_case_form", {
    steps: () => [
        {
            trigger: ".o_statusbar_status .o_arrow_button:contains(Signed)",
            run: "click",
        },
        {
            content: "A required case can be left for later, not declined",
            trigger: ".modal:not(:has(.o_playbook_decline)) .btn:contains(Later)",
            run: "click",
        },
        {
            content: "It is asked for by an activity, and begun from the deal",
            trigger: "body:not(:has(.modal)) .o_form_view .o-mail-Activity:contains(Write the case)",
        },
        {
            trigger: ".o_form_view button[name=action_open_cases]",
            run: "click",
        },
        ...lesson("Begin with the director"),
        {
            trigger: ".modal .btn:contains(Save as Draft)",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_form_view button[name=action_open_cases]:contains(1)",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=lesson]:contains(Begin with the director)",
        },
        {
            trigger: "button[name=action_submit]",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(In Approval)",
        },
    ],
});

registry.category("web_tour.tours").add("playbook_case_buttons", {
    steps: () => [
        {
            trigger: ".o_form_view button[name=action_set_won_rainbowman]",
            run: "click",
        },
        {
            content: "The celebration, and the case",
            trigger: ".modal .btn:contains(Save as Draft)",
        },
        {
            trigger: ".modal .o_playbook_decline",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.modal)) .o_form_view:has(.ribbon:contains(Won)):not(:has(.o-mail-Activity:contains(Write the case)))",
        },
    ],
});

registry.category("web_tour.tours").add("playbook_case_lost", {
    steps: () => [
        {
            trigger: ".o_form_view button:contains(Lost)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=lost_reason_id] .o_selection_badge:contains(Too slow)",
            run: "click",
        },
        {
            trigger: ".modal button[name=action_lost_reason_apply]",
            run: "click",
        },
        ...lesson("Ask how long they can wait"),
        {
            content: "A customer who is to be left out cannot be named",
            trigger: `${dialogField("name")} input`,
            run: "edit Acme Ltd could not wait",
        },
        {
            trigger: ".modal button[name=action_submit]",
            run: "click",
        },
        {
            trigger: `.modal:has(.o_playbook_refusal:contains(is named in the “Title”)) .o_field_widget[name=name] input`,
            run: "edit They could not wait",
        },
        {
            trigger: ".modal button[name=action_submit]",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.modal)) .o_form_view:has(.ribbon:contains(Lost)):not(:has(.o-mail-Activity:contains(Write the case)))",
        },
    ],
});

registry.category("web_tour.tours").add("playbook_case_reuse", {
    steps: () => [
        {
            trigger: "a.nav-link[name=playbook]",
            run: "click",
        },
        {
            content: "One line, until it is opened",
            trigger: ".o_playbook_cases:not(:has(.o_playbook_case)) > button",
            run: "click",
        },
        {
            content: "The case that matters, and why",
            trigger: ".o_playbook_case:first:contains(same competitor):contains(same stage)",
        },
        {
            trigger: ".o_playbook_case:first .o_playbook_case_used[aria-pressed=false]",
            run: "click",
        },
        {
            trigger: ".o_playbook_case:first .o_playbook_case_used[aria-pressed=true]",
        },
        {
            trigger: ".o_playbook_cases button:contains(All cases like this deal)",
            run: "click",
        },
        {
            content: "The best first, in the list too",
            trigger: ".o_list_view .o_data_row:first:contains(Beat Globex) td:contains(same competitor)",
            run: "click",
        },
        {
            content: "Made for reading",
            trigger: ".o_form_view .o_playbook_case_lesson:contains(Bring the numbers)",
        },
        {
            trigger: "button[name=action_toggle_helpful]:visible",
            run: "click",
        },
        {
            trigger: "button[name=action_toggle_helpful].btn-primary:visible",
        },
        {
            trigger: "button[name=action_open_uses]:contains(1)",
        },
        ...stepUtils.goToAppSteps("crm.crm_menu_root", "The library finds cases by the words of their texts"),
        {
            trigger: 'button[data-menu-xmlid="crm.crm_menu_sales"]',
            run: "click",
        },
        {
            trigger: 'a[data-menu-xmlid="sales_funnel_playbook.crm_playbook_case_menu"]',
            run: "click",
        },
        {
            trigger: ".o_kanban_record:contains(Beat Globex)",
        },
        {
            trigger: ".o_kanban_view .o_searchview_input",
            run: "edit 僵局",
        },
        {
            trigger: ".o_searchview_autocomplete .o-dropdown-item:first",
            run: "click",
        },
        {
            trigger:
                ".o_kanban_view:not(:has(.o_kanban_record:contains(Beat Globex))) .o_kanban_record:contains(技术总监)",
        },
    ],
});

registry.category("web_tour.tours").add("playbook_case_without_lesson", {
    steps: () => [
        {
            trigger: ".o_form_view button[name=action_submit]",
            run: "click",
        },
        {
            content: "What is missing stands on the page, not in a window over it",
            trigger: "body:not(:has(.modal)) .o_form_view .o_playbook_refusal:contains(Lesson)",
        },
        {
            trigger: ".o_field_widget[name=lesson] .odoo-editor-editable",
            run: "editor Ask for the date first",
        },
        {
            trigger: "button[name=action_submit]",
            run: "click",
        },
        {
            trigger:
                ".o_form_view:not(:has(.o_playbook_refusal)) .o_arrow_button_current:contains(In Approval)",
        },
    ],
});
