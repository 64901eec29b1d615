import { _t } from "@web/core/l10n/translation";
import { formatFloat } from "@web/core/utils/numbers";

import { Component } from "@odoo/owl";

import { AskLater } from "./ask_later";
import { focusField } from "./focus_field";

/**
 * The score sheet of a deal: what earned each point, and what would earn the next.
 */
export class PlaybookScore extends Component {
    static template = "sales_funnel_playbook.PlaybookScore";
    static components = { AskLater };
    static props = { score: Object, panel: Object };

    formatPoints(points) {
        return formatFloat(points, { digits: [3, 1], trailingZeros: false });
    }

    get total() {
        return _t("%s of 10", this.formatPoints(this.props.score.total));
    }

    getPoints(criterion) {
        return `${this.formatPoints(criterion.earned)}/${this.formatPoints(criterion.points)}`;
    }

    getIcon({ earned, points }) {
        if (earned >= points) {
            return "fa-check-circle text-success";
        }
        return earned ? "fa-adjust text-info" : "fa-circle-o text-muted";
    }

    /** An answer is worth its points: the list says so. */
    getOptionLabel(option) {
        return _t("%(name)s (%(points)s)", {
            name: option.name,
            points: this.formatPoints(option.points),
        });
    }

    answer(criterion, ev) {
        return this.props.panel.call("answer_criterion", criterion.id, {
            option_id: Number(ev.target.value) || false,
        });
    }

    goTo(field) {
        return focusField(field.name);
    }
}
