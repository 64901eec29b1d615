import { deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component, toRaw } from "@odoo/owl";

import { getWaitText } from "./words";

const TIER_CLASSES = { A: "text-bg-success", B: "text-bg-info", C: "text-bg-secondary" };

/**
 * On a deal's card: what its playbook says of it, in two lines. The value is that of
 * `crm.lead._prepare_card`, with how many outputs of the stage are done, whether the deal is ready for the
 * next one, and how long it has been in it.
 */
export class PlaybookCard extends Component {
    static template = "sales_funnel_playbook.PlaybookCard";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get card() {
        return this.props.record.data[this.props.name];
    }

    get tierClass() {
        return TIER_CLASSES[this.card.tier];
    }

    get tierTitle() {
        return _t("Tier %s", this.card.tier);
    }

    get outputsTitle() {
        return _t("%(done)s of %(wanted)s outputs of this stage are done", this.card);
    }

    get daysLabel() {
        return _t("%s d", this.card.days);
    }

    get daysTitle() {
        return this.card.is_overdue
            ? _t("%s days in this stage, longer than expected", this.card.days)
            : _t("%s days in this stage", this.card.days);
    }

    /** The product line says something where the page has several. */
    get isLineShown() {
        const root = toRaw(this.props.record.model.root);
        const lists = (root?.groups || []).map((group) => group.list);
        const records = (lists.length ? lists : [root]).flatMap((list) => list?.records || []);
        const lines = records.map((record) => record.data[this.props.name]?.product_line);
        return lines.some((line) => line && line !== this.card.product_line);
    }

    /** For whom it waits, else what was heard last: one line. */
    get waitText() {
        return (this.card.waits || []).map(getWaitText).join(" · ");
    }

    get wayInLabel() {
        return _t("Move to “%s”", this.card.way_in.name);
    }

    /** What is missing is asked for, as where the card is dragged there. */
    async moveIn() {
        await this.orm.write("crm.lead", [this.props.record.resId], { stage_id: this.card.way_in.id });
        await this.action.doAction("soft_reload");
    }

    get riskLabel() {
        return _t("Risk: %s", this.card.risk);
    }

    get contactTitle() {
        const { channel, feedback } = this.card;
        const title = channel ? _t("Last contact: %s", channel) : _t("Last contact");
        return feedback ? `${title}\n${feedback}` : title;
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
