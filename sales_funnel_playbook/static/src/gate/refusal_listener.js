import { registry } from "@web/core/registry";
import { useBus } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { Component, xml } from "@odoo/owl";

// What choosing a stage changes in the form by itself.
const MOVE_FIELDS = ["stage_id", "probability", "automated_probability"];

/**
 * In the lead's form, unseen: a refused stage goes back to where it was, as a card does in the kanban,
 * and what then changes elsewhere is shown.
 */
export class RefusalListener extends Component {
    static template = xml``;
    static props = { ...standardWidgetProps };

    setup() {
        useBus(this.env.bus, "PLAYBOOK:REFUSED", ({ detail }) => this.onRefused(detail));
        useBus(this.env.bus, "PLAYBOOK:CHANGED", ({ detail }) => this.onChanged(detail));
    }

    async onRefused({ lead_id }) {
        const { record } = this.props;
        if (lead_id && lead_id === record.resId) {
            const changed = Object.keys(await record.getChanges());
            if (changed.every((name) => MOVE_FIELDS.includes(name))) {
                await record.discard();
            }
        }
    }

    onChanged(change) {
        const { record } = this.props;
        if (change.leadId === record.resId) {
            change.isHandled = true;
            return this.reload(record);
        }
    }

    /** What was typed beside the stage is not lost: it stays until the user saves it. */
    async reload(record) {
        if (!(await record.isDirty())) {
            await record.load();
        }
    }
}

registry.category("view_widgets").add("playbook_refusal_listener", { component: RefusalListener });
