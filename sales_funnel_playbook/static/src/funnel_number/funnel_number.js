/** @odoo-module **/
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { useService } from "@web/core/utils/hooks";

/** A number of a review's stage that opens the deals behind it. */
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

    get title() {
        return _t("Open these deals");
    }

    async onClick() {
        const { resModel, resId } = this.props.record;
        const context = { ...this.props.record.context, funnel_number: this.props.name };
        this.action.doAction(await this.orm.call(resModel, "action_open_deals", [[resId]], { context }));
    }
}

registry.category("fields").add("funnel_number", {
    component: FunnelNumber,
    displayName: _t("Number that opens its deals"),
    supportedTypes: ["integer"],
});
