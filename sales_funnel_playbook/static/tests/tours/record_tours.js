import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

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
            content: "The key node has opened its risk",
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

registry.category("web_tour.tours").add("playbook_make_it_a_note", {
    steps: () => [
        { trigger: "a.nav-link:contains(Key Progress)", run: "click" },
        {
            content: "What was captured has a note in one click",
            trigger:
                ".o_field_widget[name=open_contact_ids] .o_data_row:contains(Your offer) button[name=action_make_note]",
            run: "click",
        },
        {
            content: "It begins with what is known",
            trigger: ".modal .o_field_widget[name=summary] textarea:value(Your offer)",
            run: "edit They want the offer for three presses",
        },
        { trigger: ".modal .o_form_button_save", run: "click" },
        {
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name=progress_ids] .o_data_row:contains(offer for three presses)",
        },
        {
            content: "And nothing is asked for any more",
            trigger: ".o_form_view:not(:has(.o_field_widget[name=open_contact_ids] .o_data_row))",
        },
    ],
});

registry.category("web_tour.tours").add("playbook_refused_note", {
    steps: () => [
        {
            content: "A note is one press away, whatever tab is open",
            trigger: ".o_form_statusbar button[name=action_log_progress]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=summary] textarea",
            run: "edit They want to start in May",
        },
        {
            trigger: ".modal .o_field_widget[name=communicated_at] button",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=communicated_at] input",
            run: "edit 01/02/2003 10:00:00",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "What is refused stands under the field, and what was written is still there",
            trigger: ".modal .o_playbook_refusal:contains(cannot be before the deal)",
        },
        {
            trigger: "body:not(:has(.o_error_dialog)) .modal .o_form_button_cancel",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_form_view",
        },
    ],
});

registry.category("web_tour.tours").add("playbook_score_sheet", {
    steps: () => [
        {
            content: "One line says what there is and what would earn the next points",
            trigger: ".o_playbook_score:contains(4 of 10):contains(next: Fit):not(:has(select)) button",
            run: "click",
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
