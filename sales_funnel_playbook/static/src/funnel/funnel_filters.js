import { _t } from "@web/core/l10n/translation";
import { Component, useState } from "@odoo/owl";

const FIRST_DAY = "1900-01-01";
const PERIODS = [
    [
        _t("Weeks"),
        [
            ["this_week", _t("This week")],
            ["last_week", _t("Last week")],
            ["weeks_4", _t("Last 4 weeks")],
            ["weeks_12", _t("Last 12 weeks")],
        ],
    ],
    [
        _t("Months"),
        [
            ["this_month", _t("This month")],
            ["last_month", _t("Last month")],
        ],
    ],
    [
        _t("Quarters"),
        [
            ["this_quarter", _t("This quarter")],
            ["last_quarter", _t("Last quarter")],
        ],
    ],
    [
        _t("Years"),
        [
            ["this_year", _t("This year")],
            ["last_year", _t("Last year")],
        ],
    ],
];
const SCOPE = [
    ["company_id", _t("Company"), _t("All companies")],
    ["product_line_id", _t("Product Line"), _t("All product lines")],
    ["team_id", _t("Sales Team"), _t("All teams")],
    ["user_id", _t("Salesperson"), _t("Everybody")],
    ["tier", _t("Tier"), _t("All tiers")],
];
/** What is asked for less often, in a row of its own. */
const MORE = [
    ["source_id", _t("Source"), _t("All sources")],
    ["medium_id", _t("Marketing Medium"), _t("All media")],
    ["campaign_id", _t("Campaign"), _t("All campaigns")],
    ["industry_id", _t("Industry"), _t("All industries")],
    ["company_size", _t("Company Size"), _t("All sizes")],
    ["country_id", _t("Country"), _t("All countries")],
    ["lost_reason_id", _t("Lost Reason"), _t("All reasons")],
];
/** What says nothing to somebody who may see only their own deals. */
const OTHERS = ["team_id", "user_id"];

/** Return what is filtered by, in words. */
export function tellFilters(filters, options) {
    const names = [["playbook_id", _t("Playbook")], ...SCOPE, ...MORE];
    return names
        .map(([name, label]) => [label, options[name].find((one) => one.id === filters[name])?.name])
        .filter(([, choice]) => choice)
        .map(([label, choice]) => _t("%(label)s: %(choice)s", { label, choice }))
        .join(" · ");
}

/** What the funnel is of: ordinary labelled selects, so that keyboards and screen readers know them. */
export class FunnelFilters extends Component {
    static template = "sales_funnel_playbook.FunnelFilters";
    static props = { options: Object, filters: Object, isOwn: Boolean, onFilter: Function };

    setup() {
        this.state = useState({ isMore: MORE.some(([name]) => this.props.filters[name]) });
    }

    get playbook() {
        const { filters, options } = this.props;
        return {
            name: "playbook_id",
            label: _t("Playbook"),
            value: filters.playbook_id,
            choices: options.playbook_id,
        };
    }

    get periods() {
        return PERIODS.map(([label, choices]) => ({
            label,
            choices: choices.map(([id, name]) => ({ id, name })),
        }));
    }

    get selects() {
        const { filters, isOwn } = this.props;
        return this.prepareSelects(
            SCOPE.filter(([name]) => !isOwn || !OTHERS.includes(name) || filters[name])
        );
    }

    get more() {
        return this.prepareSelects(MORE);
    }

    /** How many of the less usual filters are set, told where they are hidden. */
    get moreCount() {
        return MORE.filter(([name]) => this.props.filters[name]).length;
    }

    /** The selects of these filters; what offers nothing to choose is left out. */
    prepareSelects(names) {
        const { filters, options } = this.props;
        return names
            .map(([name, label, all]) => ({
                name,
                label,
                value: filters[name] || "",
                choices: [{ id: "", name: all }, ...options[name]],
            }))
            .filter((select) => select.choices.length > 1);
    }

    onPeriod(ev) {
        this.props.onFilter({ period: ev.target.value || false });
    }

    onChange(select, ev) {
        const { value } = ev.target;
        const isId = select.name.endsWith("_id");
        this.props.onFilter({ [select.name]: (isId ? Number(value) : value) || false });
    }

    /** While a year is typed, browsers tell of 0002, 0020 and 0202 before 2024. */
    onDate(name, ev) {
        if (ev.target.value >= FIRST_DAY) {
            this.props.onFilter({ period: false, [name]: ev.target.value });
        }
    }
}
