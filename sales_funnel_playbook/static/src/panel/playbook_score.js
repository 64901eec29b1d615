import { _t } from "@web/core/l10n/translation";

import { Component } from "@odoo/owl";

import { AskLater } from "./ask_later";
import { focusField } from "./focus_field";
import { PlaybookFold } from "./playbook_fold";
import { formatPoints, getOptionLabel } from "./words";

/**
 * The score sheet of a deal: what earned each point, and what would earn the next.
 */
export class PlaybookScore extends Component {
    static template = "sales_funnel_playbook.PlaybookScore";
    static components = { AskLater, PlaybookFold };
    static props = { score: Object, panel: Object, isOpened: Boolean, toggle: Function };

    getOptionLabel = getOptionLabel;

    get total() {
        return _t("%s of 10", formatPoints(this.props.score.total));
    }

    /** What would earn the next points, in one line. */
    get next() {
        const criterion = this.props.score.criteria.find(({ earned, points }) => earned < points);
        return criterion ? _t("next: %s", criterion.name) : "";
    }

    getPoints(criterion) {
        return `${formatPoints(criterion.earned)}/${formatPoints(criterion.points)}`;
    }

    getIcon({ earned, points }) {
        if (earned >= points) {
            return "fa-check-circle text-success";
        }
        return earned ? "fa-adjust text-info" : "fa-circle-o text-muted";
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
