import { registry } from "@web/core/registry";

const SERIES = ["Stated Probability (%)", "Observed Win Rate (%)"];
const BANDS = ["10–20 % (deals: 1)", "40–50 % (deals: 1)", "90–100 % (deals: 2)"];

/** The chart that Chart.js has drawn on a canvas. */
function getChart(canvas) {
    return window.Chart.getChart(canvas);
}

function check(found, expected) {
    if (JSON.stringify(found) !== JSON.stringify(expected)) {
        throw new Error(`${JSON.stringify(found)} is not ${JSON.stringify(expected)}`);
    }
}

registry.category("web_tour.tours").add("playbook_calibration", {
    steps: () => [
        {
            content: "What was stated stands beside what was won, in its order, with the number of deals",
            trigger: ".o_graph_renderer canvas",
            run: ({ anchor }) => {
                const { labels, datasets } = getChart(anchor).data;
                check(labels, BANDS);
                check(
                    datasets.map((one) => [one.label, [...one.data]]),
                    [
                        [SERIES[0], [12, 45, 95]],
                        [SERIES[1], [100, 0, 50]],
                    ]
                );
            },
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
            run: ({ anchor }) => check([...getChart(anchor).data.labels], ["10–20 %", "40–50 %", "90–100 %"]),
        },
    ],
});
