import { _t } from "@web/core/l10n/translation";

import { Component } from "@odoo/owl";

const SCOPE = [
    ["company_id", _t("Company"), _t("All companies")],
    ["playbook_id", _t("Playbook"), _t("All deals")],
    ["product_line_id", _t("Product Line"), _t("All product lines")],
    ["team_id", _t("Sales Team"), _t("All teams")],
    ["user_id", _t("Salesperson"), _t("Everybody")],
];

/** Whose deals are shown, and when: labelled selects, as on the funnel's page. */
export class Choices extends Component {
    static template = "sales_funnel_playbook_forecast.Choices";
    static props = { options: Object, filters: Object, more: Array, onFilter: Function };

    /** The selects of the page itself, then those of the scope; what offers nothing to choose is left out. */
    get selects() {
        const { filters, options, more } = this.props;
        const scope = SCOPE.filter(([name]) => options[name]?.length).map(([name, label, all]) => ({
            name,
            label,
            value: filters[name] || "",
            choices: [{ id: "", name: all }, ...options[name]],
        }));
        return [...more, ...scope];
    }

    /** What is chosen, in one line: paper has no selects. The days stand below it anyway. */
    get told() {
        const names = this.selects
            .filter(({ name, value }) => value && !name.startsWith("date_"))
            .map(({ choices, value }) => choices.find(({ id }) => id === value)?.name);
        return names.filter(Boolean).join(" · ");
    }

    onChange(select, ev) {
        const { value } = ev.target;
        const isId = select.name.endsWith("_id");
        this.props.onFilter({ [select.name]: (isId ? Number(value) : value) || false });
    }
}
