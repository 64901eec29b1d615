import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const row = (text) => `.o_list_view .o_data_row:contains("${text}")`;
const without = (text) => `.o_list_view:not(:has(.o_data_row:contains("${text}")))`;

/** Press a letter where a line has the focus. */
const press =
    (key) =>
    ({ anchor }) => {
        anchor.focus();
        anchor.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    };

registry.category("web_tour.tours").add("playbook_my_day", {
    steps: () => [
        ...stepUtils.goToAppSteps("crm.crm_menu_root"),
        {
            trigger: 'button[data-menu-xmlid="crm.crm_menu_sales"]',
            run: "click",
        },
        {
            trigger: 'a[data-menu-xmlid="sales_funnel_playbook.crm_playbook_my_day_menu"]',
            run: "click",
        },
        {
            content: "Grouped by when; what is 14 days late stands above an A",
            trigger: ".o_list_view .o_group_header:contains(Overdue)",
        },
        {
            trigger: `${without("Far ahead")} .o_data_row:first:contains("Call their buyer")`,
        },
        {
            content: "What ends by itself has no button for Done",
            trigger: `${row("Complete it")}:not(:has(button[name=action_done]))`,
        },
        {
            content: "Done, by a key",
            trigger: `${row("Call their buyer")} td[name=name]`,
            run: press("d"),
        },
        {
            content: "The next line has the focus",
            trigger: `${without("Call their buyer")} .o_data_row:first:contains("Call about prices") .o_data_cell:focus`,
        },
        {
            content: "A note, by a key",
            trigger: `${row("Call about prices")} td[name=name]`,
            run: press("n"),
        },
        {
            trigger: ".modal .o_field_widget[name=summary] textarea",
            run: "edit ok",
        },
        {
            content: "Two letters are no note",
            trigger:
                '.modal:has(.o_form_button_save:disabled) .o_playbook_letters:contains("2 of at least 20")',
        },
        {
            trigger: ".modal .o_field_widget[name=summary] textarea",
            run: "edit They want to start in May",
        },
        {
            content: "The activity is done with it",
            trigger: ".modal .o_field_widget[name=ends_activity] input:checked",
        },
        {
            trigger: ".modal .o_field_widget[name=next_step] input",
            run: "edit Send the offer",
        },
        {
            trigger:
                ".modal .o_field_widget[name=next_date] input, .modal .o_field_widget[name=next_date] button",
            run: "click",
        },
        {
            trigger: ".o_datetime_picker .o_today",
            run: "click",
        },
        {
            trigger: ".modal .o_form_button_save:enabled",
            run: "click",
        },
        {
            content: "The next step is there",
            trigger: `${without("Call about prices")} .o_data_row:contains("Send the offer")`,
        },
        {
            content: "Put off until tomorrow, with a reason",
            trigger: `${row("Send the plan")} button[name=action_snooze]`,
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=reason] textarea",
            run: "edit Their buyer is back tomorrow",
        },
        {
            trigger: ".modal button[name=action_snooze]",
            run: "click",
        },
        {
            trigger: `body:not(:has(.modal)) .o_group_header:contains("Next 7 Days") ~ ${row("Send the plan").replace(".o_list_view ", "")}`,
        },
        {
            content: "What is finished is nowhere, whatever filter is removed",
            trigger: ".o_facet_remove:last",
            run: "click",
        },
        {
            trigger: `${without("Call about prices")} .o_data_row:contains("Far ahead")`,
        },
        {
            content: "A line leads to its deal, and from one deal to the next",
            trigger: `${row("Send the plan")} td[name=name]`,
            run: "click",
        },
        {
            trigger: ".o_form_view .o_pager_limit:contains(2)",
        },
        {
            trigger: ".o_form_view .o_pager_next",
            run: "click",
        },
        {
            trigger:
                ".o_form_view .o_field_widget[name=name]:has(:value(Small)), .o_form_view:contains(Small)",
        },
    ],
});

registry.category("web_tour.tours").add("playbook_my_day_approval", {
    steps: () => [
        {
            trigger: `${row("Approve: Deck")}:not(:has(button[name=action_done])):not(:has(button[name=action_cancel]))`,
        },
        {
            trigger: `${row("Approve: Deck")} button[name=action_approve]`,
            run: "click",
        },
        {
            trigger: "body:not(:has(.o_data_row)):contains(Nothing is overdue)",
        },
    ],
});
