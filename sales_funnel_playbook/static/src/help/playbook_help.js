import { _t } from "@web/core/l10n/translation";

import { Component } from "@odoo/owl";

/** The address of a rule's file, under the name that is shown: without the language that it is for. */
export function getFileUrl(file) {
    return `/web/content/${file.id}/${encodeURIComponent(file.name)}?download=true`;
}

/** What helps with a stage or a key action, folded: a text, files, and mails to start from. */
export class PlaybookHelp extends Component {
    static template = "sales_funnel_playbook.PlaybookHelp";
    static props = { help: Object, panel: Object, className: { type: String, optional: true } };

    getUrl(file) {
        return getFileUrl(file);
    }

    /** Odoo's own composer, filled in from the template; what was sent stands in the chatter. */
    async write(mail) {
        const { panel } = this.props;
        if (await panel.props.record.save()) {
            await panel.openAction({
                type: "ir.actions.act_window",
                name: _t("Compose Email"),
                res_model: "mail.compose.message",
                views: [[false, "form"]],
                target: "new",
                context: {
                    default_composition_mode: "comment",
                    default_model: "crm.lead",
                    default_res_ids: [panel.leadId],
                    default_template_id: mail.id,
                },
            });
        }
    }
}
