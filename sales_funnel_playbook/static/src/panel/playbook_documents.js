import { Component } from "@odoo/owl";

/**
 * The documents of other apps that show it, each a link; which ones, only who may read them sees.
 */
export class PlaybookDocuments extends Component {
    static template = "sales_funnel_playbook.PlaybookDocuments";
    static props = { documents: Array, panel: Object };

    open(document) {
        return this.props.panel.openAction({
            type: "ir.actions.act_window",
            res_model: document.model,
            res_id: document.id,
            views: [[false, "form"]],
        });
    }
}
