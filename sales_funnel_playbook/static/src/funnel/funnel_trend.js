/* global Chart */
import { _t } from "@web/core/l10n/translation";
import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { formatFloat } from "@web/core/utils/numbers";

import { Component, onWillStart, useEffect, useRef, useState } from "@odoo/owl";

/** Okabe and Ito's colours, which colour-blind people tell apart, each with a dash and a point of its own. */
const STYLES = [
    { color: "#0072B2", dash: [], point: "circle" },
    { color: "#D55E00", dash: [8, 4], point: "triangle" },
    { color: "#009E73", dash: [2, 3], point: "rect" },
    { color: "#CC79A7", dash: [10, 3, 2, 3], point: "star" },
    { color: "#56B4E9", dash: [5, 5], point: "rectRot" },
    { color: "#E69F00", dash: [12, 6], point: "crossRot" },
];
const MOST = 200; // percent; a week with one deal in a stage and nine in the next would flatten all the others
const MEASURES = { flow: _t("Weekly Flow (Handbook)"), begun: _t("Entered") };

/** How a number of each stage changes over the period, as lines and as a table. */
export class FunnelTrend extends Component {
    static template = "sales_funnel_playbook.FunnelTrend";
    static props = { funnel: Object };

    setup() {
        this.canvas = useRef("canvas");
        this.state = useState({ measure: "flow" });
        this.measures = Object.entries(MEASURES);
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => {
                const chart = new Chart(this.canvas.el, this.getConfig());
                return () => chart.destroy();
            },
            () => [this.props.funnel.trend, this.state.measure]
        );
    }

    get dates() {
        const { dates, step } = this.props.funnel.trend;
        const options = step === "month" ? { format: "yyyy-MM" } : {};
        return dates.map((date) => formatDate(deserializeDate(date), options));
    }

    get lines() {
        const { stages, trend } = this.props.funnel;
        // nothing comes after the last stage: it has no flow
        const shown = this.state.measure === "flow" ? stages.slice(0, -1) : stages;
        const nothing = trend.dates.map(() => (this.state.measure === "flow" ? null : 0));
        return shown.map((stage) => ({
            name: stage.name,
            values: trend.stages[stage.stage_id]?.[this.state.measure] || nothing,
        }));
    }

    get label() {
        return _t("%s of each stage over the period", MEASURES[this.state.measure]);
    }

    format(value) {
        if (value === null) {
            return "–";
        }
        const isFlow = this.state.measure === "flow";
        return isFlow ? _t("%(rate)s %", { rate: formatFloat(value, { digits: [16, 1] }) }) : String(value);
    }

    getConfig() {
        const color = cookie.get("color_scheme") === "dark" ? "#E4E4E4" : "#374151";
        const { lines } = this;
        const isFlow = this.state.measure === "flow";
        const datasets = lines.map(({ name, values }, number) => {
            const style = STYLES[number % STYLES.length];
            return {
                label: name,
                data: isFlow ? values.map((value) => value && Math.min(value, MOST)) : values,
                borderColor: style.color,
                backgroundColor: style.color,
                borderDash: style.dash,
                pointStyle: style.point,
                pointRadius: 5,
                spanGaps: true,
            };
        });
        const axis = { ticks: { color }, grid: { color: `${color}22` } };
        return {
            type: "line",
            data: { labels: this.dates, datasets },
            options: {
                animation: false,
                maintainAspectRatio: false,
                interaction: { mode: "index", intersect: false },
                scales: { x: axis, y: { ...axis, beginAtZero: true } },
                plugins: {
                    legend: { labels: { color, usePointStyle: true }, position: "bottom" },
                    tooltip: {
                        callbacks: { label: (item) => `${item.dataset.label}: ${this.format(item.raw)}` },
                    },
                },
            },
        };
    }
}
