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
    ],
});

const item = (name) => `.o_playbook_fill_in_item:contains(${name})`;

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
            content: "The list has what is in use; templates are behind the filter",
            trigger: ".o_searchview_facet:contains(In Use) .o_facet_remove",
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
            content: "A team that there is not yet is made right here",
            trigger: ".ui-autocomplete a:contains(Create)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=team_ids] .o_tag:contains(Cloud team)",
        },
        {
            content: "It says which stages are new",
            trigger: ".modal .o_data_row [name=new_stage]:contains(Solution demo)",
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
            content: "Enforcing asks first, with what it would do",
            trigger: ".o_statusbar_status .o_arrow_button:contains(Enforce)",
            run: "click",
        },
        {
            trigger:
                ".modal:contains(0 of 0 open deals could not enter their next stage) button:contains(Cancel)",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_arrow_button_current:contains(Observe)",
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

registry.category("web_tour.tours").add("playbook_key_action", {
    steps: () => [
        {
            trigger: "a.nav-link[name=playbook]",
            run: "click",
        },
        {
            content: "What is to be done in this stage is on the checklist",
            trigger: ".o_playbook_action[data-state=todo]:contains(Call them) .o_playbook_done",
            run: "click",
        },
        {
            trigger: ".o-mail-ActivityMarkAsDone textarea",
            run: "edit They want three presses",
        },
        {
            trigger: ".o-mail-ActivityMarkAsDone button[aria-label=Done]",
            run: "click",
        },
        {
            trigger: ".o_playbook_action[data-state=done]:contains(Call them)",
        },
        {
            trigger: ".o-mail-Message:contains(They want three presses)",
        },
    ],
});

registry.category("web_tour.tours").add("playbook_by_keyboard", {
    steps: () => [
        {
            trigger: "a.nav-link[name=playbook]",
            run: "click",
        },
        {
            trigger: `${condition("Needs confirmed", false)} .o_playbook_confirm`,
            run({ anchor }) {
                anchor.focus();
                anchor.click(); // what Enter does on a button
            },
        },
        {
            content: "The cursor stays where it was, on what can be done there now",
            trigger: `${condition("Needs confirmed", true)} .o_playbook_withdraw:focus`,
            run: "press Enter",
        },
        {
            trigger: `${condition("Needs confirmed", false)} button:focus`,
        },
    ],
});
