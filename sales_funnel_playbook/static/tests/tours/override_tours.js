import { registry } from "@web/core/registry";

const column = (name) => `.o_kanban_group:has(.o_column_title:contains("${name}"))`;
const card = ".o_kanban_record:contains(Acme)";

const dragCardToDemo = {
    content: "Drag the card into the stage",
    trigger: `${column("Lead")} ${card}`,
    async run({ drag_and_drop }) {
        await drag_and_drop(column("Demo"));
    },
};

registry.category("web_tour.tours").add("playbook_override", {
    steps: () => [
        dragCardToDemo,
        {
            content: "A manager is offered to let it pass",
            trigger: ".o_playbook_gate_dialog .o_playbook_override",
            run: "click",
        },
        {
            trigger: ".modal:contains(Needs confirmed) .o_field_widget[name=reason_id] input",
            run: "edit Old customer",
        },
        {
            trigger: ".ui-autocomplete a:contains(Old customer)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=note] textarea",
            run: "edit They buy every year",
        },
        {
            trigger: ".modal button[name=action_override]",
            run: "click",
        },
        {
            trigger: `body:not(:has(.modal)) ${column("Demo")} ${card}`,
            run: "click",
        },
        {
            trigger: "a.nav-link[name=playbook]",
            run: "click",
        },
        {
            trigger: ".o_playbook_timeline button",
            run: "click",
        },
        {
            content: "The reason is on record",
            trigger: ".o_playbook_stay[data-gate=overridden]:contains(They buy every year)",
        },
        {
            content: "In the form a refused stage goes back to where it was",
            trigger: ".o_statusbar_status button:contains(Signed)",
            run: "click",
        },
        {
            trigger: ".o_playbook_gate_dialog:contains(Closing date known) button:contains(Close)",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_arrow_button_current:contains(Demo)",
        },
        {
            content: "From the checklist it goes the same way",
            trigger: ".o_playbook_stage:contains(Talks) .o_playbook_override",
            run: "click",
        },
        {
            trigger: ".modal:contains(Talks) .o_form_button_cancel, .modal [special=cancel]",
            run: "click",
        },
        {
            content: "What is missing leads to its field",
            trigger: ".o_playbook_stage:contains(Signed) .card-header",
            run: "click",
        },
        {
            trigger: ".o_playbook_field:contains(Expected Closing)",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=date_deadline] :focus",
        },
    ],
});

registry.category("web_tour.tours").add("playbook_advance", {
    steps: () => [
        {
            trigger: ".o_data_row:contains(Acme)",
        },
        {
            trigger: "thead .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_cp_action_menus button:contains(Actions), .o_control_panel button:contains(Actions)",
            run: "click",
        },
        {
            trigger: ".o-dropdown-item:contains(Advance Stage)",
            run: "click",
        },
        {
            content: "Who is held back, and by what",
            trigger: ".modal .o_data_row:contains(Acme):contains(Needs confirmed)",
        },
        {
            trigger: ".modal button[name=action_advance]",
            run: "click",
        },
        {
            trigger: ".o_notification:contains(1 deals advanced, 1 held back.)",
        },
        {
            trigger: ".o_data_row:contains(Ready):contains(Demo)",
        },
    ],
});

registry.category("web_tour.tours").add("playbook_advance_fill_in", {
    steps: () => [
        {
            trigger: ".o_data_row:contains(Acme)",
        },
        {
            trigger: "thead .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_cp_action_menus button:contains(Actions), .o_control_panel button:contains(Actions)",
            run: "click",
        },
        {
            trigger: ".o-dropdown-item:contains(Advance Stage)",
            run: "click",
        },
        {
            content: "What one value settles for many is set once",
            trigger:
                ".o_playbook_advance_missing li:contains(Amount known):contains(2) .o_playbook_set_for_all",
            run: "click",
        },
        {
            content: "Nothing is written before something is entered",
            trigger: ".o_playbook_save_for_all",
            run: "click",
        },
        {
            trigger: ".modal .o_playbook_refusal:contains(Nothing was entered yet)",
        },
        {
            trigger: ".modal .o_field_widget[name=expected_revenue] input",
            run: "edit 900",
        },
        {
            trigger: ".o_playbook_save_for_all",
            run: "click",
        },
        {
            content: "It is shown anew: the amount is there",
            trigger:
                ".modal:has(.o_playbook_advance_missing):not(:has(.o_playbook_advance_missing li:contains(Amount known)))",
        },
        {
            content: "What is missing of one deal is filled in there",
            trigger: ".modal .o_data_row:contains(Acme) .o_playbook_fill_in_line",
            run: "click",
        },
        {
            trigger: ".o_playbook_fill_in_item:contains(Needs confirmed) .o_playbook_vouch",
            run: "click",
        },
        {
            trigger: ".o_playbook_save_and_move",
            run: "click",
        },
        {
            content: "Who has moved is not in it any more",
            trigger: ".modal:has(button[name=action_advance]):not(:has(.o_data_row:contains(Acme)))",
        },
        {
            trigger: ".modal button[name=action_advance]",
            run: "click",
        },
        {
            trigger: ".o_notification:contains(1 deals advanced, 0 held back.)",
        },
        {
            trigger: "body:not(:has(.modal)) .o_data_row:contains(Ready):contains(Demo)",
        },
    ],
});
