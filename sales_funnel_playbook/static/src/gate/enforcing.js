import { _t } from "@web/core/l10n/translation";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { StatusBarField, statusBarField } from "@web/views/fields/statusbar/statusbar_field";

const MODEL = "crm.playbook";

/**
 * Say what enforcing a playbook would do to its open deals, and ask.
 *
 * @param {{orm: Object, dialog: Object}} services
 * @param {number} playbookId
 * @param {Function} enforce what is done when the answer is yes
 */
export async function askToEnforce({ orm, dialog }, playbookId, enforce) {
    const counts = await orm.call(MODEL, "get_enforcing_effect", [[playbookId]]);
    const effect = _t("%(held)s of %(open)s open deals could not enter their next stage as they are.", {
        held: counts.held_back_count,
        open: counts.open_count,
    });
    const meaning = _t(
        "From now on a deal that lacks what a stage asks for is held back. You can return to observing at any time."
    );
    dialog.add(ConfirmationDialog, {
        title: _t("Enforce the playbook?"),
        body: `${effect} ${meaning}`,
        confirmLabel: _t("Enforce"),
        confirm: enforce,
        cancel: () => {},
    });
}

/** The mode of a playbook in its status bar: enforcing asks first. */
export class PlaybookModeField extends StatusBarField {
    setup() {
        super.setup();
        this.services = { orm: useService("orm"), dialog: useService("dialog") };
    }

    async selectItem(item) {
        const { record } = this.props;
        if (item.value !== "enforce" || item.isSelected || !record.resId) {
            return super.selectItem(item);
        }
        if (await record.save()) {
            await askToEnforce(this.services, record.resId, () => super.selectItem(item));
        }
    }
}

registry.category("fields").add("playbook_mode", {
    ...statusBarField,
    component: PlaybookModeField,
    additionalClasses: ["o_field_statusbar"], // or it does not look like one
});
