import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

import { Component, useState } from "@odoo/owl";

import { getRefusal } from "../core/refusing_form";
import { leaveOnEscape } from "./keyboard";

/**
 * What is left to a salesperson whom the gate holds back: a word to whoever may override it.
 */
export class AskOverride extends Component {
    static template = "sales_funnel_playbook.AskOverride";
    static props = { stage: Object, panel: Object };

    setup() {
        this.notification = useService("notification");
        this.state = useState({ isOpen: false, note: "", refusal: "" });
    }

    onKeydown(ev) {
        leaveOnEscape(ev, () => (this.state.isOpen = false));
    }

    /** What the server says against it stands under the text. */
    async send() {
        const { panel, stage } = this.props;
        try {
            const args = [[panel.leadId], stage.stage_id, this.state.note];
            const name = await panel.orm.call("crm.lead", "ask_override", args);
            this.notification.add(_t("%s was asked for an override.", name), { type: "success" });
            Object.assign(this.state, { isOpen: false, note: "", refusal: "" });
            await panel.refresh();
        } catch (error) {
            this.state.refusal = getRefusal(error);
        }
    }
}
