import { ActivityMarkAsDone } from "@mail/core/web/activity_markasdone_popover";
import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { usePopover } from "@web/core/popover/popover_hook";
import { useService } from "@web/core/utils/hooks";

import { Component, useState } from "@odoo/owl";

import { PlaybookHelp } from "../help/playbook_help";

const ICONS = {
    done: "fa-check-circle text-success",
    todo: "fa-circle-o text-warning",
    cancelled: "fa-minus-circle text-muted",
    none: "fa-circle-o text-muted",
};

/**
 * One key action of the stage, or another deadline that has help: whose it is, until when, and, by who may, that it is done.
 */
export class PlaybookAction extends Component {
    static template = "sales_funnel_playbook.PlaybookAction";
    static components = { PlaybookHelp };
    static props = { action: Object, panel: Object };

    setup() {
        this.shared = useState(this.props.panel.state);
        this.store = useService("mail.store");
        this.popover = usePopover(ActivityMarkAsDone, { position: "bottom" });
    }

    get icon() {
        return this.props.action.is_overdue
            ? "fa-exclamation-circle text-danger"
            : ICONS[this.props.action.state];
    }

    get status() {
        const { state, is_overdue } = this.props.action;
        const words = {
            done: _t("Done"),
            todo: is_overdue ? _t("Overdue") : _t("To Do"),
            cancelled: _t("Cancelled"),
            none: _t("Not asked for"),
        };
        return words[state];
    }

    get text() {
        const { state, user, due_at, done_at, reason } = this.props.action;
        if (reason) {
            return _t("Cancelled: %s", reason);
        }
        const date = state === "todo" ? due_at : done_at;
        const values = { user, date: date && formatDate(deserializeDateTime(date)) };
        if (state === "todo") {
            return date ? _t("%(user)s, until %(date)s", values) : user;
        }
        return state === "done" && date ? _t("Done on %(date)s (%(user)s)", values) : "";
    }

    /** As in the chatter, with feedback and what comes next. */
    async finish(ev) {
        const { action, panel } = this.props;
        const button = ev.currentTarget;
        const thread = this.store.Thread.insert({ model: "crm.lead", id: panel.leadId });
        await thread.fetchThreadData(["activities"]); // the chatter may not be there yet
        const activity = this.store["mail.activity"].get(action.activity_id);
        if (!activity) {
            return panel.reload(); // somebody else has just done it
        }
        this.popover.open(button, {
            activity,
            hasHeader: true,
            onActivityChanged: () => {
                this.popover.close();
                return panel.reload();
            },
        });
    }
}
