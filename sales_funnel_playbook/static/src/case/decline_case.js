import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { Component } from "@odoo/owl";

/** In the dialog that offers a case: this deal teaches nothing. */
export class DeclineCase extends Component {
    static template = "sales_funnel_playbook.DeclineCase";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    async decline() {
        await this.orm.call("crm.lead", "decline_case", [[this.props.record.data.lead_id.id]]);
        await this.action.doAction({ type: "ir.actions.act_window_close" });
    }
}

registry.category("view_widgets").add("playbook_decline_case", { component: DeclineCase });
