import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { Record } from "@web/model/record";

import { Component, onWillStart, useState } from "@odoo/owl";

import { getRefusal } from "../core/refusing_form";
import { FillInItem } from "./fill_in_item";
import { loadLeadFields } from "./lead_fields";

/**
 * What several deals lack and one value settles: it is entered once and written to all of them, or to none.
 */
export class FillInManyDialog extends Component {
    static template = "sales_funnel_playbook.FillInManyDialog";
    static components = { Dialog, FillInItem, Record };
    static props = { gap: Object, close: Function, onSaved: Function };

    setup() {
        this.orm = useService("orm");
        this.viewService = useService("view");
        this.state = useState({ refusal: "", isBusy: false });
        this.entry = { key: "all" };
        onWillStart(async () => {
            this.lead = await loadLeadFields(this.viewService);
        });
    }

    get leadIds() {
        return this.props.gap.lead_ids;
    }

    get text() {
        return _t("What you enter here is written to all %s deals.", this.leadIds.length);
    }

    /** What was entered of the fields that are asked for: the form is that of the first deal. */
    async getValues(record) {
        const changes = await record.getChanges();
        const names = this.props.gap.fields.map(({ name }) => name);
        return Object.fromEntries(Object.entries(changes).filter(([name]) => names.includes(name)));
    }

    async save(record) {
        const values = await this.getValues(record);
        if (!Object.keys(values).length) {
            this.state.refusal = _t("Nothing was entered yet.");
            return;
        }
        Object.assign(this.state, { isBusy: true, refusal: "" });
        try {
            await this.orm.write("crm.lead", this.leadIds, values);
            this.props.close();
            await this.props.onSaved();
        } catch (error) {
            this.state.refusal = getRefusal(error);
        } finally {
            this.state.isBusy = false;
        }
    }
}
