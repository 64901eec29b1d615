import { waitFor } from "@odoo/hoot-dom";
import { registry } from "@web/core/registry";

const output = (name, state) => `.o_playbook_output[data-state="${state}"]:contains("${name}")`;

registry.category("web_tour.tours").add("playbook_outputs", {
    steps: () => [
        {
            trigger: "a.nav-link[name=playbook]",
            run: "click",
        },
        {
            content: "A file is dropped onto its output",
            trigger: output("Deck", "missing"),
            async run({ anchor }) {
                const data = new DataTransfer();
                data.items.add(new File(["%PDF"], "deck.pdf", { type: "application/pdf" }));
                const dispatch = (target, type) =>
                    target.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true }));
                dispatch(anchor, "dragenter");
                await waitFor(".o_playbook_dropzone");
                const { top } = anchor.getBoundingClientRect();
                const zones = [...document.querySelectorAll(".o_playbook_dropzone")];
                dispatch(
                    zones.find((zone) => Math.abs(zone.getBoundingClientRect().top - top) < 2),
                    "drop"
                );
            },
        },
        {
            trigger: `${output("Deck", "waiting")}:contains("deck.pdf"):contains("Waiting for approval")`,
        },
        {
            content: "An empty file is refused, and nothing of it stays",
            trigger: output("Contract", "missing"),
            async run({ anchor }) {
                const data = new DataTransfer();
                data.items.add(new File([], "empty.pdf"));
                const input = anchor.querySelector("input[type=file]");
                input.files = data.files;
                input.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        {
            trigger: ".modal:contains(“empty.pdf” is empty) .modal-footer button",
            run: "click",
        },
        {
            content: "A note that is too short says so while it is written",
            trigger: `${output("Minutes", "missing")} .o_playbook_hand_in`,
            run: "click",
        },
        {
            trigger: `${output("Minutes", "missing")} textarea`,
            run: "edit N/A",
        },
        {
            trigger: `${output("Minutes", "missing")}:contains(2 of at least 20):has(.o_playbook_submit:disabled)`,
        },
        {
            trigger: `${output("Minutes", "missing")} textarea`,
            run: "edit They accept the price if delivery is in May",
        },
        {
            trigger: `${output("Minutes", "missing")} .o_playbook_submit:enabled`,
            run: "click",
        },
        {
            trigger: `${output("Minutes", "done")}:contains("They accept the price")`,
        },
        {
            content: "A link",
            trigger: `${output("Trial", "missing")} .o_playbook_hand_in`,
            run: "click",
        },
        {
            trigger: `${output("Trial", "missing")} input[type=text]`,
            run: "edit trial.example.com",
        },
        {
            trigger: `${output("Trial", "missing")} .o_playbook_submit`,
            run: "click",
        },
        {
            content: "What is refused stands under the field, with what was written",
            trigger: `body:not(:has(.modal)) ${output("Trial", "missing")}:contains(begins with http) input:value(trial.example.com)`,
            run: "edit https://trial.example.com",
        },
        {
            trigger: `${output("Trial", "missing")} .o_playbook_submit:enabled`,
            run: "click",
        },
        {
            trigger: `${output("Trial", "done")} a[href="https://trial.example.com"]`,
        },
    ],
});

registry.category("web_tour.tours").add("playbook_approval", {
    steps: () => [
        {
            trigger: "a.nav-link[name=playbook]",
            run: "click",
        },
        {
            trigger: `${output("Deck", "waiting")} .o_playbook_reject`,
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=comment] textarea",
            run: "edit The prices are missing",
        },
        {
            trigger: ".modal button[name=action_reject]",
            run: "click",
        },
        {
            trigger: `${output("Deck", "rejected")}:contains("The prices are missing")`,
        },
        {
            trigger: `${output("Minutes", "waiting")} .o_playbook_approve`,
            run: "click",
        },
        {
            trigger: `${output("Minutes", "done")}:contains("approved by")`,
        },
    ],
});
