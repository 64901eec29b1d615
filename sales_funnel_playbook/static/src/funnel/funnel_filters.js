import { _t } from "@web/core/l10n/translation";
import { Component } from "@odoo/owl";

const FIRST_DAY = "1900-01-01";
const PERIODS = [
    ["this_week", _t("This week")],
    ["last_week", _t("Last week")],
    ["weeks_4", _t("Last 4 weeks")],
    ["weeks_12", _t("Last 12 weeks")],
    ["this_month", _t("This month")],
    ["last_month", _t("Last month")],
];
const SCOPE = [
    ["company_id", _t("Company"), _t("All companies")],
    ["product_line_id", _t("Product Line"), _t("All product lines")],
    ["team_id", _t("Sales Team"), _t("All teams")],
    ["user_id", _t("Salesperson"), _t("Everybody")],
    ["tier", _t("Tier"), _t("All tiers")],
];
/** Where deals came from, who the customer is, why they were lost: folded away until one is chosen. */
const TRAITS = [
    ["source_id", _t("Source"), _t("All sources")],
    ["medium_id", _t("Marketing Medium"), _t("All media")],
    ["campaign_id", _t("Campaign"), _t("All campaigns")],
    ["industry_id", _t("Industry"), _t("All industries")],
    ["company_size", _t("Company Size"), _t("All sizes")],
    ["country_id", _t("Country"), _t("All countries")],
    ["lost_reason_id", _t("Lost Reason"), _t("All reasons")],
];

/** What the funnel is of: ordinary labelled selects, so that keyboards and screen readers know them. */
export class FunnelFilters extends Component {
    static template = "sales_funnel_playbook.FunnelFilters";
    static props = { options: Object, filters: Object, onFilter: Function };

    get selects() {
        const { filters, options } = this.props;
        const selects = this.getSelects(SCOPE);
        const playbooks = {
            name: "playbook_id",
            label: _t("Playbook"),
            value: filters.playbook_id,
            choices: options.playbook_id,
        };
        const periods = PERIODS.map(([id, name]) => ({ id, name }));
        const period = {
            name: "period",
            label: _t("Period"),
            value: filters.period || "",
            choices: [...periods, { id: "", name: _t("From … to …") }],
        };
        return [playbooks, period, ...selects];
    }

    get traits() {
        return this.getSelects(TRAITS);
    }

    get isTraitChosen() {
        return TRAITS.some(([name]) => this.props.filters[name]);
    }

    /** Those in which there is something to choose. */
    getSelects(scope) {
        const { filters, options } = this.props;
        return scope
            .map(([name, label, all]) => ({
                name,
                label,
                value: filters[name] || "",
                choices: [{ id: "", name: all }, ...options[name]],
            }))
            .filter((select) => select.choices.length > 1);
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
