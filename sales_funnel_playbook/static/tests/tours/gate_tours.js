import { registry } from "@web/core/registry";

const column = (name) => `.o_kanban_group:has(.o_column_title:contains("${name}"))`;
const card = ".o_kanban_record:contains(Acme)";
const item = (name) => `.o_playbook_fill_in_item:contains(${name})`;

const dragCardToDemo = {
    content: "Drag the card into the stage",
    trigger: `${column("Lead")} ${card}`,
    async run({ drag_and_drop }) {
        await drag_and_drop(column("Demo"));
    },
};

const outside = ".o_kanban_record:contains(Brown):has(.o_playbook_outside)";

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
            content: "Nothing is saved while something is missing, and it says what",
            trigger: ".o_playbook_save_and_move",
            run: "click",
        },
        {
            trigger: ".o_playbook_fill_in_item[data-refused='1']:contains(Needs confirmed) .o_playbook_vouch",
            run: "click",
        },
        {
            trigger: ".o_playbook_fill_in_item textarea",
            run: "edit They said so on Monday",
        },
        {
            trigger: ".o_playbook_save_and_move",
            run: "click",
        },
        {
            content: "Recorded and moved at once",
            trigger: `body:not(:has(.modal)) ${column("Demo")} ${card}`,
        },
        {
            trigger: "body:not(:has(.o_playbook_gate_dialog))",
        },
        {
            content: "A stage that the playbook does not name is left from the card",
            trigger: `${column("Parked")} ${outside} .o_playbook_way_in:contains(Move to “Lead”)`,
            run: "click",
        },
        {
            trigger: `${column("Lead")} .o_kanban_record:contains(Brown):not(:has(.o_playbook_outside))`,
        },
    ],
});

registry.category("web_tour.tours").add("playbook_fill_in", {
    steps: () => [
        {
            trigger: "a.nav-link[name=playbook]",
            run: "click",
        },
        {
            content: "From the checklist the way is the same",
            trigger: ".o_playbook_open_fill_in:contains(Demo)",
            run: "click",
        },
        {
            content: "A field that a condition names is filled in here, with its own widget",
            trigger: `${item("Amount known")} .o_field_widget[name=expected_revenue] input`,
            run: "edit 7000",
        },
        {
            trigger: `${item("Needs confirmed")} .o_playbook_vouch`,
            run: "click",
        },
        {
            trigger: `${item("Deck")} .o_playbook_choose_file`,
        },
        {
            trigger: `${item("Deck")} input[type=file]:not(:visible)`,
            async run() {
                const input = document.querySelector(".o_playbook_fill_in_item input[type=file]");
                const files = new DataTransfer();
                files.items.add(new File(["%PDF"], "deck.pdf", { type: "application/pdf" }));
                input.files = files.files;
                input.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        {
            trigger: `${item("Deck")} .badge:contains(deck.pdf)`,
        },
        {
            content: "A note that is too short is counted",
            trigger: `${item("Minutes")} textarea`,
            run: "edit ok",
        },
        {
            trigger: `${item("Minutes")}:contains(2 of at least 20 letters)`,
        },
        {
            trigger: ".o_playbook_save_and_move",
            run: "click",
        },
        {
            content: "What is refused stands in the form, and what was entered is still there",
            trigger: ".modal .o_playbook_refusal:contains(at least 20)",
        },
        {
            trigger: `${item("Deck")} .badge:contains(deck.pdf)`,
        },
        {
            trigger: `${item("Minutes")} textarea`,
            run: "edit They need three presses before spring",
        },
        {
            trigger: ".o_playbook_save_and_move",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_arrow_button_current:contains(Demo)",
        },
    ],
});

registry.category("web_tour.tours").add("playbook_fill_in_waiting", {
    steps: () => [
        {
            trigger: "a.nav-link[name=playbook]",
            run: "click",
        },
        {
            trigger: ".o_playbook_open_fill_in:contains(Demo)",
            run: "click",
        },
        {
            content: "What waits says for whom, and reminds them",
            trigger: `${item("Deck")}:contains(waits for) .o_playbook_remind`,
            run: "click",
        },
        {
            trigger: ".o_notification:contains(was reminded)",
        },
        {
            content: "Whoever may not override asks who may, from here",
            trigger: ".modal .o_playbook_ask_override",
            run: "click",
        },
        {
            trigger: ".modal textarea[aria-label^='Why should']",
            run: "edit They sign on Monday",
        },
        {
            trigger: ".modal .o_playbook_send_request",
            run: "click",
        },
        {
            trigger: ".o_notification:contains(was asked for an override)",
        },
        {
            content: "What a role confirms is theirs alone",
            trigger: `${item("Needs confirmed")}:contains(Finance: ):not(:has(.o_playbook_vouch))`,
        },
        {
            trigger: ".modal footer button:contains(Close)",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_playbook_panel",
        },
    ],
});
