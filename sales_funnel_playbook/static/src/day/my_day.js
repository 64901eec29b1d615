import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";

import { onMounted, onPatched } from "@odoo/owl";

/** What a key does to the line that has the focus: the button it presses. */
const KEYS = {
    a: "action_approve",
    r: "action_reject",
    o: "action_open_file",
    d: "action_done",
    n: "action_log_progress",
    s: "action_snooze",
    c: "action_cancel",
};

/** Opens what a line is about; through deals one pages in the order of the list. */
const opensLines = (Controller) =>
    class extends Controller {
        setup() {
            super.setup();
            this.orm = useService("orm");
        }

        async openRecord(record, { newWindow } = {}) {
            const action = await this.orm.call(record.resModel, "action_open", [[record.resId]]);
            const leads = this.model.root.records.map((one) => one.data.lead_id && one.data.lead_id.id);
            const isDeal = action.res_model === "crm.lead";
            const props = isDeal ? { resIds: [...new Set(leads.filter(Boolean))] } : {};
            return this.actionService.doAction(action, {
                newWindow,
                props,
                onClose: () => this.model.root.load(),
            });
        }
    };

export class MyDayListRenderer extends ListRenderer {
    setup() {
        super.setup();
        onMounted(() => this.nameButtons());
        onPatched(() => {
            this.nameButtons();
            this.focusAgain();
        });
    }

    /** A button that is a picture says aloud what its tooltip shows. */
    nameButtons() {
        for (const button of this.tableRef.el.querySelectorAll(".o_data_row button[data-tooltip]")) {
            button.setAttribute("aria-label", button.dataset.tooltip);
        }
    }

    /** People have a column where they are not the same in all lines: the reader, or nobody. */
    getActiveColumns() {
        const lines = this.props.list.records;
        const isOther = { user_id: (id) => id !== user.userId, about_user_id: (id) => Boolean(id) };
        return super
            .getActiveColumns()
            .filter(({ name }) => !isOther[name] || lines.some((one) => isOther[name](one.data[name]?.id)));
    }

    onCellKeydown(ev, group = null, record = null) {
        const button = record && this.getButton(ev);
        if (!button) {
            return super.onCellKeydown(ev, group, record);
        }
        const rows = [...this.tableRef.el.querySelectorAll(".o_data_row")];
        this.lastRow = rows.indexOf(ev.target.closest(".o_data_row"));
        ev.preventDefault();
        ev.stopPropagation();
        button.click();
    }

    /** The button of the line for which a letter was pressed, without any other key. */
    getButton(ev) {
        const name = KEYS[ev.key.toLowerCase()];
        const isLetter = name && !ev.ctrlKey && !ev.altKey && !ev.metaKey;
        return isLetter && ev.target.closest(".o_data_row").querySelector(`button[name=${name}]`);
    }

    /** Where a line has gone, the next one has the focus. */
    focusAgain() {
        const isLost = [document.body, null].includes(document.activeElement);
        if (this.lastRow === undefined || !isLost || document.querySelector(".modal")) {
            return;
        }
        const rows = [...this.tableRef.el.querySelectorAll(".o_data_row")];
        const row = rows[Math.min(this.lastRow, rows.length - 1)];
        row?.querySelector(".o_data_cell")?.focus();
    }
}

registry.category("views").add("playbook_my_day_list", {
    ...listView,
    Controller: opensLines(listView.Controller),
    Renderer: MyDayListRenderer,
});

registry.category("views").add("playbook_my_day_kanban", {
    ...kanbanView,
    Controller: opensLines(kanbanView.Controller),
});
