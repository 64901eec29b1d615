import { _t } from "@web/core/l10n/translation";
import { formatCurrency } from "@web/core/currency";

import { Component } from "@odoo/owl";

const ENDS = ["opening", "closing"];
const WIDTH = 100;

/** Return the bars of a waterfall: where each begins and ends, on a scale from 0 to ``WIDTH``. */
export function getBars(parts) {
    let level = 0;
    const spans = parts.map(({ name, amount }) => {
        const from = ENDS.includes(name) ? 0 : level;
        level = from + amount;
        return [Math.min(from, level), Math.max(from, level)];
    });
    const lowest = Math.min(0, ...spans.map(([from]) => from));
    const scale = WIDTH / (Math.max(0, ...spans.map(([, to]) => to)) - lowest || 1);
    return parts.map((part, index) => {
        const [from, to] = spans[index];
        return { part, x: (from - lowest) * scale, width: (to - from) * scale };
    });
}

/** What leads from one pipeline to another, a bar for each part; each opens its deals. */
export class Waterfall extends Component {
    static template = "sales_funnel_playbook_forecast.Waterfall";
    static props = { parts: Array, opened: String, currencyId: Number, onOpen: Function };

    /** All parts that there are, and both ends in any case. */
    get bars() {
        return getBars(this.props.parts.filter(({ name, deals }) => deals || ENDS.includes(name)));
    }

    getClass({ name, amount }) {
        if (ENDS.includes(name)) {
            return "o_waterfall_end";
        }
        return amount < 0 ? "o_waterfall_less" : "o_waterfall_more";
    }

    formatAmount({ name, amount }) {
        if (!amount || ENDS.includes(name)) {
            return formatCurrency(amount, this.props.currencyId);
        }
        return `${amount > 0 ? "+" : "-"}${formatCurrency(Math.abs(amount), this.props.currencyId)}`;
    }

    /** By how many deals the pipeline is more or fewer; of how many a part is that changes none. */
    formatCount({ name, count, deals }) {
        if (ENDS.includes(name)) {
            return String(count);
        }
        return count ? (count > 0 ? `+${count}` : String(count)) : _t("in %s", deals);
    }
}
