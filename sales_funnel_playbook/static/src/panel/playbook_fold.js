import { Component } from "@odoo/owl";

/** A part of the checklist that is one line until somebody opens it. */
export class PlaybookFold extends Component {
    static template = "sales_funnel_playbook.PlaybookFold";
    static props = {
        className: String,
        title: String,
        badge: { type: String, optional: true },
        badgeClass: { type: String, optional: true },
        summary: { type: String, optional: true },
        stageId: { type: Number, optional: true },
        isOpened: Boolean,
        toggle: Function,
        slots: Object,
    };
    static defaultProps = { badge: "", badgeClass: "", summary: "" };
}
