import { waitUntil } from "@odoo/hoot-dom";
import { registry } from "@web/core/registry";

const STATED = ["Stated Probability (%)", [12, 45, 95]];
const OBSERVED = ["Observed Win Rate (%)", [100, 0, 50]];
const BANDS = ["10–20 % (deals: 1)", "40–50 % (deals: 1)", "90–100 % (deals: 2)"];

/** Wait until the canvas shows these labels, and these series if any are given. */
function waitForChart(canvas, labels, series) {
    const isDrawn = () => {
        const data = window.Chart.getChart(canvas)?.data;
        const found = data?.datasets.map((one) => [one.label, [...one.data]]);
        const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);
        return isSame(data?.labels, labels) && (!series || isSame(found, series));
    };
    return waitUntil(isDrawn, { timeout: 10000 });
}

registry.category("web_tour.tours").add("playbook_calibration", {
    steps: () => [
        {
            content: "What was stated stands beside what was won, in its order, with the number of deals",
            trigger: ".o_graph_renderer canvas",
            run: ({ anchor }) => waitForChart(anchor, BANDS, [STATED, OBSERVED]),
        },
        {
            content: "Other measures are as everywhere",
            trigger: ".o_graph_view button:contains('Measures')",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu .dropdown-item:contains('Brier Score')",
            run: "click",
        },
        {
            trigger: ".o_graph_renderer canvas",
            run: ({ anchor }) => waitForChart(anchor, ["10–20 %", "40–50 %", "90–100 %"]),
        },
    ],
});
