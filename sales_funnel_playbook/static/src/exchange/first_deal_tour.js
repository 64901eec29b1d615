import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const kanban = ".o_opportunity_kanban .o_kanban_renderer";

/**
 * Offered to who has a playbook: the way of the first deal, from a card to what is due.
 *
 * People see it where the pipeline is, however they came there: in the Community edition nothing but the
 * closed menu of apps shows CRM, and a tour that began with it would point to nothing.
 */
registry.category("web_tour.tours").add("sales_funnel_first_deal", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            isActive: ["auto"],
            trigger: '.o_app[data-menu-xmlid="crm.crm_menu_root"]',
            run: "click",
        },
        { trigger: kanban },
        {
            trigger: ".o_opportunity_kanban .o-kanban-button-new",
            content: _t("Your team follows a playbook. Bring your first deal into the pipeline."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: ".o_kanban_quick_create .o_field_widget[name='name'] input",
            content: _t("What is it about, and for whom?"),
            tooltipPosition: "right",
            run: "edit My first deal",
        },
        {
            trigger: ".o_kanban_quick_create .o_kanban_add",
            content: _t("It starts in the first stage of the playbook."),
            tooltipPosition: "bottom",
            run: "click",
        },
        { trigger: kanban },
        {
            trigger: ".o_opportunity_kanban .o_kanban_group .o_kanban_record",
            content: _t("The card says what is still open in its stage. Open the deal."),
            tooltipPosition: "right",
            run: "click",
        },
        {
            trigger: ".o_lead_opportunity_form a.nav-link[name=playbook]",
            content: _t("All that the playbook asks of this deal is on this tab."),
            tooltipPosition: "top",
            run: "click",
        },
        {
            trigger: ".o_playbook_next .card-header",
            content: _t(
                "When you are ready for the next stage, start here: what is missing is filled in at once."
            ),
            tooltipPosition: "top",
            run: "click",
        },
        {
            trigger: 'button[data-menu-xmlid="crm.crm_menu_sales"]',
            content: _t("What is due, on all your deals, is in one list."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: 'a[data-menu-xmlid="sales_funnel_playbook.crm_playbook_my_day_menu"]',
            content: _t("Open it each morning."),
            tooltipPosition: "right",
            run: "click",
        },
        { trigger: ".o_last_breadcrumb_item:contains(/./)" },
    ],
});
