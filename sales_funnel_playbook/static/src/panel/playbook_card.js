import { deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

import { getWaitText } from "./words";

const TIER_CLASSES = { A: "text-bg-success", B: "text-bg-info", C: "text-bg-secondary" };

/**
 * On a deal's card: what its playbook says of it. The value is that of `crm.lead._prepare_card`, with how
 * many outputs of the stage are done and whether the deal is ready for the next one.
 */
export class PlaybookCard extends Component {
    static template = "sales_funnel_playbook.PlaybookCard";
    static props = { ...standardFieldProps };

    get card() {
        return this.props.record.data[this.props.name];
    }

    get tierClass() {
        return TIER_CLASSES[this.card.tier];
    }

    get outputsTitle() {
        return _t("%(done)s of %(wanted)s outputs of this stage are done", this.card);
    }

    getWaitText(wait) {
        return getWaitText(wait);
    }

    get riskLabel() {
        return _t("Risk: %s", this.card.risk);
    }

    get contactTitle() {
        return this.card.channel ? _t("Last contact: %s", this.card.channel) : _t("Last contact");
    }

    get contactDate() {
        return formatDate(deserializeDateTime(this.card.contact_at));
    }
}

registry.category("fields").add("playbook_card", {
    component: PlaybookCard,
    displayName: _t("Playbook Card"),
    supportedTypes: ["json"],
});
