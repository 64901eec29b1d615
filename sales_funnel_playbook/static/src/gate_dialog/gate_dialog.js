import { Dialog } from "@web/core/dialog/dialog";
import { standardErrorDialogProps } from "@web/core/errors/error_dialogs";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

import { Component } from "@odoo/owl";

/**
 * Says why a playbook refused a move, and for one lead leads to its checklist.
 */
export class GateDialog extends Component {
    static template = "sales_funnel_playbook.GateDialog";
    static components = { Dialog };
    static props = { ...standardErrorDialogProps };

    setup() {
        this.action = useService("action");
        this.title = _t("Something is Missing");
        this.refused = this.props.data.context.refused;
        this.leadId = this.refused.length === 1 && this.refused[0].lead_id;
    }

    getTitle({ lead, stage }) {
        return _t("“%(lead)s” cannot enter the stage “%(stage)s” yet:", { lead, stage });
    }

    async openChecklist() {
        this.props.close();
        await this.action.doAction("sales_funnel_playbook.crm_lead_action_checklist", {
            props: { resId: this.leadId },
            additionalContext: { dialog_size: "medium" },
        });
    }
}

registry
    .category("error_dialogs")
    .add("odoo.addons.sales_funnel_playbook.exceptions.PlaybookGateError", GateDialog);
