import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const cell = (name, number) => `.o_funnel_table tbody tr:contains("${name}") td[data-name=${number}]`;

const openReport = (menu) => [
    {
        trigger: 'button[data-menu-xmlid="crm.crm_menu_report"]',
        run: "click",
    },
    {
        trigger: `a[data-menu-xmlid="sales_funnel_playbook.${menu}"]`,
        run: "click",
    },
];

const openAnalysis = (name) => [
    ...openReport("crm_analyses_menu"),
    {
        trigger: `.o_analysis:contains("${name}")`,
        run: "click",
    },
];

registry.category("web_tour.tours").add("funnel_channel", {
    steps: () => [
        ...stepUtils.goToAppSteps("crm.crm_menu_root"),
        ...openReport("crm_funnel_menu"),
        {
            trigger: ".o_funnel_filters select[name=playbook_id]",
            run: "selectByLabel Machines",
        },
        {
            trigger: ".o_funnel_filters select[name=period]",
            run: "selectByLabel Last week",
        },
        {
            trigger: `${cell("Lead", "begun_count")}:contains(5)`,
        },
        {
            content: "Channels are folded away",
            trigger: ".o_funnel_filters .o_funnel_more[aria-expanded=false]",
            run: "click",
        },
        {
            trigger: ".o_funnel_filters select[name=source_id]",
            run: "selectByLabel Machine fair",
        },
        {
            trigger: `${cell("Lead", "begun_count")}:contains(2)`,
        },
        {
            content: "What is chosen stays in view",
            trigger: ".o_funnel_filters .o_funnel_more_filters select[name=source_id]",
        },
        {
            content: "The same deals as pivot",
            trigger: ".o_control_panel button:contains(Pivot and Graph)",
            run: "click",
        },
        {
            trigger: ".o_pivot tr:contains(Lead) + tr:contains(W)",
        },
        ...openAnalysis("Intake by Channel"),
        {
            content: "A number opens its deals",
            trigger: ".o_pivot tr:contains(Machine fair) .o_pivot_cell_value:first",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Acme presses)",
        },
        ...openAnalysis("Why Deals Are Lost"),
        {
            trigger: ".o_pivot tr:contains(Too dear for them)",
        },
    ],
});
