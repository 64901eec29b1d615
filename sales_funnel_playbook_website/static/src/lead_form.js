import "@website_crm/js/website_crm_editor";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

// What a form is about may be said once, by whoever makes the page: visitors do not see it.
registry
    .category("website.form_editor_actions")
    .get("create_lead")
    .fields.push({
        name: "product_line_id",
        type: "many2one",
        relation: "crm.product.line",
        string: _t("Product Line"),
        title: _t("What the deals of this form are about. They follow its playbook."),
    });
