{
    "name": "Sales Funnel Playbook: Quotations, Orders and Invoices",
    "summary": "Sent quotations, confirmed orders and paid invoices meet what a playbook asks for",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "sales_funnel_playbook contributors",
    "license": "LGPL-3",
    "images": ["static/description/banner.png"],
    "depends": ["sales_funnel_playbook", "sale_crm"],
    "data": ["views/crm_lead_views.xml"],
    "assets": {
        "web.assets_tests": ["sales_funnel_playbook_sale/static/tests/tours/**/*"],
    },
    "auto_install": True,
    "pre_init_hook": "pre_init_hook",
    "post_init_hook": "post_init_hook",
}
