import { _t } from "@web/core/l10n/translation";
import { formatFloat } from "@web/core/utils/numbers";
import { CheckBox } from "@web/core/checkbox/checkbox";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { Component } from "@odoo/owl";

import { COLUMNS, RATES, formatNumber, getFewTitle, getSample, isComparable, isFew } from "./funnel_columns";
import { getDealsNumber } from "./funnel_number";

const ONE = [16, 1];

/** The funnel as a table: a row for each stage, with the numbers that somebody chooses. */
export class FunnelTable extends Component {
    static template = "sales_funnel_playbook.FunnelTable";
    static components = { CheckBox, Dropdown, DropdownItem };
    static props = {
        funnel: Object,
        shown: Array,
        toggle: Function,
        openDeals: Function,
        openReview: Function,
    };

    get all() {
        return COLUMNS;
    }

    /** The stages, and all deals together. */
    get rows() {
        const { stages, totals } = this.props.funnel;
        const total = {
            ...totals,
            stage_id: false,
            name: _t("All Deals"),
            help: _t(
                "Wherever in the playbook they are. Entered: deals that came under it in the period; conversion: how many of these are won; won, lost and open: all that were, also in stages that it does not name."
            ),
            minimum: Math.max(...stages.map((stage) => stage.minimum)),
        };
        return [...stages, total];
    }

    isShown(column) {
        return this.props.shown.includes(column);
    }

    getDefinition(column) {
        return this.props.funnel.definitions[column.name];
    }

    format(column, value) {
        return formatNumber(column, value, this.props.funnel.currency_id);
    }

    /** From how many to how many a rate is; a weekly flow may be more than 100 %. */
    getCounts(column, numbers) {
        const names = RATES[column.name];
        const hasCounts = names && typeof numbers[column.name] === "number";
        return hasCounts ? `${numbers[names[0]]} → ${numbers[names[1]]}` : "";
    }

    /** Why a number is grey, "" where it is not. */
    getFewTitle(column, stage) {
        const isGrey = typeof stage[column.name] === "number" && isFew(column.name, stage, stage.minimum);
        return isGrey ? getFewTitle(getSample(column.name, stage), stage.minimum) : "";
    }

    /** How many open deals of the playbook are in no row, because it does not name their stage. */
    get elsewhere() {
        const { stages, totals } = this.props.funnel;
        const count = stages.reduce((rest, stage) => rest - stage.open_count, totals.open_count);
        return count && _t("Open deals in stages that the playbook does not name: %s", count);
    }

    isLink(column, stage) {
        return Boolean(stage[column.name]);
    }

    open(column, stage) {
        this.props.openDeals(stage.stage_id, getDealsNumber(column.name));
    }

    getChange(column, stage) {
        if (!isComparable(column, stage)) {
            return null;
        }
        const before = stage.previous[column.name];
        const change = stage[column.name] - before;
        const size = column.unit ? formatFloat(Math.abs(change), { digits: ONE }) : String(Math.abs(change));
        const isSame = Number(Math.abs(change).toFixed(1)) === 0;
        const counts = this.getCounts(column, stage.previous);
        return {
            text: isSame ? "=" : `${change > 0 ? "▲" : "▼"} ${size}`,
            title: [_t("Period before: %s", this.format(column, before)), counts].filter(Boolean).join(", "),
        };
    }

    getLinkLabel(column, stage) {
        return _t("%(stage)s, %(number)s: %(value)s. Open these deals", {
            stage: stage.name,
            number: this.getDefinition(column).label,
            value: this.format(column, stage[column.name]),
        });
    }
}
