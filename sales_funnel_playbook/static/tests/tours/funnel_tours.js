import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

import { cell } from "./funnel_cells";

const LAST_YEAR = new Date().getFullYear() - 1;

const checkAddress = (...parts) => ({
    content: `The address has ${parts}`,
    trigger: ".o_funnel_table",
    async run({ waitUntil }) {
        // the router writes the address a moment after the page has changed
        await waitUntil(() => parts.every((part) => getSearch().includes(part)), {
            message: `${parts} is not in the address ${getSearch()}`,
            timeout: 5000,
        });
    },
});

const checkNotInAddress = (part) => ({
    content: `The address has no ${part}`,
    trigger: ".o_funnel_table",
    run() {
        if (getSearch().includes(part)) {
            throw new Error(`${part} is in the address ${getSearch()}`);
        }
    },
});

const typeFirstDay = (value, content) => ({
    content,
    trigger: ".o_funnel_filters input[name=date_from]",
    run() {
        // as browsers do while somebody types; the tour's own "edit" does not know fields of dates
        this.anchor.value = value;
        this.anchor.dispatchEvent(new Event("change", { bubbles: true }));
    },
});

function getSearch() {
    return window.location.search;
}

registry.category("web_tour.tours").add("funnel_page", {
    steps: () => [
        ...stepUtils.goToAppSteps("crm.crm_menu_root"),
        {
            trigger: 'button[data-menu-xmlid="crm.crm_menu_report"]',
            run: "click",
        },
        {
            trigger: 'a[data-menu-xmlid="sales_funnel_playbook.crm_funnel_menu"]',
            run: "click",
        },
        {
            content: "Whatever else there is, look at this playbook",
            trigger: ".o_funnel_filters select[name=playbook_id]",
            run: "selectByLabel Machines",
        },
        {
            trigger: ".o_funnel_filters select[name=period]",
            run: "selectByLabel Last week",
        },
        {
            content: "Five began, two went on: 40 %",
            trigger: `${cell("Lead", "begun_count")}:contains(5)`,
        },
        {
            trigger: `${cell("Lead", "flow_rate")}:contains(40.0 %)`,
        },
        {
            content: "Under the minimum of deals there is no ▲ and no ▼, and the rate says from how many",
            trigger: `${cell("Lead", "flow_rate")}:contains(5 → 2):not(:has(.o_funnel_change))`,
        },
        {
            content: "A rate of two deals is grey, and says why",
            trigger: `${cell("Demo", "reached_rate")} .o_funnel_few[title*="2 deals"]:contains(0.0 %)`,
        },
        {
            content: "The last stage has no conversion",
            trigger: `${cell("Signed", "reached_rate")}:contains(–)`,
        },
        {
            content: "Each number's definition is printed",
            trigger: ".o_funnel_definitions:contains(both within the period)",
        },
        {
            content: "The chart is drawn",
            trigger: ".o_funnel_chart canvas",
        },
        checkAddress("playbook_id=", "period=last_week"),
        {
            content: "The headline: all five are open, at 1,000 each",
            trigger: ".o_funnel_tile[data-name=open_amount]:contains(5,000):contains(Deals: 5)",
        },
        {
            content: "The picture: five came, two of them went on",
            trigger: ".o_funnel_step:contains(Lead) .o_funnel_between:contains(40.0 %):contains(5 → 2)",
        },
        {
            content: "As wide as the amounts",
            trigger: ".o_funnel_picture button[data-name=open_amount]",
            run: "click",
        },
        {
            trigger: ".o_funnel_step:contains(Demo) .o_funnel_band button:contains(2,000)",
        },
        {
            content: "Another column, as lists have them",
            trigger: ".o_funnel_columns",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu .dropdown-item:contains(Cohort, Open)",
            run: "click",
        },
        {
            trigger: `${cell("Lead", "cohort_open_count")}:contains(5)`,
        },
        {
            content: "What it is, is on the page now",
            trigger: ".o_funnel_definitions dt:contains(Cohort, Open)",
        },
        {
            content: "Channels are a click away",
            trigger: ".o_funnel_filters:not(:has(select[name=source_id])) .o_funnel_more",
            run: "click",
        },
        {
            trigger: ".o_funnel_more_filters select[name=source_id]",
            run: "selectByLabel Fair",
        },
        checkAddress("source_id="),
        {
            trigger: `.o_funnel_more:contains("(1)")`,
        },
        {
            trigger: `${cell("Lead", "begun_count")}:contains(1)`,
        },
        {
            trigger: ".o_funnel_more_filters select[name=source_id]",
            run: "selectByLabel All sources",
        },
        {
            content: "A quarter",
            trigger: ".o_funnel_filters select[name=period]",
            run: "selectByLabel This quarter",
        },
        checkAddress("period=this_quarter"),
        {
            trigger: ".o_funnel_filters select[name=period]",
            run: "selectByLabel From … to …",
        },
        typeFirstDay("0202-01-01", "A year that is only half typed asks for nothing"),
        typeFirstDay(`${LAST_YEAR}-01-01`, "Now it is a year"),
        checkAddress(`date_from=${LAST_YEAR}-01-01`),
        {
            content: "Nothing was refused",
            trigger: ".o_web_client:not(:has(.modal)) .o_funnel_filters select[name=period]",
            run: "selectByLabel Last week",
        },
        checkAddress("period=last_week"),
        {
            content: "A number opens its deals",
            trigger: `${cell("Demo", "begun_count")} button`,
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Acme presses)",
        },
        {
            content: "Two of them",
            trigger: ".o_list_view:not(:has(.o_data_row:eq(2)))",
        },
        {
            content: "And back again, with the same filters",
            trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item:first a",
            run: "click",
        },
        {
            trigger: `${cell("Lead", "begun_count")}:contains(5)`,
        },
        {
            content: "The chosen column is remembered",
            trigger: `${cell("Lead", "cohort_open_count")}:contains(5)`,
        },
        {
            trigger: ".o_funnel_columns",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu .dropdown-item:contains(Cohort, Open) input",
            run: "click",
        },
        {
            trigger: `.o_funnel_table:not(:has(td[data-name=cohort_open_count]))`,
        },
        {
            content: "The trend as entries",
            trigger: ".o_funnel_trend button:contains(Entered)",
            run: "click",
        },
        {
            trigger: ".o_funnel_trend button.active:contains(Entered)",
        },
        {
            content: "Nobody has a deal of tier A: what to do is said",
            trigger: ".o_funnel_filters select[name=tier]",
            run: "selectByLabel A",
        },
        {
            trigger: ".o_funnel_empty:contains(Nothing happened in this funnel) button",
            run: "click",
        },
        {
            content: "All tiers again, of the usual weeks",
            trigger: `${cell("Lead", "begun_count")}:contains(5)`,
        },
        checkAddress("period=weeks_12"),
        checkNotInAddress("tier="),
        {
            trigger: ".o_funnel_filters select[name=tier]",
            run: "selectByLabel A",
        },
        {
            trigger: ".o_funnel_empty:contains(Nothing happened in this funnel)",
        },
        {
            content: "Two filters, the second before the first has its numbers",
            trigger: ".o_funnel_filters",
            run() {
                for (const [name, value] of Object.entries({ tier: "", period: "this_month" })) {
                    const select = this.anchor.querySelector(`select[name=${name}]`);
                    select.value = value;
                    select.dispatchEvent(new Event("change", { bubbles: true }));
                }
            },
        },
        checkAddress("period=this_month"),
        checkNotInAddress("tier="),
        {
            trigger: ".o_funnel_filters select[name=period]",
            run: "selectByLabel Last week",
        },
        checkAddress("period=last_week"),
        {
            content: "Pivot and graph have the same",
            trigger: "button:contains(Pivot and Graph)",
            run: "click",
        },
        {
            trigger: ".o_pivot_view table:contains(Demo)",
        },
    ],
});

registry.category("web_tour.tours").add("funnel_page_compared", {
    steps: () => [
        {
            content: "40 % of five against 20 % of five",
            trigger: `${cell("Lead", "flow_rate")} .o_funnel_change:contains(▲ 20.0)`,
        },
        {
            content: "Deals of the cohort are still open: it is only younger",
            trigger: `${cell("Lead", "reached_rate")}:contains(40.0 %):not(:has(.o_funnel_change))`,
        },
        {
            content: "One deal is not enough",
            trigger: `${cell("Demo", "flow_rate")} .o_funnel_few:contains(2 → 0)`,
        },
        {
            trigger: `${cell("Demo", "flow_rate")}:not(:has(.o_funnel_change))`,
        },
        {
            content: "The period before is an outline",
            trigger: ".o_funnel_step:contains(Lead) .o_funnel_band .o_funnel_outline",
        },
        {
            content: "The trend says from how many, also in its table",
            trigger: ".o_funnel_trend summary",
            run: "click",
        },
        {
            trigger: ".o_funnel_trend td:not(.o_funnel_few):contains(40.0 % (5 → 2))",
        },
        {
            trigger: ".o_funnel_trend td.o_funnel_few:contains(0.0 % (2 → 0))",
        },
    ],
});
