import { registry } from "@web/core/registry";

import { cell } from "./funnel_cells";

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

/** Have calls of the funnel's numbers reach no server until what this returns is called. */
function cutConnection() {
    const { open } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.open = function (verb, url, ...others) {
        const isCut = url.includes("/crm.funnel.report/get_funnel");
        open.call(this, verb, isCut ? "http://127.0.0.1:1/" : url, ...others);
    };
    return () => Object.assign(XMLHttpRequest.prototype, { open });
}

let connect;

registry.category("web_tour.tours").add("funnel_page_cut_off", {
    steps: () => [
        {
            content: "Amounts without a rate are named",
            trigger: ".o_funnel_dashboard .alert:contains(have no exchange rate)",
        },
        {
            trigger: `${cell("Lead", "begun_count")}:contains(5)`,
            run() {
                connect = cutConnection();
            },
        },
        {
            content: "The connection is lost while a tier is counted",
            trigger: ".o_funnel_filters select[name=tier]",
            run: "selectByLabel A",
        },
        {
            content: "The numbers are those of before, and that is said",
            trigger: `.o_funnel_dashboard:has(.o_funnel_failed:contains(may still be)) ${cell("Lead", "begun_count")}:contains(5)`,
        },
        {
            content: "The choice is not lost",
            trigger: ".o_funnel_failed button:contains(Try Again)",
            run({ anchor }) {
                connect();
                if (document.querySelector(".o_funnel_filters select[name=tier]").value !== "A") {
                    throw new Error("the tier is no longer chosen");
                }
                anchor.click();
            },
        },
        {
            trigger: ".o_funnel_dashboard:not(:has(.o_funnel_failed)) .o_funnel_empty",
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
