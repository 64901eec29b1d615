import { _t } from "@web/core/l10n/translation";
import { formatCurrency } from "@web/core/currency";
import { formatFloat } from "@web/core/utils/numbers";
import { Component } from "@odoo/owl";

import { getDealsNumber } from "./funnel_number";

/** How each number is written, and whether it is compared with the period before. */
const COLUMNS = [
    { name: "begun_count", label: _t("Entered"), isCompared: true },
    { name: "flow_rate", label: _t("Weekly Flow (Handbook)"), unit: "%", isCompared: true },
    { name: "reached_rate", label: _t("Conversion"), unit: "%", isCompared: true },
    { name: "advanced_count", label: _t("Advanced") },
    { name: "won_count", label: _t("Won") },
    { name: "lost_count", label: _t("Lost") },
    { name: "returned_count", label: _t("Returned") },
    { name: "open_count", label: _t("Open Deals") },
    { name: "open_amount", label: _t("Open Amount"), isMoney: true },
    { name: "stay_days", label: _t("Avg. Time in Stage"), unit: "d", isCompared: true },
    { name: "stay_days_median", label: _t("Median"), unit: "d" },
    { name: "stay_days_p90", label: _t("90th Percentile"), unit: "d" },
];
const ONE = [16, 1];

/** The funnel: a row for each stage, a bar for what began in it. */
export class FunnelTable extends Component {
    static template = "sales_funnel_playbook.FunnelTable";
    static props = { funnel: Object, openDeals: Function, openReview: Function };

    get columns() {
        return COLUMNS;
    }

    get most() {
        return Math.max(1, ...this.props.funnel.stages.map((stage) => stage.begun_count));
    }

    getHelp(column) {
        return this.props.funnel.definitions[column.name].help;
    }

    getWidth(stage) {
        return `width: ${(stage.begun_count / this.most) * 100}%`;
    }

    format(column, value) {
        if (value === null) {
            return "–";
        }
        if (column.isMoney) {
            return formatCurrency(value, this.props.funnel.currency_id, { digits: [16, 0] });
        }
        if (column.unit === "%") {
            return _t("%(rate)s %", { rate: formatFloat(value, { digits: ONE }) });
        }
        return column.unit ? _t("%s d", formatFloat(value, { digits: ONE })) : String(value);
    }

    /** From how many to how many a weekly flow is, which may be more than 100 %. */
    getCounts(column, stage) {
        const hasCounts = column.name === "flow_rate" && stage.flow_rate !== null;
        return hasCounts ? `${stage.begun_count} → ${stage.next_count}` : "";
    }

    isLink(column, stage) {
        return Boolean(stage[column.name]);
    }

    open(column, stage) {
        this.props.openDeals(stage.stage_id, getDealsNumber(column.name));
    }

    getChange(column, stage) {
        const [now, before] = [stage[column.name], stage.previous[column.name]];
        if (!column.isCompared || now === null || before === null) {
            return null;
        }
        const change = now - before;
        const size = column.unit ? formatFloat(Math.abs(change), { digits: ONE }) : String(Math.abs(change));
        const isSame = Number(Math.abs(change).toFixed(1)) === 0;
        return {
            text: isSame ? "=" : `${change > 0 ? "▲" : "▼"} ${size}`,
            title: _t("Period before: %s", this.format(column, before)),
        };
    }

    getLinkLabel(column, stage) {
        return _t("%(stage)s, %(number)s: %(value)s. Open these deals", {
            stage: stage.name,
            number: column.label,
            value: this.format(column, stage[column.name]),
        });
    }
}
