import { BaseImportModel } from "@base_import/import_model";
import { patch } from "@web/core/utils/patch";

/** What is left out of a sheet is said beside its preview, and again after each test and import. */
patch(BaseImportModel.prototype, {
    async init() {
        await super.init();
        // Odoo's screen takes the templates themselves as keys, and cannot tell several apart
        for (const template of this.importTemplates) {
            template.toString = () => template.template;
        }
    },

    async updateData(fileChanged = false) {
        if (fileChanged && this.resModel === "crm.lead") {
            // how the file before this one was read says nothing about this one
            this.importOptionsValues.encoding.value = "";
            this.importOptionsValues.separator.value = "";
        }
        return super.updateData(fileChanged);
    },

    async executeImport() {
        const result = await super.executeImport(...arguments);
        this._sayNotes();
        return result;
    },

    _onLoadSuccess(res) {
        super._onLoadSuccess(res);
        this.playbookNotes = res.playbook_notes || [];
        this._sayNotes();
    },

    _sayNotes() {
        for (const note of this.playbookNotes || []) {
            this._addMessage("info", [note]);
        }
    },
});
