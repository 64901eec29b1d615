import { Component } from "@odoo/owl";

/**
 * What shows that something is so: the note, the link and the files that a person gave.
 */
export class PlaybookEvidence extends Component {
    static template = "sales_funnel_playbook.PlaybookEvidence";
    static props = { evidence: Object };
}
