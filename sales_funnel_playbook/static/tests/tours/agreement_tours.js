import { registry } from "@web/core/registry";

// a report's buttons are wrapped into links once its frame has loaded: before that, a click opens nothing
const AGREE_OR_SUGGEST = ":iframe .o_playbook_version a[href='#'] > .btn:contains(Agree or Suggest a Change)";
const PAGE = ".o_breadcrumb a:contains(Playbook on One Page)";
const says = (text) => ({ trigger: `:iframe .o_playbook_version:contains(${text})` });
const agree = (version) => [
    { trigger: AGREE_OR_SUGGEST, run: "click" },
    { trigger: "button[name=action_agree]:contains(Read and Agreed)", run: "click" },
    {
        content: "Nobody is asked twice",
        trigger: ".o_form_view:not(:has(button[name=action_agree])) button[name=action_suggest]",
    },
    { trigger: PAGE, run: "click" },
    says(`Version ${version}. You agreed to it on`),
];

registry.category("web_tour.tours").add("playbook_suggest", {
    steps: () => [
        says("Version 1. You have not agreed to it yet."),
        ...agree(1),
        { trigger: AGREE_OR_SUGGEST, run: "click" },
        { trigger: "button[name=action_suggest]", run: "click" },
        { trigger: ".o_field_widget[name=playbook_id] input:value(Machines)" },
        { trigger: ".o_field_widget[name=condition_id] input", run: "click" },
        { trigger: ".ui-autocomplete > li > a:contains(Needs confirmed)", run: "click" },
        { trigger: ".o_field_widget[name=text] textarea", run: "edit Ask for the order number, too" },
        { trigger: ".o_form_button_save", run: "click" },
        {
            content: "What was suggested stands, and whoever suggested it does not decide",
            trigger:
                ".o_form_saved:not(:has(button[name=action_decide])) .o_arrow_button_current:contains(To Answer)",
        },
        { trigger: ".o_field_widget[name=text]:not(:has(textarea)):contains(the order number)" },
    ],
});

registry.category("web_tour.tours").add("playbook_decide", {
    steps: () => [
        {
            trigger: ".o_data_row:contains(Needs confirmed) td[name=text]:contains(order number)",
            run: "click",
        },
        { trigger: "button[name=action_decide]:contains(Answer…)", run: "click" },
        { trigger: ".modal .o_field_widget[name=answer] textarea", run: "edit From Monday on" },
        { trigger: ".modal button[name=action_accept]", run: "click" },
        {
            trigger:
                ".o_form_view:not(:has(button[name=action_decide])) .o_arrow_button_current:contains(Accepted)",
        },
        { trigger: "body:not(:has(.modal)) .o_field_widget[name=answer]:contains(From Monday on)" },
    ],
});

registry.category("web_tour.tours").add("playbook_hear_and_agree", {
    steps: () => [
        says("Version 2. You have not agreed to it yet."),
        {
            content: "What was changed is on the page",
            trigger: ":iframe .page:contains(Needs and order number confirmed)",
        },
        { trigger: AGREE_OR_SUGGEST, run: "click" },
        { trigger: "button[name=action_open_suggestions]", run: "click" },
        {
            content: "What came of it is in the list",
            trigger: ".o_data_row:contains(Accepted) td[name=answer]:contains(From Monday on)",
        },
        { trigger: ".o_data_row td[name=text]", run: "click" },
        { trigger: ".o-mail-Message:contains(Your suggestion was accepted: From Monday on)" },
        { trigger: ".o_field_widget[name=decided_by_id]:not(:empty)" },
        { trigger: ".o_breadcrumb a:contains(Playbook Suggestions)", run: "click" },
        { trigger: ".o_list_view .o_data_row:contains(Accepted)" },
        { trigger: PAGE, run: "click" },
        ...agree(2),
    ],
});

registry.category("web_tour.tours").add("playbook_who_agreed", {
    steps: () => [
        { trigger: "button[name=action_open_readers]", run: "click" },
        {
            content: "Who agreed, when, to which version",
            trigger: ".o_data_row:has(td[name=state]:contains(Agreed)) td[name=agreed_at]:not(:empty)",
        },
    ],
});
