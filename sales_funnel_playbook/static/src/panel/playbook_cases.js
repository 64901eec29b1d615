import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";

import { Component, useState } from "@odoo/owl";

import { PlaybookFold } from "./playbook_fold";

/** The cases that matter for the deal: why, what they teach, and whether they were used in it. */
export class PlaybookCases extends Component {
    static template = "sales_funnel_playbook.PlaybookCases";
    static components = { PlaybookFold };
    static props = {
        record: Object,
        leadId: Number,
        canWrite: Boolean,
        openAction: Function,
        isOpened: Boolean,
        toggle: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ cases: [] });
        useRecordObserver((record) => record.data && this.load(record.resId));
    }

    async load(leadId = this.props.leadId) {
        this.state.cases = await this.orm.call("crm.lead", "get_similar_cases", [[leadId]]);
    }

    get count() {
        return String(this.state.cases.length);
    }

    getReasons(one) {
        return one.reasons.join(" · ");
    }

    getUsedTitle(one) {
        return one.is_used ? _t("Undo") : _t("Mark as used in this deal");
    }

    async toggleUsed(one) {
        await this.orm.call("crm.lead", "mark_case_used", [[this.props.leadId], one.id, !one.is_used]);
        await this.load();
    }

    open(one) {
        return this.props.openAction({
            type: "ir.actions.act_window",
            res_model: "crm.playbook.case",
            res_id: one.id,
            views: [[false, "form"]],
        });
    }

    async openAll() {
        const action = await this.orm.call("crm.lead", "action_similar_cases", [[this.props.leadId]]);
        return this.props.openAction(action);
    }
}
