/* global Chart */
import { _t } from "@web/core/l10n/translation";
import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";

import { Component, onWillStart, useEffect, useRef, useState } from "@odoo/owl";

import { formatNumber, getFewTitle } from "./funnel_columns";

/** Okabe and Ito's colours, which colour-blind people tell apart, each with a dash and a point of its own. */
const STYLES = [
    { color: "#0072B2", dash: [], point: "circle" },
    { color: "#D55E00", dash: [8, 4], point: "triangle" },
    { color: "#009E73", dash: [2, 3], point: "rect" },
    { color: "#CC79A7", dash: [10, 3, 2, 3], point: "star" },
    { color: "#56B4E9", dash: [5, 5], point: "rectRot" },
    { color: "#E69F00", dash: [12, 6], point: "crossRot" },
];
const MOST = 200; // percent; a week with five deals in a stage and forty in the next would flatten all the others
const GREY = "#8A8A8A";
/** What the lines can show: the number that defines it, and of a rate from how many to how many. */
const MEASURES = {
    conversion: { number: "reached_rate", from: "cohort", to: "reached" },
    flow: { number: "flow_rate", from: "begun", to: "next" },
    begun: { number: "begun_count" },
};

/** How a number of each stage changes over the period, as lines and as a table. */
export class FunnelTrend extends Component {
    static template = "sales_funnel_playbook.FunnelTrend";
    static props = { funnel: Object };

    setup() {
        this.canvas = useRef("canvas");
        this.state = useState({ measure: "conversion" });
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

    get measures() {
        const { definitions } = this.props.funnel;
        return Object.entries(MEASURES).map(([name, { number }]) => ({ name, ...definitions[number] }));
    }

    get measure() {
        return MEASURES[this.state.measure];
    }

    get isRate() {
        return Boolean(this.measure.from);
    }

    /** A line for each stage: its points with what they say, and whether they are of too few deals. */
    get lines() {
        const { stages, trend } = this.props.funnel;
        const { from, to } = this.measure;
        // nothing comes after the last stage: it has no rate
        const shown = this.isRate ? stages.slice(0, -1) : stages;
        return shown.map((stage) => {
            const numbers = trend.stages[stage.stage_id];
            const points = trend.dates.map((_date, place) => {
                const value = numbers?.[this.state.measure][place] ?? (this.isRate ? null : 0);
                if (value === null || !this.isRate) {
                    return { value, text: this.format(value), few: "" };
                }
                const [whole, part] = [numbers[from][place], numbers[to][place]];
                return {
                    value,
                    text: `${this.format(value)} (${whole} → ${part})`,
                    few: whole < stage.minimum ? getFewTitle(whole, stage.minimum) : "",
                };
            });
            return { name: stage.name, points };
        });
    }

    get label() {
        const { label } = this.props.funnel.definitions[this.measure.number];
        return _t("%s of each stage over the period", label);
    }

    format(value) {
        return formatNumber(this.isRate ? { unit: "%" } : {}, value);
    }

    /** A line whose points of too few deals are hollow, grey and not joined. */
    getDataset({ name, points }, number) {
        const style = STYLES[number % STYLES.length];
        const pick = (full, few) => points.map((point) => (point.few ? few : full));
        return {
            label: name,
            data: points.map(({ value }) => (this.isRate && value !== null ? Math.min(value, MOST) : value)),
            borderColor: style.color,
            backgroundColor: style.color,
            borderDash: style.dash,
            pointStyle: style.point,
            pointRadius: pick(5, 4),
            pointBorderColor: pick(style.color, GREY),
            pointBackgroundColor: pick(style.color, "transparent"),
            segment: {
                borderColor: ({ p0DataIndex, p1DataIndex }) =>
                    points[p0DataIndex].few || points[p1DataIndex].few ? "transparent" : undefined,
            },
        };
    }

    getScales(color) {
        const axis = { ticks: { color }, grid: { color: `${color}22` } };
        // what is higher is drawn at the edge; counts are whole
        const formatTick = (value) => (value === MOST ? _t("%s % or more", MOST) : `${value} %`);
        const ticks = this.isRate ? { color, callback: formatTick } : { color, precision: 0 };
        return { x: axis, y: { ...axis, beginAtZero: true, suggestedMax: this.isRate ? 100 : 1, ticks } };
    }

    /** The legend in the colours of the lines: Chart.js takes those of the first points, which may be grey. */
    getLegend(color) {
        const generateLabels = (chart) =>
            Chart.defaults.plugins.legend.labels.generateLabels(chart).map((label) => {
                const { borderColor } = chart.data.datasets[label.datasetIndex];
                return { ...label, fillStyle: borderColor, strokeStyle: borderColor };
            });
        return { color, usePointStyle: true, generateLabels };
    }

    getConfig() {
        const color = cookie.get("color_scheme") === "dark" ? "#E4E4E4" : "#374151";
        const { lines } = this;
        const tell = ({ datasetIndex, dataIndex }) => {
            const { name, points } = lines[datasetIndex];
            const { text, few } = points[dataIndex];
            return few ? [`${name}: ${text}`, few] : `${name}: ${text}`;
        };
        return {
            type: "line",
            data: {
                labels: this.dates,
                datasets: lines.map((line, number) => this.getDataset(line, number)),
            },
            options: {
                animation: false,
                maintainAspectRatio: false,
                interaction: { mode: "nearest", axis: "xy", intersect: false },
                scales: this.getScales(color),
                plugins: {
                    legend: { labels: this.getLegend(color), position: "bottom" },
                    tooltip: { callbacks: { label: tell } },
                },
            },
        };
    }
}
