import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { Component, onWillStart } from "@odoo/owl";

import { FillInDialog } from "./fill_in_dialog";
import { FillInManyDialog } from "./fill_in_many_dialog";

/** Show *Advance Stage* anew, for these deals. */
const showAgain = (action, leadIds) =>
    action.doAction("sales_funnel_playbook.crm_lead_advance_action", {
        additionalContext: { active_ids: leadIds, active_model: "crm.lead" },
    });
const getLeadIds = ({ model }) => model.root.data.lead_ids.currentIds;

/**
 * In *Advance Stage*: what the deals lack, most of them first. What one value settles for many is set once.
 */
export class AdvanceMissing extends Component {
    static template = "sales_funnel_playbook.AdvanceMissing";
    static props = { ...standardWidgetProps };

    setup() {
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.orm = useService("orm");
        this.leadIds = getLeadIds(this.props.record);
        onWillStart(async () => {
            this.gaps = await this.orm.call("crm.lead", "get_missing_of_many", [this.leadIds]);
        });
    }

    /** Of several fields that are all needed one deal may lack this and another that. */
    canSet({ fields, is_any, lead_ids }) {
        return lead_ids.length > 1 && (fields.length === 1 || (is_any && fields.length));
    }

    setForAll(gap) {
        this.dialog.add(FillInManyDialog, { gap, onSaved: () => showAgain(this.action, this.leadIds) });
    }
}

/** In the row of a deal that is held back: the form of what it lacks. */
export class FillInLine extends Component {
    static template = "sales_funnel_playbook.FillInLine";
    static props = { ...standardWidgetProps };

    setup() {
        this.action = useService("action");
        this.dialog = useService("dialog");
    }

    fillIn() {
        const { record } = this.props;
        const { id: leadId } = record.data.lead_id;
        const others = getLeadIds(record).filter((id) => id !== leadId);
        this.dialog.add(FillInDialog, {
            leadId,
            stageId: record.data.stage_id.id,
            // one that has moved would be offered the stage after that
            onMoved: () => showAgain(this.action, others),
        });
    }
}

registry.category("view_widgets").add("playbook_advance_missing", { component: AdvanceMissing });
registry.category("view_widgets").add("playbook_fill_in_line", { component: FillInLine });
