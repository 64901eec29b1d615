import { registry } from "@web/core/registry";

const dialogItem = (name) => `.modal .o_playbook_fill_in_item:contains("${name}")`;
const output = (name, state) => `.o_playbook_output[data-state="${state}"]:contains("${name}")`;

registry.category("web_tour.tours").add("playbook_renewal", {
    steps: () => [
        {
            content: "The won deal says that its renewal is due",
            trigger: ".alert:contains(Its renewal is due) button[name=action_make_renewal]",
            run: "click",
        },
        {
            content: "The renewal deal begins in its own stage",
            trigger: ".o_statusbar_status button.o_arrow_button_current:contains(Renewal)",
        },
        {
            trigger: "a.nav-link[name=contract]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=renewal_of_id]:contains(Presses for Northwind)",
        },
        {
            trigger: "a.nav-link[name=playbook]",
            run: "click",
        },
        {
            trigger: `${output("Renewal form", "missing")} .o_playbook_hand_in`,
            run: "click",
        },
        {
            trigger: `${output("Renewal form", "missing")} textarea`,
            run: "edit They renew for another year, all of it",
        },
        {
            trigger: `${output("Renewal form", "missing")} .o_playbook_submit:enabled`,
            run: "click",
        },
        {
            trigger: output("Renewal form", "done"),
        },
        {
            content: "Renewed",
            trigger: "button[name=action_set_won_rainbowman]",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status button.o_arrow_button_current:contains(Signed)",
        },
        {
            content: "The first one is as won as before",
            trigger: "button[name=action_open_renewed]",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.alert:contains(Its renewal is due))) button[name=action_open_renewals]:contains(1)",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(renewal)",
        },
    ],
});

registry.category("web_tour.tours").add("playbook_not_renewed", {
    steps: () => [
        {
            trigger: ".alert:contains(Its renewal is due) button[name=action_make_renewal]",
            run: "click",
        },
        {
            trigger:
                ".o_form_view:has(.o_arrow_button_current:contains(Renewal)) .o_statusbar_buttons button:contains(Lost)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=lost_reason_id] .o_selection_badge:contains(Made in house)",
            run: "click",
        },
        {
            trigger: ".modal button[name=action_lost_reason_apply]",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_form_view .ribbon:contains(Lost)",
        },
        {
            content: "The deal before is as won as it was",
            trigger: "button[name=action_open_renewed]",
            run: "click",
        },
        {
            trigger:
                ".o_form_view:has(.o_arrow_button_current:contains(Signed)) button[name=action_open_renewals]:contains(1)",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Lost)",
        },
    ],
});

registry.category("web_tour.tours").add("playbook_upsold", {
    steps: () => [
        {
            trigger: "a.nav-link[name=contract]",
            run: "click",
        },
        {
            trigger: "button[name=action_make_upsell]",
            run: "click",
        },
        {
            content: "An upsell begins with no amount: what is added is written there",
            trigger:
                ".o_form_view:has(.o_arrow_button_current:contains(Renewal)) .o_field_widget[name=expected_revenue] input",
            run: "edit 200",
        },
        {
            trigger: "button[name=action_set_won_rainbowman]",
            run: "click",
        },
        {
            content: "What it lacks to be won is filled in there",
            trigger: `${dialogItem("Renewal form")} textarea`,
            run: "edit They add two presses from spring on",
        },
        {
            trigger: ["input", "button"]
                .map(
                    (tag) => `${dialogItem("Closing date known")} .o_field_widget[name=date_deadline] ${tag}`
                )
                .join(),
            run: "click",
        },
        {
            trigger: ".o_datetime_picker .o_today",
            run: "click",
        },
        {
            trigger: ".o_playbook_save_and_move",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_arrow_button_current:contains(Signed)",
        },
        {
            trigger: "button[name=action_open_renewed]",
            run: "click",
        },
        {
            content: "The contract is renewed, and something was added to it",
            trigger: "button[name=action_open_renewals]:contains(2)",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Upsell):contains(200):contains(Won)",
        },
    ],
});

const number = (text) => `.o_pivot tr:contains("Presses"):contains("${text}")`;

registry.category("web_tour.tours").add("playbook_renewal_numbers", {
    steps: () => [
        {
            content:
                "Of 1,600 that were up for renewal 600 were renewed, by one of two customers; 200 were added",
            trigger: `${number("37.5")}:contains("50.0"):contains("200")`,
        },
        {
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            trigger: ".o_group_by_menu .o_menu_item:contains(Why Not Renewed)",
            run: "click",
        },
        {
            trigger: ".o_pivot tr:contains(Made in house) .o_pivot_cell_value",
            run: "click",
        },
        {
            content: "A number opens its deals",
            trigger: ".o_list_view .o_data_row:contains(Lost):contains(Northwind):contains(1,000)",
        },
    ],
});
