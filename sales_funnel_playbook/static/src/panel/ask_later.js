import { _t } from "@web/core/l10n/translation";
import { deserializeDate, formatDate, serializeDate } from "@web/core/l10n/dates";

import { Component, useState } from "@odoo/owl";

import { leaveOnEscape } from "./keyboard";

const { DateTime } = luxon;

/**
 * "Not known yet": the honest answer, with the day by which the customer is asked.
 */
export class AskLater extends Component {
    static template = "sales_funnel_playbook.AskLater";
    static props = { rule: Object, kind: String, panel: Object };

    setup() {
        this.today = serializeDate(DateTime.local());
        this.state = useState({ isOpen: false, day: serializeDate(DateTime.local().plus({ days: 7 })) });
    }

    onKeydown(ev) {
        leaveOnEscape(ev, () => (this.state.isOpen = false));
    }

    get askedBy() {
        return _t("Not known yet: ask by %s", formatDate(deserializeDate(this.props.rule.ask_by)));
    }

    async submit() {
        await this.props.panel.call("ask_later", this.props.rule.id, {
            kind: this.props.kind,
            ask_by: this.state.day,
        });
        this.state.isOpen = false;
    }
}
