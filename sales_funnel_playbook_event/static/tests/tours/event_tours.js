import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("playbook_event_registration", {
    steps: () => [
        { trigger: 'button:contains("Register")', run: "click" },
        {
            trigger: 'div.modal-footer button:contains("Register")',
            run: "click",
        },
        {
            content: "Who comes, and what they need",
            trigger: '.modal.modal_shown.show form[id=attendee_registration] input[name*="name"]',
            run: "edit Ms Wu",
        },
        { trigger: '.modal.show input[name*="email"]', run: "edit wu@customer.example" },
        { trigger: '.modal.show textarea[name*="text_box"]', run: "edit Car doors" },
        { trigger: '.modal.show select[name*="simple_choice"]', run: "selectByLabel Scrap" },
        {
            trigger: "#modal_attendees_registration:not(.o_inactive_modal) button[type=submit].btn-primary",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".o_wereg_confirmed" },
    ],
});

registry.category("web_tour.tours").add("playbook_event_intake", {
    steps: () => [
        { trigger: ".o_pivot_view" },
        { content: "Leave out the period", trigger: ".o_facet_remove", run: "click" },
        { trigger: ".o_searchview_dropdown_toggler", run: "click" },
        { trigger: '.o_filter_menu .o_menu_item:contains("From Events")', run: "click" },
        { trigger: '.o_group_by_menu .o_menu_item:contains("Source Event")', run: "click" },
        { trigger: '.o_pivot_view th:contains("Pressing Days")' },
    ],
});
