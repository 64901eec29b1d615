import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const row = (text) => `.o_list_view .o_data_row:contains("${text}")`;

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
            content: "What is overdue comes up, tier A first; what is due later does not",
            trigger: ".o_list_view:not(:has(.o_data_row:contains(Not yet))) .o_data_row:first:contains(Big)",
        },
        {
            content: "Done is done",
            trigger: `${row("Big")} button[name=action_done]`,
            run: "click",
        },
        {
            trigger: `.o_list_view:not(:has(.o_data_row:contains(Big))) .o_data_row:contains(Small)`,
        },
        {
            content: "A note on the deal, from the line",
            trigger: `${row("Small")} button[name=action_log_progress]`,
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=summary] textarea",
            run: "edit They want to start in May",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "The line leads to the deal",
            trigger: `body:not(:has(.modal)) ${row("Small")} td[name=summary]`,
            run: "click",
        },
        {
            content: "Its chatter has the same activity, and it ends when what it waits for is there",
            trigger: ".o_form_view .o-mail-Activity:contains(Complete it)",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=phone] input",
            run: "edit 1234567",
        },
        ...stepUtils.saveForm(),
        {
            trigger: ".o_form_view:not(:has(.o-mail-Activity:contains(Complete it)))",
        },
    ],
});
