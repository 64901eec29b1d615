import { _t } from "@web/core/l10n/translation";
import { Component, useState } from "@odoo/owl";

import { formatNumber, getFewTitle, isFew } from "./funnel_columns";

/** By what the funnel can be drawn. */
const MEASURES = [{ name: "cohort_count" }, { name: "open_count" }, { name: "open_amount", isMoney: true }];
const LEAVING = ["won_count", "lost_count", "returned_count"];

/**
 * The funnel as one sees it: a band for each stage, as wide as what came there, in an outline of the period
 * before; between two of them how many went on, beside them what left there. All of it is text as well.
 */
export class FunnelPicture extends Component {
    static template = "sales_funnel_playbook.FunnelPicture";
    static props = { funnel: Object, openDeals: Function };

    setup() {
        this.state = useState({ measure: MEASURES[0].name });
    }

    get measures() {
        return MEASURES.map(({ name }) => ({ name, ...this.props.funnel.definitions[name] }));
    }

    get measure() {
        return MEASURES.find(({ name }) => name === this.state.measure);
    }

    get hasBefore() {
        return this.steps.some(({ stage }) => stage.previous[this.measure.name]);
    }

    get steps() {
        const stages = this.props.funnel.stages.filter((stage) => !stage.is_renewal); // no step of it
        const { name } = this.measure;
        const all = stages.flatMap((stage) => [stage[name], stage.previous[name]]);
        const most = Math.max(...all.map((value) => value || 0)) || 1;
        const getWidth = (value) => ((value || 0) / most) * 100;
        const widths = stages.map((stage) => getWidth(stage[name]));
        return stages.map((stage, number) => ({
            stage,
            width: widths[number],
            widthBefore: getWidth(stage.previous[name]),
            slope: this.getSlope(widths[number], Math.min(widths[number], widths[number + 1] ?? 0)),
            value: this.format(stage[name]),
            label: this.getLabel(stage),
            isLast: number === stages.length - 1,
            conversion: this.getConversion(stage),
            few: isFew("reached_rate", stage, stage.minimum)
                ? getFewTitle(stage.cohort_count, stage.minimum)
                : "",
            leaving: this.getLeaving(stage),
        }));
    }

    format(value) {
        return formatNumber(this.measure, value, this.props.funnel.currency_id);
    }

    /** The corners of what is between two bands. */
    getSlope(width, below) {
        return [
            [50 - width / 2, 0],
            [50 + width / 2, 0],
            [50 + below / 2, 10],
            [50 - below / 2, 10],
        ].join(" ");
    }

    getLabel(stage) {
        const { name } = this.measure;
        return _t("%(stage)s, %(number)s: %(value)s, period before: %(before)s. Open these deals", {
            stage: stage.name,
            number: this.props.funnel.definitions[name].label,
            value: this.format(stage[name]),
            before: this.format(stage.previous[name]),
        });
    }

    getConversion(stage) {
        if (stage.reached_rate === null) {
            return "";
        }
        const rate = formatNumber({ unit: "%" }, stage.reached_rate);
        return `${rate} (${stage.cohort_count} → ${stage.reached_count})`;
    }

    /** What left in a stage and did not go on, or was won there. */
    getLeaving(stage) {
        const { definitions } = this.props.funnel;
        return LEAVING.filter((name) => stage[name]).map((name) => ({
            name,
            text: _t("%(number)s: %(count)s", { number: definitions[name].label, count: stage[name] }),
        }));
    }

    /** What has become of the deals that came into the first stage. */
    get outcome() {
        const [stage] = this.props.funnel.stages;
        return (
            stage.cohort_count &&
            stage.cohort_won_count !== undefined &&
            _t(
                "Of the %(count)s deals that first entered “%(stage)s” in the period: %(won)s won, %(lost)s lost, %(open)s still open.",
                {
                    count: stage.cohort_count,
                    stage: stage.name,
                    won: stage.cohort_won_count,
                    lost: stage.cohort_lost_count,
                    open: stage.cohort_open_count,
                }
            )
        );
    }

    open(stage, name) {
        this.props.openDeals(stage.stage_id, name);
    }
}
