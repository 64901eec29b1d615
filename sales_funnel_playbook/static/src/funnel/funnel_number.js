import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/core/utils/numbers";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

const COUNT_OF = {
    flow_rate: "next_count",
    reached_rate: "reached_count",
    complete_rate: "complete_count",
    contact_hours: "contacted_count",
    further_rate: "further_count",
    won_rate: "won_count",
};

/** The count whose deals are behind a number: a rate is of those that came on, a stay of those that ended. */
export function getDealsNumber(name) {
    if (name.startsWith("stay_")) {
        return "stay_count";
    }
    return COUNT_OF[name] || name;
}

/** A number of a review's stage or channel that opens the deals behind it. */
export class FunnelNumber extends Component {
    static template = "sales_funnel_playbook.FunnelNumber";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    get formatted() {
        const isFloat = this.props.record.fields[this.props.name].type === "float";
        return isFloat ? formatFloat(this.value, { digits: [16, 1] }) : String(this.value);
    }

    get title() {
        return _t("Open these deals");
    }

    async onClick() {
        const { resModel, resId, context } = this.props.record;
        const kwargs = { context: { ...context, funnel_number: getDealsNumber(this.props.name) } };
        this.action.doAction(await this.orm.call(resModel, "action_open_deals", [[resId]], kwargs));
    }
}

registry.category("fields").add("funnel_number", {
    component: FunnelNumber,
    displayName: _t("Number that opens its deals"),
    supportedTypes: ["integer", "float"],
});
