import { registry } from "@web/core/registry";

const SHEET = "客户名称,预计成交金额(万元),当前阶段\nACME,50-80,Nowhere\nB,约50,\n";

registry.category("web_tour.tours").add("sheet_cells", {
    steps: () => [
        {
            content: "Two cells cannot be read, and a stage is not there",
            trigger: "button:contains(Upload Data File)",
            run() {
                const files = new DataTransfer();
                files.items.add(new File([SHEET], "sheet.csv", { type: "text/csv" }));
                const input = document.querySelector("input.o_input_file");
                input.files = files.files;
                input.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        { trigger: ".o_import_data_content td:contains(预计成交金额)" },
        {
            trigger: "button:contains(Test)",
            run: "click",
        },
        { trigger: "p:contains(Row 2, “预计成交金额(万元)”: “50-80” is more than one number. Write one.)" },
        { trigger: "p:contains(Row 3, “预计成交金额(万元)”: “约50” is not exact. Write the number alone.)" },
        {
            content: "What Odoo says of the other column is beside it",
            trigger: ".o_import_report:contains(Nowhere)",
        },
    ],
});
