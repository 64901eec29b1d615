import { edit, press, queryOne, waitUntil } from "@odoo/hoot-dom";
import { registry } from "@web/core/registry";

import { nextFrame } from "@sales_funnel_playbook/panel/focus_field";

import { holdBack } from "./panel_tours";
import { pressKey, pressUntil, typeText } from "./real_keys";

const column = (name) => `.o_kanban_group:has(.o_column_title:contains("${name}"))`;
const card = ".o_kanban_record:contains(Acme)";
const item = (name) => `.o_playbook_fill_in_item:contains(${name})`;
const confirmed = (isMet) => `.o_playbook_condition[data-met="${isMet}"]:contains("Needs confirmed")`;

registry.category("web_tour.tours").add("playbook_escape", {
    steps: () => [
        {
            trigger: `${column("Lead")} ${card}`,
            async run({ drag_and_drop }) {
                await drag_and_drop(column("Demo"));
            },
        },
        {
            trigger: `.modal ${item("Amount known")} .o_field_widget[name=expected_revenue] input`,
            run: "edit 7000",
        },
        {
            content: "Escape puts the card back, and nothing is kept of what was entered",
            trigger: ".o_playbook_gate_dialog",
            run: () => press("Escape"),
        },
        { trigger: `body:not(:has(.modal)) ${column("Lead")} ${card}` },
        { trigger: `${column("Demo")}:not(:has(${card}))` },
    ],
});

registry.category("web_tour.tours").add("playbook_move_by_keyboard", {
    steps: () => [
        {
            content: "Down leads from rule to rule, up leads back",
            trigger: ".o_playbook_panel",
            async run({ anchor }) {
                anchor.focus();
                await pressUntil("ArrowDown", "[data-rule^=output] button");
                await pressUntil("ArrowUp", "[data-rule^=condition] *");
                await pressUntil("ArrowDown", "[data-rule^=output] button");
                await pressKey("Enter");
            },
        },
        {
            content: "Escape leaves the note, and the cursor stays on its line",
            trigger: ".o_playbook_output textarea",
            async run({ anchor }) {
                anchor.focus();
                await pressKey("Escape");
            },
        },
        { trigger: ".o_playbook_output:focus:not(:has(textarea))" },
        {
            trigger: ".o_playbook_open_fill_in:contains(Demo)",
            async run() {
                await pressUntil("ArrowUp", "[data-rule^=condition] button");
                await pressUntil("Tab", ".o_playbook_open_fill_in", true);
                await pressKey("Enter");
            },
        },
        {
            content: "Tab leads through what is missing to the button that saves it",
            trigger: `.modal ${item("Amount known")} .o_field_widget[name=expected_revenue] input`,
            async run() {
                await pressUntil("Tab", ".modal .o_playbook_fill_in_item[data-key^=output] textarea");
                await typeText("They need three presses before spring");
                await pressUntil("Tab", ".modal .o_field_widget[name=expected_revenue] input");
                await typeText("7000");
                await pressUntil("Tab", ".modal .o_playbook_vouch");
                await pressKey(" ");
                await pressUntil("Tab", ".modal .o_playbook_save_and_move");
                await pressUntil("Tab", ".modal .o_playbook_vouch", true);
                await pressUntil("Tab", ".modal .o_playbook_save_and_move");
                await pressKey("Enter");
            },
        },
        { trigger: "body:not(:has(.modal)) .o_arrow_button_current:contains(Demo)" },
    ],
});

registry.category("web_tour.tours").add("playbook_fill_in_on_a_phone", {
    steps: () => [
        { trigger: `.o_kanban_record:contains(Acme)`, run: "click" },
        { trigger: ".o_statusbar_status .dropdown-toggle", run: "click" },
        { trigger: ".dropdown-item:contains(Demo)", run: "click" },
        {
            content: "The window is the screen, in one column",
            trigger: `.modal ${item("Amount known")} .o_field_widget[name=expected_revenue] input`,
            async run({ anchor }) {
                const content = queryOne(".modal-content");
                if (content.clientWidth < innerWidth - 1 || content.scrollWidth > innerWidth) {
                    throw new Error(`The window is ${content.scrollWidth} wide of ${innerWidth}`);
                }
                const lefts = [...document.querySelectorAll(".o_playbook_fill_in_item")].map(
                    (one) => one.getBoundingClientRect().left
                );
                if (new Set(lefts).size !== 1) {
                    throw new Error("There is more than one column");
                }
                await edit("7000", anchor);
            },
        },
        { trigger: `${item("Amount known")} .o_field_widget[name=expected_revenue] input`, run: "edit 7000" },
        { trigger: `${item("Needs confirmed")} .o_playbook_vouch`, run: "click" },
        {
            content: "A photo that is taken now is a file",
            trigger: `${item("Deck")} .o_playbook_choose_file`,
            run() {
                const input = document.querySelector(".o_playbook_fill_in_item input[type=file]");
                const files = new DataTransfer();
                files.items.add(new File(["photo"], "image.jpg", { type: "image/jpeg" }));
                input.files = files.files;
                input.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        { trigger: `${item("Deck")} .badge:contains(image.jpg)` },
        { trigger: ".o_playbook_save_and_move", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_form_view:contains(Demo) .o_playbook_panel:contains(Demo)" },
    ],
});

let letGo;

/** Answer what was asked last, until it is shown: the form may ask twice. What was asked first waits. */
async function answerTheLast() {
    for (let times = 0; times < 300; times++) {
        if (document.querySelector(".o_playbook_condition")) {
            return;
        }
        if (letGo.held.length > 1) {
            await letGo(true);
        }
        await nextFrame();
    }
    throw new Error("What was asked last is not shown");
}

registry.category("web_tour.tours").add("playbook_answers_out_of_order", {
    steps: () => [
        { trigger: card, run: "click" },
        {
            trigger: `.o_form_view:contains(Acme) ${confirmed(0)}`,
            run: () => (letGo = holdBack("get_playbook_panel")),
        },
        { trigger: ".o_pager_next", run: "click" },
        {
            content: "Nothing of the first deal is shown under the second",
            trigger: ".o_form_view:not(:has(.o_playbook_panel)) .o_breadcrumb:contains(Brown)",
            run: () => waitUntil(() => letGo.held.length),
        },
        { trigger: ".o_pager_previous", run: "click" },
        {
            content: "What was asked last is answered first",
            trigger: ".o_form_view:not(:has(.o_playbook_panel)) .o_breadcrumb:contains(Acme)",
            run: answerTheLast,
        },
        {
            trigger: `.o_form_view ${confirmed(0)}`,
            async run() {
                await letGo();
                await nextFrame();
            },
        },
        {
            content: "The late answer about the other deal changes nothing",
            trigger: `.o_form_view ${confirmed(0)}`,
        },
    ],
});
