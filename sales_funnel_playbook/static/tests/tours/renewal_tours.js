import { registry } from "@web/core/registry";

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
