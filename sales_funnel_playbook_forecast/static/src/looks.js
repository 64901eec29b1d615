import { _t } from "@web/core/l10n/translation";
import { formatCurrency } from "@web/core/currency";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

import { showDate } from "./pipeline_change";

const LABELS = {
    name: _t("Deal"),
    why: _t("Why"),
    worth: _t("Worth"),
    date: _t("Expected Closing"),
    user: _t("Salesperson"),
    planned: _t("Planned"),
};

/** Deals that want to be looked at: each once, with its reasons, what is planned, and a button to plan it. */
export class Looks extends Component {
    static template = "sales_funnel_playbook_forecast.Looks";
    static props = { deals: Array, currencyId: Number, planLabel: String, onPlan: Function };

    setup() {
        this.action = useService("action");
        this.labels = LABELS;
    }

    formatAmount(amount) {
        return formatCurrency(amount, this.props.currencyId);
    }

    showDate(date) {
        return showDate(date);
    }

    tell({ label, text }) {
        return text ? _t("%(reason)s: %(why)s", { reason: label, why: text }) : label;
    }

    tellPlanned({ summary, user, date }) {
        return [summary, user, showDate(date)].filter(Boolean).join(" · ");
    }

    open(deal) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "crm.lead",
            res_id: deal.lead_id,
            views: [[false, "form"]],
        });
    }
}

/** The deals to look at that a review has kept: what is done about one is a decision of the review. */
export class LooksField extends Component {
    static template = "sales_funnel_playbook_forecast.LooksField";
    static components = { Looks };
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
    }

    get looks() {
        return this.props.record.data[this.props.name] || { deals: [], hidden: 0 };
    }

    get planLabel() {
        return this.looks.can_decide ? _t("Decide…") : "";
    }

    get hidden() {
        return _t("Deals that you may not open: %s", this.looks.hidden);
    }

    async decide(deal) {
        const { record } = this.props;
        await record.save();
        const action = await record.model.orm.call(record.resModel, "action_decide", [
            [record.resId],
            deal.lead_id,
        ]);
        this.action.doAction(action, { onClose: () => record.load() });
    }
}

registry.category("fields").add("forecast_looks", { component: LooksField, supportedTypes: ["json"] });
