import { Dialog } from "@web/core/dialog/dialog";
import { standardErrorDialogProps } from "@web/core/errors/error_dialogs";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

import { Component } from "@odoo/owl";

import { FillInDialog } from "./fill_in_dialog";

/**
 * Says why a playbook refused moves, each deal with what it lacks.
 */
export class GateDialog extends Component {
    static template = "sales_funnel_playbook.GateDialog";
    static components = { Dialog, FillInDialog };
    static props = { ...standardErrorDialogProps };

    setup() {
        this.action = useService("action");
        this.title = _t("Something is Missing");
        this.refused = this.props.data.context.refused;
        this.single = this.refused.length === 1 && this.refused[0].lead_id ? this.refused[0] : false;
        this.env.bus.trigger("PLAYBOOK:REFUSED", this.single);
    }

    getTitle({ lead, stage }) {
        return _t("“%(lead)s” cannot enter the stage “%(stage)s” yet:", { lead, stage });
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
