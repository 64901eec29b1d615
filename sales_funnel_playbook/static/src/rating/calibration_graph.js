import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { GraphModel } from "@web/views/graph/graph_model";
import { graphView } from "@web/views/graph/graph_view";

/**
 * What was won beside what was stated, and of how many deals. By anything but one group, and for other
 * measures, it is Odoo's own graph.
 */
export class CalibrationGraphModel extends GraphModel {
    async _loadDataPoints(metaData) {
        const { measure, groupBy, fields, mode } = metaData;
        if (measure !== "win_rate" || groupBy.length > 1 || mode === "pie") {
            return super._loadDataPoints(metaData);
        }
        const load = (name) => super._loadDataPoints({ ...metaData, measure: name });
        const [[deals], [stated], [won, currencies]] = await Promise.all(
            ["lead_id", "probability", measure].map(load)
        );
        const points = [...stated, ...won];
        points.forEach((point, index) => {
            const { value: count } = deals[index % deals.length];
            const group = point.labels.length ? point.labels[0] : _t("Total");
            const name = index < stated.length ? "probability" : measure;
            point.labels = [_t("%(group)s (deals: %(count)s)", { group, count }), fields[name].string];
        });
        metaData.allIntegers = false;
        return [points, currencies];
    }
}

registry.category("views").add("playbook_calibration_graph", { ...graphView, Model: CalibrationGraphModel });
