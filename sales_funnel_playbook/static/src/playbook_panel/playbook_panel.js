import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { Component, useState } from "@odoo/owl";

/**
 * The lead's checklist: what its stage is for, and what must be true before it enters the next ones.
 */
export class PlaybookPanel extends Component {
    static template = "sales_funnel_playbook.PlaybookPanel";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.state = useState({ panel: null, opened: {}, isBusy: false });
        // Whatever is saved on the lead may meet a condition: look again after each reload of its data.
        useRecordObserver((record) => record.data && this.load(record.resId));
    }

    async load(leadId = this.leadId) {
        this.state.panel = leadId ? await this.orm.call("crm.lead", "get_playbook_panel", [[leadId]]) : false;
    }

    get leadId() {
        return this.props.record.resId;
    }

    get stageTime() {
        const { entered_at, due_at, is_overdue } = this.state.panel.stage;
        const values = {
            entered: formatDate(deserializeDateTime(entered_at)),
            due: due_at && formatDate(deserializeDateTime(due_at)),
        };
        if (is_overdue) {
            return _t("since %(entered)s, was expected until %(due)s", values);
        }
        return due_at
            ? _t("since %(entered)s, expected until %(due)s", values)
            : _t("since %(entered)s", values);
    }

    getTitle(stage) {
        return _t("Before “%s”", stage.name);
    }

    getSummary(stage) {
        return stage.unmet ? _t("%s to do", stage.unmet) : _t("Ready");
    }

    isOpened(stage) {
        return this.state.opened[stage.id] ?? stage.is_next;
    }

    toggle(stage) {
        this.state.opened[stage.id] = !this.isOpened(stage);
    }

    getStatus(condition) {
        if (condition.met) {
            return _t("Met");
        }
        return condition.blocking ? _t("Not met") : _t("Not met (advisory)");
    }

    getConfirmedBy({ user, date }) {
        return _t("Confirmed by %(user)s on %(date)s", {
            user,
            date: formatDate(deserializeDateTime(date)),
        });
    }

    async confirm(condition) {
        if (!(await this.props.record.save())) {
            return;
        }
        if (condition.evidence_required) {
            await this.action.doAction(
                {
                    type: "ir.actions.act_window",
                    res_model: "crm.lead.confirm",
                    name: _t("Confirm a Condition"),
                    views: [[false, "form"]],
                    target: "new",
                    context: {
                        default_lead_id: this.leadId,
                        default_condition_id: condition.id,
                    },
                },
                { onClose: () => this.refresh() }
            );
        } else {
            await this.call("confirm_condition", condition);
        }
    }

    withdraw(condition) {
        return this.call("withdraw_confirmation", condition);
    }

    async call(method, condition) {
        this.state.isBusy = true;
        try {
            await this.orm.call("crm.lead", method, [[this.leadId], condition.id]);
        } finally {
            this.state.isBusy = false;
            await this.refresh();
        }
    }

    async refresh() {
        await this.load();
        this.env.bus.trigger("MAIL:RELOAD-THREAD", { model: "crm.lead", id: this.leadId });
    }
}

registry.category("view_widgets").add("playbook_panel", { component: PlaybookPanel });
