import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("playbook_kick_off_win", {
    steps: () => [
        { trigger: ".o_form_view button[name=action_set_won_rainbowman]", run: "click" },
        { trigger: ".o-mail-Message:contains(The deal has become the project Presses)" },
    ],
});

registry.category("web_tour.tours").add("playbook_kick_off_delivery", {
    steps: () => [
        { trigger: "button[name=action_open_kickoff]", run: "click" },
        { trigger: ".o_form_project_project .o_field_widget[name=name]:contains(Presses)" },
        { trigger: ".o-mail-Message:contains(Handed over from sales)" },
        { trigger: ".o-mail-Message:contains(customer.txt)" },
    ],
});

registry.category("web_tour.tours").add("playbook_kick_off_button", {
    steps: () => [
        { trigger: "button[name=action_kick_off]", run: "click" },
        { trigger: ".o_form_project_project .o_field_widget[name=name]:contains(Roofs)" },
    ],
});
