import { BaseImportModel } from "@base_import/import_model";
import { patch } from "@web/core/utils/patch";

/**
 * What is wrong with cells of the customer sheet is said in whole sentences, all of them: beside a column
 * Odoo would show the cells alone.
 */
patch(BaseImportModel.prototype, {
    _handleImportErrors(messages, name) {
        for (const message of messages.filter((one) => one.is_cell)) {
            this._addMessage("danger", [message.message]);
        }
        const others = messages.filter((one) => !one.is_cell);
        return others.length ? super._handleImportErrors(others, name) : true;
    },
});
