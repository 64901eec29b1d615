import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime, formatDate } from "@web/core/l10n/dates";

import { Component, useState } from "@odoo/owl";

import { PlaybookDocuments } from "./playbook_documents";
import { PlaybookEvidence } from "./playbook_evidence";
import { AskLater } from "./ask_later";
import { focusField } from "./focus_field";
import { getRoleText } from "./words";

/**
 * One entry condition: whether it is met, what is missing, and the way there.
 */
export class PlaybookCondition extends Component {
    static template = "sales_funnel_playbook.PlaybookCondition";
    static components = { AskLater, PlaybookDocuments, PlaybookEvidence };
    static props = { condition: Object, panel: Object };

    setup() {
        this.shared = useState(this.props.panel.state);
        this.state = useState({ note: "" });
    }

    get status() {
        const { met, blocking } = this.props.condition;
        if (met) {
            return _t("Met");
        }
        return blocking ? _t("Not met") : _t("Not met (advisory)");
    }

    get icon() {
        const { met, blocking } = this.props.condition;
        if (met) {
            return "fa-check-circle text-success";
        }
        return blocking ? "fa-circle-o text-warning" : "fa-info-circle text-info";
    }

    /** Nobody has confirmed it, and no document of the deal shows it. */
    get isOpen() {
        const { kind, confirmation, documents } = this.props.condition;
        return kind === "confirmation" && !confirmation && !documents;
    }

    get confirmedBy() {
        const { user, date } = this.props.condition.confirmation;
        return _t("Confirmed by %(user)s on %(date)s", {
            user,
            date: formatDate(deserializeDateTime(date)),
        });
    }

    get roleText() {
        return getRoleText(this.props.condition);
    }

    /** The fields worth a look: the empty ones, or all where every one has a value already. */
    get fieldsToFill() {
        const { met, fields } = this.props.condition;
        const empty = fields.filter((field) => !field.is_set);
        return met ? [] : empty.length ? empty : fields;
    }

    /** What is answered on the score sheet is answered there. */
    goTo(field) {
        const { panel } = this.props;
        const isAnswered = field.name === "score" && panel.state.panel.score;
        return isAnswered ? panel.openScore() : focusField(field.name);
    }

    async confirm() {
        const { condition, panel } = this.props;
        if (condition.evidence_required) {
            return (await panel.props.record.save()) && panel.confirmWithEvidence(condition);
        }
        await panel.call("confirm_condition", condition.id, { note: this.state.note });
        this.state.note = "";
    }

    withdraw() {
        return this.props.panel.call("withdraw_confirmation", this.props.condition.id);
    }
}
