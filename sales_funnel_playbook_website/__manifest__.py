{
    "name": "Sales Funnel Playbook: Website Forms",
    "summary": "Product line, needs, industry, size and budget in website forms; where deals came from",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "sales_funnel_playbook contributors",
    "license": "LGPL-3",
    "images": ["static/description/banner.png"],
    "depends": ["sales_funnel_playbook", "website_crm"],
    "data": [
        "security/ir.model.access.csv",
        "data/ir_model_data.xml",
    ],
    "assets": {
        "website.website_builder_assets": [
            "sales_funnel_playbook_website/static/src/**/*",
        ],
        "web.assets_tests": [
            "sales_funnel_playbook_website/static/tests/tours/**/*",
        ],
    },
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
