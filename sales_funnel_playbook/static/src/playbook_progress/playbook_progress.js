import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

/**
 * On a card: how many outputs of the stage are done, and whether the deal is ready for the next one.
 */
export class PlaybookProgress extends Component {
    static template = "sales_funnel_playbook.PlaybookProgress";
    static props = { ...standardFieldProps };

    get outputs() {
        return this.props.record.data[this.props.name];
    }

    get isReady() {
        return this.props.record.data.is_ready_to_advance;
    }

    get outputsTitle() {
        const [done, wanted] = this.outputs.split("/");
        return _t("%(done)s of %(wanted)s outputs of this stage are done", { done, wanted });
    }
}

registry.category("fields").add("playbook_progress", {
    component: PlaybookProgress,
    displayName: _t("Playbook Progress"),
    supportedTypes: ["char"],
    fieldDependencies: [{ name: "is_ready_to_advance", type: "boolean" }],
});
