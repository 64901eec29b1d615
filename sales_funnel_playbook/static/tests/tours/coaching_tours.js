import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("coaching_page", {
    steps: () => [
        {
            content: "A leader chooses one of their people",
            trigger: ".o_coaching .o_funnel_filters select[name=user_id]",
            run: "selectByLabel Ann",
        },
        {
            content: "A rate has its sample and the team's median beside it",
            trigger: '.o_coaching_scope:contains("Ann")',
        },
        {
            trigger:
                '.o_coaching_table tr[data-name=conversion]:contains("Conversion, Lead"):contains("33.3")',
        },
        {
            content: "Of few deals it is said how many they are",
            trigger: '.o_coaching_table tr[data-name=time]:contains("not enough data")',
        },
        {
            trigger: '.o_coaching_facts:contains("Conversion, Lead: 33.3 % (of 6)")',
        },
        {
            content: "The facts are the agenda of the one-to-one",
            trigger: ".o_coaching_plan",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=agenda] textarea:value(Conversion, Lead)",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_saved",
        },
        {
            trigger: ".o_back_button, .breadcrumb-item a",
            run: "click",
        },
        {
            content: "The number opens its deals",
            trigger: ".o_coaching_table tr[data-name=conversion] button",
            run: "click",
        },
        {
            trigger: '.o_list_view .o_data_row:contains("Ann 0")',
        },
    ],
});

registry.category("web_tour.tours").add("coaching_refused", {
    steps: () => [
        {
            content: "Why there is nothing to see is said in a sentence",
            trigger: '.o_coaching_refusal:contains("keeps figures of people from everybody")',
        },
    ],
});
