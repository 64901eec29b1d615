import { Dialog } from "@web/core/dialog/dialog";
import { standardErrorDialogProps } from "@web/core/errors/error_dialogs";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

import { Component } from "@odoo/owl";

/**
 * Says why a playbook refused a move, and for one lead leads to its checklist, or past the gate for
 * those who may.
 */
export class GateDialog extends Component {
    static template = "sales_funnel_playbook.GateDialog";
    static components = { Dialog };
    static props = { ...standardErrorDialogProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.title = _t("Something is Missing");
        this.refused = this.props.data.context.refused;
        this.single = this.refused.length === 1 && this.refused[0].lead_id ? this.refused[0] : false;
        this.env.bus.trigger("PLAYBOOK:REFUSED", this.single);
    }

    getTitle({ lead, stage }) {
        return _t("“%(lead)s” cannot enter the stage “%(stage)s” yet:", { lead, stage });
    }

    async openChecklist() {
        this.props.close();
        await this.action.doAction("sales_funnel_playbook.crm_lead_action_checklist", {
            props: { resId: this.single.lead_id },
            additionalContext: { dialog_size: "medium" },
            onClose: () => this.reload(),
        });
    }

    async override() {
        const { lead_id, stage_id } = this.single;
        const action = await this.orm.call("crm.lead", "action_override_gate", [[lead_id]], {
            context: { override_stage_id: stage_id },
        });
        this.props.close();
        await this.action.doAction(action, { onClose: (infos) => infos?.is_moved && this.reload() });
    }

    /** The lead's form reloads itself; any other page is reloaded as a whole. */
    reload() {
        const change = { leadId: this.single.lead_id, isHandled: false };
        this.env.bus.trigger("PLAYBOOK:CHANGED", change);
        return change.isHandled ? undefined : this.action.doAction("soft_reload");
    }
}

registry
    .category("error_dialogs")
    .add("odoo.addons.sales_funnel_playbook.exceptions.PlaybookGateError", GateDialog);
