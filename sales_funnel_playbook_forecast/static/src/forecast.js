import { _t } from "@web/core/l10n/translation";
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
import { Looks } from "./looks";
import { readChoices, showDate } from "./pipeline_change";

const MODEL = "crm.forecast";
const PERIODS = [
    ["month", _t("Month")],
    ["quarter", _t("Quarter")],
    ["year", _t("Year")],
];
const COLUMNS = [
    ["won", _t("Won"), _t("Deals won in the period, with what they were worth then.")],
    [
        "commit",
        _t("Commit"),
        _t("Open deals that are to close in the period, and of which we say that they will."),
    ],
    ["best_case", _t("Best Case"), _t("Open deals that are to close in the period, and may.")],
    [
        "pipeline",
        _t("Pipeline"),
        _t("Open deals that are to close in the period, of which it is too early to say."),
    ],
    [
        "weighted",
        _t("Weighted Forecast"),
        _t("Won, and worth × probability of the open deals; omitted ones do not count."),
    ],
    [
        "calibrated",
        _t("Calibrated Forecast"),
        _t(
            "Won, and worth × the share of deals that came into the same stage with such a score (0 – 3.9, 4 – 6.9, 7 – 10) and were won within two years; below it, between what it lies in 19 of 20 cases. Of a score with fewer than 30 deals won or lost the share of the stage is taken; of a stage with fewer nothing is said."
        ),
    ],
    ["target", _t("Target"), _t("What was set; a team's own wins over the sum of its people's.")],
    ["gap", _t("Gap"), _t("Target less what is won.")],
    ["coverage", _t("Coverage"), _t("Open deals ÷ gap.")],
    ["change", _t("Since Monday"), _t("Won and commit, more or less than when the last Monday was kept.")],
    [
        "own",
        _t("Own Figure"),
        _t("What was submitted this week, with what is won already. Due on Friday at noon; kept on Monday."),
    ],
];
const WEEKS = [1, 2, 4, 8, 12];

/** What will be won in a month, quarter or year, and who says so. */
export class Forecast extends Component {
    static template = "sales_funnel_playbook_forecast.Forecast";
    static components = { Choices, ControlPanel, Looks };
    static props = { ...standardActionServiceProps };
    static path = "sales-forecast";
    static displayName = _t("Sales Forecast");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.chosen = useChosen((filters, ask) => this.load(filters, ask));
        this.display = { controlPanel: {} };
        this.columns = COLUMNS.map(([name, label, help]) => ({ name, label, help }));
        this.env.config.setDisplayName(Forecast.displayName.toString());
        this.state = useState({ forecast: null, looks: null, submitting: null });
        useSetupAction({ getLocalState: () => ({ filters: this.state.forecast?.filters }) });
        const { action, state } = this.props;
        const filters =
            state?.filters ||
            action.params?.filters ||
            readChoices(router.current, ["company_id"], ["period", "day"]);
        onWillStart(() => {
            this.chosen.choose(filters);
        });
    }

    /** What is asked at first has no numbers that take longer; they come after it. */
    async load(filters, ask) {
        const count = (...args) => ask(this.orm.call(MODEL, "get_forecast", args));
        this.state.forecast = await count(filters, true);
        this.state.submitting = null;
        const { filters: counted } = this.state.forecast;
        this.chosen.show(counted);
        this.props.updateActionState?.(counted);
        this.state.forecast = await count(counted);
        this.state.looks = await ask(this.findLooks(counted));
    }

    findLooks(filters) {
        return this.orm.call("crm.forecast.look", "get_looks", [filters]);
    }

    get definitions() {
        return [...this.columns, ...(this.state.looks?.definitions || [])];
    }

    get largest() {
        const { deals, count } = this.state.looks;
        return _t("The largest %(shown)s of %(all)s deals.", { shown: deals.length, all: count });
    }

    get planLabel() {
        return _t("Plan…");
    }

    /** Plan an activity on a deal, with Odoo's own dialog. */
    plan(deal) {
        const context = {
            active_model: "crm.lead",
            active_ids: [deal.lead_id],
            default_summary: deal.reasons[0].label,
            default_activity_user_id: deal.user_id || undefined,
        };
        const action = {
            type: "ir.actions.act_window",
            name: _t("Plan an Activity"),
            res_model: "mail.activity.schedule",
            views: [[false, "form"]],
            target: "new",
            context,
        };
        const onClose = async () => {
            this.state.looks = await this.findLooks(this.state.forecast.filters);
        };
        this.action.doAction(action, { onClose });
    }

    openRates() {
        this.action.doAction("sales_funnel_playbook_forecast.crm_forecast_rate_action");
    }

    openLooks() {
        this.action.doAction("sales_funnel_playbook_forecast.crm_lead_look_action");
    }

    get selects() {
        const { filters } = this.chosen;
        const { companies } = this.state.forecast;
        const period = {
            name: "period",
            label: _t("Period"),
            value: filters.period,
            choices: PERIODS.map(([id, name]) => ({ id, name })),
        };
        const company = {
            name: "company_id",
            label: _t("Company"),
            value: filters.company_id,
            choices: companies,
        };
        return companies.length > 1 ? [period, company] : [period];
    }

    get period() {
        const { date_from: from, date_to: to } = this.state.forecast;
        return _t("%(from)s – %(to)s", { from: showDate(from), to: showDate(to) });
    }

    get weeks() {
        const known = new Set(this.state.forecast.accuracy.flatMap((row) => Object.keys(row.errors)));
        return WEEKS.filter((week) => known.has(String(week)));
    }

    tellWeek(week) {
        return _t("%s w", week);
    }

    get question() {
        const { name } = this.state.submitting.row;
        return _t("%s: what will have been won when the period is over", name);
    }

    onFilter(change) {
        this.chosen.add(change);
    }

    format(column, row) {
        const value = row[column.name];
        if (column.name === "calibrated" && this.state.forecast.is_quick) {
            return "…";
        }
        const isUnsaid = column.name === "calibrated" && row.open_count && !this.isCalibrated(row);
        if (value === false || value === undefined || isUnsaid) {
            return "–";
        }
        if (column.name === "coverage") {
            return formatFloat(value, { digits: [16, 1] });
        }
        return this.formatAmount(value);
    }

    formatAmount(value) {
        return formatCurrency(value, this.state.forecast.currency_id, { digits: [16, 0] });
    }

    formatError(value) {
        return value === undefined ? "–" : _t("%s %%", formatFloat(value, { digits: [16, 0] }));
    }

    /** Whether anything is known of the open deals: a calibrated forecast is not of won ones alone. */
    isCalibrated(row) {
        return row.unknown_count < row.open_count;
    }

    /** How sure a calibrated forecast is, and what it leaves out. */
    getNote(column, row) {
        if (column.name === "own") {
            return [row.is_late && _t("late"), row.note].filter(Boolean).join(" · ");
        }
        const isCounted = column.name === "calibrated" && !this.state.forecast.is_quick;
        if (!isCounted || !row.open_count) {
            return "";
        }
        const { lowest, highest, unknown_count: count } = row;
        if (!this.isCalibrated(row)) {
            return "";
        }
        const between = _t("%(from)s to %(to)s", {
            from: this.formatAmount(lowest),
            to: this.formatAmount(highest),
        });
        return count ? _t("%(between)s, without %(count)s deals", { between, count }) : between;
    }

    startSubmitting(row) {
        const amount = row.own === false ? row.won + row.commit : row.own;
        this.state.submitting = { row, amount, note: row.note };
    }

    async submit() {
        const { row, amount, note } = this.state.submitting;
        const { filters } = this.state.forecast;
        await this.orm.call(MODEL, "submit", [filters, row.key, Number(amount), note]);
        this.notification.add(_t("Submitted."), { type: "success" });
        await this.chosen.choose(filters);
    }
}

registry.category("actions").add("sales_funnel_playbook_forecast.forecast", Forecast);
