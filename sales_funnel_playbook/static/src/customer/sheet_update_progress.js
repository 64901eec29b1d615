import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

import { Component, onWillDestroy, onWillUpdateProps, useState } from "@odoo/owl";

const CHANNEL = "sales_funnel_playbook/sheet_update";

/** How many of the rows of a sheet are through, while they are being tried or written. */
export class SheetUpdateProgress extends Component {
    static template = "sales_funnel_playbook.SheetUpdateProgress";
    static props = { "*": true };

    setup() {
        const bus = useService("bus_service");
        this.state = useState({ done: 0, total: 0 });
        const tell = ({ id, done, total }) => {
            if (id === this.props.record.resId) {
                Object.assign(this.state, { done, total });
            }
        };
        bus.subscribe(CHANNEL, tell);
        onWillDestroy(() => bus.unsubscribe(CHANNEL, tell));
        // the record comes anew when it is over
        onWillUpdateProps(() => Object.assign(this.state, { done: 0, total: 0 }));
    }
}

registry.category("view_widgets").add("sheet_update_progress", { component: SheetUpdateProgress });
