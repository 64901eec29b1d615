import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { ControlPanel } from "@web/search/control_panel/control_panel";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { Component, onWillStart } from "@odoo/owl";

/** All lists and analyses that the user may open, by heading, each with what it answers. */
export class Analyses extends Component {
    static template = "sales_funnel_playbook.Analyses";
    static components = { ControlPanel };
    static props = { ...standardActionServiceProps };
    static path = "analyses";
    static displayName = _t("Lists and Analyses");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.env.config.setDisplayName(Analyses.displayName.toString());
        onWillStart(async () => {
            this.groups = await this.orm.call("ir.ui.menu", "get_analyses", []);
        });
    }

    open(menu) {
        this.action.doAction(menu.action);
    }
}

registry.category("actions").add("sales_funnel_playbook.analyses", Analyses);
