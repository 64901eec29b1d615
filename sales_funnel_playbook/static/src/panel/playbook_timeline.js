import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime, toLocaleDateTimeString } from "@web/core/l10n/dates";
import { formatFloat } from "@web/core/utils/numbers";

import { Component } from "@odoo/owl";

import { PlaybookFold } from "./playbook_fold";

const { DateTime } = luxon;
const COLORS = { passed: "success", observed: "warning", overridden: "danger", none: "secondary" };

/**
 * What the deal was: each entry of its log with how it began, how long a stay that it ends lasted, who moved
 * it, and what the gate said.
 */
export class PlaybookTimeline extends Component {
    static template = "sales_funnel_playbook.PlaybookTimeline";
    static components = { PlaybookFold };
    static props = {
        stays: Array,
        count: Number,
        openAll: Function,
        isOpened: Boolean,
        toggle: Function,
    };

    get total() {
        return String(this.props.count);
    }

    getColor(stay) {
        return COLORS[stay.gate];
    }

    getDate(stay) {
        return toLocaleDateTimeString(deserializeDateTime(stay.entered_at));
    }

    getReason({ reason, note }) {
        return _t("%(reason)s: %(why)s", { reason, why: note });
    }

    getDuration(stay) {
        if (stay.is_open) {
            const days = DateTime.now().diff(deserializeDateTime(stay.began_at), "days").days;
            return _t("%s days so far", this.format(days));
        }
        if (!stay.is_over) {
            return ""; // it went on in the same stage, or was lost, won or archived there
        }
        return _t("%(days)s days, %(hours)s working hours", {
            days: this.format(stay.days),
            hours: this.format(stay.hours),
        });
    }

    format(number) {
        return formatFloat(number, { digits: [0, 1], trailingZeros: false });
    }

    get showAllLabel() {
        return _t("Show all %s", this.props.count);
    }
}
