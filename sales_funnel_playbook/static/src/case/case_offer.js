import { checkRainbowmanMessage } from "@crm/views/check_rainbowman_message";
import { CrmKanbanDynamicGroupList } from "@crm/views/crm_kanban/crm_kanban_model";
import { registry } from "@web/core/registry";
import { patch } from "@web/core/utils/patch";

/** Offer the case of a deal that was just closed, where its playbook asks for one; then `reload`. */
export async function offerCase({ action, orm }, leadId, reload) {
    const offer = await orm.call("crm.lead", "get_case_offer", [[leadId]]);
    if (offer) {
        await action.doAction(offer, { onClose: reload });
    }
}

/** Celebrate a deal that was just won, as Odoo does, and offer its case; then `reload`. */
export async function celebrateWin({ action, effect, orm }, leadId, reload) {
    await checkRainbowmanMessage(orm, effect, leadId);
    await offerCase({ action, orm }, leadId, reload);
}

/** What the buttons that close a deal return: the celebration, then the case. */
async function offerCaseAfterClosing(env, { params }, options) {
    const { action, effect } = env.services;
    const close = { type: "ir.actions.act_window_close", infos: params.infos };
    await action.doAction(close, { onClose: options.onClose });
    if (params.effect) {
        effect.add(params.effect);
    }
    // the dialog that lost the deal is gone, and with it what it would reload
    const reload = params.is_dialog ? () => action.doAction("soft_reload") : options.onClose;
    if (params.lead_id) {
        await offerCase(env.services, params.lead_id, reload);
    }
}

registry.category("actions").add("sales_funnel_playbook.case_offer", offerCaseAfterClosing);

patch(CrmKanbanDynamicGroupList.prototype, {
    async moveRecord(recordId, fromGroupId, refId, toGroupId) {
        const find = (groupId) =>
            this.groups
                .find((group) => group.id === groupId)
                ?.list.records.find((record) => record.id === recordId);
        const before = find(fromGroupId)?.data.won_status;
        await super.moveRecord(...arguments);
        const record = find(toGroupId);
        if (before === "pending" && record?.data.won_status === "won") {
            await offerCase(this.model, record.resId, () => this.model.load());
        }
    },
});

patch(registry.category("views").get("crm_form").Model.Record.prototype, {
    async _save() {
        const { resId, resModel } = this;
        const before = this._values?.won_status;
        const isSaved = await super._save(...arguments);
        const isSame = isSaved && resModel === "crm.lead" && this.resId === resId; // not the next one
        const isWon = isSame && before === "pending" && this.data.won_status === "won";
        if (isWon && this.data.playbook_id) {
            await offerCase(this.model, resId, () => this.model.load());
        }
        return isSaved;
    },
});
