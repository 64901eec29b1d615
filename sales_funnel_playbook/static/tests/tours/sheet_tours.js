import { registry } from "@web/core/registry";

const SHEET = "Customers of March,\nCustomer Name,Contact Person\nACME,Ms Wu\n,\nB,\nTotal,2\n";
const GBK = [0xbf, 0xcd, 0xbb, 0xa7, 0xc3, 0xfb, 0xb3, 0xc6, 0x0a, 0xb9, 0xab, 0xcb, 0xbe, 0x0a];

function upload(...parts) {
    const files = new DataTransfer();
    files.items.add(new File(parts, "sheet.csv", { type: "text/csv" }));
    const input = document.querySelector("input.o_input_file");
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
}

registry.category("web_tour.tours").add("sheet_import", {
    steps: () => [
        {
            content: "What is left out is said beside the preview",
            trigger: "button:contains(Upload Data File)",
            run: () => upload(SHEET),
        },
        { trigger: ".o_import_data_content p:contains(Left out above the headings: Customers of March)" },
        { trigger: ".o_import_data_content p:contains(Blank rows left out: 4)" },
        { trigger: ".o_import_data_content p:contains(Rows of totals left out: 6)" },
        {
            content: "The headings are those of the second line",
            trigger: ".o_import_data_content td:contains(Contact Person)",
        },
        {
            trigger: "button:contains(Test)",
            run: "click",
        },
        { trigger: ".o_import_data_content p:contains(Everything seems valid)" },
        {
            content: "It is still said after the test; the next file may be in another encoding",
            trigger: ".o_import_data_content p:contains(Rows of totals left out: 6)",
            run: () => upload(new Uint8Array(GBK)),
        },
        { trigger: ".o_import_data_content td:contains(公司)" },
        {
            trigger: "body:not(:contains(Rows of totals left out)) button:contains(Import)",
            run: "click",
        },
        { trigger: ".o_list_view .o_data_row:contains(公司)", timeout: 30000 },
    ],
});

registry.category("web_tour.tours").add("funnel_sheet", {
    steps: () => [
        {
            content: "Everybody's own deals, in the columns of the sheet",
            trigger: ".o_list_view thead th:contains(ID)",
        },
        {
            trigger: ".o_data_row:contains(A科技公司)",
            run() {
                // what would be downloaded is kept to be looked at
                window.URL.createObjectURL = (blob) => {
                    document.body.dataset.sheet = `${blob.type} ${blob.size}`;
                    return "about:blank#";
                };
            },
        },
        {
            trigger: ".o_download_sheet",
            run: "click",
        },
        { trigger: "body[data-sheet*=spreadsheetml]" },
    ],
});
