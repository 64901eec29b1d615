import { registry } from "@web/core/registry";

const SHEET = "Customer Name,Win Probability (%),Risk Level\nACME,70%,High\nBorealis,50-80,\nCygnus,10,\n";

function upload(name, text) {
    const files = new DataTransfer();
    files.items.add(new File([text], name, { type: "text/csv" }));
    const input = document.querySelector(".o_field_widget[name=file] input[type=file]");
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
}

registry.category("web_tour.tours").add("sheet_update", {
    steps: () => [
        {
            content: "The update is beside the list of deals",
            trigger: ".o_update_from_sheet",
            run: "click",
        },
        {
            content: "What is no sheet is refused under the field",
            trigger: ".o_field_widget[name=file] .o_select_file_button",
            run: () => upload("other.csv", "Name,Mood\nACME,good\n"),
        },
        {
            trigger: ".o_field_widget[name=file] input:value(other.csv)",
        },
        { trigger: "button[name=action_show]", run: "click" },
        {
            trigger: ".o_form_view:contains(No column with the ID of the deals)",
            run: () => upload("friday.csv", SHEET),
        },
        {
            trigger: ".o_field_widget[name=file] input:value(friday.csv)",
        },
        { trigger: "button[name=action_show]", run: "click" },
        {
            content: "Old and new of each cell; what cannot be read; what is new",
            trigger: ".o_data_row:contains(ACME):contains('Win Probability (%): 50 → 70')",
        },
        { trigger: ".o_data_row:contains(Borealis):contains(“50-80” is more than one number)" },
        { trigger: ".o_data_row:contains(Cygnus):contains(New)" },
        { trigger: "button[name=action_apply]", run: "click" },
        { trigger: ".o_data_row:contains(ACME):contains(Applied)" },
        { trigger: "button[name=action_undo]", run: "click" },
        { trigger: ".modal button:contains(Ok)", run: "click" },
        { trigger: ".o_data_row:contains(ACME):contains(Undone)" },
    ],
});
