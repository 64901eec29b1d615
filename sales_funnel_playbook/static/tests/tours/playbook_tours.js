import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const condition = (name, isMet) => `.o_playbook_condition[data-met="${isMet ? 1 : 0}"]:contains("${name}")`;

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
