import { _t } from "@web/core/l10n/translation";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { formatCurrency } from "@web/core/currency";
import { router } from "@web/core/browser/router";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/core/utils/numbers";
import { ControlPanel } from "@web/search/control_panel/control_panel";
import { useSetupAction } from "@web/search/action_hook";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { Component, onWillStart, useState } from "@odoo/owl";

import { useChosen } from "@sales_funnel_playbook/funnel/chosen";

import { Choices } from "./choices";
import { Waterfall } from "./waterfall";

const MODEL = "crm.pipeline.change";
const IDS = ["company_id", "playbook_id", "product_line_id", "team_id", "user_id"];
const TEXTS = ["date_from", "date_to", "closing"];
const CLOSING = [
    ["", _t("Whenever they close")],
    ["month", _t("To close in the month")],
    ["last_month", _t("To close in the month before")],
    ["quarter", _t("To close in the quarter")],
    ["last_quarter", _t("To close in the quarter before")],
    ["next_quarter", _t("To close in the next quarter")],
    ["year", _t("To close in the year")],
];

export const showDate = (date) => (date ? formatDate(deserializeDate(date)) : "–");

/** A day that was kept: what is no Monday says what it is. */
function showKeptDay(day) {
    const { weekday, weekdayShort } = deserializeDate(day);
    return weekday === 1 ? showDate(day) : `${showDate(day)} (${weekdayShort})`;
}

/** The filters that an address has. */
export function readChoices(state, ids, names) {
    const filters = {};
    for (const name of ids.filter((one) => Number(state[one]))) {
        filters[name] = Number(state[name]);
    }
    for (const name of names.filter((one) => state[one])) {
        filters[name] = String(state[name]);
    }
    return filters;
}

/** What has become of the pipeline of a Monday: a bar for each part, and the deals behind it. */
export class PipelineChange extends Component {
    static template = "sales_funnel_playbook_forecast.PipelineChange";
    static components = { Choices, ControlPanel, Waterfall };
    static props = { ...standardActionServiceProps };
    static path = "pipeline-change";
    static displayName = _t("Pipeline Change");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.chosen = useChosen((filters, ask) => this.load(filters, ask));
        this.display = { controlPanel: {} };
        this.env.config.setDisplayName(PipelineChange.displayName.toString());
        this.state = useState({ options: null, change: null, part: null, deals: [] });
        useSetupAction({ getLocalState: () => ({ filters: this.state.change?.filters }) });
        const { action, state } = this.props;
        const filters = state?.filters || action.params?.filters || readChoices(router.current, IDS, TEXTS);
        onWillStart(() => {
            this.chosen.choose(filters);
            this.loadOptions();
        });
    }

    async load(filters, ask) {
        this.state.part = null;
        const change = await ask(this.orm.call(MODEL, "get_change", [filters]));
        this.state.change = change;
        this.chosen.show(change.filters);
        const address = [...IDS, ...TEXTS].map((name) => [name, change.filters[name] || undefined]);
        this.props.updateActionState?.(Object.fromEntries(address));
    }

    async loadOptions() {
        this.state.options = await this.orm.call(MODEL, "get_options", []);
    }

    /** What to choose besides whose deals: from which day, until when, which closing dates. */
    get more() {
        const { filters } = this.chosen;
        const days = this.state.change.days.map((day) => ({ id: day, name: showKeptDay(day) }));
        const { date_from: first, date_to: last } = filters;
        const before = days.filter((day) => !last || day.id < last);
        const after = days.filter((day) => day.id > first);
        const choices = CLOSING.map(([id, name]) => ({ id, name }));
        return [
            { name: "date_from", label: _t("From"), value: first, choices: before },
            {
                name: "date_to",
                label: _t("Until"),
                value: last || "",
                choices: [{ id: "", name: _t("Now") }, ...after],
            },
            { name: "closing", label: _t("Closing Dates"), value: filters.closing || "", choices },
        ];
    }

    get period() {
        const { date_from: first, date_to: last } = this.state.change.filters;
        const until = last ? showDate(last) : _t("now");
        return _t("%(from)s – %(to)s", { from: showDate(first), to: until });
    }

    /** In which days deals are to close, if not all are looked at. */
    get closingDays() {
        const [from, to] = this.state.change.window.map(showDate);
        return _t("deals to close %(from)s – %(to)s", { from, to });
    }

    get definitions() {
        return this.state.change.parts;
    }

    get largest() {
        const { deals, part } = this.state;
        return _t("The largest %(shown)s of %(all)s deals.", { shown: deals.length, all: part.deals });
    }

    formatAmount(amount) {
        return formatCurrency(amount, this.state.change.currency_id);
    }

    showDate(date) {
        return showDate(date);
    }

    onFilter(change) {
        this.chosen.add(change);
    }

    /** Show the deals behind a bar below it; once more, and they are gone. */
    async openPart(part) {
        if (this.state.part?.name === part.name) {
            this.state.part = null;
            return;
        }
        const { filters } = this.state.change;
        const deals = await this.orm.call(MODEL, "get_change_deals", [filters, part.name]);
        Object.assign(this.state, { part, deals });
    }

    openDeal(deal) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "crm.lead",
            res_id: deal.lead_id,
            views: [[false, "form"]],
        });
    }

    /** A value before and after; one of them alone where it is the same, or where there is but one. */
    tell(deal, name, format = (value) => value || "–") {
        const [before, after] = [deal.old, deal.new].map((one) => one && format(one[name]));
        if (!before || !after || before === after) {
            return before || after || "–";
        }
        return _t("%(before)s → %(after)s", { before, after });
    }

    tellWorth(deal) {
        return this.tell(deal, "worth", (value) => formatFloat(value, { digits: [16, 2] }));
    }
}

registry.category("actions").add("sales_funnel_playbook_forecast.pipeline_change", PipelineChange);
