import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const LAST_YEAR = new Date().getFullYear() - 1;

const stage = (name) => `.o_funnel_table tbody tr:contains("${name}")`;
const cell = (name, number) => `${stage(name)} td[data-name=${number}]`;

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

registry.category("web_tour.tours").add("funnel_page_elsewhere", {
    steps: () => [
        {
            content: "Two of the five are parked: they are in no row of a stage, and that is said",
            trigger: ".o_funnel_elsewhere:contains(the playbook does not name: 2)",
        },
        {
            content: "In all deals they are",
            trigger: `.o_funnel_all td[data-name=open_count]:contains(5)`,
        },
        {
            content: "Which opens them all",
            trigger: ".o_funnel_all td[data-name=open_count] button",
            run: "click",
        },
        {
            trigger: ".o_list_view:has(.o_data_row:eq(4)):not(:has(.o_data_row:eq(5)))",
        },
        {
            trigger: ".o_back_button, .breadcrumb-item:first a",
            run: "click",
        },
        {
            trigger: `${cell("Lead", "begun_count")}:contains(5)`,
        },
        {
            content: "Columns: one more",
            trigger: ".o_funnel_columns",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu .dropdown-item:contains(Cohort, Open) input:not(:checked)",
            run: "click",
        },
        {
            trigger: `${cell("Lead", "cohort_open_count")}:contains(5)`,
        },
        {
            content: "And one less",
            trigger: ".o-dropdown--menu .dropdown-item:contains(Lost) input:checked",
            run: "click",
        },
        {
            trigger: ".o_funnel_table:not(:has(td[data-name=lost_count]))",
        },
        {
            content: "Once more from the start: the browser has kept both",
            trigger: ".o_funnel_table",
            run() {
                window.location.reload();
            },
            expectUnloadPage: true,
        },
        {
            trigger: `${cell("Lead", "cohort_open_count")}:contains(5)`,
        },
        {
            trigger: ".o_funnel_table:not(:has(td[data-name=lost_count])):has(td[data-name=won_count])",
        },
        {
            content: "For this user",
            trigger: ".o_funnel_table",
            run() {
                const keys = Object.keys(window.localStorage);
                const kept = keys.filter((key) =>
                    key.startsWith("optional_fields,crm.funnel.report,funnel,")
                );
                if (kept.length !== 1 || !/,[0-9]+$/.test(kept[0])) {
                    throw new Error(`kept under ${kept}`);
                }
            },
        },
    ],
});

registry.category("web_tour.tours").add("funnel_page_zones", {
    steps: () => [
        {
            content: "Whose days are others is said, and in which zone these are",
            trigger: ".o_funnel_zones:contains(UTC):contains(Far East (Asia/Shanghai))",
        },
        {
            trigger: ".o_funnel_filters select[name=company_id]",
            run: "selectByLabel Far East",
        },
        {
            content: "With a company chosen its days count",
            trigger: ".o_funnel_filters:not(:has(~ .o_funnel_zones))",
        },
    ],
});

registry.category("web_tour.tours").add("funnel_page_of_own", {
    steps: () => [
        {
            content: "Whose deals these are is said",
            trigger: ".o_funnel_own:contains(Your deals only)",
        },
        {
            content: "Nothing says that they are everybody's",
            trigger: ".o_funnel_filters:not(:has(select[name=team_id])):not(:has(select[name=user_id]))",
        },
        {
            trigger: `${cell("Lead", "begun_count")}:contains(4)`,
        },
        {
            content: "A total opens its deals",
            trigger: ".o_funnel_tile[data-name=open_amount] button",
            run: "click",
        },
        {
            trigger: ".o_list_view:has(.o_data_row:eq(3)):not(:has(.o_data_row:eq(4)))",
        },
        {
            trigger: ".o_back_button, .breadcrumb-item:first a",
            run: "click",
        },
        {
            trigger: ".o_funnel_filters select[name=period]",
            run: "selectByLabel Last year",
        },
        {
            content: "Not that nothing happened",
            trigger: ".o_funnel_empty:contains(None that you may see):contains(without a salesperson)",
        },
    ],
});

registry.category("web_tour.tours").add("funnel_page_without_playbooks", {
    steps: () => [
        {
            trigger: ".o_funnel_no_playbook button:contains(Open Playbooks)",
            run: "click",
        },
        {
            trigger: ".o_control_panel:contains(Playbooks)",
        },
    ],
});

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
