import { registry } from "@web/core/registry";

const LIST = [
    "Company,Contact Name,Email,Sales Team",
    "Fair Ltd,Ann,ann@fair.example.com,Fair Team",
    "Fair GmbH,Bob,bob@fair.example.com,Fair Team",
    "",
].join("\n");

registry.category("web_tour.tours").add("intake_import", {
    steps: () => [
        {
            content: "The list of the fair",
            trigger: "button:contains(Upload Data File)",
            run() {
                const files = new DataTransfer();
                files.items.add(new File([LIST], "fair.csv", { type: "text/csv" }));
                const input = document.querySelector("input.o_input_file");
                input.files = files.files;
                input.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        { trigger: ".o_import_data_content td:contains(Contact Name)" },
        {
            trigger: "button:contains(Import)",
            run: "click",
        },
        { trigger: ".o_list_view .o_data_row:contains(Fair GmbH)", timeout: 30000 },
    ],
});

registry.category("web_tour.tours").add("intake_hand_over", {
    steps: () => [
        {
            content: "What is missing is said in the list",
            trigger: ".o_data_row:contains(Fair Ltd) td[name=incomplete_text]:contains(Where It Came From)",
        },
        {
            trigger: ".o_data_row:contains(Fair Ltd) td[name=name]",
            run: "click",
        },
        { trigger: ".o_form_view .alert:contains(Still missing)" },
        {
            trigger: ".o_field_widget[name=referred] input",
            run: "edit The organiser of the fair",
        },
        {
            trigger: ".o_form_button_save:enabled",
            run: "click",
        },
        { trigger: ".o_form_view:not(:has(.alert:contains(Still missing)))" },
        {
            trigger: "button[name=action_hand_over]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=user_id] input",
            run: "edit Rita",
        },
        {
            trigger: ".ui-autocomplete > li > a:contains(Rita)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=note] textarea",
            run: "edit They want an offer this week",
        },
        {
            trigger: ".modal button[name=action_hand_over]",
            run: "click",
        },
        {
            content: "It is sales's now: nothing can be edited any more",
            trigger: "body:not(:has(.modal)) .o_form_view .alert:contains(has handed this over to Rita)",
        },
        { trigger: ".o_form_view:not(:has(.o_field_widget[name=referred] input))" },
    ],
});

registry.category("web_tour.tours").add("intake_accept", {
    steps: () => [
        { trigger: ".o_playbook_hand_over:contains(They want an offer this week)" },
        {
            trigger: ".o_playbook_hand_over button[name=accept_hand_over]",
            run: "click",
        },
        { trigger: ".o_form_view:not(:has(.o_playbook_hand_over))" },
    ],
});

const column = (name) => `.o_kanban_group:has(.o_column_title:contains("${name}"))`;
const card = ".o_kanban_record:contains(Fair Ltd)";
const dialog = (name) => `.modal .o_playbook_fill_in_item:contains("${name}")`;

/** Drag the card into a stage whose gate refuses it, fill in what is missing, and move. */
const moveTo = (stage, from, filling) => [
    {
        trigger: `${column(from)} ${card}`,
        async run({ drag_and_drop }) {
            await drag_and_drop(column(stage));
        },
    },
    ...filling,
    { trigger: ".o_playbook_save_and_move", run: "click" },
    { trigger: `body:not(:has(.modal)) ${column(stage)} ${card}` },
];

registry.category("web_tour.tours").add("intake_worked", {
    steps: () => [
        ...moveTo("Demo", "Lead", [
            {
                trigger: `${dialog("Amount known")} .o_field_widget[name=expected_revenue] input`,
                run: "edit 9000",
            },
            { trigger: `${dialog("Needs confirmed")} .o_playbook_vouch`, run: "click" },
        ]),
        ...moveTo("Talks", "Demo", [
            { trigger: `${dialog("Review passed")} .o_playbook_vouch`, run: "click" },
        ]),
        ...moveTo("Signed", "Talks", [
            {
                trigger: ["input", "button"]
                    .map(
                        (tag) => `${dialog("Closing date known")} .o_field_widget[name=date_deadline] ${tag}`
                    )
                    .join(),
                run: "click",
            },
            { trigger: ".o_datetime_picker .o_today", run: "click" },
        ]),
        { content: "Winning is celebrated from there, too", trigger: ".o_reward" },
    ],
});

registry.category("web_tour.tours").add("intake_won", {
    steps: () => [
        {
            content: "What was given away is not in the list that opens",
            trigger: ".o_list_view .o_data_row:contains(Fair GmbH)",
        },
        { trigger: ".o_searchview_facet:contains(Open) .o_facet_remove", run: "click" },
        { trigger: ".o_searchview_facet:contains(Not Handed Over) .o_facet_remove", run: "click" },
        { trigger: ".o_data_row:contains(Fair Ltd) td[name=name]", run: "click" },
        {
            content: "Marketing sees its deal to the end",
            trigger: ".o_form_view .o_widget_web_ribbon span:contains(Won)",
        },
    ],
});

registry.category("web_tour.tours").add("contributor_confirms", {
    steps: () => [
        {
            content: "My Day has what waits for finance, and nothing else",
            trigger: ".o_list_view .o_data_row:contains(Confirm: Needs confirmed) td[name=name]",
            run: "click",
        },
        { trigger: ".o_form_view .o_playbook_waits:contains(Waits for Finance)" },
        {
            trigger: ".o_playbook_condition:contains(Needs confirmed) .o_playbook_confirm",
            run: "click",
        },
        { trigger: ".o_playbook_condition[data-met='1']:contains(Needs confirmed)" },
    ],
});
