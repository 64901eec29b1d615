import { downloadFile } from "@web/core/network/download";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

export class FunnelSheetController extends ListController {
    setup() {
        super.setup();
        this.orm = useService("orm");
    }

    /** The deals that are chosen, else all of the list, in the columns that are shown. */
    async onDownloadSheet() {
        const { root } = this.model;
        const isChosen = root.selection.length && !root.isDomainSelected;
        const domain = isChosen ? [["id", "in", root.selection.map((lead) => lead.resId)]] : root.domain;
        const columns = this.getExportableFields().map((field) => field.name);
        const context = this.props.context;
        const file = await this.orm.call("crm.lead", "get_funnel_sheet", [domain, columns], { context });
        const content = `data:${file.mimetype};base64,${file.content}`;
        downloadFile(await (await fetch(content)).blob(), file.name, file.mimetype);
    }
}

registry.category("views").add("funnel_sheet_list", {
    ...listView,
    Controller: FunnelSheetController,
    buttonTemplate: "sales_funnel_playbook.FunnelSheetButtons",
});
