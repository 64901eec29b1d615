import { _t } from "@web/core/l10n/translation";
import { Component } from "@odoo/owl";

import { formatNumber, getFewTitle } from "./funnel_columns";

/** The tiles, each with the count whose deals it opens. */
const TILES = [
    { name: "open_amount", isMoney: true, deals: "open_count" },
    { name: "weighted_amount", isMoney: true, deals: "open_count" },
    { name: "won_count", deals: "won_count" },
    { name: "win_rate", unit: "%", deals: "won_count" },
    { name: "won_days_median", unit: "d", deals: "won_count" },
];

/** The headline of the funnel: what all stages together come to. */
export class FunnelTiles extends Component {
    static template = "sales_funnel_playbook.FunnelTiles";
    static props = { funnel: Object, openDeals: Function };

    get tiles() {
        const { totals, total_definitions: definitions } = this.props.funnel;
        return TILES.map((tile) => {
            const few = this.getFewTitle(tile);
            return {
                ...tile,
                ...definitions[tile.name],
                few,
                title: [definitions[tile.name].help, few].filter(Boolean).join("\n"),
                value: this.format(tile, totals[tile.name]),
                note: this.getNote(tile, totals),
                before: _t("Period before: %s", this.format(tile, totals.previous[tile.name])),
                isLink: Boolean(totals[tile.name]),
            };
        });
    }

    format(tile, value) {
        return formatNumber(tile, value, this.props.funnel.currency_id);
    }

    /** Of how many deals the number is. */
    getNote(tile, totals) {
        if (typeof totals[tile.name] !== "number") {
            return "";
        }
        if (tile.name === "win_rate") {
            return `${totals.won_count + totals.lost_count} → ${totals.won_count}`;
        }
        return tile.name === "won_count" ? "" : _t("Deals: %s", totals[tile.deals]);
    }

    getFewTitle(tile) {
        const { stages, totals } = this.props.funnel;
        const samples = {
            win_rate: totals.won_count + totals.lost_count,
            won_days_median: totals.won_count,
        };
        const minimum = Math.max(...stages.map((stage) => stage.minimum));
        const sample = samples[tile.name];
        return sample && sample < minimum ? getFewTitle(sample, minimum) : "";
    }

    getLinkLabel(tile) {
        return _t("%(number)s: %(value)s. Open these deals", { number: tile.label, value: tile.value });
    }
}
