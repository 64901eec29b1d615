import { waitFor } from "@odoo/hoot-dom";
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
            content: "A note that is too short is refused and not lost",
            trigger: `${output("Minutes", "missing")} .o_playbook_hand_in`,
            run: "click",
        },
        {
            trigger: `${output("Minutes", "missing")} textarea`,
            run: "edit N/A",
        },
        {
            trigger: `${output("Minutes", "missing")} .o_playbook_submit`,
            run: "click",
        },
        {
            trigger: ".modal:contains(2 letters and digits) .modal-footer button",
            run: "click",
        },
        {
            trigger: `${output("Minutes", "missing")} textarea:value(N/A)`,
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
            run: "edit https://trial.example.com",
        },
        {
            trigger: `${output("Trial", "missing")} .o_playbook_submit`,
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

registry.category("web_tour.tours").add("playbook_afternoon", {
    steps: () => [
        {
            content: "The meeting is done, and says what was said",
            trigger: ".o-mail-Activity:contains(Visit) .o-mail-Activity-markDone",
            run: "click",
        },
        {
            trigger: ".o-mail-ActivityMarkAsDone textarea",
            run: "edit They want three more modules",
        },
        {
            trigger: ".o-mail-ActivityMarkAsDone .o_playbook_done_log",
            run: "click",
        },
        {
            content: "The note begins with it",
            trigger: ".modal .o_field_widget[name=summary] textarea:value(three more modules)",
        },
        {
            trigger: ".modal .o_field_widget[name=milestone_ids] input",
            run: "edit Budget cut",
        },
        {
            trigger: ".ui-autocomplete a:contains(Budget cut or frozen)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_tags:contains(Budget cut or frozen)",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "The deal says at once that it is in danger",
            trigger: "body:not(:has(.modal)) .o_form_view .alert-danger:contains(High risk)",
        },
        {
            content: "The history has it, newest first",
            trigger: "body:not(:has(.modal)) a.nav-link[name=progress]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=progress_ids] .o_data_row:contains(three more modules)",
        },
        {
            content: "The milestone has opened its risk",
            trigger: "a.nav-link[name=risks]",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name=risk_ids] .o_data_row:contains(Budget cut or frozen) td[name=type_id]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=response] textarea",
            run: "edit A director visits them",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_data_row:contains(A director visits them)",
        },
        ...stepUtils.saveForm(),
    ],
});

registry.category("web_tour.tours").add("playbook_score_sheet", {
    steps: () => [
        {
            content: "The sheet says what earned its points",
            trigger: ".o_playbook_score_total:contains(4 of 10)",
        },
        {
            trigger: ".o_playbook_criterion:contains(Fit) select",
            run: "selectByLabel Full (3)",
        },
        {
            content: "An answer counts at once",
            trigger: ".o_playbook_score_total:contains(7 of 10)",
        },
        {
            content: "Nobody has to invent an answer",
            trigger: ".o_playbook_criterion:contains(Timing) .o_playbook_ask_later",
            run: "click",
        },
        {
            trigger: ".o_playbook_criterion:contains(Timing) .o_playbook_ask_submit",
            run: "click",
        },
        {
            trigger: ".o_playbook_criterion:contains(Timing) .o_playbook_asked:contains(ask by)",
        },
        {
            content: "The question is an activity",
            trigger: ".o-mail-Activity:contains(Ask: Timing)",
        },
        {
            content: "The flag says why",
            trigger: "a.nav-link[name=checks]",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name=check_ids] tr:contains(without a decision maker) button[name=action_explain]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=note] textarea",
            run: "edit The owner decides alone and we met him in May",
        },
        {
            trigger: ".modal button[name=action_explain]",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_field_widget[name=explanation_ids]:contains(decides alone)",
        },
    ],
});
