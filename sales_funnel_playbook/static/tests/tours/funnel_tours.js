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
            content: "Each number's definition is printed",
            trigger: ".o_funnel_definitions:contains(both within the period)",
        },
        {
            content: "The chart is drawn",
            trigger: ".o_funnel_chart canvas",
        },
        checkAddress("playbook_id=", "period=last_week"),
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
