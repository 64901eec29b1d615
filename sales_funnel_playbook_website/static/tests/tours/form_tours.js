import { registry } from "@web/core/registry";
import { clickOnSave, registerWebsitePreviewTour } from "@website/js/tours/tour_utils";

const addField = (name) => [
    {
        content: "Add a field to the form",
        trigger: "button:contains(+ Field)",
        run: "click",
    },
    {
        trigger: "[data-container-title=Field] button#type_opt",
        run: "click",
    },
    {
        trigger: `.o_popover [data-action-id=existingField]:contains(/^${name}$/)`,
        run: "click",
    },
    { trigger: `:iframe .s_website_form_field .s_website_form_label:contains(${name})` },
];

registerWebsitePreviewTour("playbook_form_design", { url: "/contactus", edition: true }, () => [
    {
        trigger: ":iframe #wrap.o_editable section.s_website_form",
        run: "click",
    },
    { trigger: ".o-snippets-menu .o-snippets-tabs [data-name='customize'].active" },
    {
        trigger: ".o-snippets-menu [data-container-title='Block'] [data-label='Action'] .dropdown-toggle",
        run: "click",
    },
    {
        trigger: ".o_popover [data-action-id='selectAction']:contains('Create an Opportunity')",
        run: "click",
    },
    {
        content: "Say what the page is about",
        trigger:
            ".o-snippets-menu [data-container-title='Block'] [data-label='Product Line'] .dropdown-toggle",
        run: "click",
    },
    {
        trigger: ".o_popover [data-action-id='addActionField']:contains(Presses)",
        run: "click",
    },
    { trigger: ":iframe form#contactus_form input[name=product_line_id]:not(:visible)" },
    ...addField("Use Case"),
    ...addField("Company Size"),
    ...addField("Budget To"),
    ...clickOnSave(),
    { trigger: ":iframe section.s_website_form form[data-model_name='crm.lead']" },
]);

registry.category("web_tour.tours").add("playbook_form_visitor", {
    steps: () => [
        { trigger: "input[name=contact_name]", run: "edit Ms Wu" },
        { trigger: "input[name=email_from]", run: "edit wu@customer.example" },
        { trigger: "input[name=partner_name]", run: "edit ACME" },
        { trigger: "input[name=name]", run: "edit Three presses" },
        { trigger: "textarea[name=description]", run: "edit In spring" },
        { trigger: "textarea[name=use_case]", run: "edit Car doors" },
        { trigger: "input[name=company_size][value='51-200']", run: "click" },
        { trigger: "input[name=budget_max]", run: "edit 5000" },
        { trigger: ".s_website_form_send", run: "click", expectUnloadPage: true },
        { trigger: "#wrap:has(h1:contains('Thank You!'))" },
    ],
});
