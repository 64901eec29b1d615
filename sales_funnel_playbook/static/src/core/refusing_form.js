import { RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { formView } from "@web/views/form/form_view";

import { Component, useEffect, useRef, useState, useSubEnv } from "@odoo/owl";

const REFUSALS = ["odoo.exceptions.UserError", "odoo.exceptions.ValidationError"];

/** Return what a server refused because of what was typed; anything else is thrown on. */
export function getRefusal(error) {
    if (error instanceof RPCError && REFUSALS.includes(error.exceptionName)) {
        return error.data.message;
    }
    throw error;
}

/**
 * A form in which what the server refuses stands where the view has its "playbook_refusal": under the
 * field that it is about, and not in a window over the form.
 */
export class RefusingFormController extends formView.Controller {
    setup() {
        super.setup();
        this.refusal = useState({ text: "" });
        const { onClickViewButton } = this.env;
        useSubEnv({
            playbookRefusal: this.refusal,
            onClickViewButton: (params) => this.tell(() => onClickViewButton(params)),
        });
    }

    async tell(deed) {
        this.refusal.text = "";
        try {
            return await deed();
        } catch (error) {
            this.refusal.text = getRefusal(error);
            return false;
        }
    }

    saveButtonClicked(params) {
        return this.tell(() => super.saveButtonClicked(params));
    }
}

registry.category("views").add("playbook_refusing_form", { ...formView, Controller: RefusingFormController });

export class PlaybookRefusal extends Component {
    static template = "sales_funnel_playbook.PlaybookRefusal";
    static props = { "*": true };

    setup() {
        this.refusal = useState(this.env.playbookRefusal || { text: "" });
        const root = useRef("root");
        useEffect(
            () => {
                root.el?.scrollIntoView({ block: "nearest" });
            },
            () => [this.refusal.text]
        );
    }
}

registry.category("view_widgets").add("playbook_refusal", { component: PlaybookRefusal });
