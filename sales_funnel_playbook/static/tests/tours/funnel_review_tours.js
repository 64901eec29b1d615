import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("funnel_review", {
    steps: () => [
        {
            trigger: ".o_list_view .o_data_row:contains(Machines) td[name=display_name]",
            run: "click",
        },
        {
            content: "The bottleneck explains itself",
            trigger: ".o_funnel_bottlenecks:contains(was 40.0 %, under 60 %)",
        },
        {
            content: "A number opens its deals",
            trigger: ".o_field_widget[name=line_ids] .o_data_row:contains(Demo) td[name=begun_count] button",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Acme presses)",
        },
        {
            trigger: ".o_back_button, .breadcrumb-item:last a",
            run: "click",
        },
        {
            content: "All deals are the last line, and open those that came",
            trigger:
                ".o_field_widget[name=line_ids] .o_data_row:last:contains(All Deals) td[name=begun_count] button:contains(5)",
            run: "click",
        },
        {
            trigger: ".o_list_view:has(.o_data_row:eq(4)) .o_data_row:contains(Acme presses)",
        },
        {
            trigger: ".o_back_button, .breadcrumb-item:last a",
            run: "click",
        },
        {
            trigger: ".o_form_view a[name=channels]",
            run: "click",
        },
        {
            content: "The fair brought one deal",
            trigger:
                ".o_field_widget[name=channel_ids] .o_data_row:contains(Fair) td[name=captured_count] button",
            run: "click",
        },
        {
            trigger: ".o_list_view:not(:has(.o_data_row:eq(1))) .o_data_row:contains(Acme presses)",
        },
        {
            trigger: ".o_back_button, .breadcrumb-item:last a",
            run: "click",
        },
        {
            content: "Decide something",
            trigger: ".o_form_view a[name=decisions]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=decision_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=decision_ids] .o_selected_row td[name=name] textarea",
            run: "edit Call the buyers",
        },
        ...stepUtils.saveForm(),
        {
            trigger: ".o_field_widget[name=decision_ids] .o_data_row:contains(Open)",
        },
        {
            trigger: "button[name=action_done]",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current:contains(Reviewed)",
        },
        {
            trigger: ".o_form_view a[name=funnel]",
            run: "click",
        },
        {
            content: "Split the stage",
            trigger: ".o_funnel_bottlenecks button[name=action_split_stage]",
            run: "click",
        },
        {
            trigger: ".modal .o_data_row:eq(1) td[name=name]",
            run: "click",
        },
        {
            trigger: ".modal .o_selected_row td[name=name] input",
            run: "edit Qualify",
        },
        {
            trigger: ".modal footer button[name=action_split]",
            run: "click",
        },
        {
            content: "The playbook has one stage more",
            trigger: ".o_form_view .o_field_widget[name=stage_ids] .o_data_row:contains(Qualify)",
        },
    ],
});
