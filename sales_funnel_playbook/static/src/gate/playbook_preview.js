import { _t } from "@web/core/l10n/translation";
import { evaluateExpr } from "@web/core/py_js/py";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

/**
 * Under a condition being edited: which open deals it would hold back, before it is saved.
 */
export class PlaybookPreview extends Component {
    static template = "sales_funnel_playbook.PlaybookPreview";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
    }

    get preview() {
        return this.props.record.data[this.props.name];
    }

    get summary() {
        const { held_back, total } = this.preview;
        return _t(
            "As it stands here, this condition would hold back %(held_back)s of %(total)s open deals on their way into this stage.",
            { held_back, total }
        );
    }

    openDeals() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "crm.lead",
            name: _t("Deals Held Back"),
            views: [[false, "list"]],
            domain: evaluateExpr(this.preview.domain),
            target: "new",
        });
    }
}

registry.category("fields").add("playbook_preview", {
    component: PlaybookPreview,
    displayName: _t("Playbook Preview"),
    supportedTypes: ["json"],
});
